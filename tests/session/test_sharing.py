"""Sharing: permissions, recipients, revoking shares, and the account balance."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse
from orion_api import contract

from orionclient._resources.declaration import SHARE_TARGETS
from orionclient.exceptions import AuthorizationRequired, BadResponse, NotFoundResponse, OrionError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import (
    KINDS,
    Balance,
    Dataset,
    File,
    Group,
    Organization,
    Project,
    Resource,
    Shard,
    ShardCollection,
    User,
)

PATHS = {
    "dataset": "/api/v1/storage/datasets/",
    "file": "/api/v3/storage/files/",
    "collection": "/api/v1/storage/collections/",
}


@pytest.fixture
def grace(orion: LocalOrion) -> OrionSession:
    """The recipient of shares; `session` is the session of ada."""
    return orion.session("grace")


@pytest.fixture(params=[Dataset, File, ShardCollection])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=["user", "group", "project", "organization"])
def target(request: pytest.FixtureRequest) -> Any:
    """The recipient: grace, or a group or project that she is a member of."""
    return {"user": User(id=2), "group": Group(id=1), "project": Project(id="3"), "organization": Organization(id=1)}[
        request.param
    ]


def secret(session: OrionSession, kind: Any) -> Any:
    """A resource with content in the project whose only member is ada."""
    if kind is File:
        return File.upload(session, "secret", b"CNS")
    if kind is ShardCollection:
        collection = ShardCollection.create(session, "secret")
        Shard.create(collection, "s", file=b"CNS")
        return collection
    dataset = Dataset.create(session, "secret")
    dataset.write({"n": 1})
    dataset.finalize()
    return dataset


def content(session: OrionSession, resource: Any) -> Any:
    again = session.get_resource(type(resource), resource.id)
    if isinstance(again, File):
        return b"".join(again.download())
    if isinstance(again, ShardCollection):
        return [b"".join(shard.download()) for shard in again.list_shards()]
    return [dict(record) for record in again.records()], again.record(1)["n"], again.download(format="json")


def test_a_share_grants_reading_until_it_is_revoked(
    session: OrionSession, grace: OrionSession, plain: Plain, kind: Any, target: Any
) -> None:
    made = secret(session, kind)
    name = kind.declaration.name
    with pytest.raises(AuthorizationRequired):
        grace.get_resource(kind, made.id)
    assert list(grace.list_resources(kind)) == []

    assert session.share_resource(made, target) is None  # type: ignore[func-returns-value]
    wire = plain.get(f"/api/v1/shares/{name}/{made.id}/")
    assert [(share["target_type"], share["target_id"], share["owner"]) for share in wire["results"]] == [
        (target.declaration.name, int(target.id), 1)
    ]
    assert content(grace, made) == content(session, made)
    assert list(grace.list_resources(kind)) == [made]
    assert list(grace.list_resources(kind, {"name": "SECRET"})) == [made]
    assert list(grace.list_resources(kind, {"project": 3})) == []

    session.share_resource(kind(id=str(made.id)), target)
    assert plain.get(f"/api/v1/shares/{name}/{made.id}/")["count"] == 1
    session.unshare_resource(made, target)
    assert plain.get(f"/api/v1/shares/{name}/{made.id}/")["count"] == 0
    for attempt in (grace.refresh_resource, lambda resource: content(grace, resource)):
        with pytest.raises(AuthorizationRequired, match="not a member"):
            attempt(kind(id=made.id, session=grace))
    assert list(grace.list_resources(kind)) == []
    session.unshare_resource(made, target)


def test_a_share_grants_no_writing(
    session: OrionSession, grace: OrionSession, plain: Plain, kind: Any, target: Any
) -> None:
    made = secret(session, kind)
    session.tag_resource(made, "mine")
    session.share_resource(made, target)
    before = plain.get(f"{PATHS[kind.declaration.name]}{made.id}/")
    seen = grace.get_resource(kind, made.id)
    attempts: list[Any] = [
        lambda: grace.update_resource(seen, {"name": "stolen"}),
        lambda: grace.update_resource(seen, {"project": 2}),
        lambda: grace.delete_resource(seen),
        lambda: grace.delete_resource(seen, immediate=True),
        lambda: grace.tag_resource(seen, "hers"),
        lambda: grace.tag_resource(seen, "hers", project=2),
        lambda: grace.untag_resource(seen, "mine"),
        lambda: grace.share_resource(seen, Project(id=2)),
        lambda: grace.unshare_resource(seen, target),
        lambda: grace.assign_paths({"resource_type": kind, "id": seen.id, "path": "/hers"}),
    ]
    if kind is File:
        attempts.append(lambda: seen.put_content(b"other"))
    elif kind is ShardCollection:
        shard = seen.list_shards().one()
        attempts += [
            seen.open,
            seen.close,
            shard.close,
            lambda: Shard.create(seen),
            lambda: shard.upload_file(b"other"),
        ]
        attempts += [lambda: grace.delete_resource(shard), lambda: grace.update_resource(shard, {"name": "stolen"})]
    else:
        attempts.append(lambda: (seen.write({"n": 2}), seen.finalize()))
    for attempt in attempts:
        with pytest.raises(AuthorizationRequired, match="shared with you read-only"):
            attempt()
    assert plain.get(f"{PATHS[kind.declaration.name]}{made.id}/") == before
    assert [tag["name"] for tag in session.list_tags(made)] == ["mine"]
    # The tags of a project are visible to its members only.
    assert list(grace.list_tags(seen)) == []
    assert plain.get(f"/api/v1/shares/{kind.declaration.name}/{made.id}/")["count"] == 1


def test_shares_are_listed(session: OrionSession, grace: OrionSession, kind: Any) -> None:
    made = secret(session, kind)
    assert list(session.list_shares(made)) == []
    for target in (User(id=2), Group(id=1), Project(id=3)):
        session.share_resource(made, target)
    shown = [(each["target_type"], each["target_id"], each["owner"]) for each in session.list_shares(kind(id=made.id))]
    assert shown == [("group", 1, 1), ("project", 3, 1), ("user", 2, 1)]
    with pytest.raises(AuthorizationRequired, match="read-only"):
        list(grace.list_shares(made))
    with pytest.raises(ValidationError, match="User cannot be shared"):
        session.list_shares(User(id=2))


def test_several_shares_are_revoked_one_by_one(session: OrionSession, grace: OrionSession) -> None:
    made = secret(session, File)
    for target in (User(id=2), Project(id=3)):
        session.share_resource(made, target)
    session.unshare_resource(made, User(id=2))
    assert content(grace, made) == b"CNS"
    assert list(grace.list_resources(File)) == [made]
    session.unshare_resource(made, Project(id=3))
    with pytest.raises(AuthorizationRequired):
        content(grace, made)


def test_every_member_of_the_project_may_share_and_unshare(
    session: OrionSession, grace: OrionSession, plain: Plain
) -> None:
    made = File.upload(session, "ours", b"CNS", project=3)
    grace.share_resource(made, Organization(id=1))
    session.unshare_resource(made, Organization(id=1))
    assert plain.get(f"/api/v1/shares/file/{made.id}/")["count"] == 0


def test_the_trash_is_not_shared(session: OrionSession, grace: OrionSession, kind: Any) -> None:
    made = secret(session, kind)
    session.share_resource(made, User(id=2))
    session.delete_resource(made)
    assert list(grace.list_resources(kind)) == list(grace.list_resources(kind, {"deleted": True})) == []
    with pytest.raises(NotFoundResponse):
        grace.get_resource(kind, made.id, timeout=30)
    with pytest.raises(AuthorizationRequired, match="not a member"):
        grace.delete_resource(made, immediate=True)


@pytest.mark.parametrize("target", [User(id=99), Project(id=2), Project(id=99), Organization(id=2)])
def test_invalid_recipients_are_rejected(session: OrionSession, plain: Plain, target: Any) -> None:
    made = secret(session, Dataset)
    with pytest.raises(AuthorizationRequired, match=f"403.*cannot share with {target.declaration.name} {target.id}"):
        session.share_resource(made, target)
    assert plain.get(f"/api/v1/shares/dataset/{made.id}/")["count"] == 0


def test_sharing_a_missing_resource(session: OrionSession) -> None:
    with pytest.raises(NotFoundResponse):
        session.share_resource(File(id=99), User(id=2))


@pytest.mark.parametrize("verb", ["share_resource", "unshare_resource"])
def test_invalid_shares_are_rejected_before_any_request(scripted: Scripted, verb: str) -> None:
    share = getattr(scripted.session(), verb)
    good, user = Dataset(id=3), User(id=2)
    for resource in (Group(id=1), User(id=1), Organization(id=1)):
        with pytest.raises(ValidationError, match=f"{type(resource).__name__} cannot be shared"):
            share(resource, user)
    for wrong in (7, "grace", None, {"user": 2}, Dataset(id=1), File(id=1), User, [user]):
        with pytest.raises(
            ValidationError, match="share_with must be one of User, Group, Project, Workspace, Organization"
        ):
            share(good, wrong)
    for wrong in (Project(id=2), Organization(id=1)):
        with pytest.raises(ValidationError, match="share_with must be one of User, Group, for example"):
            share(Project(id=1), wrong)
    for odd in ("abc", "", "1/../2", -1, 1.5, True):
        with pytest.raises(ValidationError, match="must be an integer"):
            share(good, User(id=odd))
        with pytest.raises(ValidationError, match="must be an integer"):
            share(Dataset(id=odd), user)
    for resource, recipient in ((Dataset(), user), (good, User())):
        with pytest.raises(ValidationError, match="has no id"):
            share(resource, recipient)
    with pytest.raises(ValidationError, match="int cannot be shared"):
        share(3, user)
    assert scripted.requests == []


def test_subclasses_are_shared_as_their_kind(session: OrionSession, plain: Plain) -> None:
    class Assay(Dataset):
        """A custom subclass of Dataset."""

    class Colleague(User):
        """A custom subclass of User."""

    made = Assay.create(session, "x")
    session.share_resource(made, Colleague(id=2))
    assert plain.get(f"/api/v1/shares/dataset/{made.id}/")["results"][0]["target_type"] == "user"


def test_client_contract_and_server_have_the_same_kinds() -> None:
    from orionclient.emulator import _handlers
    from orionclient.emulator._handlers.shares import MEMBERSHIPS
    from orionclient.emulator._store.sharing import TARGETS as SERVED

    names = list(SHARE_TARGETS)
    schema = contract.load()["components"]["schemas"]["ShareTarget"]
    assert names == schema["properties"]["target_type"]["enum"] == list(SERVED)
    assert {name for name, each in KINDS.items() if each.declaration.sharable} == {
        *(name for name, each in _handlers.KINDS.items() if each.sharable),
        *MEMBERSHIPS,
    }
    restricted = {name: each.declaration.share_targets for name, each in KINDS.items()}
    assert {name: targets for name, targets in restricted.items() if targets != SHARE_TARGETS} == MEMBERSHIPS


# ---------------------------------------------------------------- balance


def test_balance(session: OrionSession, plain: Plain) -> None:
    balance = session.get_current_balance()
    wire = plain.get("/api/v1/billing/balance/")
    assert isinstance(balance, Balance)
    assert balance.to_dict() == wire == {**wire, "amount": "12500.00", "currency": "USD"}
    assert (balance.amount, balance.currency, balance.organization) == (Decimal("12500.00"), "USD", 1)
    assert balance.updated == wire["updated"]
    assert "amount='12500.00'" in repr(balance)
    assert pickle.loads(pickle.dumps(balance)).amount == balance.amount


def test_balance_needs_the_capability(grace: OrionSession) -> None:
    with pytest.raises(AuthorizationRequired, match="cost accounting") as caught:
        grace.get_current_balance()
    assert isinstance(caught.value, BadResponse)


def test_a_balance_has_no_id(scripted: Scripted) -> None:
    balance, session = Balance(amount="1.00"), scripted.session()
    assert "balance" not in KINDS
    for attempt in (
        lambda: session.get_resource(Balance, 1),
        lambda: session.list_resources(Balance),
        lambda: session.refresh_resource(balance),
        lambda: session.create_link(balance),
        lambda: session.tag_resource(balance, "x"),
        lambda: session.share_resource(balance, User(id=1)),
        lambda: session.create_resource(Balance, {}),
    ):
        with pytest.raises(ValidationError, match="Balance cannot be"):
            attempt()
    assert scripted.requests == []


def test_fields_of_the_balance_agree_with_the_contract() -> None:
    schema = contract.load()["components"]["schemas"][Balance.declaration.schema]
    assert set(Balance.fields()) == set(schema["properties"])
    assert issubclass(Balance, Resource)


@pytest.mark.parametrize(("wire", "amount"), [("-0.10", "-0.10"), (0.1, "0.1"), (7, "7"), ("1e3", "1000")])
def test_amounts(wire: Any, amount: str) -> None:
    assert Balance(amount=wire).amount == Decimal(amount)


@pytest.mark.parametrize("wire", ["", "much", None, "NaN", "Infinity", [1]])
def test_invalid_amounts_are_rejected(wire: Any) -> None:
    with pytest.raises(OrionError, match="Balance: the server sent"):
        _ = Balance(amount=wire).amount


def test_a_balance_with_amounts_as_json_numbers(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(data={"organization": 1, "amount": 12.5, "currency": "EUR"})]
    assert scripted.session().get_current_balance().amount == Decimal("12.5")


def test_no_balance_without_a_token() -> None:
    with pytest.raises(OrionError, match="needs a token"):
        OrionSession(SessionConfig("http://127.0.0.1:9")).get_current_balance()
