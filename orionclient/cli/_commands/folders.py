"""Provide `ocli folders`: list and create folders, and move resources into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from orionclient._transfer.names import check_folder_path
from orionclient.cli._core import contract_options
from orionclient.cli._core.batch import apply_to_each
from orionclient.cli._core.command_kind import describe, fetch_details
from orionclient.cli._core.commands import Command, CommandGroup
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.filter_words import FilteredCommand, limit_option
from orionclient.cli._core.parameter_types import Choice, ResourceIdType
from orionclient.cli._core.root import GROUPS
from orionclient.cli._core.shapes import list_of
from orionclient.cli._core.state import get_state
from orionclient.cli._core.table_options import schema_columns, table_options
from orionclient.types import KINDS, Folder

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATHS: Final = list_of(path="string")


def group(name: str) -> click.Group:
    """Make the group.

    Args:
        name: Its name.

    Returns:
        The group.
    """
    return CommandGroup(name, [_list(), _create(), _move()], help=GROUPS[name][1])


def _list() -> Command:
    def run(limit: int | None, **values: Any) -> None:
        state = get_state()
        # Rows are sorted before they are cut.
        own = None if state.sort else limit
        found = state.session.list_resources(Folder, extra_query=contract_options.drop_omitted(values), limit=own)
        state.out.print_rows(
            (each.to_dict() for each in found), ("path", "owner", "created", "project"), key="path", limit=limit
        )

    return FilteredCommand(
        "list",
        filters=[*contract_options.get_filters("list_folders"), limit_option()],
        params=table_options(schema_columns("FolderInfo")),
        callback=run,
        help="List folders.",
        shape="[FolderInfo]",
        example="ocli folders list",
    )


def _create() -> Command:
    def run(paths: Sequence[str], dry_run: bool) -> None:
        state = get_state()
        for path in paths:
            check_folder_path(path)
        if dry_run:
            print_plan(state, "create", [f"folder {path}" for path in paths])
            return
        session = state.session

        def create(path: str) -> str:
            session.create_paths(path)
            return path

        def report(done: list[str]) -> None:
            state.out.print_results(
                [{"path": path} for path in done], [f"Created folder {path}" for path in done], key="path"
            )

        apply_to_each(paths, create, report, name_of=str)

    return Command(
        "create",
        params=[click.Argument(["paths"], nargs=-1, required=True, metavar="PATH..."), dry_run_option()],
        callback=run,
        help="Create folders. Missing parent folders are created too.",
        shape=_PATHS,
        example="ocli folders create /screens/june",
    )


def _move() -> Command:
    def run(kind: str, resource_id: int, path: str, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "move", [f"{kind} {resource_id} to {path}"])
            return
        state.session.assign_paths({"resource_type": kind, "id": resource_id, "path": path})
        data = fetch_details(state, KINDS[kind](id=resource_id))
        state.out.print_results(
            [{"path": path, "type": kind, "id": resource_id}], [f"Moved {describe(kind, data)} to {path}"], key="path"
        )

    kinds = sorted(name for name, kind in KINDS.items() if kind.declaration.in_folders)
    return Command(
        "move",
        params=[
            click.Argument(["kind"], type=Choice(kinds)),
            click.Argument(["resource_id"], metavar="ID", type=ResourceIdType(None)),
            click.Argument(["path"]),
            dry_run_option(),
        ],
        callback=run,
        help="Move a resource into a folder.",
        shape=_PATHS,
        example="ocli folders move file 1 /screens",
    )
