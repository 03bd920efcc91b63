"""The kinds of resources, one module each, and the registry of them."""

from __future__ import annotations

from typing import Final

from orionclient._resource import Resource
from orionclient.types.billing import Balance
from orionclient.types.datasets import Dataset
from orionclient.types.files import File
from orionclient.types.organizations import Organization
from orionclient.types.projects import Project
from orionclient.types.users import User

__all__ = ["KINDS", "Balance", "Dataset", "File", "Organization", "Project", "Resource", "User"]

# Every kind that has ids, by its name on the wire.
KINDS: Final[dict[str, type[Resource]]] = {
    kind.declaration.name: kind
    for kind in (
        Dataset,
        File,
        Organization,
        Project,
        User,
    )
}
