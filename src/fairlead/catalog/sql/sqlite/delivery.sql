-- name: targets
SELECT id, place FROM target

-- name: put_target
INSERT OR IGNORE INTO target (id, place) VALUES (?, '')

-- name: set_place
UPDATE target SET place = ? WHERE id = ?

-- name: drop_target
DELETE FROM target WHERE id = ?

-- name: drop_deliveries
DELETE FROM delivery WHERE target = ?

-- name: owe_everything
INSERT INTO delivery (target, entity, blueprint, desired_hash, delivered_hash, keys, attempts, error)
SELECT ?, id, blueprint, hash, x'', x'', 0, '' FROM entity WHERE hash <> x''
ON CONFLICT (target, entity) DO UPDATE SET desired_hash = excluded.desired_hash

-- name: owe
INSERT INTO delivery (target, entity, blueprint, desired_hash, delivered_hash, keys, attempts, error)
SELECT t.id, e.id, e.blueprint, e.hash, x'', x'', 0, '' FROM entity e CROSS JOIN target t WHERE e.id IN (?)
ON CONFLICT (target, entity) DO UPDATE SET desired_hash = excluded.desired_hash, blueprint = excluded.blueprint, attempts = 0
WHERE desired_hash IS NOT excluded.desired_hash

-- name: drop_settled
DELETE FROM delivery
WHERE desired_hash = x'' AND delivered_hash = x'' AND error = '' AND target = ? AND entity IN (?)

-- name: due
SELECT d.entity, e.blueprint, e.identifier, e.body, d.desired_hash, d.delivered_hash, d.keys, d.attempts, d.error,
    f.entity IS NOT NULL, f.entity IS NULL OR EXISTS (SELECT 1 FROM contribution c WHERE c.entity = e.id AND c.creates = 1)
FROM delivery d JOIN entity e ON e.id = d.entity LEFT JOIN foreign_entity f ON f.entity = d.entity
WHERE d.target = ? AND d.blueprint = ? AND d.entity > ? AND d.desired_hash IS NOT d.delivered_hash
ORDER BY d.entity LIMIT ?

-- name: due_of_stranger
SELECT e.id, e.blueprint, e.identifier, e.body, e.hash, x'', x'', 0, '',
    f.entity IS NOT NULL, f.entity IS NULL OR EXISTS (SELECT 1 FROM contribution c WHERE c.entity = e.id AND c.creates = 1)
FROM entity e LEFT JOIN foreign_entity f ON f.entity = e.id
WHERE e.blueprint = ? AND e.id > ? AND e.hash <> x'' ORDER BY e.id LIMIT ?

-- name: mark_delivered
INSERT INTO delivery (target, entity, blueprint, desired_hash, delivered_hash, keys, attempts, error)
SELECT ?, id, blueprint, hash, ?, ?, ?, ? FROM entity WHERE id = ?
ON CONFLICT (target, entity) DO UPDATE
SET delivered_hash = excluded.delivered_hash, keys = excluded.keys, attempts = excluded.attempts,
    error = excluded.error

-- name: due_blueprints
SELECT DISTINCT blueprint FROM delivery WHERE target = ? AND desired_hash IS NOT delivered_hash
AND (desired_hash = x'' AND entity NOT IN (SELECT entity FROM foreign_entity)) = ?

-- name: count_at_target
SELECT count(*), coalesce(sum(CASE WHEN desired_hash = x'' AND entity NOT IN (SELECT entity FROM foreign_entity)
    THEN 1 ELSE 0 END), 0)
FROM delivery WHERE target = ? AND delivered_hash <> x''

-- name: unlink
UPDATE delivery SET delivered_hash = ?
WHERE target = ? AND delivered_hash <> x''
AND entity IN (SELECT source FROM relation WHERE target_blueprint = ? AND target IN (?))

-- name: held_at_target
SELECT entity, delivered_hash FROM delivery WHERE target = ? AND entity IN (?)

-- name: mark_foreign
INSERT OR IGNORE INTO foreign_entity (entity) VALUES (?)

-- name: foreign_entities
SELECT f.entity FROM foreign_entity f JOIN entity e ON e.id = f.entity WHERE e.blueprint = ?

-- name: leaving
SELECT e.identifier FROM delivery d JOIN entity e ON e.id = d.entity
WHERE d.target = ? AND d.blueprint = ? AND d.desired_hash = x'' AND d.delivered_hash NOT IN (x'', CAST('found' AS BLOB))
AND d.entity NOT IN (SELECT entity FROM foreign_entity)

-- name: pointed_among
SELECT DISTINCT r.target FROM relation r JOIN entity e ON e.id = r.source
WHERE r.target_blueprint = ? AND e.blueprint = ? AND r.name = ? AND r.target IN (?)
