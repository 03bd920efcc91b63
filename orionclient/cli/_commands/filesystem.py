"""Provide `ocli ls`, `mkdir`, `cp`, `mv`, `head` and `rm`: the virtual file system."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli._core import contract_options
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import confirm, dry_run_option, print_plan, yes_option
from orionclient.cli._core.filter_words import FilteredCommand, limit_option
from orionclient.cli._core.output import escape_control_characters, to_json
from orionclient.cli._core.parameter_types import LocationType
from orionclient.cli._core.root import COMMANDS
from orionclient.cli._core.shapes import list_of
from orionclient.cli._core.state import get_state
from orionclient.cli._core.table_options import schema_columns, table_options
from orionclient.fs import read_start
from orionclient.records import RecordCodec
from orionclient.types import Dataset, File, ShardCollection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orionclient.fs import Entry
    from orionclient.records import Record

_COLUMNS: Final = ("id", "name", "type", "size", "count")
_LONG_COLUMNS: Final = ("id", "name", "type", "state", "owner", "created", "size", "count", "project", "path")
_SHARD_COLUMNS: Final = ("id", "name", "state", "created", "size")
_LOCATION: Final = "an absolute path, or the address of an item (file://7, dataset://7, collection://7)."
_TARGETS: Final = (
    f"SOURCE is {_LOCATION} DESTINATION is the absolute path of a folder, or the new path of one source. Either all sources are processed "
    "or none."
)


def command(name: str) -> click.Command:
    """Make a command of the top level.

    Args:
        name: Its name.

    Returns:
        The command.
    """
    makers = {"ls": _ls, "mkdir": _mkdir, "cp": _cp, "mv": _mv, "head": _head, "rm": _rm}
    return makers[name]()


def _help(name: str, more: str) -> str:
    return f"{COMMANDS[name][1]} {more}"


def _show(entry: Entry) -> dict[str, Any]:
    return {**entry.to_dict(), "address": entry.address}


def _describe(entry: Entry) -> str:
    return f"{entry.type} {entry.path}" + ("" if entry.id is None else f" ({entry.address})")


def _entries_shape() -> dict[str, Any]:
    address = {"type": "object", "required": ["address"], "properties": {"address": {"type": "string"}}}
    return {
        "type": "array",
        "items": {"allOf": [{"$ref": "#/components/schemas/EntryInfo"}, address]},
        "components": {"schemas": contract_options.load_contract()["components"]["schemas"]},
    }


def _sources() -> click.Argument:
    return click.Argument(["sources"], nargs=-1, required=True, metavar="SOURCE...", type=LocationType())


def _destination() -> click.Argument:
    return click.Argument(["destination"], type=LocationType(addresses=False))


def _force_option() -> click.Option:
    return click.Option(["--force"], is_flag=True, help="Move an existing item of the same name to the trash.")


def _ls() -> Command:
    def run(path: str, long_form: bool, limit: int | None, **values: Any) -> None:
        state = get_state()
        filters = contract_options.drop_omitted(values)
        # Rows that are sorted here are cut after that.
        found = state.session.fs.ls(path, limit=None if state.sort else limit, **filters)
        columns = _LONG_COLUMNS if long_form else _COLUMNS
        state.out.print_rows(map(_show, found), columns, key="address", limit=limit)

    filters = contract_options.get_filters("list_entries", without=("path", "limit", "cursor"), schema="EntryInfo")
    return FilteredCommand(
        "ls",
        filters=[*filters, limit_option()],
        params=[
            click.Argument(["path"], type=LocationType()),
            click.Option(["-l", "--long", "long_form"], is_flag=True, help="Show more columns."),
            *table_options([*schema_columns("EntryInfo"), "address"]),
        ],
        callback=run,
        help=_help(
            "ls",
            f"Subfolders are first. PATH is {_LOCATION} Form `ids` prints addresses of items and paths of folders.",
        ),
        shape=_entries_shape(),
        example="ocli ls /project/1/team",
    )


def _mkdir() -> Command:
    def run(folders: Sequence[str], parents: bool, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "create", [f"folder {path}" for path in folders])
            return
        state.session.fs.mkdir(*folders, parents=parents)
        state.out.print_results(
            [{"path": path} for path in folders], [f"Created folder {path}" for path in folders], key="path"
        )

    folders = click.Argument(
        ["folders"], nargs=-1, required=True, metavar="PATH...", type=LocationType(addresses=False)
    )
    parents = click.Option(
        ["-p", "--parents"], is_flag=True, help="Create missing parents, and accept folders that exist."
    )
    return Command(
        "mkdir",
        params=[folders, parents, dry_run_option()],
        callback=run,
        help=_help("mkdir", "Paths are absolute. Either all are created or none."),
        shape=list_of(path="string"),
        example="ocli mkdir -p /project/1/team/screens/june",
    )


def _cp() -> Command:
    def run(sources: Sequence[str], destination: str, recursive: bool, force: bool, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "copy", [f"{each} to {destination}" for each in sources])
            return
        made = state.session.fs.cp(*sources, destination=destination, recursive=recursive, force=force)
        _report("Copied", sources, made)

    recursive = click.Option(["-r", "-R", "--recursive"], is_flag=True, help="Copy folders with their content.")
    return Command(
        "cp",
        params=[_sources(), _destination(), recursive, _force_option(), dry_run_option()],
        callback=run,
        help=_help("cp", _TARGETS),
        shape=_entries_shape(),
        example="ocli cp file://1 /project/1/team/copy.sdf",
    )


def _mv() -> Command:
    def run(sources: Sequence[str], destination: str, force: bool, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "move", [f"{each} to {destination}" for each in sources])
            return
        _report("Moved", sources, state.session.fs.mv(*sources, destination=destination, force=force))

    return Command(
        "mv",
        params=[_sources(), _destination(), _force_option(), dry_run_option()],
        callback=run,
        help=_help("mv", _TARGETS),
        shape=_entries_shape(),
        example="ocli mv file://2 /project/1/team/moved.sdf",
    )


def _report(done: str, sources: Sequence[str], entries: Sequence[Entry]) -> None:
    sentences = [f"{done} {source} to {entry.path}" for source, entry in zip(sources, entries, strict=False)]
    get_state().out.print_results([_show(each) for each in entries], sentences, key="address")


def _rm() -> Command:
    def run(sources: Sequence[str], recursive: bool, immediate: bool, yes: bool, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            found = state.session.fs.rm(*sources, recursive=recursive, immediate=immediate, dry_run=True)
            print_plan(state, "remove", map(_describe, found))
            return
        what = sources[0] if len(sources) == 1 else f"{len(sources)} entries ({', '.join(sources)})"
        confirm(f"Remove {what}{' with all content' if recursive else ''}?", sure=yes)
        removed = state.session.fs.rm(*sources, recursive=recursive, immediate=immediate)
        state.out.print_results(
            [_show(each) for each in removed], [f"Removed {_describe(each)}" for each in removed], key="address"
        )

    return Command(
        "rm",
        params=[
            _sources(),
            click.Option(["-r", "-R", "--recursive"], is_flag=True, help="Remove folders with their content."),
            click.Option(
                ["--immediate"], is_flag=True, help="Delete items for good instead of moving them to the trash."
            ),
            yes_option(),
            dry_run_option(),
        ],
        callback=run,
        help=_help("rm", f"SOURCE is {_LOCATION} Either all sources are removed or none."),
        shape=_entries_shape(),
        example="ocli rm file://5 --yes",
    )


def _head() -> Command:
    def run(path: str, count: int | None, size: int | None) -> None:
        if count is not None and size is not None:
            raise click.UsageError("-n cannot be combined with --bytes")
        state = get_state()
        item = state.session.fs.get_item(path)
        if size is not None and not isinstance(item, File):
            raise click.UsageError(f"--bytes is for files, and {path} is a {item.declaration.name}")
        count = 10 if count is None else count
        if isinstance(item, Dataset):
            _print_records(item.records(limit=count, codec=RecordCodec()))
        elif isinstance(item, ShardCollection):
            state.out.print_rows((each.to_dict() for each in item.list_shards(limit=count)), _SHARD_COLUMNS)
        else:
            _print_content(read_start(item, lines=count) if size is None else read_start(item, size=size))

    return Command(
        "head",
        params=[
            click.Argument(["path"], type=LocationType()),
            click.Option(
                ["-n", "--count"], type=click.IntRange(1), help="Count of records, lines or shards. Defaults to 10."
            ),
            click.Option(["-c", "--bytes", "size"], type=click.IntRange(1), help="Count of bytes of a file."),
        ],
        callback=run,
        help=_help(
            "head",
            f"PATH is {_LOCATION} Records are printed as JSON lines; form `ids` prints their ids. Of a file, lines are read from the first MiB.",
        ),
        shape={"type": "array", "items": {"type": "object"}},
        example="ocli head file://1 -n 3",
    )


def _print_records(records: Iterable[Record]) -> None:
    state = get_state()
    if state.form in {"table", "ids"}:
        for record in records:
            state.out.write(to_json(record, None) if state.form == "table" else str(record.record_id))
        return
    # The columns are the fields of all records.
    found = list(records)
    state.out.print_rows(found, tuple(dict.fromkeys(name for record in found for name in record)))


def _print_content(content: bytes) -> None:
    state = get_state()
    if state.form == "table" and not sys.stdout.isatty():
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    lines = [line.decode("utf-8", "backslashreplace").rstrip("\r\n") for line in content.splitlines(keepends=True)]
    if state.form == "table":
        for line in lines:
            state.out.write(escape_control_characters(line))
    else:
        state.out.print_rows([{"line": line} for line in lines], ("line",), key="line")
