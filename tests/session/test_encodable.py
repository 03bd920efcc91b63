"""Strings that UTF-8 cannot encode, as file names in another encoding give them: rejected before a request, with field and value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import ValidationError
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Project, Secret, Shard, ShardCollection

BAD = "caf\udce9.txt"
NAME = r"cannot encode name 'caf\udce9.txt' as UTF-8: it contains a lone surrogate"

SENT: dict[str, tuple[Callable[[OrionSession], Any], str]] = {
    "file": (lambda s: File.upload(s, BAD, b"x"), NAME),
    "dataset": (lambda s: Dataset.upload(s, BAD, b"x", format="csv"), NAME),
    "shard": (lambda s: Shard.create(ShardCollection(id=1, session=s), BAD, file=b"x"), NAME),
    "collection": (lambda s: ShardCollection.create(s, BAD), NAME),
    "create_resource": (lambda s: s.create_resource(Project, {"name": BAD}), NAME),
    "update_resource": (lambda s: s.update_resource(File(id=1), {"name": BAD}), NAME),
    "filter": (lambda s: list(s.list_resources(File, {"name": BAD})), NAME),
    "description": (lambda s: File.upload(s, "x", b"x", description=BAD), r"encode description 'caf\udce9.txt' as"),
    "folder": (lambda s: File.upload(s, "x", b"x", folder_path=f"/{BAD}"), r"encode path '/caf\udce9.txt' as"),
    "created folder": (lambda s: s.create_paths(f"/{BAD}"), r"encode paths[0] '/caf\udce9.txt' as"),
    "tags of a new file": (lambda s: File.upload(s, "x", b"x", tags=["a", BAD]), r"encode tags[1] 'caf\udce9.txt' as"),
    "tags": (lambda s: s.tag_resource(File(id=1), BAD), r"encode tags[0] 'caf\udce9.txt' as"),
    "removed tags": (lambda s: s.untag_resource(File(id=1), BAD), r"encode tags[0] 'caf\udce9.txt' as"),
    "metadata": (
        lambda s: Shard.create(ShardCollection(id=1, session=s), metadata={"a": [1, {"b": BAD}]}, file=b"x"),
        r"encode metadata.a[1].b 'caf\udce9.txt' as",
    ),
    "key of metadata": (
        lambda s: ShardCollection.create(s, "x", metadata={BAD: 1}),
        r"encode a key of metadata 'caf\udce9.txt' as",
    ),
    "name of a filter": (lambda s: list(s.list_resources(File, {BAD: "x"})), r"encode 'caf\udce9.txt' as"),
}


@pytest.mark.parametrize("sent", SENT)
def test_nothing_is_sent(scripted: Scripted, sent: str) -> None:
    scripted.then(ScriptedResponse(404))
    with pytest.raises(ValidationError) as raised:
        SENT[sent][0](scripted.session())
    assert SENT[sent][1] in str(raised.value)
    assert str(raised.value).encode()
    assert ("--name in ocli" in str(raised.value)) == (SENT[sent][1] == NAME)
    assert scripted.requests == []


def test_secrets_are_not_shown(scripted: Scripted) -> None:
    session = scripted.then(ScriptedResponse(404)).session()
    for send, field in [
        (lambda: Secret.create(session, "x", f"hidden{BAD}"), "value"),
        (lambda: session.retrieve_token("ada", f"hidden{BAD}"), "password"),
    ]:
        with pytest.raises(ValidationError) as raised:
            send()
        assert str(raised.value) == f"cannot encode {field} as UTF-8: it contains a lone surrogate"
    assert scripted.requests == []


def test_pairs_of_surrogates_are_sent(session: OrionSession) -> None:
    assert File.upload(session, "\U0001f600", b"x", description="\\ud83d").name == "\U0001f600"
