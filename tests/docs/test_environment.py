"""The table of environment variables: it is current, and it lists what the code reads."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import orion_api

import orionclient
from orionclient import config
from orionclient._runtime import environment
from orionclient.emulator._jobs.hardware import describe_hardware, load_hardware

ROOTS = [Path(str(package.__file__)).parent for package in (orionclient, orion_api)]
NAMED = re.compile(r"_?(ORION|OCLI)_[A-Z_]+|(?i:(https?|all|no)_proxy)|[A-Z_]*(CERT_FILE|CERT_DIR|CA_BUNDLE)")
# urllib.request of the standard library reads these.
READ_ELSEWHERE = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
# The local Orion sets these; this package does not read them.
SET_IN_JOBS = {*describe_hardware(load_hardware("{}"), [0], {"cubes": [{"type": "source"}]})}
PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def find_names(source: str) -> set[str]:
    """Find the strings that are names of variables, and the literal names in reads of the environment."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAMED.fullmatch(node.value):
            found.add(node.value.upper())
        key = None
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(("environ.get", "getenv")):
            key = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
            key = node.slice
        if isinstance(key, ast.Constant):
            found.add(str(key.value).upper())
    return found


def test_the_table_is_current() -> None:
    assert environment.format_table() in PAGE.read_bytes().decode(), (
        "replace the table in docs/configuration.md by the output of: .venv/bin/python -m orionclient._runtime.environment"
    )


def test_every_setting_of_a_profile_is_listed() -> None:
    settings = re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_bytes().decode(), re.MULTILINE)
    assert settings == list(config._KEYS)


def test_the_table_lists_what_is_read() -> None:
    declared = Path(str(environment.__file__))
    found = {
        name
        for root in ROOTS
        for path in root.rglob("*.py")
        if path != declared
        for name in find_names(path.read_bytes().decode())
    }
    assert (found - SET_IN_JOBS) | READ_ELSEWHERE == set(environment.VARIABLES)


def test_the_variables_of_a_job_are_listed() -> None:
    page = PAGE.with_name("floes.md").read_bytes().decode()
    assert [name for name in SET_IN_JOBS if f"`{name}`" not in page] == []


def test_reads_that_are_found() -> None:
    source = """
if os.environ.get("ORION_A") or os.getenv("B") or os.environ["C"] or environ.get("D"):
    names = ("https_proxy", "ORION_E", "x")
"""
    assert find_names(source) == {"ORION_A", "B", "C", "D", "HTTPS_PROXY", "ORION_E"}
