"""Undocumented 2xx statuses: a success with one log line if the body is as documented, and an error otherwise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import orion_api
import pytest
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.datasets import create_dataset
from orion_api.api.files import delete_file, download_file, get_file, list_files
from orion_api.errors import UnexpectedStatus

from orionclient.cli.__main__ import main
from orionclient.exceptions import BadResponse, OrionConnectionError
from orionclient.session import OrionSession
from orionclient.types import Dataset, File

FILE = {"id": 1, "name": "x", "state": "ready", "project": 1, "owner": 1, "created": "2020-01-01T00:00:00Z", "size": 3}
DATASET = {"id": 1, "name": "x", "count": 0, "project": 1, "owner": 1, "created": "2020-01-01T00:00:00Z"}
PAGE = {"count": 1, "next": None, "results": [FILE]}
HTML = {"Content-Type": "text/html"}
Way = Callable[[OrionSession], Any]


def _async(module: Any, *args: Any, **given: Any) -> Way:
    return lambda session: asyncio.run(module.asyncio(*args, client=session.raw_async, **given))


def _sync(module: Any, *args: Any, **given: Any) -> Way:
    return lambda session: module.sync(*args, client=session.raw, **given)


# Operation -> a documented body, and the ways to call the operation.
OPERATIONS: dict[str, tuple[Any, dict[str, Way]]] = {
    "get_file": (FILE, {
        "session": lambda session: session.get_resource(File, 1), "raw": _sync(get_file, 1), "raw_async": _async(get_file, 1),
    }),
    "list_files": (PAGE, {
        "session": lambda session: list(session.list_resources(File)), "raw": _sync(list_files), "raw_async": _async(list_files),
    }),
    "create_dataset": (DATASET, {
        "session": lambda session: session.create_resource(Dataset, {"name": "x"}),
        "raw": _sync(create_dataset, body={"name": "x"}), "raw_async": _async(create_dataset, body={"name": "x"}),
    }),
    "delete_file": (None, {
        "session": lambda session: session.delete_resource(File(id=1)), "raw": _sync(delete_file, 1),
        "raw_async": _async(delete_file, 1),
    }),
}  # fmt: skip
CASES = [(operation, by) for operation, (_, ways) in OPERATIONS.items() for by in ways]


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if "undocumented" in each.getMessage()]


@pytest.mark.parametrize(("operation", "by"), CASES)
@pytest.mark.parametrize("status", [202, 203, 207, 299])
def test_an_undocumented_success_with_a_documented_body(
    scripted: Scripted, caplog: pytest.LogCaptureFixture, operation: str, by: str, status: int
) -> None:
    body, ways = OPERATIONS[operation]
    scripted.responses = [ScriptedResponse(status, body, raw=b"" if body is None else None)]
    session = scripted.session()
    found = ways[by](session)
    assert found or operation == "delete_file"
    # The status is logged only once.
    ways[by](session)
    assert lines(caplog) == [f"{operation}: undocumented success status {status}"]
    (record,) = (each for each in caplog.records if "undocumented" in each.getMessage())
    assert (record.name, record.levelname) == ("orionclient" if by == "session" else "orion_api", "WARNING")
    assert len(scripted.requests) == 2


@pytest.mark.parametrize(("status", "operation"), [(200, "create_dataset"), (201, "get_file"), (200, "delete_file")])
def test_the_successes_of_other_operations(scripted: Scripted, status: int, operation: str) -> None:
    body, ways = OPERATIONS[operation]
    scripted.responses = [ScriptedResponse(status, body, raw=b"" if body is None else None)]
    for way in ways.values():
        way(scripted.session())


@pytest.mark.parametrize(("operation", "by"), CASES)
@pytest.mark.parametrize(
    "response",
    [
        ScriptedResponse(202, {"task": 5}),
        ScriptedResponse(202, []),
        ScriptedResponse(202, raw=b"{"),
        ScriptedResponse(202, raw=b"<html>sign in</html>", headers=HTML),
        ScriptedResponse(204, raw=b""),
        ScriptedResponse(206, "whole"),
        ScriptedResponse(302, "whole"),
        ScriptedResponse(199, "whole"),
        ScriptedResponse(300, "whole"),
    ],
)
def test_invalid_successes_are_errors(
    scripted: Scripted, caplog: pytest.LogCaptureFixture, operation: str, by: str, response: ScriptedResponse
) -> None:
    body, ways = OPERATIONS[operation]
    if response.data == "whole":
        response = response._replace(data=body, raw=b"" if body is None else None)
    elif body is None and response.status == 204:
        return
    if response.status == 199:
        # An informational status is followed by the final response.
        return
    scripted.responses = [response]
    # A partial response to a read without a range is the fault of an intermediary.
    unasked = response.status == 206 and operation.startswith(("get_", "list_"))
    with pytest.raises(OrionConnectionError if unasked else BadResponse, match=str(response.status)):
        ways[by](scripted.session())
    assert lines(caplog) == []


def test_content_needs_the_documented_status(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(203, raw=b"CNS", headers={"Content-Type": "application/octet-stream"})]
    session = scripted.session()
    with pytest.raises(BadResponse):
        next(File(id=1, session=session).download())
    with pytest.raises(BadResponse):
        download_file.sync(1, client=session.raw)


def test_without_a_session(scripted: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    scripted.responses = [ScriptedResponse(203, FILE), ScriptedResponse(203, {"id": 1}), ScriptedResponse(202, raw=b"")]
    with orion_api.AuthenticatedClient(base_url=scripted.url, token="x") as client:
        assert get_file.sync_detailed(1, client=client).parsed.name == "x"
        odd = get_file.sync_detailed(1, client=client)
        assert (odd.status_code, odd.parsed, json.loads(odd.content)) == (203, None, {"id": 1})
        delete_file.sync(1, client=client)
        with pytest.raises(UnexpectedStatus, match="202"):
            get_file.sync(1, client=client)
    assert lines(caplog) == [
        "get_file: undocumented success status 203",
        "delete_file: undocumented success status 202",
    ]


def test_the_command_line(
    scripted: Scripted, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORION_URL", scripted.url)
    monkeypatch.setenv("ORION_TOKEN", "x")
    scripted.responses = [
        ScriptedResponse(203, FILE),
        ScriptedResponse(203, {"id": 1}),
        ScriptedResponse(200, raw=b"<html>", headers=HTML),
    ]
    ends = []
    for _ in range(3):
        with pytest.raises(SystemExit) as ended:
            main(["--json", "api", "get_file", "--param", "file_id=1"])
        ends.append(ended.value.code)
    assert ends[0] == 0
    assert 0 not in ends[1:]
    assert json.loads(capsys.readouterr().out) == FILE
