-- name: blueprints_of_entities
SELECT text FROM name n WHERE EXISTS (SELECT 1 FROM entity e WHERE e.blueprint = n.id)

-- name: stream_entities
SELECT identifier, body FROM entity WHERE blueprint = $1 AND hash <> '' ORDER BY left(identifier, 500), identifier

-- name: stream_stubs
SELECT DISTINCT ON (left(r.target, 500), r.target) r.target FROM relation r
WHERE r.target_blueprint = $1 AND NOT EXISTS (
    SELECT 1 FROM entity e
    WHERE e.blueprint = $1 AND left(e.identifier, 500) = left(r.target, 500) AND e.identifier = r.target AND e.hash <> ''
)
ORDER BY left(r.target, 500), r.target

-- name: count_stubs
SELECT count(DISTINCT r.target) FROM relation r
WHERE r.target_blueprint = $1 AND NOT EXISTS (
    SELECT 1 FROM entity e
    WHERE e.blueprint = $1 AND left(e.identifier, 500) = left(r.target, 500) AND e.identifier = r.target AND e.hash <> ''
)

-- name: stream_relations
SELECT e.identifier, r.name, r.target_blueprint, r.target
FROM entity e JOIN relation r ON r.source = e.id
WHERE e.blueprint = $1 AND e.hash <> '' ORDER BY left(e.identifier, 500), e.identifier

-- name: kinds_of_connection
SELECT text FROM name n WHERE EXISTS (SELECT 1 FROM record r WHERE r.connection = $1 AND r.kind = n.id)

-- name: stream_records
SELECT r.key, r.parent, r.version, r.state, b.codec, b.extra, b.refs, b.body
FROM record r LEFT JOIN record_body b ON b.record = r.id
WHERE r.connection = $1 AND r.kind = $2 ORDER BY left(r.key, 500), r.key

-- name: blueprints_of_contributions
SELECT text FROM name n
WHERE EXISTS (SELECT 1 FROM entity e WHERE e.blueprint = n.id)
OR EXISTS (SELECT 1 FROM contribution c WHERE c.entity = 0 AND c.blueprint = n.id)

-- name: stream_contributions
SELECT e.identifier, c.source, c.row, coalesce(k.name, ''), r.kind, coalesce(r.key, ''), c.item, c.creates, c.fragment,
    c.query, c.resolved, c.notes
FROM entity e JOIN contribution c ON c.entity = e.id
LEFT JOIN record r ON r.id = c.record LEFT JOIN connection k ON k.id = r.connection
WHERE e.blueprint = $1 ORDER BY left(e.identifier, 500), e.identifier

-- name: stream_open_contributions
SELECT '', c.source, c.row, coalesce(k.name, ''), r.kind, coalesce(r.key, ''), c.item, c.creates, c.fragment,
    c.query, c.resolved, c.notes
FROM contribution c
LEFT JOIN record r ON r.id = c.record LEFT JOIN connection k ON k.id = r.connection
WHERE c.entity = 0 AND c.blueprint = $1

-- name: stream_changes
SELECT run, op, blueprint, identifier, delta, cause, result, state, made FROM change ORDER BY run, entity

-- name: stream_readings
SELECT r.run, coalesce(k.name, ''), r.kind, r.form, r.spec, r.started, r.state, r.reason
FROM reading r LEFT JOIN connection k ON k.id = r.connection ORDER BY r.id
