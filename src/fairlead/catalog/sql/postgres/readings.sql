-- name: open_reading
INSERT INTO reading (id, run, connection, kind, form, spec, start, started, state, reason)
SELECT coalesce(max(id), 0) + 1, $1::bigint, $2::integer, $3::integer, $4::text, $5::text, $6::bigint,
    $7::double precision, 'open', ''
FROM reading
RETURNING id

-- name: end_reading
UPDATE reading SET state = $1, reason = $2 WHERE id = $3

-- name: drop_seen
DELETE FROM seen WHERE reading = $1

-- name: drop_pages
DELETE FROM page WHERE reading = $1

-- name: verify_scopes
INSERT INTO scope (connection, kind, parent, reading, verified)
SELECT DISTINCT r.connection, r.kind, c.scope, r.id, r.started
FROM reading r JOIN chain c ON c.reading = r.id
WHERE r.id = $1 AND r.form = 'listing' AND c.state = 'proved'
ON CONFLICT (connection, kind, left(parent, 500), hashtextextended(parent, 0)) DO UPDATE
SET reading = excluded.reading, verified = excluded.verified

-- name: readings
SELECT id, run, connection, kind, form, spec, start, started, state, reason FROM reading WHERE run = $1 ORDER BY id

-- name: mark_chain
INSERT INTO chain (reading, name, scope, state, reason, cursor, pages) VALUES ($1, $2, $3, $4, '', $5, $6)
ON CONFLICT (reading, left(name, 500), hashtextextended(name, 0)) DO UPDATE
SET scope = excluded.scope, state = excluded.state, reason = '', cursor = excluded.cursor, pages = excluded.pages

-- name: put_page
INSERT INTO page (reading, chain, page, items) VALUES ($1, $2, $3, $4)
ON CONFLICT (reading, left(chain, 500), hashtextextended(chain, 0), page) DO UPDATE SET items = excluded.items

-- name: end_chain
INSERT INTO chain (reading, name, scope, state, reason, cursor, pages) VALUES ($1, $2, $3, $4, $5, NULL, 0)
ON CONFLICT (reading, left(name, 500), hashtextextended(name, 0)) DO UPDATE
SET state = excluded.state, reason = excluded.reason

-- name: chains
SELECT name, scope, state, reason, cursor, pages FROM chain WHERE reading = $1 ORDER BY name

-- name: pages
SELECT items FROM page WHERE reading = $1 AND left(chain, 500) = left($2, 500) AND chain = $2 ORDER BY page

-- name: reading_kind
SELECT connection, kind FROM reading WHERE id = $1

-- name: seen_keys
SELECT r.key FROM unnest($4::text[]) AS k (key)
JOIN record r ON r.connection = $1 AND r.kind = $2 AND left(r.key, 500) = left(k.key, 500) AND r.key = k.key
WHERE EXISTS (SELECT 1 FROM seen s WHERE s.reading = $3 AND s.record = r.id)

-- name: see
INSERT INTO seen (reading, record) SELECT * FROM unnest($1::bigint[], $2::bigint[]) ON CONFLICT DO NOTHING

-- name: unseen
SELECT r.id, r.key, r.parent, r.version, r.number, r.source_hash, r.hash, r.state, r.missing, r.missing_since, r.frozen
FROM record r
WHERE r.connection = $1 AND r.kind = $2 AND r.state IN (0, 2) AND r.number < $3
AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.reading = $4 AND s.record = r.id)
ORDER BY r.id

-- name: unseen_in_scopes
SELECT r.id, r.key, r.parent, r.version, r.number, r.source_hash, r.hash, r.state, r.missing, r.missing_since, r.frozen
FROM unnest($5::text[]) AS p (parent)
JOIN record r ON r.connection = $1 AND r.kind = $2 AND left(r.parent, 500) = left(p.parent, 500) AND r.parent = p.parent
WHERE r.state IN (0, 2) AND r.number < $3
AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.reading = $4 AND s.record = r.id)

-- name: set_cursor
INSERT INTO cursor (connection, kind, spec, cursor) VALUES ($1, $2, $3, $4)
ON CONFLICT (connection, kind, left(spec, 500), hashtextextended(spec, 0)) DO UPDATE SET cursor = excluded.cursor

-- name: cursor
SELECT cursor FROM cursor WHERE connection = $1 AND kind = $2 AND left(spec, 500) = left($3, 500) AND spec = $3
