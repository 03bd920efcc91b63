"""Resource types and their registry; a resource type is imported on first access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient._resources.registry import KINDS as KINDS
from orionclient._resources.resource import Resource as Resource
from orionclient._runtime.lazy import attach

if TYPE_CHECKING:
    from orionclient.types import datasets as datasets
    from orionclient.types import files as files
    from orionclient.types import shards as shards
    from orionclient.types.billing import Balance as Balance
    from orionclient.types.collections import ShardCollection as ShardCollection
    from orionclient.types.datasets import Dataset as Dataset
    from orionclient.types.exports import Export as Export
    from orionclient.types.files import File as File
    from orionclient.types.folders import Folder as Folder
    from orionclient.types.groups import Group as Group
    from orionclient.types.jobs import WorkFloeJob as WorkFloeJob
    from orionclient.types.molsearch_databases import MolsearchDatabase as MolsearchDatabase
    from orionclient.types.molsearch_queries import MolsearchQuery as MolsearchQuery
    from orionclient.types.organizations import Organization as Organization
    from orionclient.types.packages import WorkFloePackage as WorkFloePackage
    from orionclient.types.projects import Project as Project
    from orionclient.types.scaling_groups import ScalingGroup as ScalingGroup
    from orionclient.types.secrets import Secret as Secret
    from orionclient.types.service_specs import ServiceSpec as ServiceSpec
    from orionclient.types.service_tasks import ServiceTask as ServiceTask
    from orionclient.types.shards import Shard as Shard
    from orionclient.types.tokens import Token as Token
    from orionclient.types.uploads import Upload as Upload
    from orionclient.types.users import User as User
    from orionclient.types.workfloes import WorkFloeSpec as WorkFloeSpec
    from orionclient.types.workspaces import Workspace as Workspace
else:
    # A name on the wire, and the module and class of the resource type.
    _KINDS = {
        "collection": "collections:ShardCollection",
        "dataset": "datasets:Dataset",
        "export": "exports:Export",
        "file": "files:File",
        "group": "groups:Group",
        "job": "jobs:WorkFloeJob",
        "molsearch_database": "molsearch_databases:MolsearchDatabase",
        "molsearch_query": "molsearch_queries:MolsearchQuery",
        "organization": "organizations:Organization",
        "package": "packages:WorkFloePackage",
        "project": "projects:Project",
        "scaling_group": "scaling_groups:ScalingGroup",
        "secret": "secrets:Secret",  # nosec B105 - a path
        "service_spec": "service_specs:ServiceSpec",
        "service_task": "service_tasks:ServiceTask",
        "shard": "shards:Shard",
        "token": "tokens:Token",  # nosec B105 - a path
        "upload": "uploads:Upload",
        "user": "users:User",
        "workfloe": "workfloes:WorkFloeSpec",
        "workspace": "workspaces:Workspace",
    }
    KINDS.register(__name__, _KINDS)
    __getattr__, __dir__, __all__ = attach(__name__, [*_KINDS.values(), "billing:Balance", "folders:Folder"])
    __all__ += ["KINDS", "Resource"]
