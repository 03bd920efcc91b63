"""The listing of `orionclient/` shows the architecture: few private packages, each with one purpose."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import orionclient

PACKAGE = Path(str(orionclient.__file__)).parent
CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"


def entries() -> list[str]:
    """List the modules and packages of `orionclient`."""
    return sorted(
        path.stem
        for path in PACKAGE.iterdir()
        if path.name != "__init__.py" and (path.suffix == ".py" or (path / "__init__.py").exists())
    )


def test_there_are_at_most_six_private_packages_and_the_version() -> None:
    private = {name for name in entries() if name.startswith("_")}
    assert "_version" in private
    assert len(private) <= 7, private
    assert all((PACKAGE / name).is_dir() for name in private - {"_version"})


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_module_has_a_purpose_in_one_line(path: Path) -> None:
    purpose = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    first, _, rest = purpose.partition("\n")
    assert first.endswith((".", ":")), path
    assert not rest or rest.startswith("\n"), path


def test_the_table_of_the_layout_names_every_package() -> None:
    page = CONTRIBUTING.read_bytes().decode()
    table = page[page.index("| in `orionclient/` |") :].partition("\n\n")[0]
    named = {
        word for row in table.splitlines() for word in row.split("|")[1].replace("`", "").replace(",", " ").split()
    }
    assert named >= set(entries()) - {"_version"}
    assert {name for name in named if name.startswith("_")} <= set(entries())
