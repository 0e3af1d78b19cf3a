-- name: edges_out
SELECT name, target_blueprint, target FROM relation WHERE source = $1
ORDER BY name, target_blueprint, left(target, 500), target

-- name: edges_in
SELECT r.name, e.blueprint, e.identifier FROM relation r JOIN entity e ON e.id = r.source
WHERE r.target_blueprint = $1 AND left(r.target, 500) = left($2, 500) AND r.target = $2
ORDER BY r.source, r.name LIMIT $3

-- name: changes_of_entity
SELECT run, op, blueprint, identifier, delta, cause, result, state, made FROM change
WHERE entity = $1 ORDER BY run DESC LIMIT $2

-- name: deliveries_of_entity
SELECT n.text, d.desired_hash <> d.delivered_hash, d.error
FROM target t JOIN name n ON n.id = t.id JOIN delivery d ON d.target = t.id AND d.entity = $1 ORDER BY n.text

-- name: record_facts
SELECT connection, kind, key, parent, state, missing, missing_since, frozen, number FROM record WHERE id = $1

-- name: records_of_key
SELECT r.connection, r.kind, r.key, r.parent, r.state, r.missing, r.missing_since, r.frozen, r.number
FROM connection c JOIN record r ON r.connection = c.id
WHERE r.kind = $1 AND left(r.key, 500) = left($2, 500) AND r.key = $2 ORDER BY c.id

-- name: verified
SELECT s.reading, s.verified, r.start FROM scope s JOIN reading r ON r.id = s.reading
WHERE s.connection = $1 AND s.kind = $2 AND left(s.parent, 500) IN (left($3, 500), '*') AND s.parent IN ($3, '*')
ORDER BY s.verified DESC LIMIT 1

-- name: reading_before
SELECT id, started FROM reading WHERE start <= $1 ORDER BY start DESC LIMIT 1

-- name: count_pending
SELECT count(*) FROM entity WHERE hash <> desired_hash

-- name: count_held
SELECT count(*) FROM entity WHERE hash <> desired_hash AND held <> ''

-- name: count_unresolved
SELECT count(*) FROM contribution WHERE query <> '' AND entity = 0

-- name: count_due
-- What an earlier installation left (found) is not due as long as nothing asked for its removal.
SELECT n.text,
    (SELECT count(*) FROM delivery d WHERE d.target = t.id AND d.desired_hash <> d.delivered_hash
        AND (d.desired_hash <> '' OR d.delivered_hash <> 'found' OR d.error <> '')),
    (SELECT count(*) FROM delivery d WHERE d.target = t.id AND d.desired_hash <> d.delivered_hash AND d.error <> '')
FROM target t JOIN name n ON n.id = t.id ORDER BY n.text

-- name: count_entities
SELECT n.text, e.rows - coalesce(a.rows, 0)
FROM (SELECT blueprint, count(*) AS rows FROM entity GROUP BY blueprint) e
JOIN name n ON n.id = e.blueprint
LEFT JOIN (SELECT blueprint, count(*) AS rows FROM entity WHERE hash = '' GROUP BY blueprint) a
ON a.blueprint = e.blueprint
WHERE e.rows > coalesce(a.rows, 0)
