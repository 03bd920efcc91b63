"""Who may read a resource besides the members of its project.

The rules are assumptions:

- A share gives reading only: getting, listing, downloading and reading tags. Changing, deleting, tagging and sharing again stay
  with the members of the resource's project.
- A share with a group or a project reaches all its members, one with an organization all its users, at every moment those of that
  moment.
- What is shared appears in listings of those who may read it, unless they ask for one project or for the trash.
- A share can be made for those whom the one who shares knows: users and groups of the own organization, projects that one is a member of,
  and the own organization. It is taken back by whoever may change the resource, whoever made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_OWN_ORGANIZATION = "SELECT organization FROM users WHERE id = ?"
_OWN_PROJECTS = "SELECT project FROM members WHERE user = ?"


@dataclass(frozen=True, slots=True)
class ShareTarget:
    """A kind of those whom something can be shared with. Both queries are constants and take the id of a user.

    Args:
        mine: Selects the ids of this kind whose shares reach the user.
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
    "organization": ShareTarget(_OWN_ORGANIZATION, _OWN_ORGANIZATION),
}

_SHARED = " UNION ALL ".join(
    f"SELECT resource FROM shares WHERE kind = ? AND target_type = '{name}' AND target IN ({target.mine})"  # noqa: S608 - constants  # nosec B608
    for name, target in TARGETS.items()
)


def shared_with(kind: str, user: int) -> tuple[str, list[str | int]]:
    """A query for the ids of what is shared with a user, and its values."""
    return _SHARED, [kind, user] * len(TARGETS)


def is_shared_with(db: sqlite3.Connection, kind: str, number: int, user: int) -> bool:
    """Whether a share of the resource reaches the user."""
    query, values = shared_with(kind, user)
    return db.execute(f"SELECT 1 WHERE ? IN ({query})", [number, *values]).fetchone() is not None


def can_share_with(db: sqlite3.Connection, target_type: str, target: int, user: int) -> bool:
    """Whether the user can share with somebody."""
    query = f"SELECT 1 WHERE ? IN ({TARGETS[target_type].known})"
    return db.execute(query, (target, user)).fetchone() is not None
