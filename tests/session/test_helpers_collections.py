"""The published helpers for shards:

they still work, warn about their replacements, and leave retries to the session.
"""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

import orionclient
from orionclient.exceptions import AuthorizationRequired, BadResponse, OrionServiceError, ValidationError
from orionclient.helpers import collections as helpers
from orionclient.helpers.collections import try_hard_to_create_shard, try_hard_to_download_shard
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Shard, ShardCollection

COLLECTIONS = "/api/v1/storage/collections/"
quiet = pytest.mark.filterwarnings("ignore:try_hard_to:DeprecationWarning")


@pytest.fixture(autouse=True)
def as_in_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "_WARNED", set())


@quiet
def test_a_round_trip_as_in_old_scripts(session: OrionSession, plain: Plain, tmp_path: Path) -> None:
    source, target = tmp_path / "frames", tmp_path / "back"
    source.write_bytes(b"0123456789")
    target.write_bytes(b"")
    collection = ShardCollection.create(session, "frames")
    shard = try_hard_to_create_shard(collection, str(source), "first", {"size_bytes": 10}, 10)
    assert (shard.name, shard.metadata, shard.size, shard.state) == ("first", {"size_bytes": 10}, 10, "temporary")
    assert plain.get(f"{COLLECTIONS}{collection.id}/shards/{shard.id}/")["state"] == "temporary"
    shard.close()
    assert shard.state == "ready"
    again = session.get_resource(Shard(collection=collection), shard.id)
    try_hard_to_download_shard(again, str(target), attempts=10)
    assert target.read_bytes() == b"0123456789"


@quiet
def test_names_may_be_omitted_or_none(session: OrionSession) -> None:
    collection = ShardCollection.create(session, None)
    made = [
        try_hard_to_create_shard(collection, b"x"),
        try_hard_to_create_shard(collection, filename=b"x", name=None, metadata=None, attempts=1),
    ]
    assert [(shard.name, shard.metadata) for shard in made] == [("", {}), ("", {})]


def test_each_warns_once_in_a_process_at_the_line_that_calls(session: OrionSession, tmp_path: Path) -> None:
    collection = ShardCollection.create(session, "frames")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            shard = try_hard_to_create_shard(collection, b"x")
            try_hard_to_download_shard(shard, tmp_path / "x")
    assert [(each.category, each.filename) for each in caught] == [(DeprecationWarning, __file__)] * 2
    messages = [str(each.message) for each in caught]
    assert "use Shard.create(collection, name, file=...)" in messages[0]
    assert "use shard.download_to_file" in messages[1]


@quiet
def test_a_failed_upload_leaves_no_shard(scripted: Scripted) -> None:
    scripted.then(
        ScriptedResponse(201, {"id": 5, "collection": 3}),
        ScriptedResponse(400, {"detail": "no"}),
        ScriptedResponse(204, raw=b""),
    )
    collection = ShardCollection(id=3, session=scripted.session())
    with pytest.raises(BadResponse, match="upload_shard_content"):
        try_hard_to_create_shard(collection, b"x", attempts=5)
    assert [(request.method, request.path) for request in scripted.requests] == [
        ("POST", f"{COLLECTIONS}3/shards/"),
        ("PUT", f"{COLLECTIONS}3/shards/5/upload/"),
        ("DELETE", f"{COLLECTIONS}3/shards/5/"),
    ]


@quiet
def test_only_the_session_retries(scripted: Scripted, tmp_path: Path) -> None:
    scripted.then(ScriptedResponse(503))
    session = scripted.session(retry_dict={503: 2})
    shard = Shard(collection=ShardCollection(id=3), id=5, session=session)
    with pytest.raises(OrionServiceError):
        try_hard_to_download_shard(shard, tmp_path / "x", attempts=50)
    assert len(scripted.requests) == 3
    assert list(tmp_path.iterdir()) == []


@quiet
def test_errors_propagate(orion: LocalOrion, session: OrionSession, plain: Plain, tmp_path: Path) -> None:
    collection = ShardCollection.create(session, "frames")
    with pytest.raises(FileNotFoundError):
        try_hard_to_create_shard(collection, tmp_path / "missing")
    with pytest.raises(ValidationError, match="metadata"):
        try_hard_to_create_shard(collection, b"x", metadata={"x": "x" * 300_000})
    assert plain.get(f"{COLLECTIONS}{collection.id}/shards/")["count"] == 0
    grace = orion.session("grace")
    session.share_resource(collection, grace.get_user_profile())
    with pytest.raises(AuthorizationRequired):
        try_hard_to_create_shard(grace.get_resource(ShardCollection, collection.id), b"x")


def test_submodules_load_lazily() -> None:
    script = """
import sys
import orionclient
assert "orionclient.helpers" not in sys.modules
helpers = orionclient.helpers
assert {"collections", "filenames", "reports"} <= set(dir(helpers))
assert not [name for name in sys.modules if name.startswith("orionclient.helpers.")]
assert helpers.filenames.safe_filename("a/b") == "a_b"
assert "orionclient.session" not in sys.modules
assert callable(helpers.collections.try_hard_to_create_shard) and callable(helpers.reports.download_report)
assert "httpx" not in sys.modules and "orionclient.emulator" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    with pytest.raises(AttributeError, match="no attribute 'parameters'"):
        _ = orionclient.helpers.parameters
