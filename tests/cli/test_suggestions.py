"""Unknown names on the command line are reported with the closest known ones."""

from __future__ import annotations

import pytest
from cli.conftest import Call

from orionclient.cli._core.suggestions import find_closest, suggest


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--profil", "x", "files", "list"], "unknown option '--profil'. Did you mean '--profile'?"),
        (["files", "list", "--nam", "x"], "unknown option '--nam'. Did you mean '--name'?"),
        (["files", "list", "--timout", "5"], "unknown option '--timout'. Did you mean '--timeout'?"),
        (["files", "--jsn"], "unknown option '--jsn'. Did you mean '--json'?"),
        (["local", "stop", "--fodler", "x"], "unknown option '--fodler'. Did you mean '--folder'? Known options: --folder"),
        (["fils", "list"], "unknown command 'fils'. Did you mean 'files'"),
        (["FILES", "list"], "unknown command 'FILES'. Did you mean 'files'"),
        (["dataset", "list"], "unknown command 'dataset'. Did you mean 'datasets'"),
        (["files", "lst"], "unknown command 'lst'. Did you mean 'list'?"),
        (["molsearch", "querys"], "unknown command 'querys'. Did you mean 'query'? Known commands: db, query"),
        (["molsearch", "databses"], "unknown command 'databses'. Did you mean 'db'? Known commands: db, query"),
        (["files", "shw", "1"], "unknown command 'shw'. Did you mean 'info'"),
        (["local", "boot"], "unknown command 'boot'. Known commands: faults, reset, seed, start, status, stop"),
        (["--format", "jsn", "files", "list"], "'--format': unknown value 'jsn'. Did you mean 'json' or 'jsonl'? Known values: table,"),
        (["local", "start", "--seed", "dem"], "'--seed': unknown value 'dem'. Did you mean 'demo'? Known values: demo, none"),
        (["tags", "list", "fil", "1"], "unknown value 'fil'. Did you mean 'file'"),
        (["api", "get_fil"], "unknown operation 'get_fil'. Did you mean 'get_file'"),
        (["api", "xyzzy"], "unknown operation 'xyzzy'. List them with: ocli api --list"),
        (["api", "get_file", "-p", "fileid=1"], "operation 'get_file' has no parameter 'fileid'. Did you mean 'file_id'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_unknown_names(words: list[str], message: str, call: Call) -> None:
    done = call(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    error, hint = done.stderr.splitlines()
    assert message in error
    assert hint.startswith("Hint: ")


def test_unknown_profiles(call: Call) -> None:
    for name in ("work", "home"):
        made = call(
            "--profile", name, "config", "profile", "--url", "x.org", "--username", "u", "--with-token", input="t\n"
        )
        assert made.exit_code == 0
    for words in (
        ["--profile", "wrok", "files", "list"],
        ["config", "use", "wrok"],
        ["config", "remove", "wrok", "--yes"],
    ):
        done = call(*words)
        assert (done.exit_code, done.stdout) == (4, "")
        assert "unknown profile 'wrok' in " in done.stderr
        assert "Did you mean 'work'? Known profiles: home, work\n" in done.stderr


def test_the_profile_of_the_environment_is_checked(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    call("--profile", "work", "config", "profile", "--url", "x.org", "--username", "u", "--with-token", input="t\n")
    monkeypatch.setenv("ORION_PROFILE", "wrok")
    assert "Did you mean 'work'?" in call("files", "list").stderr


def test_half_an_environment_has_its_own_error(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORION_URL", "https://orion.example.com")
    done = call("files", "list")
    assert done.exit_code == 4
    assert "ORION_URL is set but ORION_TOKEN is not" in done.stderr


def test_long_lists_and_long_words() -> None:
    names = [f"name_{index}" for index in range(100)]
    assert suggest("xyzzy", names, "names") == ""
    assert suggest("name_17x", names, "names").startswith("Did you mean 'name_17'")
    assert find_closest("name_1" * 10_000, names) == []
    assert suggest("x", [], "names") == ""
