"""`ocli api`: raw operations with parameters, bodies and bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.conftest import Call

from orionclient.local import LocalOrion
from orionclient.types import File


@pytest.fixture(scope="module")
def planted(stack: LocalOrion) -> LocalOrion:
    File.upload(stack.session(), "one", b"CNS")
    return stack


def test_all_operations_are_listed(call: Call) -> None:
    from orion_api.operations import OPERATIONS

    done = call("api", "--list", "-q")
    assert done.stdout.split() == list(OPERATIONS)


def test_parameters_of_path_and_query(call: Call, planted: LocalOrion) -> None:
    page = json.loads(
        call("--json", "api", "list_files", "-p", "name=one", "-p", "limit=1", "-p", "deleted=false", on=planted).stdout
    )
    assert [each["name"] for each in page["results"]] == ["one"]
    tagged = call("api", "list_files", "-p", "tags=a", "-p", "tags=b", "--dry-run")
    assert tagged.stdout == "Would send GET /api/v3/storage/files/?tags=a&tags=b\n"


def test_a_body_as_a_string_and_as_a_file(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text('{"name": "from a file"}')
    for given, name in (('{"name": "hits"}', "hits"), ("@body.json", "from a file")):
        done = call("api", "create_dataset", "--body", given, on=planted)
        assert json.loads(done.stdout)["name"] == name
    assert call("api", "create_dataset", "--body", "{").exit_code == 2
    assert call("api", "create_dataset", "--body", '{"name": 7}').exit_code == 6


def test_bytes_make_a_round_trip(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "content").write_bytes(b"other")
    file_id = json.loads(call("api", "create_file", "--body", '{"name": "raw"}', on=planted).stdout)["id"]
    done = call("api", "upload_file_content", "-p", f"file_id={file_id}", "--file", "content")
    assert json.loads(done.stdout)["state"] == "ready"
    assert call("api", "download_file", "-p", f"file_id={file_id}").stdout == "other"
    call("api", "download_file", "-p", f"file_id={file_id}", "-o", "back")
    assert (tmp_path / "back").read_bytes() == b"other"
    assert call("api", "delete_file", "-p", f"file_id={file_id}").stdout == "{}\n"


@pytest.mark.parametrize(
    ("words", "reported"),
    [
        (["get_file", "-p", "nix=1"], "Known parameters: file_id"),
        (["get_file", "-p", "file_id"], "NAME=VALUE"),
        (["get_file", "-p", "file_id=../1"], "file_id"),
        (["list_files", "-p", "limit=x"], "integer"),
        (["create_file"], "body"),
    ],
)
def test_invalid_calls_are_reported(words: list[str], reported: str, call: Call, planted: LocalOrion) -> None:
    done = call("api", *words, on=planted)
    assert done.exit_code == 2, done.output
    assert reported in done.stderr


def test_truncated_bytes_leave_no_file(orion: LocalOrion, call: Call) -> None:
    File.upload(orion.session(), "x", b"some content")
    file_id = str(orion.session().list_resources(File, {"name": "x"}).one().id)
    orion.faults.script("download_file", ["digest"] * 20)
    done = call("api", "download_file", "-p", f"file_id={file_id}", "-o", "here", on=orion)
    assert done.exit_code != 0
    assert not Path("here").exists()
    orion.faults.clear()
    assert call("api", "download_file", "-p", f"file_id={file_id}", "-o", "here", on=orion).exit_code == 0
    assert Path("here").read_bytes() == b"some content"
    assert call("api", "download_file", "-p", "file_id=999", "-o", "there", on=orion).exit_code == 5
    assert not Path("there").exists()
