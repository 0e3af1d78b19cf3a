-- name: bookmark
SELECT run, entity FROM destination WHERE name = ?

-- name: put_bookmark
INSERT INTO destination (name, run, entity) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET run = excluded.run, entity = excluded.entity

-- name: applied_after
SELECT run, entity, op, blueprint, identifier, delta, cause, result, state, made FROM change
WHERE (run, entity) > (?, ?) AND state = 'applied' ORDER BY run, entity LIMIT ?

-- name: later_changes
SELECT run, entity, op, blueprint, identifier, delta, cause, result, state, made FROM change
WHERE run > ? AND state = 'applied' AND entity IN (?)

-- name: later_renames
SELECT run, entity, op, blueprint, identifier, delta, cause, result, state, made FROM change
WHERE run > ? AND op = 'rename' AND blueprint = ? AND state = 'applied' ORDER BY run, entity
