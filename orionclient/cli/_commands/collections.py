"""Provide the special commands of `ocli collections`: upload, download and wait."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orionclient._transfer.names import UniqueNames, check_path
from orionclient.cli._core.command_kind import describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.output import escape_control_characters
from orionclient.cli._core.parameter_types import PathType, ResourceIdType, project_option
from orionclient.cli._core.progress import show_progress
from orionclient.cli._core.resource_commands import deadline_option
from orionclient.cli._core.state import get_state
from orionclient.cli._core.transfer_results import DOWNLOADED, RERUN_ADVICE, Tally, get_collection, jobs_option
from orionclient.types import ShardCollection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient.cli._core.command_kind import CommandKind


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the commands that only collections have.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [_upload(kind), _download(kind), _wait(kind)]


def _upload(kind: CommandKind) -> Command:
    def run(
        *,
        paths: Sequence[str],
        into: int | None,
        name: str | None,
        project: int | None,
        tags: Sequence[str],
        close: bool,
        jobs: int,
        dry_run: bool,
    ) -> None:
        state = get_state()
        sources = [Path(check_path(path)) for path in paths]
        for path in sources:
            path.stat()
        # As for files, characters of the name that are not UTF-8 are replaced.
        name = name or UniqueNames().add(sources[0].resolve().name)
        if dry_run:
            where = f"collection {into}" if into is not None else f"a new collection {name}"
            print_plan(state, "upload", [f"{path} to {where}" for path in paths])
            return
        session = state.shard_session
        if into is None:
            collection = ShardCollection.create(session, name, project=project, tags=tags or None)
        else:
            collection = get_collection(state, into)
            collection.ensure_open()
        tally = Tally("uploaded")
        with show_progress(state) as watch:
            state.resume_advice = f"run the same command again with --into {collection.id} to resume from there"
            collection.upload(
                sources[0] if len(sources) == 1 else sources,
                workers=jobs,
                progress=watch,
                on_result=lambda result: tally.add(result, 0 if result.value is None else result.value.size),
            )
            state.resume_advice = ""
        if close:
            collection.close()
        session.refresh_resource(collection)
        data = collection.to_dict()
        verb = "Created" if into is None else "Uploaded to"
        state.out.print_item(data, sentence=f"{verb} {describe('collection', data)}")
        if state.form == "table":
            state.out.write(str(tally))

    return Command(
        "upload",
        params=[
            click.Argument(["paths"], nargs=-1, required=True, metavar="PATH...", type=PathType()),
            click.Option(
                ["--into"],
                type=ResourceIdType("collection"),
                help="Collection to upload to; shards that exist already are skipped. If omitted, one is created.",
            ),
            click.Option(["--name"], help="Display name of the new collection. Defaults to the name of the folder."),
            project_option("Id of the project of the new collection. Defaults to the profile's project."),
            click.Option(
                ["--tag", "tags"], multiple=True, help="Tag to add to the new collection. Can be given several times."
            ),
            click.Option(["--close"], is_flag=True, help="Close the collection after the upload."),
            jobs_option(),
            dry_run_option(),
        ],
        callback=run,
        help="Upload files or folders. Each file becomes one shard. Resume an interrupted upload with --into.",
        shape=kind.schema,
        example="ocli collections upload frames --close",
    )


def _download(_kind: CommandKind) -> Command:
    def run(resource_id: int, folder: str, jobs: int) -> None:
        state = get_state()
        check_path(folder)
        collection = get_collection(state, resource_id)
        items: list[dict[str, Any]] = []

        def report(result: Any) -> None:
            if result.error is None:
                path = Path(result.value)
                items.append({"id": int(result.item.id), "path": str(path), "size": path.stat().st_size})

        with show_progress(state) as watch:
            state.resume_advice = RERUN_ADVICE
            collection.download(folder, workers=jobs, progress=watch, on_result=report)
            state.resume_advice = ""
        if state.form == "table":
            name = escape_control_characters(describe("collection", collection.to_dict()))
            state.out.write(f"Downloaded {name}: {len(items)} shards to {folder}")
        else:
            state.out.print_results(items, [])

    return Command(
        "download",
        params=[
            click.Argument(["resource_id"], metavar="ID", type=ResourceIdType("collection")),
            click.Argument(["folder"], metavar="DIR"),
            jobs_option(),
        ],
        callback=run,
        help="Download all shards of a collection. Files that exist already with the same content are skipped.",
        shape=DOWNLOADED,
        example="ocli collections download 1 here",
    )


def _wait(kind: CommandKind) -> Command:
    def run(resource_id: int, wanted: str, deadline: float) -> None:
        state = get_state()
        collection = state.session.get_resource(ShardCollection, resource_id)
        collection.wait(wanted, timeout=deadline)
        state.out.print_item(
            collection.to_dict(), sentence=f"{describe('Collection', collection.to_dict())} is {collection.state}"
        )

    return Command(
        "wait",
        params=[
            *kind.id_arguments(),
            click.Option(["--state", "wanted"], default="ready", show_default=True, help="State to wait for."),
            deadline_option(),
        ],
        callback=run,
        help="Wait until a collection is ready. --state waits for another state.",
        shape=kind.schema,
        example=kind.format_example("wait"),
    )
