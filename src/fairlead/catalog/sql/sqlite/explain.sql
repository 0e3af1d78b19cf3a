-- name: edges_out
SELECT name, target_blueprint, target FROM relation WHERE source = ?

-- name: edges_in
SELECT r.name, e.blueprint, e.identifier FROM relation r JOIN entity e ON e.id = r.source
WHERE r.target_blueprint = ? AND r.target = ? LIMIT ?

-- name: changes_of_entity
SELECT run, op, blueprint, identifier, delta, cause, result, state, made FROM change
WHERE entity = ? ORDER BY run DESC LIMIT ?

-- name: deliveries_of_entity
SELECT n.text, d.desired_hash IS NOT d.delivered_hash, d.error
FROM target t CROSS JOIN delivery d ON d.target = t.id AND d.entity = ? JOIN name n ON n.id = t.id ORDER BY n.text

-- name: record_facts
SELECT connection, kind, key, parent, state, missing, missing_since, frozen, number FROM record WHERE id = ?

-- name: records_of_key
SELECT r.connection, r.kind, r.key, r.parent, r.state, r.missing, r.missing_since, r.frozen, r.number
FROM connection c CROSS JOIN record r ON r.connection = c.id WHERE r.kind = ? AND r.key = ?

-- name: verified
SELECT s.reading, s.verified, r.start FROM scope s JOIN reading r ON r.id = s.reading
WHERE s.connection = ? AND s.kind = ? AND s.parent IN (?, '*') ORDER BY s.verified DESC LIMIT 1

-- name: reading_before
SELECT id, started FROM reading WHERE start <= ? ORDER BY start DESC LIMIT 1

-- name: count_pending
SELECT count(*) FROM entity WHERE hash IS NOT desired_hash

-- name: count_held
SELECT count(*) FROM entity WHERE hash IS NOT desired_hash AND held <> ''

-- name: count_unresolved
SELECT count(*) FROM contribution WHERE query <> '' AND entity = 0

-- name: count_due
-- What an earlier installation left (found) is not due as long as nothing asked for its removal.
SELECT n.text,
    (SELECT count(*) FROM delivery d INDEXED BY delivery_due WHERE d.target = t.id AND d.desired_hash IS NOT d.delivered_hash
        AND (d.desired_hash <> x'' OR d.delivered_hash <> CAST('found' AS BLOB) OR d.error <> '')),
    (SELECT count(*) FROM delivery d INDEXED BY delivery_due
        WHERE d.target = t.id AND d.desired_hash IS NOT d.delivered_hash AND d.error <> '')
FROM target t JOIN name n ON n.id = t.id ORDER BY n.text

-- name: count_entities
SELECT n.text, e.rows - coalesce(a.rows, 0)
FROM (SELECT blueprint, count(*) AS rows FROM entity GROUP BY blueprint) e
JOIN name n ON n.id = e.blueprint
LEFT JOIN (SELECT blueprint, count(*) AS rows FROM entity WHERE hash = x'' GROUP BY blueprint) a
ON a.blueprint = e.blueprint
WHERE e.rows > coalesce(a.rows, 0)
