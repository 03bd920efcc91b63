"""`nox -s size` counts lines of code, and fails if a package grew."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SPEC = importlib.util.spec_from_file_location("count", Path(__file__).with_name("count.py"))
count: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(count)

MODULE = '''"""Module
docstring."""

import os  # counts

# A comment.
def f(
    x,
):
    "Docstring."
    return """two
lines"""
'''


def test_blank_lines_comments_and_docstrings_do_not_count() -> None:
    assert count.count_lines(MODULE) == 6


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, lines in {"session.py": 2, "types/files.py": 3, "cli/root.py": 5, "emulator/_http/app.py": 7}.items():
        path = tmp_path / "orionclient" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n" * lines)
    return tmp_path


def test_figures_by_package(project: Path) -> None:
    figures = {"cli": 5, "emulator": 7, "modules": 2, "types": 3, "client": 5, "per_operation": 2}
    assert count.measure(project, 2) == figures


def test_growth_fails_and_names_the_package(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size = project / "size.toml"
    assert count.main(["--write"], project, size) == 0
    capsys.readouterr()
    assert count.main([], project, size) == 0
    assert "types: 3 of 3\n" in capsys.readouterr().out
    (project / "orionclient/types/files.py").write_text("x = 1\n" * 4)
    assert count.main([], project, size) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(", and")[0] for line in lines] == [
        "orionclient: types has 4 lines of code",
        "orionclient: client has 6 lines of code",
    ]
    assert "allows 3; remove some, or run: nox -s size -- --write" in lines[0]
    assert count.main(["--write"], project, size) == 0
    # A figure that fell is no failure.
    (project / "orionclient/types/files.py").write_text("x = 1\n")
    assert count.main([], project, size) == 0


def test_a_new_package_is_growth(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size = project / "size.toml"
    count.main(["--write"], project, size)
    (project / "orionclient/more").mkdir()
    (project / "orionclient/more/module.py").write_text("x = 1\n")
    assert count.main([], project, size) == 1
    assert "more has 1 lines of code, and tests/size/size.toml allows 0" in capsys.readouterr().out
