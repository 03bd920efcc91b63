"""Resources of kinds without tests of their own; `nox -s new-kind` writes kinds that are created from a name."""

from __future__ import annotations

from orionclient._resources.resource import Resource
from orionclient.session import OrionSession
from orionclient.types import KINDS

#: Kinds that the tests create in their own ways.
TESTED = {
    "collection", "dataset", "export", "file", "group", "job", "molsearch_database", "molsearch_query", "organization", "package",
    "project", "scaling_group", "secret", "service_spec", "service_task", "shard", "token", "upload", "user", "workfloe", "workspace",
}  # fmt: skip


def create_others(session: OrionSession) -> list[Resource]:
    """Create a resource of each other kind."""
    return [session.create_resource(kind, {"name": "made"}) for name, kind in KINDS.items() if name not in TESTED]
