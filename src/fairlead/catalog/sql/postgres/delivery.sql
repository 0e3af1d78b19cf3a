-- name: targets
SELECT id, place FROM target

-- name: put_target
INSERT INTO target (id, place) VALUES ($1, '') ON CONFLICT DO NOTHING

-- name: set_place
UPDATE target SET place = $1 WHERE id = $2

-- name: drop_target
DELETE FROM target WHERE id = $1

-- name: drop_deliveries
DELETE FROM delivery WHERE target = $1

-- name: owe_everything
INSERT INTO delivery (target, entity, blueprint, desired_hash, delivered_hash, keys, attempts, error)
SELECT $1::integer, id, blueprint, hash, '', '', 0, '' FROM entity WHERE hash <> ''
ON CONFLICT (target, entity) DO UPDATE SET desired_hash = excluded.desired_hash

-- name: owe
INSERT INTO delivery (target, entity, blueprint, desired_hash, delivered_hash, keys, attempts, error)
SELECT t.id, e.id, e.blueprint, e.hash, '', '', 0, '' FROM entity e CROSS JOIN target t WHERE e.id = ANY($1::bigint[])
ON CONFLICT (target, entity) DO UPDATE
SET desired_hash = excluded.desired_hash, blueprint = excluded.blueprint, attempts = 0
WHERE delivery.desired_hash <> excluded.desired_hash

-- name: drop_settled
DELETE FROM delivery
WHERE desired_hash = '' AND delivered_hash = '' AND error = '' AND target = $1 AND entity = ANY($2::bigint[])

-- name: due
SELECT d.entity, e.blueprint, e.identifier, e.body, d.desired_hash, d.delivered_hash, d.keys, d.attempts, d.error,
    f.entity IS NOT NULL, f.entity IS NULL OR EXISTS (SELECT 1 FROM contribution c WHERE c.entity = e.id AND c.creates)
FROM delivery d JOIN entity e ON e.id = d.entity LEFT JOIN foreign_entity f ON f.entity = d.entity
WHERE d.target = $1 AND d.blueprint = $2 AND d.entity > $3 AND d.desired_hash <> d.delivered_hash
ORDER BY d.entity LIMIT $4

-- name: due_of_stranger
SELECT e.id, e.blueprint, e.identifier, e.body, e.hash, ''::bytea, ''::bytea, 0, '',
    f.entity IS NOT NULL, f.entity IS NULL OR EXISTS (SELECT 1 FROM contribution c WHERE c.entity = e.id AND c.creates)
FROM entity e LEFT JOIN foreign_entity f ON f.entity = e.id
WHERE e.blueprint = $1 AND e.id > $2 AND e.hash <> '' ORDER BY e.id LIMIT $3

-- name: mark_delivered
INSERT INTO delivery (target, entity, blueprint, desired_hash, delivered_hash, keys, attempts, error)
SELECT n.target, e.id, e.blueprint, e.hash, n.delivered_hash, n.keys, n.attempts, n.error
FROM unnest($1::integer[], $2::bytea[], $3::bytea[], $4::integer[], $5::text[], $6::bigint[])
    AS n (target, delivered_hash, keys, attempts, error, entity)
JOIN entity e ON e.id = n.entity
ON CONFLICT (target, entity) DO UPDATE
SET delivered_hash = excluded.delivered_hash, keys = excluded.keys, attempts = excluded.attempts,
    error = excluded.error

-- name: due_blueprints
SELECT DISTINCT blueprint FROM delivery WHERE target = $1 AND desired_hash <> delivered_hash
AND (desired_hash = '' AND entity NOT IN (SELECT entity FROM foreign_entity)) = $2::boolean

-- name: count_at_target
SELECT count(*), coalesce(sum(CASE WHEN desired_hash = '' AND entity NOT IN (SELECT entity FROM foreign_entity)
    THEN 1 ELSE 0 END), 0)
FROM delivery WHERE target = $1 AND delivered_hash <> ''

-- name: unlink
UPDATE delivery SET delivered_hash = $1
WHERE target = $2 AND delivered_hash <> ''
AND entity IN (
    SELECT r.source FROM unnest($4::text[]) AS k (target)
    JOIN relation r ON r.target_blueprint = $3 AND left(r.target, 500) = left(k.target, 500) AND r.target = k.target
)

-- name: held_at_target
SELECT entity, delivered_hash FROM delivery WHERE target = $1 AND entity = ANY($2::bigint[])

-- name: mark_foreign
INSERT INTO foreign_entity (entity) SELECT * FROM unnest($1::bigint[]) ON CONFLICT DO NOTHING

-- name: foreign_entities
SELECT f.entity FROM foreign_entity f JOIN entity e ON e.id = f.entity WHERE e.blueprint = $1

-- name: leaving
SELECT e.identifier FROM delivery d JOIN entity e ON e.id = d.entity
WHERE d.target = $1 AND d.blueprint = $2 AND d.desired_hash = '' AND d.delivered_hash NOT IN ('', 'found')
AND d.entity NOT IN (SELECT entity FROM foreign_entity)

-- name: pointed_among
SELECT DISTINCT r.target FROM unnest($4::text[]) AS k (target)
JOIN relation r ON r.target_blueprint = $1 AND left(r.target, 500) = left(k.target, 500) AND r.target = k.target
JOIN entity e ON e.id = r.source
WHERE e.blueprint = $2 AND r.name = $3
