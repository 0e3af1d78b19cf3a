-- name: name_id
SELECT id FROM name WHERE left(text, 500) = left($1, 500) AND text = $1

-- name: name_text
SELECT text FROM name WHERE id = $1

-- name: put_name
INSERT INTO name (id, text) SELECT coalesce(max(id), 0) + 1, $1::text FROM name RETURNING id

-- name: reserve_numbers
UPDATE sequence SET reserved = reserved + $1 WHERE id = 1 RETURNING reserved

-- name: reserved_numbers
SELECT reserved FROM sequence WHERE id = 1

-- name: last_record
SELECT coalesce(max(id), 0) FROM record

-- name: last_contribution
SELECT coalesce(max(id), 0) FROM contribution

-- name: last_entity
SELECT coalesce(max(id), 0) FROM entity

-- name: start_run
INSERT INTO run (id, mode, state, request, configuration, started, ended, report)
SELECT coalesce(max(id), 0) + 1, $1::text, 'running', $2::bytea, $3::integer, $4::double precision, 0.0, ''::bytea FROM run
RETURNING id

-- name: end_run
UPDATE run SET state = $1, report = $2, ended = $3 WHERE id = $4

-- name: drop_proved_chains
DELETE FROM chain WHERE state = 'proved' AND reading IN (SELECT id FROM reading WHERE run = $1 AND state <> 'open')

-- name: run
SELECT id, mode, state, request, configuration, started, ended, report FROM run WHERE id = $1

-- name: unfinished_run
SELECT id, mode, state, request, configuration, started, ended, report FROM run
WHERE state = 'running' ORDER BY id DESC LIMIT 1

-- name: runs
SELECT id, mode, state, request, configuration, started, ended, report FROM run ORDER BY id DESC LIMIT $1

-- name: save_configuration
INSERT INTO configuration (id, hash, mapping, blueprints, preset, saved, place)
SELECT coalesce(max(id), 0) + 1, $1::text, $2::text, $3::text, $4::text, $5::double precision, $6::text
FROM configuration
ON CONFLICT (hash) DO UPDATE SET place = excluded.place WHERE excluded.place <> ''

-- name: configuration_id
SELECT id FROM configuration WHERE hash = $1

-- name: configuration
SELECT mapping, blueprints, preset FROM configuration WHERE id = $1

-- name: configuration_from
SELECT c.mapping, c.blueprints, c.preset FROM run JOIN configuration c ON c.id = run.configuration
WHERE c.place = $1 ORDER BY run.id DESC LIMIT 1

-- name: save_connection
INSERT INTO connection (id, instance, name, url, credential)
SELECT coalesce(max(id), 0) + 1, $1::text, $2::text, $3::text, $4::bytea FROM connection
ON CONFLICT (left(instance, 500), hashtextextended(instance, 0)) DO UPDATE
SET name = excluded.name, url = excluded.url, credential = excluded.credential
RETURNING id

-- name: connection_instance
SELECT instance FROM connection WHERE name = $1

-- name: connections
SELECT id, instance, name, url, credential FROM connection ORDER BY id

-- name: wishes
SELECT asked, served FROM wish WHERE id = 1

-- name: wish
UPDATE wish SET asked = asked + 1 WHERE id = 1

-- name: serve_wishes
UPDATE wish SET served = greatest(served, $1) WHERE id = 1
