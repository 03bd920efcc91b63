"""Multipart uploads to a server whose responses have invalid fields:

the content is stored completely, or an error names the field.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from helpers.canary import CANARIES

from orionclient._transfer import plans
from orionclient.emulator.faults import Step, remove, set_field
from orionclient.exceptions import OrionConnectionError, OrionError
from orionclient.local import LocalOrion
from orionclient.types import File, Shard, ShardCollection, Upload

KIB = 1024
CONTENT = random.Random(13).randbytes(300 * KIB)
# Unusable responses, by operation.
PLANS = [
    *(set_field("part_size", value) for value in (0, -1, 1, 16 * KIB - 1, 1.5, "65536", "x", None, [], True, 10**30)),
    set_field("part_size", (5 << 30) + 1), set_field("id", "../x"), set_field("id", 1.5), set_field("id", None),
    set_field("size", 5), set_field("size", "x"), set_field("presigned", None), set_field("presigned", "yes"),
    remove("part_size"), remove("id"), remove("presigned"),
]  # fmt: skip
PARTS = [set_field("sha256", value) for value in (None, 7, "", "0" * 63, "x" * 64)] + [remove("sha256")]
TARGETS = [
    *(set_field("targets", value) for value in (None, {}, [], 7, [None], ["x"], [[]], [{}], [{"number": 1}])),
    *(set_field("targets", [{"number": value, "url": "/x"}]) for value in ("1", None, True, 99, 1.0)),
    *(set_field("targets", [{"number": 1, "url": url}]) for url in (None, 7, "", [], {})),
    remove("targets"),
]  # fmt: skip
COMPLETE = [set_field("state", "open"), set_field("state", None), set_field("state", 7), remove("state")]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send content of some kilobytes in parts of 64 KiB, the smallest size that a server may choose."""
    for name in ("_SINGLE_REQUEST_SIZE", "MIN_PART_SIZE", "MIB"):
        monkeypatch.setattr(plans, name, 64 * KIB)


@pytest.fixture(scope="module")
def direct() -> Iterator[LocalOrion]:
    with LocalOrion(durable=False) as orion:
        CANARIES.add(orion.token)
        yield orion


@pytest.fixture(scope="module")
def presigned() -> Iterator[LocalOrion]:
    with LocalOrion(durable=False, storage=True) as orion:
        CANARIES.add(orion.token)
        yield orion


def name_of(value: object) -> str:
    return str(value.as_json())[:60] if isinstance(value, Step) else str(value)


def arrives(orion: LocalOrion, operation: str, step: Step, requests: int) -> None:
    """Check that an upload completes in `requests` requests of its content, and leaves no multipart upload behind."""
    session = orion.session()
    orion.faults.clear()
    orion.faults.script(operation, [step])
    file = File.upload(session, "x", CONTENT)
    orion.faults.assert_consumed()
    assert (file.state, b"".join(file.download())) == ("ready", CONTENT)
    assert len(orion.faults.requests("upload_file_content")) == requests
    # Without its id an upload cannot be deleted.
    left = 1 if step.values.get("field") == "id" else 0
    filters = {"resource_type": "file", "resource_id": file.id, "state": "open"}
    assert session.list_resources(Upload, filters).count() == left
    session.delete_resource(file, immediate=True)


@pytest.mark.parametrize("step", PLANS, ids=name_of)
def test_an_unusable_plan(direct: LocalOrion, step: Step) -> None:
    arrives(direct, "create_upload", step, 1)


@pytest.mark.parametrize("step", PARTS, ids=name_of)
def test_a_part_without_a_digest(direct: LocalOrion, step: Step) -> None:
    arrives(direct, "upload_part", step, 1)


@pytest.mark.parametrize("step", TARGETS, ids=name_of)
def test_unusable_targets(presigned: LocalOrion, step: Step) -> None:
    arrives(presigned, "obtain_upload_targets", step, 1)


@pytest.mark.parametrize("step", COMPLETE, ids=name_of)
def test_an_upload_without_a_completed_state(direct: LocalOrion, step: Step) -> None:
    arrives(direct, "complete_upload", step, 1)


@pytest.mark.parametrize("step", [remove("size"), remove("received"), set_field("created", None)], ids=name_of)
def test_an_invalid_field_that_is_not_needed(direct: LocalOrion, step: Step) -> None:
    arrives(direct, "create_upload", step, 0)


@pytest.mark.parametrize("expires", [None, 7, [], "soon", "0001-01-01T00:00:00", "9999-12-31T23:59:59-23:59"])
def test_an_unreadable_expiry(presigned: LocalOrion, expires: Any) -> None:
    arrives(presigned, "obtain_upload_targets", set_field("targets.*.expires", expires), 0)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://[::1", "gopher:x"])
def test_a_target_of_another_scheme(presigned: LocalOrion, url: str) -> None:
    presigned.faults.clear()
    presigned.faults.script("obtain_upload_targets", [set_field("targets.*.url", url)])
    with pytest.raises(OrionConnectionError, match="cannot use the presigned URL"):
        File.upload(presigned.session(), "other scheme", CONTENT)
    presigned.faults.assert_consumed()
    assert not list(presigned.session().list_resources(File, {"name": "other scheme"}))


def test_no_url_shows_in_the_log(presigned: LocalOrion, caplog: pytest.LogCaptureFixture) -> None:
    secret = "http://127.0.0.1/x?signature=must-not-be-logged"
    arrives(presigned, "obtain_upload_targets", set_field("targets", [secret]), 1)
    arrives(presigned, "obtain_upload_targets", set_field("targets.*.number", secret), 1)
    reported = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(reported) == 2
    assert "'targets[0]'" in reported[0]
    assert "'targets[0].number'" in reported[1]
    assert "must-not-be-logged" not in caplog.text


def test_one_log_line_has_the_reason(direct: LocalOrion, caplog: pytest.LogCaptureFixture) -> None:
    arrives(direct, "create_upload", set_field("part_size", 1), 1)
    (reported,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "create_upload" in reported
    assert "the server sent 1 for 'part_size'" in reported


def test_the_plan_of_a_shard(direct: LocalOrion) -> None:
    direct.faults.clear()
    direct.faults.script("create_upload", [set_field("part_size", 1)])
    shard = Shard.create(ShardCollection.create(direct.session(), "frames"), "1", file=CONTENT)
    direct.faults.assert_consumed()
    assert b"".join(shard.download()) == CONTENT


def test_a_failed_single_request_is_an_error_and_leaves_nothing(direct: LocalOrion) -> None:
    direct.faults.clear()
    direct.faults.script("create_upload", [set_field("part_size", 1)])
    direct.faults.script("upload_file_content", [413])
    with pytest.raises(OrionError, match="413"):
        File.upload(direct.session(), "too large", CONTENT)
    direct.faults.assert_consumed()
    assert not list(direct.session().list_resources(File, {"name": "too large"}))


ODD = [
    {"part_size": 1}, {"part_size": None}, {"presigned": None}, {"size": "x"}, {"resource_type": "shard"}, {"resource_id": 999},
    {"resource_id": None}, {"state": "complete"}, {"id": "x"},
]  # fmt: skip


@pytest.mark.parametrize("fields", ODD, ids=str)
def test_an_unusable_earlier_upload_is_left_alone(direct: LocalOrion, fields: dict[str, Any]) -> None:
    """The same for an upload of another file, which a server without filters may list."""
    session, calls = direct.session(), direct.session()._calls
    file = session.create_resource(File, {"name": "x"})
    from orion_api.api.uploads import create_upload

    body = {"resource_type": "file", "resource_id": file.id, "size": len(CONTENT), "part_size": 64 * KIB}
    earlier = calls.request_json(create_upload, {}, body=body)
    direct.faults.clear()
    ((name, value),) = fields.items()
    direct.faults.script("list_uploads", [set_field(f"results.*.{name}", value)])
    file.put_content(CONTENT)
    direct.faults.assert_consumed()
    assert b"".join(file.download()) == CONTENT
    assert len(direct.faults.requests("create_upload")) == 1
    assert session.get_resource(Upload, earlier["id"]).state == "open"


@pytest.mark.parametrize("results", [None, 7, {}, [None], [7], ["x"], [[]]], ids=str)
def test_an_invalid_list_of_uploads(direct: LocalOrion, results: Any) -> None:
    file = direct.session().create_resource(File, {"name": "x"})
    direct.faults.clear()
    direct.faults.script("list_uploads", [set_field("results", results)])
    file.put_content(CONTENT)
    direct.faults.assert_consumed()
    assert b"".join(file.download()) == CONTENT


@pytest.mark.parametrize(
    ("field", "value"), [("number", None), ("number", "1"), ("sha256", None), ("sha256", "x"), ("sha256", 7)]
)
def test_an_unknown_part_is_sent_again(direct: LocalOrion, field: str, value: Any) -> None:
    from orion_api.api.uploads import create_upload, upload_part

    calls = direct.session()._calls
    file = direct.session().create_resource(File, {"name": "x"})
    body = {"resource_type": "file", "resource_id": file.id, "size": len(CONTENT), "part_size": 64 * KIB}
    earlier = calls.request_json(create_upload, {}, body=body)
    calls.request_json(upload_part, {"upload_id": earlier["id"], "number": 1}, body=CONTENT[: 64 * KIB])
    direct.faults.clear()
    direct.faults.script("list_parts", [set_field(f"results.*.{field}", value)])
    file.put_content(CONTENT)
    direct.faults.assert_consumed()
    assert b"".join(file.download()) == CONTENT
    assert (len(direct.faults.requests("create_upload")), len(direct.faults.requests("upload_part"))) == (0, 5)
