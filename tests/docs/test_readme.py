"""The code of the README and of docs/ runs, and the files, sessions and links that they name exist."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.socks5 import Socks5Proxy

from orionclient.config import read_profiles, resolve
from orionclient.examples import drugs
from orionclient.exceptions import ValidationError
from orionclient.types import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orionclient.local import LocalOrion
    from orionclient.session import OrionSession

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OTHERS = [
    ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "openapi/README.md", "tests/README.md")
]
START = "python3 -m venv .venv && .venv/bin/pip install nox && .venv/bin/nox -s"


@pytest.fixture
def socks() -> Iterator[Socks5Proxy]:
    with Socks5Proxy() as proxy:
        yield proxy


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_code_of_a_page_runs_from_top_to_bottom(
    page: Path,
    orion: LocalOrion,
    session: OrionSession,
    socks: Socks5Proxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    real_time: None,
) -> None:
    for name, value in orion.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    # The pages list resources; these make sure that no loop is empty.
    dataset = Dataset.upload(session, "approved drugs", drugs("sdf"))
    session.tag_resource(dataset, "Job 4242")
    names = {"session": session, "orion": orion, "dataset": dataset, "proxy_url": socks.url}
    for index, block in enumerate(blocks(page.read_text("utf-8"), "python"), 1):
        # A block that starts with a file name is also written to that file.
        if named := re.match(r"# (\w+\.py)\n", block):
            (tmp_path / named[1]).write_text(block)
        exec(compile(block, f"{page.name}, block {index}", "exec"), names)
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
    assert README.count("```") == 2 * sum(len(blocks(README, language)) for language in ("python", "ini", "console"))


@pytest.mark.parametrize("page", ["guide.md", "faults.md", "floes.md", "transports.md", "testing.md"])
def test_the_page_has_blocks_of_code(page: str) -> None:
    assert len(blocks((ROOT / "docs" / page).read_text("utf-8"), "python")) >= 3


def test_the_tests_on_the_page_about_testing_pass(tmp_path: Path) -> None:
    for block in blocks((ROOT / "docs" / "testing.md").read_bytes().decode(), "python"):
        if named := re.match(r"# (\w+\.py)\n", block):
            (tmp_path / named[1]).write_bytes(block.encode())
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=600, check=False)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.parametrize("session_of_nox", ["demo", "tests"])
def test_the_readme_has_the_commands_of_the_demo_and_the_tests(session_of_nox: str) -> None:
    assert f"    {START} {session_of_nox}\n" in README


def test_the_profile_of_the_readme_is_valid_once_it_has_a_token(own_home: Path) -> None:
    (profile,) = blocks(README, "ini")
    path = own_home / ".orion" / "config"
    path.parent.mkdir()
    path.write_text(profile)
    path.chmod(0o600)
    profiles = read_profiles()
    assert set(profiles) == {"default"}
    placeholder = profiles["default"]["token"]
    with pytest.raises(ValidationError, match=r"profile 'default' in .*config: invalid token") as caught:
        resolve()
    assert placeholder not in str(caught.value)
    path.write_text(profile.replace(placeholder, "s3cret"))
    config = resolve()
    assert (config.url, config.username, config.token, config.project, config.profile) == (
        "https://orion.example.com",
        "you",
        "s3cret",
        7,
        "default",
    )


def read_table(page: str) -> dict[str, str]:
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", page, re.MULTILINE)
    assert len(rows) >= 5
    return dict(rows)


def test_the_paths_of_the_repository_layout_exist() -> None:
    paths = [path for cell in read_table(README) for path in re.findall(r"`([^`]+)`", cell)]
    assert len(paths) >= 7
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_extra_is_listed_in_the_guide() -> None:
    extras = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"])
    listed = {cell.strip("`") for cell in read_table((ROOT / "docs" / "guide.md").read_text("utf-8"))}
    assert listed == extras - {"emulator"}


def sessions() -> list[str]:
    tree = ast.parse((ROOT / "noxfile.py").read_text("utf-8"))
    return [
        decorator.group(1) or node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        for each in node.decorator_list
        if (decorator := re.match(r"nox\.session(?:\(name='(.+)'\))?", ast.unparse(each)))
    ]


def test_every_session_of_nox_is_listed_and_no_other_is_named() -> None:
    assert [
        cell.strip("`") for cell in read_table(CONTRIBUTING.partition("## Sessions of nox")[2].partition("\n## ")[0])
    ] == sessions()
    commands = [
        names
        for page in [*PAGES, *OTHERS]
        for names in re.findall(r"\bnox -s ([\w-]+(?: \w[\w-]*)*)", page.read_text("utf-8"))
    ]
    # The word after `new-kind` is the name of the kind.
    named = {name for names in commands for name in re.sub(r"(?<=new-kind) \w+", "", names).split()}
    assert named <= set(sessions())


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
