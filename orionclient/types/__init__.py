"""Resource types and the registry that maps their wire names to classes."""

from __future__ import annotations

from orionclient._resources.resource import Resource as Resource
from orionclient.types.billing import Balance as Balance
from orionclient.types.collections import ShardCollection as ShardCollection
from orionclient.types.datasets import Dataset as Dataset
from orionclient.types.files import File as File
from orionclient.types.folders import Folder as Folder
from orionclient.types.groups import Group as Group
from orionclient.types.jobs import WorkFloeJob as WorkFloeJob
from orionclient.types.molsearch import MolsearchDatabase as MolsearchDatabase
from orionclient.types.molsearch import MolsearchQuery as MolsearchQuery
from orionclient.types.organizations import Organization as Organization
from orionclient.types.packages import WorkFloePackage as WorkFloePackage
from orionclient.types.projects import Project as Project
from orionclient.types.secrets import Secret as Secret
from orionclient.types.shards import Shard as Shard
from orionclient.types.tokens import Token as Token
from orionclient.types.uploads import Upload as Upload
from orionclient.types.users import User as User
from orionclient.types.workfloes import WorkFloeSpec as WorkFloeSpec

#: Resource classes that have an id, keyed by their wire name.
KINDS: dict[str, type[Resource]] = {
    kind.declaration.name: kind
    for kind in list(globals().values())
    if isinstance(kind, type) and issubclass(kind, Resource) and hasattr(kind, "declaration") and "id" in kind.fields()
}
