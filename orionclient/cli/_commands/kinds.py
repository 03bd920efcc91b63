"""Define the command groups of all kinds of resources: their tables, examples and special commands."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from orionclient import types
from orionclient.cli._core.command_kind import CommandKind
from orionclient.cli._core.commands import Command, CommandGroup
from orionclient.cli._core.resource_commands import build_commands
from orionclient.cli._core.root import GROUPS

if TYPE_CHECKING:
    import click

_DESCRIBED: Final = (
    CommandKind(
        "file",
        columns=("id", "name", "state", "owner", "created", "size", "project"),
        published=("created", "id", "name", "owner", "project", "size", "state"),
        messages={"upload": "Uploaded file with id"},
        examples={
            "create": "empty.sdf --description 'to be filled'",
            "update": "1 --name drugs.sdf",
            "delete": "3 4 --yes",
        },
        special="transfers",
    ),
    CommandKind(
        "dataset",
        columns=("id", "name", "owner", "created", "count", "project"),
        published=("count", "created", "id", "name", "owner", "project"),
        messages={"upload": "Created dataset with Id"},
        examples={"create": "hits", "update": "1 --name drugs", "delete": "3 --yes --immediate"},
        special="transfers",
    ),
    CommandKind(
        "collection",
        columns=("id", "name", "state", "owner", "created", "shard_count", "project"),
        messages={"close": "Closed collection"},
        arguments=("name",),
        examples={
            "create": "trajectories --metadata '{\"frames\": 100}'",
            "update": "1 --name frames",
            "delete": "4 --yes",
            "wait": "3 --deadline 60",
            "open": "5",
            "close": "2",
        },
        special="collections",
    ),
    CommandKind(
        "shard",
        columns=("id", "name", "state", "created", "size"),
        arguments=("name",),
        examples={
            "list": "1",
            "info": "1 1",
            "create": "1 'frame 7'",
            "update": "1 2 --name 'frame 8'",
            "delete": "1 4 --yes",
            "close": "1 3",
        },
        elsewhere={
            "list": ("collections", "list-shards"),
            "info": ("collections", "info-shard"),
            "download": ("collections", "download-shards"),
            "delete": ("collections", "delete-shards"),
        },
        special="transfers",
    ),
    CommandKind(
        "workfloe",
        noun="floe",
        group="workfloes",
        columns=("id", "name", "state", "created", "title", "package"),
        examples={"list": "--tag ETL", "list-shares": "8", "delete": "10 --yes"},
        special="workfloes",
    ),
    CommandKind(
        "job",
        columns=("id", "name", "state", "owner", "created", "outcome", "progress", "reason", "workfloe", "project"),
        messages={"start": "Started job with id"},
        without=("create",),
        examples={
            "list": "--state complete",
            "wait": "1 --deadline 600",
            "logs": "1 --follow",
            "delete": "2 --yes",
            "tag": "1 keep",
        },
        special="jobs",
    ),
    CommandKind(
        "package",
        columns=("id", "name", "state", "owner", "created", "version", "project"),
        messages={"upload": "Uploaded package with id", "share": "Shared package"},
        without=("create",),
        special="packages",
    ),
    CommandKind("secret", without=("create", "update"), special="secrets"),
    CommandKind(
        "project",
        columns=("id", "name", "owner", "created", "archived"),
        examples={
            "create": "'Screens of June'",
            "update": "1 --description 'Only Ada works here.'",
            "delete": "4 --yes",
            "share": "1 --user 2",
            "unshare": "1 --user 2",
        },
        special="projects",
    ),
    CommandKind(
        "workspace",
        columns=("id", "name", "owner", "created", "project"),
        examples={
            "create": "Kinases --description 'Screens of kinases' --project 3",
            "share": "1 --user 2",
            "unshare": "1 --user 2",
        },
        special="workspaces",
    ),
    CommandKind("user", columns=("id", "username", "created", "first_name", "last_name", "email")),
    CommandKind("group", columns=("id", "name", "created", "description")),
    CommandKind(
        "token",
        columns=("id", "description", "created"),
        published=("created", "description", "id"),
        messages={"create": "Created token with id"},
        without=("create", "update"),
        examples={"list": ""},
        special="tokens",
        # The original deletes tokens without a prompt (assumed).
        asks=False,
    ),
    CommandKind(
        "upload",
        columns=("id", "state", "owner", "created", "resource_type", "resource_id", "size", "received"),
        without=("create",),
        # Those that can be resumed.
        only={"state": "open"},
        examples={"delete": "2 --yes"},
    ),
    CommandKind(
        "export",
        columns=("id", "name", "state", "created", "report_type", "count", "size", "notified"),
        without=("create",),
        examples={"list": "--report-type jobs_summary", "delete": "2 --yes"},
        special="exports",
    ),
    CommandKind(
        "molsearch_database",
        noun="database",
        group="molsearch db",
        aliases=("databases",),
        columns=("id", "name", "state", "owner", "created", "count", "search_type", "dataset"),
        arguments=("dataset",),
        examples={
            "create": "1 --name drugs",
            "update": "1 --memory-mb 2000",
            "delete": "2 --yes",
            "unload": "3",
            "logs": "1 --follow",
            "unshare": "1 --project 3",
        },
        special="molsearch_databases",
    ),
    CommandKind(
        "molsearch_query",
        noun="query",
        group="molsearch query",
        aliases=("queries",),
        columns=("id", "name", "state", "owner", "created", "count", "query_type", "database"),
        examples={"delete": "2 --yes"},
        special="molsearch",
    ),
    CommandKind(
        "scaling_group",
        noun="scaling group",
        group="scaling-groups",
        columns=("id", "name", "min_instances", "max_instances", "instances", "running", "queued"),
        examples={"update": "2 --max-instances 8"},
    ),
    CommandKind(
        "service_spec",
        noun="service specification",
        group="services spec",
        columns=("id", "name", "owner", "created", "description", "project"),
        examples={"unshare": "1 --project 3"},
    ),
    CommandKind(
        "service_task",
        noun="service task",
        group="services task",
        columns=("id", "name", "state", "owner", "created", "url", "spec", "project"),
        arguments=("name",),
        examples={"create": "1 'my echo'", "update": "1 --desired-state running", "unshare": "1 --project 3"},
        special="service_tasks",
    ),
)
# Groups of groups.
_NESTED: Final = {
    "molsearch db": "Manage searchable databases of molecules.",
    "molsearch query": "Manage searches and list their hits.",
    "services spec": "Show and share the services that tasks can run.",
    "services task": "Run services.",
}
# A kind that is not described has the defaults.
_KNOWN: Final = {kind.name: kind for kind in _DESCRIBED}
KINDS: Final = {kind.group: kind for kind in (_KNOWN.get(name) or CommandKind(name) for name in types.KINDS)}


def group(name: str) -> click.Group:
    """Make a group.

    Args:
        name: Its name.

    Returns:
        The group.
    """
    description = GROUPS[name][1]
    subgroups = [_load_commands(each, line) for each, line in _NESTED.items() if each.startswith(f"{name} ")]
    return CommandGroup(name, subgroups, help=description) if subgroups else _load_commands(name, description)


def _load_commands(name: str, description: str) -> click.Group:
    kind = KINDS[name]
    commands: list[click.Command] = []
    hidden: list[Command] = []
    for verb, command in _build_commands(kind).items():
        if verb in kind.elsewhere:
            hidden.append(command.place_in(*kind.elsewhere[verb])[1])
        else:
            commands.append(command)
    for other in KINDS.values():
        places = {verb: place for verb, place in other.elsewhere.items() if place[0] == name}
        found = _build_commands(other) if places else {}
        commands += [found[verb].place_in(*place)[0] for verb, place in places.items()]
    return CommandGroup(name.rpartition(" ")[2], commands, hidden=hidden, aliases=kind.aliases, help=description)


def _build_commands(kind: CommandKind) -> dict[str, Any]:
    found: dict[str, Any] = {str(each.name): each for each in build_commands(kind)}
    if kind.special:
        special = importlib.import_module(f"orionclient.cli._commands.{kind.special}")
        found.update({str(each.name): each for each in special.build_commands(kind)})
    return found
