"""Generate docs/cli.md from the commands: `python -m orionclient.cli._core.reference > docs/cli.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli._core import contract_options
from orionclient.cli._core.commands import Command
from orionclient.cli._core.errors import CODES
from orionclient.cli._core.root import COMMANDS, LISTED, ocli

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD: Final = """\
# Command line

`ocli` provides the features of the Python client in the shell. This page is generated from the commands by
`python -m orionclient.cli._core.reference`; a test checks that it is up to date.

## Output

Results are written to standard output; prompts, progress, warnings and errors to standard error. `--format` chooses the output format:

- `table`, the default: a table, or one message. See [Tables](#tables);
- `json` (or `--json`): one JSON document. Its shape is documented with each command below: a name such as `FileInfo` is a schema of
  the contract (`openapi/`), in [brackets] a list of it. `--dry-run` prints a list of objects with `would`;
- `jsonl`: one JSON document per line, written as items are received;
- `csv`: the columns of the table, times in ISO 8601 and the ids of owners;
- `ids` (or `-q`): ids only, for `xargs`.

Control characters in data from the server are escaped, as `\\x1b`, and so are characters that the encoding of the output does not have,
as `\\u03b1`; in JSON always in its own syntax, so that it stays valid. An error handler chosen with `PYTHONIOENCODING` applies. Colour is
used on a terminal only; `--no-color`, `NO_COLOR` and `TERM=dumb` disable it, `CLICOLOR_FORCE=1` enables it everywhere.

### Tables

Tables begin with id and name, then state, owner and time of creation. Owners are shown by user name where the server reports it. On a
terminal, times are relative (`3m ago`), long columns are shortened with `…`, and columns that do not fit are left out and named below the
table; ids are never shortened. In a pipe, times are in ISO 8601 and nothing is shortened; there, `files list`, `datasets list`,
`tokens list` and `tokens info` print the columns of the original, with ids of owners.

Every command that lists takes `--columns id,name,size` and `--sort COLUMN` (`--sort=-created` in descending order). `--columns` applies to
`table`, `csv`, `json` and `jsonl`; combined with `ids` it is an error. `--sort` applies to all forms. It sorts the listed rows, with
`--limit` only those, and collects them before the first is printed: numbers by value, strings without case, missing values last.

## Filters

The filters of a command that lists are words behind it, as in the original, and options of the same meaning:

    ocli datasets list name=hits deleted=true limit=5 offset=10 order_by=-created
    ocli datasets list --name hits --deleted --limit 5 --offset 10 --order-by=-created

A key is the name of the option with `_` in place of `-`. A filter that takes several values takes them separated by commas
(`tags=actives,june`); a value that contains a comma is given as an option (`--tag 'a, b'`). Values are checked before a request is sent,
and an unknown key is reported with the known ones. Each filter is given once, as a word or as an option; a second time is an error.

With `--sort`, or a filter that only `ocli` has (`since`, `failed`), `limit` and `offset` apply to the sorted and filtered rows. `order_by`
is the order of the server; it replaces the default order of `jobs list`.

## Exit codes

| code | meaning |
| --- | --- |
"""
_AFTER_CODES: Final = """
An error is printed as a message, whose lines have at most 200 characters, and a hint how to fix it. An unknown option, group, command
or value is reported with the closest known ones. `--debug` adds the traceback with the complete message.

A command with several items tries all of them. Results are those of the items that succeeded, in every format. Each item that failed has
a line `Failed: ITEM: MESSAGE` on standard error, followed by a summary (`Error: 2 of 5 transfers failed`) and hints. The exit code is that
of the first failure, in the order of the items.

A reply of "n" at a prompt prints `Aborted`, and the exit code is 1.

## Items by address and path

Wherever a command takes the id of a file, a dataset or a collection, it also takes its address (`file://7`, `dataset://7`,
`collection://7`) or its absolute path (`/project/1/team/screens/hits.sdf`), which is resolved with one request. An address or a path of
another kind is an invalid command line. `ls`, `mkdir`, `cp`, `mv`, `head` and `rm` take absolute paths and addresses only; the roots are
described in [the guide](guide.md#virtual-file-system).

## Configuration

The first of these that applies is used: inside a job `ORION_URL` with `ORION_TOKEN`; `--profile`; `ORION_URL` with `ORION_TOKEN`;
`ORION_PROFILE`; the profile chosen by `ocli config use`; the profile `default`. Python follows the same order. `ORION_PROJECT` replaces
the project, `ORION_CONFIG` the path of the configuration file; [all variables](configuration.md). `ocli config info` shows the
effective settings and their origins. Tokens are read from a hidden prompt or from standard input; on the command line only with
`ocli config profile --token`.

An option that takes JSON also takes `@FILE`, or `@-` for standard input: UTF-8, with or without a byte order mark. One parameter of a
call can read standard input. `~` at the start of a path is the home directory in options and after `@`, where shells do not expand it
(`--output=~/hits.sdf`); write `./~` for a file of that name.

## Transfers

Uploads and downloads show progress bars on a terminal if `rich` is installed (`pip install 'orion-platform-client[progress]'`), and
otherwise one line per 10 % for items larger than 1 MiB. To resume an interrupted transfer, run the same command again. `--jobs` sets
the number of parallel transfers.

Files of a folder are named by their paths relative to it, without the name of the folder; other files by the last component of their
path. Duplicate names are numbered. A file or subfolder that cannot be read, and a link that leads nowhere, are failures; the others are
uploaded. When a folder or several paths are transferred, existing files and shards with the same name and content are skipped; a single
file is created again unless `--if-exists` says otherwise, and so is every dataset. The last line is a summary: `5 uploaded, 2 skipped, 63
MB`.

Datasets without a known extension in their names are downloaded as JSON lines, to `NAME.jsonl`. A path that ends in `.json` gets a JSON
array of the same records, `-o -` always JSON lines; `--as` chooses another format.

Ctrl-C and SIGTERM end a call without an error message; if the interrupted transfer can be resumed, one line explains how. A second
signal ends the call immediately, and the transfer can still be resumed.

## Completion

Add `eval "$(ocli completion bash)"` to `~/.bashrc` (or `zsh` to `~/.zshrc`; fish: `ocli completion fish >
~/.config/fish/completions/ocli.fish`). Ids are completed with those of existing resources if the server responds within 0.5 seconds.

## Global options

Global options are accepted before or after the command, `--version` only before it.

| option | default | meaning |
| --- | --- | --- |
"""


def iter_commands(group: click.Group, path: str = "ocli") -> Iterator[tuple[str, click.Command]]:
    """Iterate over the commands of a group and its subgroups.

    Args:
        group: The group.
        path: The words that call the group.

    Yields:
        The words that call a command, and the command.
    """
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from iter_commands(command, f"{path} {name}")
        elif command is not None:
            yield f"{path} {name}", command


def make_schema(shape: str | Mapping[str, Any]) -> dict[str, Any]:
    """Make the JSON Schema of the output of a command with --json.

    Args:
        shape: Shape of the output, see `Command`.

    Returns:
        A self-contained schema.
    """
    if not isinstance(shape, str):
        return dict(shape)
    reference = {"$ref": f"#/components/schemas/{shape.strip('[]')}"}
    found = {"type": "array", "items": reference} if shape.startswith("[") else reference
    return {**found, "components": {"schemas": contract_options.load_contract()["components"]["schemas"]}}


def _describe_shape(shape: str | Mapping[str, Any]) -> str:
    if isinstance(shape, str):
        return f"[`{shape.strip('[]')}`]" if shape.startswith("[") else f"`{shape}`"
    items = shape.get("items", shape)
    if "allOf" in items:
        base, more = items["allOf"]
        return f"[`{base['$ref'].rpartition('/')[2]}`], each with {', '.join(f'`{name}`' for name in more['required'])}"
    fields = ", ".join(f"`{name}`" for name in items.get("required", ()))
    description = f"object with {fields}" if fields else "the body of the response"
    return f"list of: {description}" if shape.get("type") == "array" else description


def _list_options(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option) and not each.hidden]


def _format_cell(content: str) -> str:
    return " ".join(content.split()).replace("|", "\\|")


def _format_row(option: click.Option, *, default: bool) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    value = "" if option.is_flag else f" {option.make_metavar(click.Context(ocli))}"
    shown = (
        ""
        if option.is_flag or not option.show_default
        else option.show_default
        if isinstance(option.show_default, str)
        else option.default
    )
    middle = f" {shown} |" if default else ""
    return f"| `{_format_cell(names + value)}` |{middle} {_format_cell(option.help or '')} |"


def _format_usage(path: str, command: click.Command) -> str:
    context = click.Context(command)
    words = [each.make_metavar(context) for each in command.params if isinstance(each, click.Argument)]
    return " ".join([path, *words, *(["[OPTIONS]"] if _list_options(command) else [])])


def render_page() -> str:
    """Render the page.

    Returns:
        The page as Markdown.
    """
    lines = [_HEAD + "\n".join(f"| {code} | {meaning} |" for code, meaning in CODES.items()), _AFTER_CODES.rstrip("\n")]
    lines += [_format_row(option, default=True) for option in _list_options(ocli)]
    top = ""
    for path, command in iter_commands(ocli):
        name = path.split()[1]
        if name != top:
            top = name
            lines += ["", f"## ocli {name}", *([] if name in COMMANDS else ["", LISTED[name][1], "", f"### {path}"])]
        else:
            lines += ["", f"### {path}"]
        lines += ["", f"    {_format_usage(path, command)}", "", _format_cell(command.help or "")]
        if options := _list_options(command):
            lines += [
                "",
                "| option | meaning |",
                "| --- | --- |",
                *(_format_row(option, default=False) for option in options),
            ]
        if isinstance(command, Command):
            lines += ["", f"JSON: {_describe_shape(command.shape)}. Example:", "", f"    {command.example}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    click.echo(render_page(), nl=False)
