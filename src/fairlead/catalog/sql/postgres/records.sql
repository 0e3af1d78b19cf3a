-- name: find_records
SELECT r.id, r.key, r.parent, r.version, r.number, encode(r.source_hash, 'hex'), encode(r.hash, 'hex'), r.state,
    r.missing, r.missing_since, r.frozen
FROM unnest($3::text[]) AS k (key)
JOIN record r ON r.connection = $1 AND r.kind = $2 AND left(r.key, 500) = left(k.key, 500) AND r.key = k.key

-- name: put_records
INSERT INTO record (id, connection, kind, key, parent, version, number, source_hash, hash, state, missing,
    missing_since, frozen)
SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
    $8::bytea[], $9::bytea[], $10::smallint[], $11::integer[], $12::bigint[], $13::text[])
ON CONFLICT (id) DO UPDATE SET connection = excluded.connection, kind = excluded.kind, key = excluded.key,
    parent = excluded.parent, version = excluded.version, number = excluded.number,
    source_hash = excluded.source_hash, hash = excluded.hash, state = excluded.state, missing = excluded.missing,
    missing_since = excluded.missing_since, frozen = excluded.frozen

-- name: put_bodies
INSERT INTO record_body (record, codec, extra, refs, body)
SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::text[], $5::bytea[])
ON CONFLICT (record) DO UPDATE
SET codec = excluded.codec, extra = excluded.extra, refs = excluded.refs, body = excluded.body

-- name: stored_references
SELECT r.id, r.connection, b.refs FROM record r JOIN record_body b ON b.record = r.id WHERE r.id = ANY($1::bigint[])

-- name: put_references
INSERT INTO record_ref (connection, kind, key, record)
SELECT * FROM unnest($1::integer[], $2::integer[], $3::text[], $4::bigint[])
ON CONFLICT DO NOTHING

-- name: drop_reference
DELETE FROM record_ref f
USING unnest($1::integer[], $2::integer[], $3::text[], $4::bigint[]) AS n (connection, kind, key, record)
WHERE f.connection = n.connection AND f.kind = n.kind AND left(f.key, 500) = left(n.key, 500) AND f.key = n.key
AND f.record = n.record

-- name: set_state
UPDATE record r SET state = n.state, missing = n.missing, missing_since = n.missing_since, frozen = n.frozen
FROM unnest($1::smallint[], $2::integer[], $3::bigint[], $4::text[], $5::bigint[])
    AS n (state, missing, missing_since, frozen, id)
WHERE r.id = n.id

-- name: last_dictionary
SELECT id, content FROM dictionary WHERE kind = $1 ORDER BY id DESC LIMIT 1

-- name: dictionary
SELECT content FROM dictionary WHERE id = $1

-- name: put_dictionary
INSERT INTO dictionary (id, kind, content)
SELECT coalesce(max(id), 0) + 1, $1::integer, $2::bytea FROM dictionary RETURNING id

-- name: any_record
SELECT 1 FROM record WHERE connection = $1 AND kind = $2 LIMIT 1

-- name: sample
SELECT id FROM record WHERE connection = $1 AND kind = $2 AND state = 0 ORDER BY key LIMIT $3

-- name: alive
SELECT r.id, r.key, r.parent, r.version, r.number, r.source_hash, r.hash, r.state, r.missing, r.missing_since, r.frozen,
    r.kind, b.codec, b.extra, b.refs, b.body
FROM record r JOIN record_body b ON b.record = r.id
WHERE r.connection = $1 AND r.kind = $2 AND r.state <> 3 ORDER BY left(r.key, 500), r.key

-- name: bodies
SELECT r.id, r.key, r.parent, r.version, r.number, r.source_hash, r.hash, r.state, r.missing, r.missing_since, r.frozen,
    r.kind, b.codec, b.extra, b.refs, b.body
FROM record r JOIN record_body b ON b.record = r.id
WHERE r.id = ANY($1::bigint[])

-- name: states
SELECT id, key, parent, version, number, source_hash, hash, state, missing, missing_since, frozen
FROM record WHERE connection = $1 AND kind = $2 AND state = ANY($3::smallint[])

-- name: children
SELECT r.id, r.key, r.parent, r.version, r.number, r.source_hash, r.hash, r.state, r.missing, r.missing_since, r.frozen
FROM unnest($3::text[]) AS p (parent)
JOIN record r ON r.connection = $1 AND r.kind = $2 AND left(r.parent, 500) = left(p.parent, 500) AND r.parent = p.parent
WHERE r.state <> 3

-- name: referring
SELECT DISTINCT f.record FROM unnest($3::text[]) AS k (key)
JOIN record_ref f ON f.connection = $1 AND f.kind = $2 AND left(f.key, 500) = left(k.key, 500) AND f.key = k.key
JOIN record r ON r.id = f.record
WHERE r.state <> 3
