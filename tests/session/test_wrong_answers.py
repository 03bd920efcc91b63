"""Answers that are good by their status and wrong by what they hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.plain import Plain
from helpers.scripted import Answer, Scripted

from orionclient.emulator.faults import reset_after, set_field, status
from orionclient.exceptions import BadResponse, NotFoundResponse, OrionConnectionError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File

PAGE = Answer(raw=b"<html><title>Please sign in</title></html>", headers={"Content-Type": "text/html; charset=utf-8"})


def test_the_page_of_a_portal_is_no_content(scripted: Scripted, tmp_path: Path) -> None:
    scripted.then(PAGE)
    target = tmp_path / "x"
    with pytest.raises(BadResponse, match="web page titled 'Please sign in'"):
        File(id=1, session=scripted.session()).download_to_file(target)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mark", ["ETag", "Repr-Digest"])
def test_a_stored_page_is_content(scripted: Scripted, mark: str) -> None:
    scripted.then(PAGE._replace(headers={**PAGE.headers, mark: '"1"'}))
    assert b"".join(File(id=1, session=scripted.session()).download()) == PAGE.raw


def test_an_item_that_comes_again_on_the_next_page_is_left_out(scripted: Scripted) -> None:
    pages = [
        {"results": [{"id": 1}, {"id": 2}], "next": "/two"},
        {"results": [{"id": 2}, {"id": 3}], "next": "/three"},
        {"results": [{"id": 4}, {"name": "without"}, {"name": "ids"}], "next": None},
    ]
    scripted.then(*(Answer(data=page) for page in pages))
    found = [each.to_dict().get("id") for each in scripted.session().list_resources(File)]
    assert found == [1, 2, 3, 4, None, None]


@pytest.mark.parametrize("number", [1, 4])
def test_content_that_arrived_as_something_else_is_sent_again(orion: LocalOrion, plain: Plain, number: int) -> None:
    orion.faults.script("upload_file_content", [set_field("sha256", "0" * 64)], times=number)
    file = File.upload(orion.session(), "x", b"content")
    orion.faults.assert_consumed()
    assert len(orion.faults.requests("upload_file_content")) == number + 1
    assert plain.request("GET", f"/api/v3/storage/files/{file.id}/download")[1] == b"content"


def test_and_not_for_ever(orion: LocalOrion, plain: Plain) -> None:
    orion.faults.script("upload_file_content", [set_field("sha256", "0" * 64)], times=5)
    with pytest.raises(OrionConnectionError, match="another digest") as caught:
        File.upload(orion.session(), "x", b"content")
    assert caught.value.attempts == 5
    orion.faults.assert_consumed()
    assert plain.get("/api/v3/storage/files/")["count"] == 0


def test_a_refusal_says_nothing_of_the_attempts_before_it(orion: LocalOrion, session: OrionSession) -> None:
    session.is_authenticated()
    orion.faults.script("create_dataset", [reset_after(), status(404)])
    with pytest.raises(NotFoundResponse, match="it may have been applied") as caught:
        Dataset.create(session, "x")
    assert caught.value.may_have_been_applied
    assert orion.faults.effects("create_dataset") == 1


def test_a_creation_whose_answer_cannot_be_read_was_made(orion: LocalOrion, session: OrionSession) -> None:
    orion.faults.script("create_dataset", [{"step": "html", "applied": True}])
    with pytest.raises(BadResponse, match="web page") as caught:
        Dataset.create(session, "x")
    assert caught.value.may_have_been_applied
    assert orion.faults.effects("create_dataset") == 1
