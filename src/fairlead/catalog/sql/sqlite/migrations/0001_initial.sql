-- The first schema. Ids are surrogate integers; the natural key beside each is unique. Texts that repeat in millions
-- of rows (kinds, blueprints, relation names, mapping rows, sources, targets) are integers of `name`.
-- JSON is TEXT, so that any SQLite tool can query it; hashes are BLOB, empty where there is none.
-- No foreign keys: ids are handed out by the one writer, and checking them would double the cost of a page.

CREATE TABLE name (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE connection (
    id INTEGER PRIMARY KEY,
    instance TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    credential BLOB NOT NULL
) STRICT;

CREATE TABLE configuration (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    mapping TEXT NOT NULL,
    blueprints TEXT NOT NULL,
    preset TEXT NOT NULL,
    saved REAL NOT NULL
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    mode TEXT NOT NULL,
    state TEXT NOT NULL,
    request BLOB NOT NULL,
    configuration INTEGER NOT NULL,
    started REAL NOT NULL,
    ended REAL NOT NULL,
    report BLOB NOT NULL
) STRICT;
CREATE INDEX run_unfinished ON run (id) WHERE state = 'running';

CREATE TABLE reading (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    form TEXT NOT NULL,
    spec TEXT NOT NULL,
    start INTEGER NOT NULL,
    started REAL NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX reading_run ON reading (run);
CREATE INDEX reading_start ON reading (start);

CREATE TABLE chain (
    reading INTEGER NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    cursor TEXT,
    pages INTEGER NOT NULL,
    PRIMARY KEY (reading, name)
) STRICT, WITHOUT ROWID;

-- Items of done pages that still wait for their detail read; a page without items has no row.
CREATE TABLE page (
    reading INTEGER NOT NULL,
    chain TEXT NOT NULL,
    page INTEGER NOT NULL,
    items BLOB NOT NULL,
    UNIQUE (reading, chain, page)
) STRICT;

CREATE TABLE seen (
    reading INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (reading, record)
) STRICT, WITHOUT ROWID;

-- When the children of `parent` ('*': all) were last proved by a listing: what verified-at is computed from.
CREATE TABLE scope (
    connection INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    parent TEXT NOT NULL,
    reading INTEGER NOT NULL,
    verified REAL NOT NULL,
    PRIMARY KEY (connection, kind, parent)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursor (
    connection INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    spec TEXT NOT NULL,
    cursor TEXT NOT NULL,
    PRIMARY KEY (connection, kind, spec)
) STRICT, WITHOUT ROWID;

-- `missing_since` is in microseconds since the epoch.
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    key TEXT NOT NULL,
    parent TEXT NOT NULL,
    version INTEGER,
    number INTEGER NOT NULL,
    source_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    state INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    missing_since INTEGER NOT NULL,
    frozen TEXT NOT NULL,
    UNIQUE (connection, kind, key)
) STRICT;
CREATE INDEX record_parent ON record (connection, kind, parent);

-- `codec` 0: `body` as it is; else zstandard with that dictionary. Unpacked, it is the record's body followed by
-- `extra` bytes of members that are spliced in. `refs` is JSON: [[name, kind, key, whole], …].
CREATE TABLE record_body (
    record INTEGER PRIMARY KEY,
    codec INTEGER NOT NULL,
    extra INTEGER NOT NULL,
    refs TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- Which records refer to a record of their connection; the target need not exist.
CREATE TABLE record_ref (
    connection INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    key TEXT NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (connection, kind, key, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE dictionary (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;

-- `entity` 0: the identifier is a query that is not resolved.
CREATE TABLE contribution (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    row INTEGER NOT NULL,
    record INTEGER NOT NULL,
    item TEXT NOT NULL,
    entity INTEGER NOT NULL,
    blueprint INTEGER NOT NULL,
    creates INTEGER NOT NULL,
    hash BLOB NOT NULL,
    fragment TEXT NOT NULL,
    query TEXT NOT NULL,
    resolved TEXT NOT NULL,
    notes TEXT NOT NULL,
    UNIQUE (record, row, source, item)
) STRICT;
CREATE INDEX contribution_entity ON contribution (entity);
CREATE INDEX contribution_row ON contribution (row);
CREATE INDEX contribution_query ON contribution (id) WHERE query <> '' OR resolved <> '';

-- An entity that does not exist now has an empty body and hash: its row stays, for its id and its history.
CREATE TABLE entity (
    id INTEGER PRIMARY KEY,
    blueprint INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    hash BLOB NOT NULL,
    desired_hash BLOB NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    cause TEXT NOT NULL,
    held TEXT NOT NULL,
    UNIQUE (blueprint, identifier)
) STRICT;
CREATE INDEX entity_pending ON entity (id) WHERE hash IS NOT desired_hash;
CREATE INDEX entity_absent ON entity (blueprint) WHERE hash = x'';

CREATE TABLE relation (
    source INTEGER NOT NULL,
    name INTEGER NOT NULL,
    target_blueprint INTEGER NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (source, name, target_blueprint, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX relation_target ON relation (target_blueprint, target);

CREATE TABLE change (
    run INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    op TEXT NOT NULL,
    blueprint INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    delta TEXT NOT NULL,
    cause TEXT NOT NULL,
    result TEXT NOT NULL,
    state TEXT NOT NULL,
    made REAL NOT NULL,
    PRIMARY KEY (run, entity)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_entity ON change (entity);

-- Targets that deliveries are kept for: from its first question on, every entity written is due to a target.
CREATE TABLE target (
    id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE delivery (
    target INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    blueprint INTEGER NOT NULL,
    desired_hash BLOB NOT NULL,
    delivered_hash BLOB NOT NULL,
    keys BLOB NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (target, entity)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (target, blueprint, entity)
WHERE desired_hash IS NOT delivered_hash;

-- Every number up to `reserved` may have been taken.
CREATE TABLE sequence (
    id INTEGER PRIMARY KEY,
    reserved INTEGER NOT NULL
) STRICT;
INSERT INTO sequence (id, reserved) VALUES (1, 0);
