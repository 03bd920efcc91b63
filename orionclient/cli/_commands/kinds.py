"""Define the command groups of all kinds of resources: their tables, examples and special commands."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

from orionclient import types
from orionclient.cli._core.command_kind import CommandKind
from orionclient.cli._core.commands import CommandGroup
from orionclient.cli._core.resource_commands import build_commands
from orionclient.cli._core.root import GROUPS

if TYPE_CHECKING:
    import click

_SHARE: Final = {"share": "1 --project 3", "unshare": "2 --project 3", "tag": "1 actives 'Job 4242'", "untag": "1 old"}

KINDS: Final = {
    kind.group: kind
    for kind in (
        CommandKind(
            kind=types.File,
            group="files",
            noun="file",
            columns=("id", "name", "state", "owner", "created", "size", "project"),
            published=("created", "id", "name", "owner", "project", "size", "state"),
            messages={"upload": "Uploaded file with id"},
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
            columns=("id", "name", "owner", "created", "count", "project"),
            published=("count", "created", "id", "name", "owner", "project"),
            messages={"upload": "Created dataset with Id"},
            examples={**_SHARE, "create": "hits", "update": "1 --name drugs", "delete": "3 --yes --immediate"},
        ),
        CommandKind(
            kind=types.ShardCollection,
            group="collections",
            noun="collection",
            columns=("id", "name", "state", "owner", "created", "shard_count", "project"),
            messages={"close": "Closed collection"},
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
            columns=("id", "name", "state", "created", "size"),
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
            columns=("id", "name", "state", "created", "title", "package"),
            examples={"list": "--tag ETL"},
        ),
        CommandKind(
            kind=types.WorkFloeJob,
            group="jobs",
            noun="job",
            columns=("id", "name", "state", "owner", "created", "progress", "reason", "workfloe", "project"),
            messages={"start": "Started job with id"},
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
            columns=("id", "name", "state", "owner", "created", "version", "project"),
            messages={"upload": "Uploaded package with id", "share": "Shared package"},
            without=("create",),
            examples={**_SHARE, "delete": "3 --yes", "wait": "1"},
        ),
        CommandKind(
            kind=types.Secret,
            group="secrets",
            noun="secret",
            columns=("id", "name", "owner", "created", "project"),
            without=("create", "update"),
            examples={**_SHARE, "delete": "3 --yes"},
        ),
        CommandKind(
            kind=types.Project,
            group="projects",
            noun="project",
            columns=("id", "name", "owner", "created", "archived"),
            examples={"create": "'Screens of June'", "update": "1 --description 'Only Ada works here.'"},
        ),
        CommandKind(
            kind=types.User,
            group="users",
            noun="user",
            columns=("id", "username", "created", "first_name", "last_name", "email"),
        ),
        CommandKind(kind=types.Group, group="groups", noun="group", columns=("id", "name", "created", "description")),
        CommandKind(
            kind=types.Organization, group="organizations", noun="organization", columns=("id", "name", "created")
        ),
        CommandKind(
            kind=types.Token,
            group="tokens",
            noun="token",
            columns=("id", "description", "created"),
            published=("created", "description", "id"),
            messages={"create": "Created token with id"},
            without=("create", "update"),
            examples={"delete": "3 --yes", "list": ""},
        ),
        CommandKind(
            kind=types.Upload,
            group="uploads",
            noun="upload",
            columns=("id", "state", "owner", "created", "resource_type", "resource_id", "size", "received"),
            without=("create",),
            examples={"delete": "2 --yes"},
        ),
        CommandKind(
            kind=types.MolsearchDatabase,
            group="molsearch databases",
            noun="database",
            columns=("id", "name", "state", "owner", "created", "count", "search_type", "dataset"),
            examples={"create": "1 --name drugs", "delete": "2 --yes"},
        ),
        CommandKind(
            kind=types.MolsearchQuery,
            group="molsearch queries",
            noun="query",
            columns=("id", "name", "state", "owner", "created", "count", "query_type", "database"),
            examples={"create": 'title 1 \'{"titles": ["aspirin"]}\'', "delete": "2 --yes"},
        ),
    )
}

# Group -> the module with its special commands, which replace shared commands of the same name.
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
    description = GROUPS[name][1]
    if name == "molsearch":
        subgroups = [
            _load_commands("molsearch databases", "Manage searchable databases of molecules."),
            _load_commands("molsearch queries", "Manage searches and list their hits."),
        ]
        return CommandGroup(name, subgroups, help=description)
    return _load_commands(name, description)


def _load_commands(name: str, description: str) -> click.Group:
    kind = KINDS[name]
    found: dict[str | None, click.Command] = {each.name: each for each in build_commands(kind)}
    if name in _SPECIAL:
        special = importlib.import_module(f"orionclient.cli._commands.{_SPECIAL[name]}")
        found.update({each.name: each for each in special.build_commands(kind)})
    return CommandGroup(name.rpartition(" ")[2], list(found.values()), help=description)
