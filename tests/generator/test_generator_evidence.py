"""Test the table of evidence: it is up to date, and fields without a mark have that of their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator_paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_the_table_in_docs_is_up_to_date(run: Any) -> None:
    done = run("-m", "generator", "evidence")
    assert (done.returncode, done.stderr) == (0, "")
    committed = (ROOT / "docs" / "evidence.md").read_bytes().decode()
    assert done.stdout == committed, "run: nox -s generate"


def test_fields_have_the_mark_of_their_schema_or_their_own(run: Any, contract: Path, tmp_path: Path) -> None:
    output = tmp_path / "evidence.md"
    done = run("-m", "generator", "evidence", "--contract", contract, "--output", output)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    lines = output.read_bytes().decode().splitlines()
    for line in (
        "| `page` | Page about things | example.org | 2026 |",
        "| `create_thing` | documented `page` |  |",
        "| `get_thing` | observed `page` | assumed: `thing_id`, `X-Key` |",
        "| `CreateThing` | assumed: `name`, `note` |",
        "| `IssuedToken` | listed `page`: `token` |",
        "| `ThingState` | assumed |",
    ):
        assert line in lines, line


def test_the_table_is_made_only_from_a_valid_contract(run: Any, contract: Path, tmp_path: Path) -> None:
    source = (contract / "common.yaml").read_bytes()
    (tmp_path / "common.yaml").write_bytes(source.replace(b"      x-orion-source: page\n", b"", 1))
    done = run("-m", "generator", "evidence", "--contract", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "R20 create_thing: `x-orion-source` is missing; use a key of `x-orion-sources`" in done.stderr
