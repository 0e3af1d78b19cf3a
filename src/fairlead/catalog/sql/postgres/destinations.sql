-- name: bookmark
SELECT run, entity FROM destination WHERE name = $1

-- name: put_bookmark
INSERT INTO destination (name, run, entity) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET run = excluded.run, entity = excluded.entity

-- name: applied_after
SELECT run, entity, op, blueprint, identifier, delta, cause, result, state, made FROM change
WHERE (run, entity) > ($1, $2) AND state = 'applied' ORDER BY run, entity LIMIT $3

-- name: later_changes
SELECT run, entity, op, blueprint, identifier, delta, cause, result, state, made FROM change
WHERE run > $1 AND state = 'applied' AND entity = ANY($2::bigint[])

-- name: later_renames
SELECT run, entity, op, blueprint, identifier, delta, cause, result, state, made FROM change
WHERE run > $1 AND op = 'rename' AND blueprint = $2 AND state = 'applied' ORDER BY run, entity
