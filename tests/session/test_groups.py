"""Groups through the session: listing them, sharing with them, and what members may do."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.plain import Plain

from orionclient.exceptions import AuthorizationRequired, NotFoundResponse, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Group, Resource, Secret


@pytest.fixture
def grace(orion: LocalOrion) -> OrionSession:
    """A member of the chemists and not of the mathematicians."""
    return orion.session("grace")


@pytest.fixture(params=["file", "dataset", "secret"])
def made(request: pytest.FixtureRequest, session: OrionSession) -> Resource:
    """Create a resource in the project whose only member is ada."""
    if request.param == "file":
        return File.upload(session, "thing", b"CNS")
    if request.param == "dataset":
        return Dataset.create(session, "thing")
    return Secret.create(session, "thing", "hush")


def test_groups(session: OrionSession, plain: Plain) -> None:
    chemists, mathematicians = session.list_resources(Group)
    assert [chemists.to_dict(), mathematicians.to_dict()] == plain.get("/api/v1/groups/")["results"]
    assert (chemists.id, chemists.name, chemists.organization) == (1, "Chemists", 1)
    assert chemists.description
    assert chemists.created
    assert list(session.list_resources(Group, {"name": "math"})) == [mathematicians]
    assert session.get_resource(Group, "2") == mathematicians
    assert session.get_link(session.create_link(chemists)).get_resource() == chemists
    with pytest.raises(NotFoundResponse):
        session.get_resource(Group, 3)


def test_unsupported_operations_on_groups(session: OrionSession) -> None:
    chemists: Any = Group(id=1)
    for attempt in (
        lambda: session.create_resource(Group, {"name": "Physicists"}),
        lambda: session.update_resource(chemists, {"name": "Alchemists"}),
        lambda: session.delete_resource(chemists),
        lambda: session.tag_resource(chemists, "x"),
        lambda: session.share_resource(chemists, chemists),
    ):
        with pytest.raises(ValidationError, match="Group cannot be"):
            attempt()


def test_sharing_reaches_the_members(session: OrionSession, grace: OrionSession, plain: Plain, made: Resource) -> None:
    kind, name = type(made), made.declaration.name
    chemists: Any = Group(id="1")
    mathematicians: Any = next(iter(session.list_resources(Group, {"name": "Mathematicians"})))
    session.share_resource(made, mathematicians)
    with pytest.raises(AuthorizationRequired, match="not a member"):
        grace.get_resource(kind, made._id())
    assert list(grace.list_resources(kind)) == []

    session.share_resource(made, chemists)
    shares = plain.get(f"/api/v1/shares/{name}/{made._id()}/")["results"]
    assert [(each["target_type"], each["target_id"]) for each in shares] == [("group", 1), ("group", 2)]
    seen = grace.get_resource(kind, made._id())
    assert list(grace.list_resources(kind)) == [seen]
    if isinstance(seen, File):
        assert b"".join(seen.download()) == b"CNS"
    with pytest.raises(AuthorizationRequired, match="read-only"):
        grace.update_resource(seen, {"name": "stolen"})

    session.unshare_resource(made, chemists)
    with pytest.raises(AuthorizationRequired, match="not a member"):
        grace.refresh_resource(seen)
    assert plain.get(f"/api/v1/shares/{name}/{made._id()}/")["count"] == 1


def test_a_missing_group(session: OrionSession, made: Resource) -> None:
    anonymous: Any = Group(id=99)
    with pytest.raises(AuthorizationRequired, match="group 99"):
        session.share_resource(made, anonymous)
