"""The groups of the kinds of resources: their tables, and the commands that only one of them has."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

from orionclient import types
from orionclient.cli.commands import CommandGroup
from orionclient.cli.resource_commands import CommandKind, commands
from orionclient.cli.root import GROUPS

if TYPE_CHECKING:
    import click

_STORED_KINDS: Final = ("created", "id", "name", "owner", "project", "size", "state")
_SHARE: Final = {"share": "1 --project 3", "unshare": "2 --project 3", "tag": "1 actives 'Job 4242'", "untag": "1 old"}

KINDS: Final = {
    kind.group: kind
    for kind in (
        CommandKind(
            kind=types.File,
            group="files",
            noun="file",
            columns=_STORED_KINDS,
            created="Uploaded file with id",
            examples={
                **_SHARE,
                "create": "empty.sdf --description 'to be filled'",
                "update": "1 --name drugs.sdf",
                "delete": "3 4 --yes",
            },
        ),
        CommandKind(
            kind=types.Dataset,
            group="datasets",
            noun="dataset",
            columns=("count", "created", "id", "name", "owner", "project"),
            created="Created dataset with Id",
            examples={**_SHARE, "create": "hits", "update": "1 --name drugs", "delete": "3 --yes --immediate"},
        ),
        CommandKind(
            kind=types.ShardCollection,
            group="collections",
            noun="collection",
            columns=("created", "id", "name", "owner", "project", "shard_count", "state"),
            arguments=("name",),
            examples={
                **_SHARE,
                "create": "trajectories --metadata '{\"frames\": 100}'",
                "update": "1 --name frames",
                "delete": "4 --yes",
                "wait": "3 --deadline 60",
                "open": "5",
                "close": "2",
            },
        ),
        CommandKind(
            kind=types.Shard,
            group="shards",
            noun="shard",
            columns=("created", "id", "name", "size", "state"),
            arguments=("name",),
            examples={
                "list": "1",
                "show": "1 1",
                "create": "1 'frame 7'",
                "update": "1 2 --name 'frame 8'",
                "delete": "1 4 --yes",
                "close": "1 3",
            },
        ),
        CommandKind(
            kind=types.WorkFloeSpec,
            group="workfloes",
            noun="floe",
            columns=("created", "id", "name", "package", "state", "title"),
            examples={"list": "--tag ETL"},
        ),
        CommandKind(
            kind=types.WorkFloeJob,
            group="jobs",
            noun="job",
            columns=("created", "id", "name", "owner", "progress", "project", "reason", "state", "workfloe"),
            without=("create",),
            examples={
                "list": "--state complete",
                "wait": "1 --deadline 600",
                "delete": "2 --yes",
                "tag": "1 keep",
                "untag": "1 old",
            },
        ),
        CommandKind(
            kind=types.WorkFloePackage,
            group="packages",
            noun="package",
            columns=("created", "id", "name", "owner", "project", "state", "version"),
            created="Uploaded package with id",
            without=("create",),
            examples={**_SHARE, "delete": "3 --yes", "wait": "1"},
        ),
        CommandKind(
            kind=types.Secret,
            group="secrets",
            noun="secret",
            columns=("created", "id", "name", "owner", "project"),
            without=("create", "update"),
            examples={**_SHARE, "delete": "3 --yes"},
        ),
        CommandKind(
            kind=types.Project,
            group="projects",
            noun="project",
            columns=("archived", "created", "id", "name", "owner"),
            examples={"create": "'Screens of June'", "update": "1 --description 'Only Ada works here.'"},
        ),
        CommandKind(
            kind=types.User,
            group="users",
            noun="user",
            columns=("created", "email", "first_name", "id", "last_name", "username"),
        ),
        CommandKind(kind=types.Group, group="groups", noun="group", columns=("created", "description", "id", "name")),
        CommandKind(
            kind=types.Organization, group="organizations", noun="organization", columns=("created", "id", "name")
        ),
        CommandKind(
            kind=types.Token,
            group="tokens",
            noun="token",
            columns=("created", "description", "id"),
            without=("create", "update"),
            examples={"delete": "3 --yes", "list": ""},
        ),
        CommandKind(
            kind=types.Upload,
            group="uploads",
            noun="upload",
            columns=("created", "id", "received", "resource_id", "resource_type", "size", "state"),
            without=("create",),
            examples={"delete": "2 --yes"},
        ),
        CommandKind(
            kind=types.MolsearchDatabase,
            group="molsearch databases",
            noun="database",
            columns=("count", "created", "dataset", "id", "name", "search_type", "state"),
            examples={"create": "1 --name drugs", "delete": "2 --yes"},
        ),
        CommandKind(
            kind=types.MolsearchQuery,
            group="molsearch queries",
            noun="query",
            columns=("count", "created", "database", "id", "name", "query_type", "state"),
            examples={"create": 'title 1 \'{"titles": ["aspirin"]}\'', "delete": "2 --yes"},
        ),
    )
}

# Group -> the module with the commands that only it has, which may replace derived ones.
_SPECIAL: Final = {
    "files": "transfers",
    "datasets": "transfers",
    "shards": "transfers",
    "collections": "collections",
    "jobs": "jobs",
    "packages": "packages",
    "secrets": "secrets",
    "tokens": "tokens",
    "molsearch queries": "molsearch",
}


def group(name: str) -> click.Group:
    """Make a group.

    Args:
        name: Its name.

    Returns:
        The group.
    """
    text = GROUPS[name][1]
    if name == "molsearch":
        parts = [
            _load_commands("molsearch databases", "Datasets that can be searched."),
            _load_commands("molsearch queries", "Searches."),
        ]
        return CommandGroup(name, parts, help=text)
    return _load_commands(name, text)


def _load_commands(name: str, text: str) -> click.Group:
    kind = KINDS[name]
    found: dict[str | None, click.Command] = {each.name: each for each in commands(kind)}
    if name in _SPECIAL:
        special = importlib.import_module(f"orionclient.cli.{_SPECIAL[name]}")
        found.update({each.name: each for each in special.commands(kind)})
    return CommandGroup(name.rpartition(" ")[2], list(found.values()), help=text)
