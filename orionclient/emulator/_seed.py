"""Seeds: the initial users, projects and groups of a new stack."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from orionclient.emulator._store.credentials import hash_password
from orionclient.emulator._store.sharing import share
from orionclient.emulator._store.store import Store, now

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True)
class SeedUser:
    """A user of a seed. With password None, a random one is set; cost accounting gives access to the organization's balance.

    An administrator can update scaling groups.
    """

    username: str
    first_name: str
    last_name: str
    password: str | None
    cost_accounting: bool = False
    administrator: bool = False


@dataclass(frozen=True, slots=True)
class SeedProject:
    """A project of a seed; the first member owns it."""

    name: str
    description: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeedGroup:
    """A group of a seed."""

    name: str
    description: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seed:
    """The initial data of a stack. Ids count from 1 in the given order; the first project of a user is the default project."""

    organization: str
    users: tuple[SeedUser, ...]
    projects: tuple[SeedProject, ...]
    balance: str = "0.00"
    groups: tuple[SeedGroup, ...] = ()


DEFAULT_SEED = Seed(
    "Local Orion",
    (SeedUser("admin", "", "", None, cost_accounting=True, administrator=True),),
    (SeedProject("Default", "", ("admin",)),),
)

SEEDS = {
    "demo": Seed(
        "Analytical Engines",
        (
            SeedUser("ada", "Ada", "Lovelace", "ada-demo", cost_accounting=True, administrator=True),
            SeedUser("grace", "Grace", "Hopper", "grace-demo"),
        ),
        (
            SeedProject("Ada's project", "Only Ada works here.", ("ada",)),
            SeedProject("Grace's project", "Only Grace works here.", ("grace",)),
            SeedProject("Shared project", "Ada and Grace work here together.", ("ada", "grace")),
        ),
        balance="12500.00",
        groups=(
            SeedGroup("Chemists", "They draw molecules.", ("ada", "grace")),
            SeedGroup("Mathematicians", "They count molecules.", ("ada",)),
        ),
    ),
}


def apply_seed(store: Store, name: str | None) -> None:
    """Seed a new stack; a stack that was seeded before is not changed.

    Raises:
        ValueError: The seed is unknown, or the stack was seeded with another one.
    """
    if name is not None and name not in SEEDS:
        raise ValueError(f"unknown seed {name!r}; known: {', '.join(SEEDS)}")
    with store.write_transaction() as db:
        row = db.execute("SELECT value FROM meta WHERE name = 'seed'").fetchone()
        if row is None:
            db.execute("INSERT INTO meta (name, value) VALUES ('seed', ?)", (name or "",))
            _add_content(db, SEEDS[name] if name else DEFAULT_SEED)
        elif name is not None and row["value"] != name:
            raise ValueError(
                f"this stack was seeded with {row['value'] or None!r}, not {name!r}; use a new folder or omit the seed"
            )


@cache
def _hash_seed_password(password: str) -> str:
    # The passwords of a seed are public, so the stacks of a process can share their hashes, which are slow to compute.
    return hash_password(password)


def _add_content(db: sqlite3.Connection, seed: Seed) -> None:
    organization = db.execute(
        "INSERT INTO organizations (name, balance, created) VALUES (?, ?, ?)",
        (seed.organization, seed.balance, now(db)),
    ).lastrowid
    users = {
        person.username: db.execute(
            "INSERT INTO users (username, password, email, first_name, last_name, organization, cost_accounting, administrator,"
            " created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                person.username,
                _hash_seed_password(person.password) if person.password else hash_password(secrets.token_urlsafe(32)),
                f"{person.username}@example.org",
                person.first_name,
                person.last_name,
                organization,
                person.cost_accounting,
                person.administrator,
                now(db),
            ),
        ).lastrowid
        or 0
        for person in seed.users
    }
    for project_seed in seed.projects:
        project = (
            db.execute(
                "INSERT INTO projects (name, description, owner, organization, created) VALUES (?, ?, ?, ?, ?)",
                (project_seed.name, project_seed.description, users[project_seed.members[0]], organization, now(db)),
            ).lastrowid
            or 0
        )
        for member in project_seed.members:
            share(db, "project", project, ("user", users[member]), users[project_seed.members[0]])
            db.execute(
                "UPDATE users SET default_project = ? WHERE id = ? AND default_project IS NULL",
                (project, users[member]),
            )
    for group_seed in seed.groups:
        group = db.execute(
            "INSERT INTO groups (name, description, organization, created) VALUES (?, ?, ?, ?)",
            (group_seed.name, group_seed.description, organization, now(db)),
        ).lastrowid
        for member in group_seed.members:
            db.execute("INSERT INTO group_members (user, group_id) VALUES (?, ?)", (users[member], group))
