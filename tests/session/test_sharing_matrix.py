"""Every kind that can be shared, with every type of target: who sees the resource before, during and after the share.

The kinds and their targets are those of the declarations, so a new kind is tested as well.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from orionclient._resources.declaration import SHARE_TARGETS
from orionclient.exceptions import AuthorizationRequired, NotFoundResponse
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import (
    KINDS,
    Dataset,
    Group,
    MolsearchDatabase,
    Organization,
    Project,
    Resource,
    Secret,
    ServiceSpec,
    ServiceTask,
    User,
    WorkFloePackage,
    WorkFloeSpec,
    Workspace,
)

ADA, GRACE, MARY = User(id=1), User(id=2), User(id=3)
MATRIX = [
    (name, target)
    for name, kind in KINDS.items()
    if kind.declaration.sharable
    for target in kind.declaration.share_targets
]


def build_package() -> bytes:
    """Return the archive of a package with a floe."""
    out = io.BytesIO()
    source = 'from orionclient.floes import floe\n\n\n@floe(title="Nothing")\ndef nothing() -> None:\n    """Do nothing."""\n'
    manifest = {"name": "matrix", "version": "1.0", "python_version": "3.11", "requirements": []}
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in {"manifest.json": json.dumps(manifest), "floes/nothing.py": source}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content.encode())
            archive.addfile(member, io.BytesIO(content.encode()))
    return out.getvalue()


#: How ada creates what only she sees; a kind that is not here is created from a name.
MAKERS: dict[str, Callable[[OrionSession], Resource]] = {
    "molsearch_database": lambda session: MolsearchDatabase.create(session, "made", Dataset.create(session, "made")),
    "package": lambda session: WorkFloePackage.upload(session, build_package()),
    "secret": lambda session: Secret.create(session, "made", "value"),
    # No operation creates one, and each test removes its shares.
    "service_spec": lambda session: session.get_resource(ServiceSpec, 1),
    "service_task": lambda session: ServiceTask.create(session, "made", 1),
    # Only members of its project can become users of it.
    "workspace": lambda session: Workspace.create(session, "made", 3),
}


def make(session: OrionSession, name: str) -> Any:
    maker = MAKERS.get(name)
    return maker(session) if maker else session.create_resource(KINDS[name], {"name": "made"})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    """Start a local Orion with mary, a third user, who is a member of project 3 as ada and grace."""
    with LocalOrion(tmp_path_factory.mktemp("stack"), seed="demo", durable=False) as orion:
        execute(
            orion,
            "INSERT INTO users (username, password, organization, created)"
            f" VALUES ('mary', '{'00' * 16}${'00' * 64}', 1, '2026-01-01T00:00:00.000000Z')",
        )
        execute(orion, "INSERT INTO organizations (name, created) VALUES ('Elsewhere', '2026-01-01T00:00:00.000000Z')")
        add_member(orion, Project(id=3), MARY)
        yield orion


def execute(orion: LocalOrion, statement: str, *values: Any) -> None:
    """Change what no operation changes: users, groups and organizations."""
    with orion.server._require().stack.store.write_transaction() as db:
        db.execute(statement, values)


def add_member(orion: LocalOrion, target: Any, user: User) -> None:
    """Add a user to a target."""
    change_member(orion, target, user, joins=True)


def change_member(orion: LocalOrion, target: Any, user: User, *, joins: bool) -> None:
    """Add a user to a target, or remove one."""
    if isinstance(target, Group):
        statement = "INSERT INTO group_members (user, group_id) VALUES (?, ?)"
        if not joins:
            statement = "DELETE FROM group_members WHERE user = ? AND group_id = ?"
        execute(orion, statement, user.id, target.id)
    elif isinstance(target, Organization):
        execute(orion, "UPDATE users SET organization = ? WHERE id = ?", target.id if joins else 2, user.id)
    else:
        change = orion.session().share_resource if joins else orion.session().unshare_resource
        change(target, user)


def make_target(orion: LocalOrion, name: str) -> Any:
    """Create a target of ada and grace, or return grace."""
    session = orion.session()
    if name == "user":
        return GRACE
    if name == "organization":
        return Organization(id=1)
    if name == "group":
        execute(
            orion,
            "INSERT INTO groups (name, organization, created) VALUES ('made', 1, '2026-01-01T00:00:00.000000Z')",
        )
        target: Any = max(session.list_resources(Group), key=lambda each: each.id)
    else:
        target = Project.create(session, "made") if name == "project" else Workspace.create(session, "made", 3)
    add_member(orion, target, GRACE)
    return target


def sees(session: OrionSession, resource: Any) -> bool:
    """Return whether a user can get and list a resource; both must agree."""
    kind = type(resource)
    try:
        found = session.get_resource(kind, resource.id)
    except (AuthorizationRequired, NotFoundResponse):
        found = None
    assert found is None or found == resource
    listed = list(session.list_resources(kind))
    assert session.list_resources(kind).count() == len(listed)
    assert (resource in listed) is (found is not None)
    return found is not None


def who_sees(orion: LocalOrion, resource: Any) -> set[str]:
    return {name for name in ("ada", "grace", "mary") if sees(orion.session(name), resource)}


def test_the_matrix_has_every_sharable_kind_and_every_target() -> None:
    assert {target for _, target in MATRIX} == {*SHARE_TARGETS}
    names = {name for name, _ in MATRIX}
    assert names >= {"collection", "dataset", "file", "molsearch_database", "package", "project", "secret", "workspace"}
    assert names == {name for name, kind in KINDS.items() if kind.declaration.sharable}


@pytest.mark.parametrize(("name", "target_type"), MATRIX)
def test_who_sees_a_shared_resource(world: LocalOrion, name: str, target_type: str) -> None:
    session = world.session()
    made, target = make(session, name), make_target(world, target_type)
    before = {(each["target_type"], each["target_id"]) for each in session.list_shares(made)}
    assert who_sees(world, made) == {"ada"}

    session.share_resource(made, target)
    added = {(each["target_type"], each["target_id"]) for each in session.list_shares(made)} - before
    assert added == {(target_type, target.id)}
    all_users = {"ada", "grace", "mary"}
    assert who_sees(world, made) == (all_users if target_type == "organization" else {"ada", "grace"})

    if target_type != "user":
        # The share applies to the members at the time of access.
        change_member(world, target, GRACE, joins=False)
        try:
            assert who_sees(world, made) == ({"ada", "mary"} if target_type == "organization" else {"ada"})
            if target_type != "organization":
                add_member(world, target, MARY)
                assert who_sees(world, made) == {"ada", "mary"}
        finally:
            add_member(world, target, GRACE)
        assert who_sees(world, made) == all_users

    session.unshare_resource(made, target)
    assert who_sees(world, made) == {"ada"}
    assert {(each["target_type"], each["target_id"]) for each in session.list_shares(made)} == before


@pytest.mark.parametrize(("name", "target_type"), MATRIX)
def test_a_share_for_which_the_user_lacks_permission(world: LocalOrion, name: str, target_type: str) -> None:
    made, target = make(world.session(), name), make_target(world, target_type)
    for session in (world.session("grace"), world.session("mary")):
        for attempt in (session.share_resource, session.unshare_resource):
            with pytest.raises((AuthorizationRequired, NotFoundResponse)) as caught:
                attempt(made, target)
            assert "\n" not in str(caught.value)
        with pytest.raises((AuthorizationRequired, NotFoundResponse)):
            list(session.list_shares(made))
    assert who_sees(world, made) == {"ada"}


@pytest.mark.usefixtures("real_time")
def test_the_shares_of_a_floe_are_those_of_its_package(world: LocalOrion) -> None:
    session, grace = world.session(), world.session("grace")
    package = WorkFloePackage.upload(session, build_package())
    package.wait(timeout=60)
    floe = session.list_resources(WorkFloeSpec, {"package": package.id}).one()
    assert list(session.list_shares(floe)) == []
    session.share_resource(package, GRACE)
    assert list(session.list_shares(floe)) == list(session.list_shares(package)) != []
    assert grace.get_resource(WorkFloeSpec, floe.id) == floe
    with pytest.raises(AuthorizationRequired, match="read-only"):
        list(grace.list_shares(floe))
    with pytest.raises(AuthorizationRequired, match="cannot read"):
        list(world.session("mary").list_shares(floe))
    stack = session.list_resources(WorkFloeSpec, {"name": "echo"}).one()
    assert list(grace.list_shares(stack)) == []
