"""Writes the files of a new kind of resource, and its lines in the registry, in `ocli` and in the migrations.

Run by `nox -s new-kind NAME`. The templates beside this script are those of the kind `widget`; its name is replaced.
Arguments: the name, and the Python with the tools of the generator.
"""

from __future__ import annotations

import builtins
import keyword
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

from orion_api import contract

from orionclient import types
from orionclient._resources import convert, resource
from orionclient.cli._core import root
from orionclient.emulator._store import migrations

ROOT = Path(__file__).parents[2]
EMULATOR = ROOT / "orionclient" / "emulator"
REGISTRY = ROOT / "orionclient" / "types" / "__init__.py"
GROUPS = ROOT / "orionclient" / "cli" / "_core" / "root.py"
SCRIPTS = EMULATOR / "_store" / "migrations.py"
RULE = (
    "a kind has a singular name of 2 to 30 lower-case ASCII letters, such as widget, that does not end in s, x, z, ch or sh, is no name of "
    "Python, and is not taken by a kind, a tag, a schema, a table of the local Orion or a group of ocli"
)


def pluralize(name: str) -> str:
    """Return the plural of a name, as `ocli` forms it."""
    return f"{name[:-1]}ies" if re.search("[^aeiou]y$", name) else f"{name}s"


def list_files(name: str) -> dict[Path, str]:
    """Map the paths of the new files to their templates."""
    plural = pluralize(name)
    return {
        ROOT / "openapi" / f"{plural}.yaml": "openapi.yaml.template",
        ROOT / "orionclient" / "types" / f"{plural}.py": "types.py.template",
        EMULATOR / "_handlers" / f"{plural}.py": "handlers.py.template",
    }


def list_taken() -> set[str]:
    """List the names that a kind cannot have, in lower case."""
    document = contract.load()
    tags = {tag for item in document["paths"].values() for operation in item.values() for tag in operation["tags"]}
    tables = re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", "".join(migrations.MIGRATIONS.values()))
    names = [
        *tags,
        *tables,
        *document["components"]["schemas"],
        *types.KINDS,
        *dir(types),
        *dir(resource),
        *dir(convert),
        *root.GROUPS,
        *root._ALIASES,
    ]
    return {*(name.lower() for name in names), *keyword.kwlist, *keyword.softkwlist, *dir(builtins)}


def is_allowed(name: str) -> bool:
    """Return whether a kind can have this name."""
    if not re.fullmatch("(?!.*(s|x|z|ch|sh)$)[a-z]{2,30}", name):
        return False
    own = {name, pluralize(name), f"create{name}", f"update{name}", f"{name}info", f"{name}page"}
    if own & list_taken() or any(path.exists() for path in list_files(name)):
        return False
    try:
        sqlite3.connect(":memory:").execute(f"CREATE TABLE {pluralize(name)} (id INTEGER)").connection.close()
    except sqlite3.OperationalError:
        # A keyword of SQL, as in `values`.
        return False
    return True


def rename(template: str, name: str) -> str:
    """Put the name of a kind in place of `widget`."""
    if name[0] in "aeiou":
        template = re.sub(r"\b([Aa]) widget\b", r"\1n widget", template)
    for old, new in (("widgets", pluralize(name)), ("widget", name)):
        template = template.replace(old, new).replace(old.capitalize(), new.capitalize())
    return template


def insert_line(path: Path, pattern: str, line: str) -> None:
    """Insert a line in order among the lines that match a pattern."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    places = [index for index, each in enumerate(lines) if re.match(pattern, each)]
    place = next((index for index in places if lines[index] > line), places[-1] + 1)
    path.write_text("".join([*lines[:place], line, *lines[place:]]), "utf-8")


def run(*command: object, stdout: Path | None = None) -> None:
    """Run a program with the modules of the tree."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
    done = subprocess.run([*map(str, command)], cwd=ROOT, env=env, capture_output=stdout is not None, check=True)
    if stdout is not None:
        stdout.write_bytes(done.stdout)


def main(name: str, tools: str) -> None:
    """Write a kind."""
    if not is_allowed(name):
        sys.exit(f"{name!r}: {RULE}")
    files = list_files(name)
    edited = {path: path.read_bytes() for path in (REGISTRY, GROUPS, SCRIPTS)}
    try:
        write(name, files, tools)
    except (OSError, subprocess.CalledProcessError) as error:
        for path in files:
            path.unlink(missing_ok=True)
        for path, content in edited.items():
            path.write_bytes(content)
        sys.exit(f"cannot write the kind {name!r}: {error}; its files were removed, run: nox -s generate")
    print("\n".join(["wrote:", *(f"  {path.relative_to(ROOT)}" for path in [*files, *edited])]))


def write(name: str, files: dict[Path, str], tools: str) -> None:
    """Write the files of a kind, and regenerate what is derived from them."""
    plural, kind = pluralize(name), name.capitalize()
    for path, template in files.items():
        path.write_text(rename((Path(__file__).parent / template).read_text("utf-8"), name), "utf-8")
    insert_line(
        REGISTRY, "    from orionclient.types", f"    from orionclient.types.{plural} import {kind} as {kind}\n"
    )
    insert_line(REGISTRY, r'        "\w+": "\w+:\w+",$', f'        "{name}": "{plural}:{kind}",\n')
    insert_line(GROUPS, r'    "\w+": \(.*, "Data"\),$', f'    "{plural}": (_KINDS, "Manage {plural}.", "Data"),\n')
    newest = max(migrations.MIGRATIONS)
    lines = SCRIPTS.read_text("utf-8").splitlines(keepends=True)
    place = next(index for index, line in enumerate(lines) if line.startswith(f"    {newest}: "))
    SCRIPTS.write_text(
        "".join([*lines[: place + 1], f'    {newest + 1}: create_kind_table("{plural}"),\n', *lines[place + 1 :]]),
        "utf-8",
    )
    run(tools, "-m", "generator", "generate")
    sources = [path for path in files if path.suffix == ".py"]
    run(tools, "-m", "ruff", "check", "--quiet", "--fix", *sources)
    run(tools, "-m", "ruff", "format", "--quiet", *sources)
    run(sys.executable, "-m", "orionclient.cli._core.reference", stdout=ROOT / "docs" / "cli.md")


if __name__ == "__main__":
    main(*sys.argv[1:])
