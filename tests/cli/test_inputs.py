"""Files and standard input that options name: byte order marks, the home directory, and standard input for one parameter only."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from cli.conftest import COMMAND, Call, environment

from orionclient.local import LocalOrion
from orionclient.types import File, ShardCollection

BAD = "caf\udce9.txt"
CHANGES = json.dumps({"name": "Zoë"}, ensure_ascii=False)
BODY = ["api", "create_file", "--dry-run", "--body"]


@pytest.mark.parametrize("content", [CHANGES, f"\ufeff{CHANGES}", f"\ufeff{CHANGES}\r\n"])
def test_a_byte_order_mark_is_skipped(call: Call, stack: LocalOrion, tmp_path: Path, content: str) -> None:
    (tmp_path / "body.json").write_bytes(content.encode())
    for source, given in [("@body.json", b""), ("@-", content.encode())]:
        done = call("api", "create_dataset", "--body", source, on=stack, input=given)
        assert (done.exit_code, json.loads(done.stdout)["name"]) == (0, "Zoë")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CHANGES.encode("utf-16"), "in body.json: the file is UTF-16; save it as UTF-8"),
        (CHANGES.encode("latin-1"), "in body.json: the file is not UTF-8"),
        (b"{", "not valid JSON in body.json"),
    ],
)
def test_a_file_that_is_not_valid(call: Call, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "body.json").write_bytes(content)
    done = call(*BODY, "@body.json")
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())


def test_a_missing_file_is_named(call: Call) -> None:
    done = call(*BODY, "@missing.json")
    assert done.exit_code == 2
    assert "cannot read missing.json: No such file or directory" in done.stderr


def test_the_home_directory_in_options(call: Call, stack: LocalOrion, own_home: Path, tmp_path: Path) -> None:
    (own_home / "body.json").write_bytes(CHANGES.encode())
    (own_home / "data").write_bytes(b"content")
    assert call("api", "create_dataset", "--body=@~/body.json", on=stack).exit_code == 0
    file = call("files", "upload", str(own_home / "data"), "-q", on=stack).stdout.strip()
    assert call("files", "download", file, "--output=~/copy", on=stack).exit_code == 0
    assert call("api", "download_file", f"--param=file_id={file}", "--output=~/raw", on=stack).exit_code == 0
    assert (own_home / "copy").read_bytes() == (own_home / "raw").read_bytes() == b"content"
    found = call("local", "status", "--folder=~/local", "--json")
    assert json.loads(found.stdout)["folder"] == str(own_home / "local")
    assert call("files", "download", file, "--output=~no-such-user-here/x", on=stack).exit_code == 2
    assert not list(tmp_path.glob("~*"))
    # Arguments are expanded by the shell, so what is left is the name of a file.
    (tmp_path / "~").mkdir()
    (tmp_path / "~" / "data").write_bytes(b"here")
    assert call("files", "upload", "~/data", on=stack).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "first", "second"),
    [
        (["files", "upload", "-", "-"], "-", "-"),
        (["datasets", "upload", "-", "-"], "-", "-"),
        (["shards", "upload", "1", "-", "--metadata", "@-"], "--metadata @-", "-"),
    ],
)
def test_standard_input_is_read_once(
    call: Call, stack: LocalOrion, arguments: list[str], first: str, second: str
) -> None:
    count = stack.session().list_resources
    from orionclient.types import File

    before = len(list(count(File)))
    done = call(*arguments, on=stack, input=b"{}")
    assert done.exit_code == 2
    assert done.stderr.startswith(f"Error: standard input is given twice: by {first} and by {second}\n")
    assert stack.session().list_resources(File).count() == before


@pytest.mark.skipif(os.name == "nt", reason="file names of Windows are Unicode")
def test_files_with_such_names(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    folder = tmp_path / "fold\udce9"
    folder.mkdir()
    (folder / BAD).write_bytes(b"x")
    session = stack.session()
    assert File.upload(session, "x", folder / BAD).size == 1
    # A name that is derived from such a file has replacement characters; a given one is rejected.
    for words, expected in [
        (["files", "upload", str(folder / BAD)], "caf\ufffd.txt"),
        (["collections", "upload", str(folder)], "fold\ufffd"),
    ]:
        assert call(*words, on=stack).exit_code == 0
        kind = File if words[0] == "files" else ShardCollection
        assert expected in [each.name for each in session.list_resources(kind)]
        done = call(*words, "--name", BAD, on=stack)
        assert done.exit_code == 6
        assert done.stderr.startswith(
            f"Error: cannot encode name {BAD!r} as UTF-8: it contains a lone surrogate\nHint: choose a name in UTF-8: "
        )
        assert "--name" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="a shell closes the descriptor")
@pytest.mark.parametrize("words", ["files upload -", "secrets create name", "api create_file --body @-"])
def test_a_closed_standard_input(own_home: Path, stack: LocalOrion, words: str) -> None:
    done = subprocess.run(
        f"{shlex.join(COMMAND)} {words} <&-",
        shell=True,
        env=environment(own_home, stack),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode in {2, 9}, done.stderr
    assert "standard input is closed" in done.stderr
    assert "unexpected" not in done.stderr
