"""Shares: read access to a resource for users outside its project.

The rules are assumptions:

- A share grants read access only: get, list, download and read tags. Updating, deleting, tagging and sharing need membership in the
  resource's project.
- A share with a group or a project applies to its current members, a share with a workspace or an organization to its current users.
- Shared resources appear in the listings of users who can read them, unless the listing is for one project or for the trash.
- A user can share with the users and groups of the own organization, with projects that the user is a member of, with workspaces that
  the user is a user of, and with the own organization. Any user who can update the resource can revoke a share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3

_OWN_ORGANIZATION = "SELECT organization FROM users WHERE id = ?"
_OWN_PROJECTS = "SELECT project FROM members WHERE user = ?"
OWN_WORKSPACES = "SELECT workspace FROM workspace_users WHERE user = ?"


@dataclass(frozen=True, slots=True)
class ShareTarget:
    """A type of target that a resource can be shared with. Both queries are constants and take the id of a user.

    Args:
        mine: Selects the ids of this kind whose shares apply to the user.
        known: Selects the ids of this kind that the user can share with.
    """

    mine: str
    known: str


TARGETS = {
    "user": ShareTarget("SELECT ?", f"SELECT id FROM users WHERE organization = ({_OWN_ORGANIZATION})"),  # noqa: S608 - constants  # nosec B608
    "group": ShareTarget(
        "SELECT group_id FROM group_members WHERE user = ?",
        f"SELECT id FROM groups WHERE organization = ({_OWN_ORGANIZATION})",  # noqa: S608 - constants  # nosec B608
    ),
    "project": ShareTarget(_OWN_PROJECTS, _OWN_PROJECTS),
    "workspace": ShareTarget(OWN_WORKSPACES, OWN_WORKSPACES),
    "organization": ShareTarget(_OWN_ORGANIZATION, _OWN_ORGANIZATION),
}

_SHARED = " UNION ALL ".join(
    f"SELECT resource FROM shares WHERE kind = ? AND target_type = '{name}' AND target IN ({target.mine})"  # noqa: S608 - constants  # nosec B608
    for name, target in TARGETS.items()
)


def shared_with(kind: str, user: int) -> tuple[str, list[str | int]]:
    """Return a query for the ids of the resources shared with a user, and its values."""
    return _SHARED, [kind, user] * len(TARGETS)


def is_shared_with(db: sqlite3.Connection, kind: str, resource_id: int, user: int) -> bool:
    """Return whether the resource is shared with the user."""
    query, values = shared_with(kind, user)
    return db.execute(f"SELECT 1 WHERE ? IN ({query})", [resource_id, *values]).fetchone() is not None


def share(db: sqlite3.Connection, kind: str, resource: int, target: tuple[str, int], owner: int) -> None:
    """Share a resource with a target, given by type and id; an existing share is left unchanged."""
    db.execute(
        "INSERT INTO shares (kind, resource, target_type, target, owner, created) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (kind, resource, *target, owner, now(db)),
    )


def unshare(db: sqlite3.Connection, kind: str, resource: int, target: tuple[str, int]) -> None:
    """Revoke a share, if it exists."""
    query = "DELETE FROM shares WHERE kind = ? AND resource = ? AND target_type = ? AND target = ?"
    db.execute(query, (kind, resource, *target))


def can_share_with(db: sqlite3.Connection, target_type: str, target: int, user: int) -> bool:
    """Return whether the user can share with the target."""
    query = f"SELECT 1 WHERE ? IN ({TARGETS[target_type].known})"
    return db.execute(query, (target, user)).fetchone() is not None
