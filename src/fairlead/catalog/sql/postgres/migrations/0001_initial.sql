-- The first schema; SQLite's, in PostgreSQL's words. Ids are handed out by the one writer, so there are no sequences
-- and no foreign keys.
-- Texts are compared and sorted by their bytes, whatever the database's own order. An index takes at most 2,704 bytes, so
-- that one on a text of any length holds its first 500 characters and, where it must be unique, a hash of the whole.
-- JSON is text, as it was given: json and jsonb would refuse \u0000, and jsonb would change numbers and order.

CREATE TABLE name (
    id integer PRIMARY KEY,
    text text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX name_text ON name (left(text, 500), hashtextextended(text, 0));

CREATE TABLE connection (
    id integer PRIMARY KEY,
    instance text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    url text COLLATE "C" NOT NULL,
    credential bytea NOT NULL
);
CREATE UNIQUE INDEX connection_instance ON connection (left(instance, 500), hashtextextended(instance, 0));
CREATE UNIQUE INDEX connection_name ON connection (left(name, 500), hashtextextended(name, 0));

CREATE TABLE configuration (
    id integer PRIMARY KEY,
    hash text COLLATE "C" NOT NULL UNIQUE,
    mapping text COLLATE "C" NOT NULL,
    blueprints text COLLATE "C" NOT NULL,
    preset text COLLATE "C" NOT NULL,
    saved double precision NOT NULL
);

CREATE TABLE run (
    id bigint PRIMARY KEY,
    mode text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    request bytea NOT NULL,
    configuration integer NOT NULL,
    started double precision NOT NULL,
    ended double precision NOT NULL,
    report bytea NOT NULL
);
CREATE INDEX run_unfinished ON run (id) WHERE state = 'running';

CREATE TABLE reading (
    id bigint PRIMARY KEY,
    run bigint NOT NULL,
    connection integer NOT NULL,
    kind integer NOT NULL,
    form text COLLATE "C" NOT NULL,
    spec text COLLATE "C" NOT NULL,
    start bigint NOT NULL,
    started double precision NOT NULL,
    state text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL
);
CREATE INDEX reading_run ON reading (run);
CREATE INDEX reading_start ON reading (start);

CREATE TABLE chain (
    reading bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    cursor text COLLATE "C",
    pages integer NOT NULL
);
CREATE UNIQUE INDEX chain_name ON chain (reading, left(name, 500), hashtextextended(name, 0));

-- Items of done pages that still wait for their detail read; a page without items has no row.
CREATE TABLE page (
    reading bigint NOT NULL,
    chain text COLLATE "C" NOT NULL,
    page integer NOT NULL,
    items bytea NOT NULL
);
CREATE UNIQUE INDEX page_chain ON page (reading, left(chain, 500), hashtextextended(chain, 0), page);

CREATE TABLE seen (
    reading bigint NOT NULL,
    record bigint NOT NULL,
    PRIMARY KEY (reading, record)
);

-- When the children of `parent` ('*': all) were last proved by a listing: what verified-at is computed from.
CREATE TABLE scope (
    connection integer NOT NULL,
    kind integer NOT NULL,
    parent text COLLATE "C" NOT NULL,
    reading bigint NOT NULL,
    verified double precision NOT NULL
);
CREATE UNIQUE INDEX scope_parent ON scope (connection, kind, left(parent, 500), hashtextextended(parent, 0));

CREATE TABLE cursor (
    connection integer NOT NULL,
    kind integer NOT NULL,
    spec text COLLATE "C" NOT NULL,
    cursor text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX cursor_spec ON cursor (connection, kind, left(spec, 500), hashtextextended(spec, 0));

-- `missing_since` is in microseconds since the epoch.
CREATE TABLE record (
    id bigint PRIMARY KEY,
    connection integer NOT NULL,
    kind integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    parent text COLLATE "C" NOT NULL,
    version bigint,
    number bigint NOT NULL,
    source_hash bytea NOT NULL,
    hash bytea NOT NULL,
    state smallint NOT NULL,
    missing integer NOT NULL,
    missing_since bigint NOT NULL,
    frozen text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX record_key ON record (connection, kind, left(key, 500), hashtextextended(key, 0));
CREATE INDEX record_parent ON record (connection, kind, left(parent, 500));

-- `codec` 0: `body` as it is; else zstandard with that dictionary. Unpacked, it is the record's body followed by
-- `extra` bytes of members that are spliced in. `refs` is JSON: [[name, kind, key, whole], …].
CREATE TABLE record_body (
    record bigint PRIMARY KEY,
    codec integer NOT NULL,
    extra integer NOT NULL,
    refs text COLLATE "C" NOT NULL,
    body bytea NOT NULL
);
-- It is compressed already.
ALTER TABLE record_body ALTER COLUMN body SET STORAGE EXTERNAL;

-- Which records refer to a record of their connection; the target need not exist.
CREATE TABLE record_ref (
    connection integer NOT NULL,
    kind integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    record bigint NOT NULL
);
CREATE UNIQUE INDEX record_ref_key
ON record_ref (connection, kind, left(key, 500), record, hashtextextended(key, 0));

CREATE TABLE dictionary (
    id integer PRIMARY KEY,
    kind integer NOT NULL,
    content bytea NOT NULL
);

-- `entity` 0: the identifier is a query that is not resolved.
CREATE TABLE contribution (
    id bigint PRIMARY KEY,
    source integer NOT NULL,
    row integer NOT NULL,
    record bigint NOT NULL,
    item text COLLATE "C" NOT NULL,
    entity bigint NOT NULL,
    blueprint integer NOT NULL,
    creates boolean NOT NULL,
    hash bytea NOT NULL,
    fragment text COLLATE "C" NOT NULL,
    query text COLLATE "C" NOT NULL,
    resolved text COLLATE "C" NOT NULL,
    notes text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX contribution_item
ON contribution (record, row, source, left(item, 500), hashtextextended(item, 0));
CREATE INDEX contribution_entity ON contribution (entity);
CREATE INDEX contribution_row ON contribution (row, id);
CREATE INDEX contribution_query ON contribution (id) WHERE query <> '' OR resolved <> '';

-- An entity that does not exist now has an empty body and hash: its row stays, for its id and its history.
CREATE TABLE entity (
    id bigint PRIMARY KEY,
    blueprint integer NOT NULL,
    identifier text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    desired_hash bytea NOT NULL,
    title text COLLATE "C" NOT NULL,
    body text COLLATE "C" NOT NULL,
    cause text COLLATE "C" NOT NULL,
    held text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX entity_identifier ON entity (blueprint, left(identifier, 500), hashtextextended(identifier, 0));
CREATE INDEX entity_pending ON entity (id) WHERE hash <> desired_hash;
CREATE INDEX entity_absent ON entity (blueprint) WHERE hash = '';

CREATE TABLE relation (
    source bigint NOT NULL,
    name integer NOT NULL,
    target_blueprint integer NOT NULL,
    target text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX relation_edge
ON relation (source, name, target_blueprint, left(target, 500), hashtextextended(target, 0));
CREATE INDEX relation_target ON relation (target_blueprint, left(target, 500));

CREATE TABLE change (
    run bigint NOT NULL,
    entity bigint NOT NULL,
    op text COLLATE "C" NOT NULL,
    blueprint integer NOT NULL,
    identifier text COLLATE "C" NOT NULL,
    delta text COLLATE "C" NOT NULL,
    cause text COLLATE "C" NOT NULL,
    result text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    made double precision NOT NULL,
    PRIMARY KEY (run, entity)
);
CREATE INDEX change_entity ON change (entity);

-- Targets that deliveries are kept for: from its first question on, every entity written is due to a target.
CREATE TABLE target (
    id integer PRIMARY KEY
);

CREATE TABLE delivery (
    target integer NOT NULL,
    entity bigint NOT NULL,
    blueprint integer NOT NULL,
    desired_hash bytea NOT NULL,
    delivered_hash bytea NOT NULL,
    keys bytea NOT NULL,
    attempts integer NOT NULL,
    error text COLLATE "C" NOT NULL,
    PRIMARY KEY (target, entity)
);
CREATE INDEX delivery_due ON delivery (target, blueprint, entity) WHERE desired_hash <> delivered_hash;

-- Every number up to `reserved` may have been taken.
CREATE TABLE sequence (
    id integer PRIMARY KEY,
    reserved bigint NOT NULL
);
INSERT INTO sequence (id, reserved) VALUES (1, 0);
