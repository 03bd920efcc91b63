-- The whole schema of version 5, the oldest that can be migrated. Never change it: a later schema is another migration.
-- AUTOINCREMENT prevents the reuse of ids of purged rows.
-- IF NOT EXISTS, because folders of this version lack the tables of kinds that were added later.

CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS organizations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    balance TEXT NOT NULL DEFAULT '0.00',
    currency TEXT NOT NULL DEFAULT 'USD',
    created TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    email TEXT NOT NULL DEFAULT '',
    first_name TEXT NOT NULL DEFAULT '',
    last_name TEXT NOT NULL DEFAULT '',
    organization INTEGER NOT NULL REFERENCES organizations (id),
    default_project INTEGER REFERENCES projects (id),
    cost_accounting INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS users_of_organization ON users (organization, id);

CREATE TABLE IF NOT EXISTS projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    owner INTEGER NOT NULL REFERENCES users (id),
    organization INTEGER NOT NULL REFERENCES organizations (id),
    archived INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS members (
    user INTEGER NOT NULL REFERENCES users (id),
    project INTEGER NOT NULL REFERENCES projects (id),
    PRIMARY KEY (user, project)
) STRICT, WITHOUT ROWID;

-- `made`: created by create_token or for a job, not issued for the password.
CREATE TABLE IF NOT EXISTS tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user INTEGER NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL UNIQUE,
    made INTEGER NOT NULL DEFAULT 0,
    job INTEGER,
    description TEXT NOT NULL DEFAULT '',
    created TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS tokens_of_user ON tokens (user, id);
CREATE INDEX IF NOT EXISTS tokens_of_job ON tokens (job) WHERE job IS NOT NULL;

-- The shard counts are maintained by triggers of the shards table, because a collection can have half a million shards.
CREATE TABLE IF NOT EXISTS collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    state TEXT NOT NULL DEFAULT 'open',
    metadata TEXT NOT NULL DEFAULT '{}',
    version INTEGER NOT NULL DEFAULT 1,
    open_shards INTEGER NOT NULL DEFAULT 0,
    temporary_shards INTEGER NOT NULL DEFAULT 0,
    ready_shards INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS collections_of_project ON collections (project, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS collections_in_folder ON collections (path, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS collections_in_trash ON collections (project, id) WHERE deleted <> '';

CREATE TABLE IF NOT EXISTS datasets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    dirty INTEGER NOT NULL DEFAULT 0,
    first_record INTEGER NOT NULL DEFAULT 1,
    next_record INTEGER NOT NULL DEFAULT 1,
    source TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS datasets_of_project ON datasets (project, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS datasets_in_folder ON datasets (path, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS datasets_in_trash ON datasets (project, id) WHERE deleted <> '';

-- The records of a dataset have the ids first_record <= id < next_record, without gaps.
CREATE TABLE IF NOT EXISTS records (
    dataset INTEGER NOT NULL REFERENCES datasets (id),
    id INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (dataset, id)
) STRICT;

CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    state TEXT NOT NULL DEFAULT 'uploading',
    size INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT,
    blob TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS files_of_project ON files (project, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS files_in_folder ON files (path, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS files_in_trash ON files (project, id) WHERE deleted <> '';

CREATE TABLE IF NOT EXISTS folders (
    project INTEGER NOT NULL REFERENCES projects (id),
    path TEXT NOT NULL,
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    PRIMARY KEY (project, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    organization INTEGER NOT NULL REFERENCES organizations (id),
    created TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS groups_of_organization ON groups (organization, id);

CREATE TABLE IF NOT EXISTS group_members (
    user INTEGER NOT NULL REFERENCES users (id),
    group_id INTEGER NOT NULL REFERENCES groups (id),
    PRIMARY KEY (user, group_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    workfloe INTEGER NOT NULL REFERENCES workfloes (id),
    state TEXT NOT NULL DEFAULT 'queued',
    outcome TEXT,
    reason TEXT NOT NULL DEFAULT '',
    cancelled_by TEXT NOT NULL DEFAULT '',
    progress REAL NOT NULL DEFAULT 0,
    parameters TEXT NOT NULL,
    system_parameters TEXT NOT NULL,
    started TEXT,
    finished TEXT,
    run_time REAL NOT NULL DEFAULT 0,
    cost TEXT NOT NULL DEFAULT '0.0000',
    currency TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_of_project ON jobs (project, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS jobs_in_folder ON jobs (path, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS jobs_in_trash ON jobs (project, id) WHERE deleted <> '';
CREATE INDEX IF NOT EXISTS jobs_in_queue ON jobs (id) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS jobs_of_floe ON jobs (workfloe, id);
CREATE INDEX IF NOT EXISTS jobs_of_owner ON jobs (owner, finished);

CREATE TABLE IF NOT EXISTS molsearch_databases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    state TEXT NOT NULL DEFAULT 'LOADING',
    search_type TEXT NOT NULL,
    dataset INTEGER NOT NULL,
    count INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS molsearch_databases_of_project ON molsearch_databases (project, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS molsearch_databases_in_folder ON molsearch_databases (path, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS molsearch_databases_in_trash ON molsearch_databases (project, id) WHERE deleted <> '';

CREATE TABLE IF NOT EXISTS molsearch_queries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    state TEXT NOT NULL DEFAULT 'QUEUED',
    reason TEXT NOT NULL DEFAULT '',
    query_type TEXT NOT NULL,
    database INTEGER NOT NULL,
    dataset INTEGER NOT NULL,
    parameters TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS molsearch_queries_of_project ON molsearch_queries (project, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS molsearch_queries_in_folder ON molsearch_queries (path, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS molsearch_queries_in_trash ON molsearch_queries (project, id) WHERE deleted <> '';

CREATE TABLE IF NOT EXISTS molsearch_hits (
    query INTEGER NOT NULL REFERENCES molsearch_queries (id),
    rank INTEGER NOT NULL,
    dataset INTEGER NOT NULL,
    record INTEGER NOT NULL,
    title TEXT,
    score REAL,
    PRIMARY KEY (query, rank)
) STRICT, WITHOUT ROWID;

-- `folder` is the name of the folder with the extracted package, in the folder named by the package id.
CREATE TABLE IF NOT EXISTS packages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    version TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'uploading',
    reason TEXT NOT NULL DEFAULT '',
    specification TEXT NOT NULL DEFAULT '{}',
    size INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT,
    folder TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS packages_of_project ON packages (project, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS packages_in_folder ON packages (path, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS packages_in_trash ON packages (project, id) WHERE deleted <> '';

CREATE TABLE IF NOT EXISTS secrets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    value TEXT NOT NULL,
    changed TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS secrets_of_project ON secrets (project, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS secrets_in_folder ON secrets (path, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS secrets_in_trash ON secrets (project, id) WHERE deleted <> '';

-- Allocates the ids of shards, because neither of the two sequences is SQLite's, and ids are never reused. Ids of version 2 are odd
-- and above 2^53, so that a client that parses them as doubles always gets a wrong id.
CREATE TABLE IF NOT EXISTS shard_ids (version INTEGER PRIMARY KEY, last INTEGER NOT NULL, step INTEGER NOT NULL) STRICT;
INSERT INTO shard_ids (version, last, step) VALUES (1, 0, 1), (2, 9007199254740991, 2) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS shards (
    id INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collections (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    created TEXT NOT NULL,
    size INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT,
    blob TEXT,
    metadata TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS shards_of_collection ON shards (collection, id);
CREATE INDEX IF NOT EXISTS shards_in_state ON shards (collection, state, id);
CREATE INDEX IF NOT EXISTS shards_not_ready ON shards (collection, id) WHERE state <> 'ready';
CREATE TRIGGER IF NOT EXISTS shards_come AFTER INSERT ON shards BEGIN UPDATE collections SET open_shards = open_shards + (NEW.state = 'open'), temporary_shards = temporary_shards + (NEW.state = 'temporary'), ready_shards = ready_shards + (NEW.state = 'ready') WHERE id = NEW.collection; END;
CREATE TRIGGER IF NOT EXISTS shards_go AFTER DELETE ON shards BEGIN UPDATE collections SET open_shards = open_shards - (OLD.state = 'open'), temporary_shards = temporary_shards - (OLD.state = 'temporary'), ready_shards = ready_shards - (OLD.state = 'ready') WHERE id = OLD.collection; END;
CREATE TRIGGER IF NOT EXISTS shards_change AFTER UPDATE OF state ON shards BEGIN UPDATE collections SET open_shards = open_shards - (OLD.state = 'open'), temporary_shards = temporary_shards - (OLD.state = 'temporary'), ready_shards = ready_shards - (OLD.state = 'ready') WHERE id = OLD.collection; UPDATE collections SET open_shards = open_shards + (NEW.state = 'open'), temporary_shards = temporary_shards + (NEW.state = 'temporary'), ready_shards = ready_shards + (NEW.state = 'ready') WHERE id = NEW.collection; END;

CREATE TABLE IF NOT EXISTS shares (
    kind TEXT NOT NULL,
    resource INTEGER NOT NULL,
    target_type TEXT NOT NULL,
    target INTEGER NOT NULL,
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    PRIMARY KEY (kind, resource, target_type, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS shares_by_target ON shares (kind, target_type, target, resource);

CREATE TABLE IF NOT EXISTS tags (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    resource INTEGER NOT NULL,
    name TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    created TEXT NOT NULL,
    UNIQUE (kind, resource, name, project)
) STRICT;
CREATE INDEX IF NOT EXISTS tags_by_name ON tags (kind, name, resource, project);

-- Rows are deleted with their file or shard; the blobs that they name are removed by the code that deletes it.
CREATE TABLE IF NOT EXISTS uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file INTEGER REFERENCES files (id) ON DELETE CASCADE,
    shard INTEGER REFERENCES shards (id) ON DELETE CASCADE,
    collection INTEGER,
    size INTEGER NOT NULL,
    part_size INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    blob TEXT,
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS uploads_of_file ON uploads (file) WHERE file IS NOT NULL;
CREATE INDEX IF NOT EXISTS uploads_of_shard ON uploads (shard) WHERE shard IS NOT NULL;

CREATE TABLE IF NOT EXISTS parts (
    upload INTEGER NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    pending TEXT,
    PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS parts_pending ON parts (upload, number) WHERE pending IS NOT NULL;

-- `package` and `project` remain after the package is deleted. A floe without `argv` cannot run.
CREATE TABLE IF NOT EXISTS workfloes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    uuid TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'ready',
    description TEXT NOT NULL,
    tags TEXT NOT NULL,
    specification TEXT NOT NULL,
    argv TEXT,
    package INTEGER,
    project INTEGER REFERENCES projects (id),
    created TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS workfloes_of_stack ON workfloes (uuid) WHERE package IS NULL;
CREATE INDEX IF NOT EXISTS workfloes_of_package ON workfloes (package) WHERE package IS NOT NULL;

CREATE TABLE IF NOT EXISTS idempotency_keys (
    user INTEGER NOT NULL REFERENCES users (id),
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL,
    response TEXT NOT NULL,
    created REAL NOT NULL,
    PRIMARY KEY (user, operation, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_keys_by_age ON idempotency_keys (created);
