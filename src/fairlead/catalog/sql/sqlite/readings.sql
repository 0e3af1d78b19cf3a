-- name: open_reading
INSERT INTO reading (run, connection, kind, form, spec, start, started, state, reason)
VALUES (?, ?, ?, ?, ?, ?, ?, 'open', '') RETURNING id

-- name: end_reading
UPDATE reading SET state = ?, reason = ? WHERE id = ?

-- name: drop_seen
DELETE FROM seen WHERE reading = ?

-- name: drop_pages
DELETE FROM page WHERE reading = ?

-- name: verify_scopes
INSERT INTO scope (connection, kind, parent, reading, verified)
SELECT r.connection, r.kind, c.scope, r.id, r.started
FROM reading r JOIN chain c ON c.reading = r.id
WHERE r.id = ? AND r.form = 'listing' AND c.state = 'proved'
GROUP BY c.scope
ON CONFLICT (connection, kind, parent) DO UPDATE SET reading = excluded.reading, verified = excluded.verified

-- name: readings
SELECT id, run, connection, kind, form, spec, start, started, state, reason FROM reading WHERE run = ? ORDER BY id

-- name: mark_chain
INSERT INTO chain (reading, name, scope, state, reason, cursor, pages) VALUES (?, ?, ?, ?, '', ?, ?)
ON CONFLICT (reading, name) DO UPDATE
SET scope = excluded.scope, state = excluded.state, reason = '', cursor = excluded.cursor, pages = excluded.pages

-- name: put_page
INSERT INTO page (reading, chain, page, items) VALUES (?, ?, ?, ?)
ON CONFLICT (reading, chain, page) DO UPDATE SET items = excluded.items

-- name: end_chain
INSERT INTO chain (reading, name, scope, state, reason, cursor, pages) VALUES (?, ?, ?, ?, ?, NULL, 0)
ON CONFLICT (reading, name) DO UPDATE SET state = excluded.state, reason = excluded.reason

-- name: chains
SELECT name, scope, state, reason, cursor, pages FROM chain WHERE reading = ? ORDER BY name

-- name: pages
SELECT items FROM page WHERE reading = ? AND chain = ? ORDER BY page

-- name: reading_kind
SELECT connection, kind FROM reading WHERE id = ?

-- name: seen_keys
SELECT json_group_array(json_array(r.key)) FROM record r
WHERE r.connection = ? AND r.kind = ?
AND EXISTS (SELECT 1 FROM seen s WHERE s.reading = ? AND s.record = r.id)
AND r.key IN (?)

-- name: see
INSERT OR IGNORE INTO seen (reading, record) VALUES (?, ?)

-- name: unseen
SELECT r.id, r.key, r.parent, r.version, r.number, r.source_hash, r.hash, r.state, r.missing, r.missing_since, r.frozen
FROM record r
WHERE r.connection = ? AND r.kind = ? AND r.state IN (0, 2) AND r.number < ?
AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.reading = ? AND s.record = r.id)
ORDER BY r.id

-- name: unseen_in_scopes
SELECT r.id, r.key, r.parent, r.version, r.number, r.source_hash, r.hash, r.state, r.missing, r.missing_since, r.frozen
FROM record r
WHERE r.connection = ? AND r.kind = ? AND r.state IN (0, 2) AND r.number < ?
AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.reading = ? AND s.record = r.id)
AND r.parent IN (?)

-- name: set_cursor
INSERT INTO cursor (connection, kind, spec, cursor) VALUES (?, ?, ?, ?)
ON CONFLICT (connection, kind, spec) DO UPDATE SET cursor = excluded.cursor

-- name: cursor
SELECT cursor FROM cursor WHERE connection = ? AND kind = ? AND spec = ?
