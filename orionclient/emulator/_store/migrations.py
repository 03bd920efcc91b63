"""Migrations of the database: the script of each schema version, applied in one transaction that also sets the version.

A new folder gets all scripts, an existing one those after its version, so both have the same schema. A version that was released is
never changed: add a script with the next version, and save a folder of the version before (see `tests/emulator/saved_folders.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping


# The absolute path of the root that a row belongs to. `root` is '' for the team, 'user/<username>', 'workspace/<id>' or
# 'organization/<id>', which belongs to no project. Indexes need it as a column.
_FULL_ROOT = (
    "full_root TEXT AS (CASE WHEN substr(root, 1, 1) = 'o' THEN '/' || root"
    " ELSE '/project/' || project || '/' || iif(root = '', 'team', root) END) VIRTUAL"
)


def _index_kind(name: str) -> str:
    """Return the SQL that creates the indexes of the table of a kind of resource."""
    return f"""
CREATE INDEX {name}_of_project ON {name} (project, id, root) WHERE deleted = '';
CREATE INDEX {name}_in_folder ON {name} (path, id) WHERE deleted = '';
CREATE INDEX {name}_in_root ON {name} (full_root, path, name, id) WHERE deleted = '';
CREATE INDEX {name}_in_trash ON {name} (project, id) WHERE deleted <> '';
CREATE INDEX {name}_in_trash_of_folder ON {name} (full_root, path, name, id) WHERE deleted <> '';
"""


def _cover_kind(name: str) -> str:
    """Return the SQL that gives indexes of a kind all columns of the access rule, so that counts read no rows."""
    return f"""
DROP INDEX {name}_of_project;
CREATE INDEX {name}_of_project ON {name} (project, id, root, deleted) WHERE deleted = '';
DROP INDEX {name}_in_folder;
CREATE INDEX {name}_in_folder ON {name} (path, id, project, root, deleted) WHERE deleted = '';
DROP INDEX {name}_in_trash;
CREATE INDEX {name}_in_trash ON {name} (project, id, root, deleted) WHERE deleted <> '';
CREATE INDEX {name}_trashed ON {name} (id, project, root, deleted) WHERE deleted <> '';
"""


def create_kind_table(name: str, *columns: str) -> str:
    """Return the SQL that creates the table of a kind of resource: the common columns and the given ones.

    The migrations of new kinds call it. Once one is released, the result for the same arguments never changes.
    """
    own = "".join(f",\n    {column}" for column in columns)
    return f"""
CREATE TABLE {name} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    root TEXT NOT NULL DEFAULT '',
    {_FULL_ROOT}{own}
) STRICT;
{_index_kind(name)}{_cover_kind(name)}"""


def _add_root(name: str) -> str:
    return f"""
ALTER TABLE {name} ADD COLUMN root TEXT NOT NULL DEFAULT '';
ALTER TABLE {name} ADD COLUMN {_FULL_ROOT};
DROP INDEX {name}_of_project;
DROP INDEX {name}_in_folder;
DROP INDEX {name}_in_trash;
{_index_kind(name)}"""


_KINDS_OF_6 = (
    "collections",
    "datasets",
    "files",
    "jobs",
    "molsearch_databases",
    "molsearch_queries",
    "packages",
    "secrets",
)

# The parent of a path is what remains without its last name; it ends with a slash.
_FOLDERS = f"""
CREATE TABLE folders_of_roots (
    id INTEGER PRIMARY KEY,
    project INTEGER REFERENCES projects (id),
    root TEXT NOT NULL DEFAULT '',
    path TEXT NOT NULL,
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    parent TEXT AS (rtrim(path, replace(path, '/', ''))) VIRTUAL,
    {_FULL_ROOT}
) STRICT;
INSERT INTO folders_of_roots (project, path, owner, created) SELECT project, path, owner, created FROM folders;
DROP TABLE folders;
ALTER TABLE folders_of_roots RENAME TO folders;
CREATE UNIQUE INDEX folders_in_root ON folders (full_root, path);
CREATE INDEX folders_in_parent ON folders (full_root, parent, path);
CREATE INDEX folders_of_project ON folders (project, path, root);
"""  # noqa: S608 - constants  # nosec B608

_WORKSPACES = """
CREATE TABLE workspaces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL
) STRICT;
CREATE INDEX workspaces_of_project ON workspaces (project, id);
-- The owner has a share too. Who leaves the project is no user until that person is a member again.
CREATE VIEW workspace_users AS
    SELECT shares.target AS user, workspaces.id AS workspace
    FROM shares
    JOIN workspaces ON workspaces.id = shares.resource
    JOIN members ON members.user = shares.target AND members.project = workspaces.project
    WHERE shares.kind = 'workspace' AND shares.target_type = 'user';
"""

# Members of a project are those it is shared with, the owner included. A deleted project has none.
_MEMBERS = """
ALTER TABLE projects ADD COLUMN deleted TEXT NOT NULL DEFAULT '';
CREATE INDEX projects_in_trash ON projects (id) WHERE deleted <> '';
INSERT INTO shares (kind, resource, target_type, target, owner, created)
    SELECT 'project', p.id, 'user', m.user, p.owner, p.created FROM members m JOIN projects p ON p.id = m.project;
DROP TABLE members;
CREATE VIEW members AS
    SELECT s.target AS user, s.resource AS project
        FROM shares s JOIN projects p ON p.id = s.resource
        WHERE s.kind = 'project' AND s.target_type = 'user' AND p.deleted = ''
    UNION
    SELECT g.user, s.resource
        FROM group_members g JOIN shares s ON s.target = g.group_id JOIN projects p ON p.id = s.resource
        WHERE s.kind = 'project' AND s.target_type = 'group' AND p.deleted = '';
"""

# JSON, as the tags of workfloes.
_SYSTEM_TAGS = "ALTER TABLE datasets ADD COLUMN systemtags TEXT NOT NULL DEFAULT '[]';"

# Only with UNION ALL does SQLite search the members by user, and only with CROSS JOIN the groups before the shares. A member by several
# shares is there more than once.
_MEMBERS_BY_USER = """
DROP VIEW members;
CREATE VIEW members AS
    SELECT s.target AS user, s.resource AS project
        FROM shares s JOIN projects p ON p.id = s.resource
        WHERE s.kind = 'project' AND s.target_type = 'user' AND p.deleted = ''
    UNION ALL
    SELECT g.user, s.resource
        FROM group_members g CROSS JOIN shares s ON s.target = g.group_id JOIN projects p ON p.id = s.resource
        WHERE s.kind = 'project' AND s.target_type = 'group' AND p.deleted = '';
DROP VIEW workspace_users;
CREATE VIEW workspace_users AS
    SELECT shares.target AS user, workspaces.id AS workspace
    FROM shares
    JOIN workspaces ON workspaces.id = shares.resource
    WHERE shares.kind = 'workspace' AND shares.target_type = 'user'
        AND EXISTS (SELECT 1 FROM members WHERE members.user = shares.target AND members.project = workspaces.project);
"""

# The hardware of a job as JSON; a job of an older version has the defaults.
_JOBS_OF_10 = """
ALTER TABLE jobs ADD COLUMN hardware TEXT NOT NULL DEFAULT '{}';
"""

# The ledger of job runs that ended, with all that reports show, since a job, its floe and its package can be deleted. Jobs that were
# deleted before are not in it. An export belongs to the user that created it.
_COSTS_OF_10 = """
CREATE TABLE charges (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL UNIQUE,
    name TEXT NOT NULL,
    workfloe TEXT NOT NULL,
    workfloe_uuid TEXT NOT NULL,
    package TEXT NOT NULL,
    package_uuid TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    organization INTEGER NOT NULL REFERENCES organizations (id),
    created TEXT NOT NULL,
    started TEXT,
    finished TEXT NOT NULL,
    run_time REAL NOT NULL,
    cpu_count INTEGER NOT NULL,
    memory_mb REAL NOT NULL,
    cost TEXT NOT NULL,
    currency TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX charges_of_organization ON charges (organization, finished);
CREATE TRIGGER charges_renamed AFTER UPDATE OF name ON jobs
    BEGIN UPDATE charges SET name = NEW.name WHERE job = NEW.id; END;
INSERT INTO charges (job, name, workfloe, workfloe_uuid, package, package_uuid, project, owner, organization,
    created, started, finished, run_time, cpu_count, memory_mb, cost, currency, outcome, reason)
    SELECT jobs.id, jobs.name, workfloes.name, workfloes.uuid, coalesce(packages.name, ''),
        coalesce(CAST(json_extract(packages.specification, '$.uuid') AS TEXT), ''), jobs.project, jobs.owner, users.organization,
        jobs.created, jobs.started, jobs.finished, jobs.run_time, 1, 1800, jobs.cost, jobs.currency, jobs.outcome, jobs.reason
    FROM jobs JOIN workfloes ON workfloes.id = jobs.workfloe JOIN users ON users.id = jobs.owner
    LEFT JOIN packages ON packages.id = workfloes.package WHERE jobs.state = 'complete' ORDER BY jobs.finished, jobs.id;
CREATE TABLE exports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    report_type TEXT NOT NULL,
    format TEXT NOT NULL,
    parameters TEXT NOT NULL,
    notify INTEGER NOT NULL,
    notified TEXT,
    state TEXT NOT NULL DEFAULT 'processing',
    reason TEXT NOT NULL DEFAULT '',
    count INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT,
    blob TEXT,
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    finished TEXT
) STRICT;
CREATE INDEX exports_of_owner ON exports (owner, id);
"""

# `inspection` is a JSON object with what the inspection found. `classifications` is a JSON list of paths, with those above them.
_PACKAGES_OF_10 = """
UPDATE packages SET state = 'queued' WHERE state = 'processing';
ALTER TABLE packages ADD COLUMN inspection TEXT NOT NULL DEFAULT '{}';
ALTER TABLE workfloes ADD COLUMN deleted TEXT NOT NULL DEFAULT '';
ALTER TABLE workfloes ADD COLUMN classifications TEXT NOT NULL DEFAULT '[]';
"""

# A database of a collection has the dataset 0. `loads` counts the requests to load or unload it.
_DATABASES_OF_10 = """
ALTER TABLE molsearch_databases ADD COLUMN collection INTEGER;
ALTER TABLE molsearch_databases ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE molsearch_databases ADD COLUMN blob TEXT;
ALTER TABLE molsearch_databases ADD COLUMN log TEXT NOT NULL DEFAULT '';
ALTER TABLE molsearch_databases ADD COLUMN loads INTEGER NOT NULL DEFAULT 0;
ALTER TABLE molsearch_databases ADD COLUMN pools INTEGER;
ALTER TABLE molsearch_databases ADD COLUMN memory_mb INTEGER;
ALTER TABLE molsearch_databases ADD COLUMN disk_space INTEGER;
ALTER TABLE molsearch_databases ADD COLUMN cpu INTEGER;
ALTER TABLE molsearch_databases ADD COLUMN gpu INTEGER;
ALTER TABLE molsearch_databases ADD COLUMN instance_type TEXT;
ALTER TABLE molsearch_databases ADD COLUMN server_is_remote INTEGER NOT NULL DEFAULT 0;
ALTER TABLE molsearch_hits ADD COLUMN shard INTEGER;
"""

# The record of a hit as it was when the search ran; for a hit of an older version, as it is now.
_QUERIES_OF_10 = """
ALTER TABLE molsearch_hits ADD COLUMN body TEXT NOT NULL DEFAULT '{}';
UPDATE molsearch_hits SET body = coalesce(
    (SELECT r.body FROM records r WHERE r.dataset = molsearch_hits.dataset AND r.id = molsearch_hits.record),
    iif(title IS NULL, '{}', json_object('Title', title))
);
"""

# The users with cost accounting are those of the seeds who manage their stack.
_SCALING_GROUPS = """
ALTER TABLE users ADD COLUMN administrator INTEGER NOT NULL DEFAULT 0;
UPDATE users SET administrator = cost_accounting;
CREATE TABLE scaling_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    organization INTEGER NOT NULL REFERENCES organizations (id),
    min_instances INTEGER NOT NULL,
    max_instances INTEGER NOT NULL,
    created TEXT NOT NULL
) STRICT;
"""
_SERVICES_OF_10 = "".join(
    [
        _SCALING_GROUPS,
        create_kind_table("service_specs", "scaling_group INTEGER NOT NULL REFERENCES scaling_groups (id)"),
        create_kind_table(
            "service_tasks",
            "spec INTEGER NOT NULL REFERENCES service_specs (id)",
            "state TEXT NOT NULL DEFAULT 'queued'",
            "desired_state TEXT NOT NULL DEFAULT 'running'",
            "reason TEXT NOT NULL DEFAULT ''",
            "url TEXT NOT NULL DEFAULT ''",
            "started TEXT",
        ),
    ]
)

# The lowest version is the oldest that can be migrated; its script creates only what is missing.
MIGRATIONS: Final[Mapping[int, str]] = {
    5: Path(__file__).with_name("schema_5.sql").read_bytes().decode(),
    6: "".join([*map(_add_root, _KINDS_OF_6), _FOLDERS, _WORKSPACES]),
    7: _MEMBERS,
    8: _SYSTEM_TAGS,
    9: "".join([_MEMBERS_BY_USER, *map(_cover_kind, _KINDS_OF_6)]),
    10: f"{_JOBS_OF_10}{_COSTS_OF_10}{_PACKAGES_OF_10}{_DATABASES_OF_10}{_QUERIES_OF_10}{_SERVICES_OF_10}",
}


def migrate(db: sqlite3.Connection, version: int, migrations: Mapping[int, str] = MIGRATIONS) -> None:
    """Bring a database to the newest version; after an error or a crash, it has the last version that was complete.

    Args:
        db: A connection without a transaction.
        version: The version of the database; 0 if it is new.
        migrations: The script of each version.
    """
    oldest, newest = min(migrations), max(migrations)
    for each, script in sorted(migrations.items()):
        if each > version or each == version == oldest != newest:
            try:
                db.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {each};\nCOMMIT;")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
