-- name: name_id
SELECT id FROM name WHERE text = ?

-- name: name_text
SELECT text FROM name WHERE id = ?

-- name: put_name
INSERT INTO name (text) VALUES (?) RETURNING id

-- name: reserve_numbers
UPDATE sequence SET reserved = reserved + ? WHERE id = 1 RETURNING reserved

-- name: reserved_numbers
SELECT reserved FROM sequence WHERE id = 1

-- name: last_record
SELECT coalesce(max(id), 0) FROM record

-- name: last_contribution
SELECT coalesce(max(id), 0) FROM contribution

-- name: last_entity
SELECT coalesce(max(id), 0) FROM entity

-- name: start_run
INSERT INTO run (mode, state, request, configuration, started, ended, report)
VALUES (?, 'running', ?, ?, ?, 0.0, x'') RETURNING id

-- name: end_run
UPDATE run SET state = ?, report = ?, ended = ? WHERE id = ?

-- name: drop_proved_chains
DELETE FROM chain WHERE state = 'proved' AND reading IN (SELECT id FROM reading WHERE run = ? AND state <> 'open')

-- name: run
SELECT id, mode, state, request, configuration, started, ended, report FROM run WHERE id = ?

-- name: unfinished_run
SELECT id, mode, state, request, configuration, started, ended, report FROM run
WHERE state = 'running' ORDER BY id DESC LIMIT 1

-- name: runs
SELECT id, mode, state, request, configuration, started, ended, report FROM run ORDER BY id DESC LIMIT ?

-- name: save_configuration
INSERT INTO configuration (hash, mapping, blueprints, preset, saved, place) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (hash) DO UPDATE SET place = excluded.place WHERE excluded.place <> ''

-- name: configuration_id
SELECT id FROM configuration WHERE hash = ?

-- name: configuration
SELECT mapping, blueprints, preset FROM configuration WHERE id = ?

-- name: configuration_from
SELECT c.mapping, c.blueprints, c.preset FROM run JOIN configuration c ON c.id = run.configuration
WHERE c.place = ? ORDER BY run.id DESC LIMIT 1

-- name: save_connection
INSERT INTO connection (instance, name, url, credential) VALUES (?, ?, ?, ?)
ON CONFLICT (instance) DO UPDATE SET name = excluded.name, url = excluded.url, credential = excluded.credential
RETURNING id

-- name: connection_instance
SELECT instance FROM connection WHERE name = ?

-- name: connections
SELECT id, instance, name, url, credential FROM connection ORDER BY id

-- name: wishes
SELECT asked, served FROM wish WHERE id = 1

-- name: wish
UPDATE wish SET asked = asked + 1 WHERE id = 1

-- name: serve_wishes
UPDATE wish SET served = max(served, ?) WHERE id = 1
