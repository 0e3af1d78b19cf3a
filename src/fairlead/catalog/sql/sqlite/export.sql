-- name: blueprints_of_entities
SELECT text FROM name n WHERE EXISTS (SELECT 1 FROM entity e WHERE e.blueprint = n.id)

-- name: stream_entities
SELECT identifier, body FROM entity WHERE blueprint = ? AND hash <> x'' ORDER BY identifier

-- name: stream_stubs
SELECT target FROM relation WHERE target_blueprint = ?1 GROUP BY target
HAVING NOT EXISTS (SELECT 1 FROM entity e WHERE e.blueprint = ?1 AND e.identifier = target AND e.hash <> x'')
ORDER BY target

-- name: count_stubs
SELECT count(*) FROM (SELECT DISTINCT target FROM relation WHERE target_blueprint = ?1)
WHERE NOT EXISTS (SELECT 1 FROM entity e WHERE e.blueprint = ?1 AND e.identifier = target AND e.hash <> x'')

-- name: stream_relations
SELECT e.identifier, r.name, r.target_blueprint, r.target
FROM entity e CROSS JOIN relation r ON r.source = e.id
WHERE e.blueprint = ? AND e.hash <> x'' ORDER BY e.identifier

-- name: kinds_of_connection
SELECT text FROM name n WHERE EXISTS (SELECT 1 FROM record r WHERE r.connection = ? AND r.kind = n.id)

-- name: stream_records
SELECT r.key, r.parent, r.version, r.state, b.codec, b.extra, b.refs, b.body
FROM record r LEFT JOIN record_body b ON b.record = r.id
WHERE r.connection = ? AND r.kind = ? ORDER BY r.key

-- name: blueprints_of_contributions
SELECT text FROM name n
WHERE EXISTS (SELECT 1 FROM entity e WHERE e.blueprint = n.id)
OR EXISTS (SELECT 1 FROM contribution c WHERE c.entity = 0 AND c.blueprint = n.id)

-- name: stream_contributions
SELECT e.identifier, c.source, c.row, coalesce(k.name, ''), r.kind, coalesce(r.key, ''), c.item, c.creates, c.fragment,
    c.query, c.resolved, c.notes
FROM entity e CROSS JOIN contribution c ON c.entity = e.id
LEFT JOIN record r ON r.id = c.record LEFT JOIN connection k ON k.id = r.connection
WHERE e.blueprint = ? ORDER BY e.identifier

-- name: stream_open_contributions
SELECT '', c.source, c.row, coalesce(k.name, ''), r.kind, coalesce(r.key, ''), c.item, c.creates, c.fragment,
    c.query, c.resolved, c.notes
FROM contribution c
LEFT JOIN record r ON r.id = c.record LEFT JOIN connection k ON k.id = r.connection
WHERE c.entity = 0 AND c.blueprint = ?

-- name: stream_changes
SELECT run, op, blueprint, identifier, delta, cause, result, state, made FROM change ORDER BY run, entity

-- name: stream_readings
SELECT r.run, coalesce(k.name, ''), r.kind, r.form, r.spec, r.started, r.state, r.reason
FROM reading r LEFT JOIN connection k ON k.id = r.connection ORDER BY r.id
