"""The README and the pages of docs/ tell the truth: their code runs, what they name exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orionclient.config import read_profiles, resolve
from orionclient.examples import drugs
from orionclient.exceptions import ValidationError
from orionclient.types import Dataset

if TYPE_CHECKING:
    from orionclient.local import LocalOrion
    from orionclient.session import OrionSession

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OTHERS = [
    ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "openapi/README.md", "tests/README.md")
]
START = "python3 -m venv .venv && .venv/bin/pip install nox && .venv/bin/nox -s"


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_code_of_a_page_runs_from_top_to_bottom(
    page: Path,
    orion: LocalOrion,
    session: OrionSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    real_time: None,
) -> None:
    for name, value in orion.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    # What the pages look for is there, so that no loop runs over nothing.
    dataset = Dataset.upload(session, "approved drugs", drugs("sdf"))
    session.tag_resource(dataset, "Job 4242")
    names = {"session": session, "orion": orion, "dataset": dataset}
    for number, block in enumerate(blocks(page.read_text("utf-8"), "python"), 1):
        # A block that begins with the name of a file is that file, too.
        if named := re.match(r"# (\w+\.py)\n", block):
            (tmp_path / named[1]).write_text(block)
        exec(compile(block, f"{page.name}, block {number}", "exec"), names)
    if page.name == "README.md":
        assert (tmp_path / f"{dataset.id}.sdf").read_text().count("$$$$") == 24
        page_of_datasets: object = names["page"]
        assert page_of_datasets.results[0].id == dataset.id  # type: ignore[attr-defined]


def test_the_readme_prints_what_it_promises(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first = blocks(README, "python")[0]
    exec(compile(first, "README.md, block 1", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 24
    assert lines[0].startswith("aspirin 180.1")


def test_the_readme_has_blocks_of_code() -> None:
    assert len(blocks(README, "python")) >= 3
    assert README.count("```") == 2 * (len(blocks(README, "python")) + len(blocks(README, "ini")))


@pytest.mark.parametrize("session_of_nox", ["demo", "tests"])
def test_the_two_commands_stand_there(session_of_nox: str) -> None:
    assert f"    {START} {session_of_nox}\n" in README


def test_the_profile_of_the_readme_works_once_a_token_stands_in_it(own_home: Path) -> None:
    (text,) = blocks(README, "ini")
    path = own_home / ".orion" / "config"
    path.parent.mkdir()
    path.write_text(text)
    path.chmod(0o600)
    profiles = read_profiles()
    assert set(profiles) == {"default"}
    placeholder = profiles["default"]["token"]
    with pytest.raises(ValidationError, match=r"profile 'default' in .*config: invalid token") as caught:
        resolve()
    assert placeholder not in str(caught.value)
    path.write_text(text.replace(placeholder, "s3cret"))
    config = resolve()
    assert (config.url, config.username, config.token, config.project, config.profile) == (
        "https://orion.example.com",
        "you",
        "s3cret",
        7,
        "default",
    )


def table() -> dict[str, str]:
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", README, re.MULTILINE)
    assert len(rows) >= 5
    return dict(rows)


def test_the_places_of_the_table_exist() -> None:
    places = [place for cell in table() for place in re.findall(r"`([^`]+)`", cell)]
    assert [place for place in places if not (ROOT / place).exists()] == []


def sessions() -> list[str]:
    tree = ast.parse((ROOT / "noxfile.py").read_text("utf-8"))
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and any("nox.session" in ast.unparse(each) for each in node.decorator_list)
    ]


def test_the_sessions_of_nox_are_the_ones_named() -> None:
    assert re.findall(r"`(\w+)`", table()["`noxfile.py`"]) == sessions()
    commands = [
        names for page in [*PAGES, *OTHERS] for names in re.findall(r"\bnox -s (\w+(?: \w+)*)", page.read_text("utf-8"))
    ]
    assert {name for names in commands for name in names.split()} <= set(sessions())


def test_every_folder_of_the_tests_is_listed() -> None:
    page = (ROOT / "tests" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", page, re.MULTILINE)
    folders = {path.parent.name for path in (ROOT / "tests").glob("[a-z]*/*") if path.is_file()}
    assert [name for name, _ in rows] == sorted(folders)
    assert {name for _, run_by in rows for name in re.findall(r"`(\w+)`", run_by)} <= set(sessions())


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda page: page.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(page: Path) -> None:
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))]
    local = [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]
    assert [target for target in local if not (page.parent / target).exists()] == []
