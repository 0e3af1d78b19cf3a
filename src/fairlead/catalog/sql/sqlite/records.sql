-- name: find_records
SELECT json_group_array(json_array(id, key, parent, version, number, hex(source_hash), hex(hash), state, missing,
    missing_since, frozen))
FROM record WHERE connection = ? AND kind = ? AND key IN (?)

-- name: put_records
INSERT INTO record (id, connection, kind, key, parent, version, number, source_hash, hash, state, missing,
    missing_since, frozen)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET connection = excluded.connection, kind = excluded.kind, key = excluded.key,
    parent = excluded.parent, version = excluded.version, number = excluded.number,
    source_hash = excluded.source_hash, hash = excluded.hash, state = excluded.state, missing = excluded.missing,
    missing_since = excluded.missing_since, frozen = excluded.frozen

-- name: put_bodies
INSERT INTO record_body (record, codec, extra, refs, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (record) DO UPDATE SET codec = excluded.codec, extra = excluded.extra, refs = excluded.refs, body = excluded.body

-- name: stored_references
SELECT r.id, r.connection, b.refs FROM record r JOIN record_body b ON b.record = r.id WHERE r.id IN (?)

-- name: put_references
INSERT OR IGNORE INTO record_ref (connection, kind, key, record) VALUES (?, ?, ?, ?)

-- name: drop_reference
DELETE FROM record_ref WHERE connection = ? AND kind = ? AND key = ? AND record = ?

-- name: set_state
UPDATE record SET state = ?, missing = ?, missing_since = ?, frozen = ? WHERE id = ?

-- name: last_dictionary
SELECT id, content FROM dictionary WHERE kind = ? ORDER BY id DESC LIMIT 1

-- name: dictionary
SELECT content FROM dictionary WHERE id = ?

-- name: put_dictionary
INSERT INTO dictionary (kind, content) VALUES (?, ?) RETURNING id

-- name: any_record
SELECT 1 FROM record WHERE connection = ? AND kind = ? LIMIT 1

-- name: sample
SELECT id FROM record WHERE connection = ? AND kind = ? AND state = 0 ORDER BY key LIMIT ?

-- name: alive
SELECT r.id, r.key, r.parent, r.version, r.number, r.source_hash, r.hash, r.state, r.missing, r.missing_since, r.frozen,
    r.kind, b.codec, b.extra, b.refs, b.body
FROM record r JOIN record_body b ON b.record = r.id
WHERE r.connection = ? AND r.kind = ? AND r.state <> 3 ORDER BY r.key

-- name: bodies
SELECT r.id, r.key, r.parent, r.version, r.number, r.source_hash, r.hash, r.state, r.missing, r.missing_since, r.frozen,
    r.kind, b.codec, b.extra, b.refs, b.body
FROM record r JOIN record_body b ON b.record = r.id
WHERE r.id IN (?)

-- name: states
SELECT id, key, parent, version, number, source_hash, hash, state, missing, missing_since, frozen
FROM record WHERE connection = ? AND kind = ? AND state IN (?)

-- name: children
SELECT id, key, parent, version, number, source_hash, hash, state, missing, missing_since, frozen
FROM record WHERE connection = ? AND kind = ? AND state <> 3 AND parent IN (?)

-- name: referring
SELECT DISTINCT f.record FROM record_ref f JOIN record r ON r.id = f.record
WHERE f.connection = ? AND f.kind = ? AND r.state <> 3 AND f.key IN (?)
