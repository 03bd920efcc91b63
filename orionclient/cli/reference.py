"""The page of the docs about the command line, made of the commands themselves by `python -m orionclient.cli.reference > docs/cli.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli import contract_options
from orionclient.cli.commands import Command
from orionclient.cli.errors import CODES
from orionclient.cli.root import GROUPS, ocli

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD: Final = """\
# The command line

`ocli` does from the shell what the client does from Python. This page is made by `python -m orionclient.cli.reference` from the
commands themselves; a test compares the two.

## Output

What was asked for goes to standard output; questions, progress, warnings and errors go to standard error. `--format` chooses among

- `table`, the default: a table, or one message. See [Tables](#tables);
- `json` (or `--json`): one JSON document, whose shape stands with each command below. A name such as `FileInfo` is a schema of the
  contract (`openapi/`), in [brackets] a list of it. `--dry-run` prints a list of objects with `would`;
- `jsonl`: one JSON document in a line, for each item as it comes;
- `csv`: with the columns of the table, times in ISO 8601 and the ids of owners;
- `ids` (or `-q`): nothing but ids, for `xargs`.

### Tables

Tables begin with id and name, then state, owner and time of creation. Owners are shown by user name where the server reports it. On a
terminal, times are relative (`3m ago`), long columns are shortened with `…`, and columns that do not fit are left out and named below the
table; ids are never shortened. In a pipe, times are in ISO 8601 and nothing is shortened; there, `files list`, `datasets list`,
`tokens list` and `tokens info` print the columns of the original, with ids of owners.

Every command that lists takes `--columns id,name,size` and `--sort COLUMN` (`--sort=-created` in descending order). `--columns` applies to
`table`, `csv`, `json` and `jsonl`; combined with `ids` it is an error. `--sort` applies to all forms. It sorts the listed rows, with
`--limit` only those, and collects them before the first is printed: numbers by value, strings without case, missing values last.

What a server sends cannot move your terminal: control characters show as escapes. Colour appears on a terminal only, and not with
`--no-color`, `NO_COLOR` or `TERM=dumb`; `CLICOLOR_FORCE=1` wants it everywhere.

## Exit codes

| code | meaning |
| --- | --- |
"""
_AFTER_CODES: Final = """
An error is one line, and one line that says what helps; `--debug` adds where it came from. Several things in one command are all
tried; what went well is printed, and the first failure decides the code.

## Profile and environment

The first that applies says where to speak and as whom: inside a job `ORION_URL` with `ORION_TOKEN`; `--profile`; `ORION_URL` with
`ORION_TOKEN`; `ORION_PROFILE`; what `ocli config use` chose (for `ocli` only: scripts in Python resume `default`); the profile
`default`. `ORION_PROJECT` replaces the project, `ORION_CONFIG` names the file of the profiles. `ocli config info` shows each setting
and where it came from. A token is read from a hidden question or from standard input, never from the command line.

## Transfers

Uploads and downloads show bars on a terminal where `rich` is installed (`pip install 'orion-platform-client[progress]'`), and elsewhere
one line for every tenth of what is larger than 1 MiB. A transfer that was interrupted goes on where it stopped when the same command
is given again. `--jobs` says how many move at a time.

Files of a folder are named by their paths relative to it, without its own name, others by the last part of their path; equal names get
a number. Of a folder or several paths, a file or shard that is there already with the same name and content is skipped; a single file
is made anew unless `--if-exists` says otherwise, and so is every dataset. One line at the end sums up: `5 uploaded, 2 skipped, 63 MB`.

Ctrl-C and SIGTERM end a call with nothing but its code; where a transfer was under way that can be resumed, one line says how. A
second one ends it at once, and nothing more is lost by that.

## Completion

`eval "$(ocli completion bash)"` in `~/.bashrc` (or `zsh` in `~/.zshrc`; fish: `ocli completion fish >
~/.config/fish/completions/ocli.fish`). Ids are completed with those that are there; where the server does not response in half a
second, nothing is.

## Global options

They stand before the command, or after it.

| option | default | meaning |
| --- | --- | --- |
"""


def iter_commands(group: click.Group, path: str = "ocli") -> Iterator[tuple[str, click.Command]]:
    """Find all commands.

    Args:
        group: Where to begin.
        path: How it is called.

    Yields:
        How each command is called, and the command.
    """
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from iter_commands(command, f"{path} {name}")
        elif command is not None:
            yield f"{path} {name}", command


def schema_of(shape: str | Mapping[str, Any]) -> dict[str, Any]:
    """Make the JSON Schema of what a command prints with --json.

    Args:
        shape: Its shape, see `Command`.

    Returns:
        A schema that stands for itself.
    """
    if not isinstance(shape, str):
        return dict(shape)
    reference = {"$ref": f"#/components/schemas/{shape.strip('[]')}"}
    found = {"type": "array", "items": reference} if shape.startswith("[") else reference
    return {**found, "components": {"schemas": contract_options.load_contract()["components"]["schemas"]}}


def _describe_shape(shape: str | Mapping[str, Any]) -> str:
    if isinstance(shape, str):
        return f"[`{shape.strip('[]')}`]" if shape.startswith("[") else f"`{shape}`"
    of_items = shape.get("items", shape)
    if "allOf" in of_items:
        base, more = of_items["allOf"]
        return f"[`{base['$ref'].rpartition('/')[2]}`], each with {', '.join(f'`{name}`' for name in more['required'])}"
    fields = ", ".join(f"`{name}`" for name in of_items.get("required", ()))
    what = f"object with {fields}" if fields else "what the server sends"
    return f"list of: {what}" if shape.get("type") == "array" else what


def _options(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option) and not each.hidden]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _row(option: click.Option, *, default: bool) -> str:
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
    return f"| `{_cell(names + value)}` |{middle} {_cell(option.help or '')} |"


def _usage(path: str, command: click.Command) -> str:
    context = click.Context(command)
    words = [each.make_metavar(context) for each in command.params if isinstance(each, click.Argument)]
    return " ".join([path, *words, *(["[OPTIONS]"] if _options(command) else [])])


def render_page() -> str:
    """Write the page.

    Returns:
        Markdown.
    """
    lines = [_HEAD + "\n".join(f"| {code} | {text} |" for code, text in CODES.items()), _AFTER_CODES.rstrip("\n")]
    lines += [_row(option, default=True) for option in _options(ocli)]
    top = ""
    for path, command in iter_commands(ocli):
        name = path.split()[1]
        if name != top:
            top = name
            lines += ["", f"## ocli {name}", "", GROUPS[name][1]]
        lines += ["", f"### {path}", "", f"    {_usage(path, command)}", "", _cell(command.help or "")]
        if options := _options(command):
            lines += ["", "| option | meaning |", "| --- | --- |", *(_row(option, default=False) for option in options)]
        if isinstance(command, Command):
            lines += ["", f"JSON: {_describe_shape(command.shape)}. Example:", "", f"    {command.example}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    click.echo(render_page(), nl=False)
