-- name: put_contributions
INSERT INTO contribution (id, source, row, record, item, entity, blueprint, creates, hash, fragment, query, resolved,
    notes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET source = excluded.source, row = excluded.row, record = excluded.record,
    item = excluded.item, entity = excluded.entity, blueprint = excluded.blueprint, creates = excluded.creates,
    hash = excluded.hash, fragment = excluded.fragment, query = excluded.query, resolved = excluded.resolved,
    notes = excluded.notes

-- name: delete_contributions
DELETE FROM contribution WHERE id IN (?)

-- name: contributions_of_records
SELECT json_group_array(json_array(c.id, c.row, c.record, c.item, c.entity, c.blueprint, coalesce(e.identifier, ''),
    c.creates, hex(c.hash), c.fragment, c.query, c.resolved, c.notes, coalesce(r.connection, 0), r.kind,
    coalesce(r.key, '')))
FROM contribution c LEFT JOIN record r ON r.id = c.record LEFT JOIN entity e ON e.id = c.entity
WHERE c.record IN (?)

-- name: contributions_of_entities
SELECT json_group_array(json_array(c.id, c.row, c.record, c.item, c.entity, c.blueprint, coalesce(e.identifier, ''),
    c.creates, hex(c.hash), c.fragment, c.query, c.resolved, c.notes, coalesce(r.connection, 0), r.kind,
    coalesce(r.key, '')))
FROM contribution c LEFT JOIN record r ON r.id = c.record LEFT JOIN entity e ON e.id = c.entity
WHERE c.entity IN (?)

-- name: contributions_of_rows
SELECT json_group_array(json_array(c.id, c.row, c.record, c.item, c.entity, c.blueprint, coalesce(e.identifier, ''),
    c.creates, hex(c.hash), c.fragment, c.query, c.resolved, c.notes, coalesce(r.connection, 0), r.kind,
    coalesce(r.key, '')))
FROM (SELECT * FROM contribution WHERE row = ? AND id > ? ORDER BY id LIMIT ?) c
LEFT JOIN record r ON r.id = c.record LEFT JOIN entity e ON e.id = c.entity

-- name: unresolved
SELECT json_group_array(json_array(c.id, c.row, c.record, c.item, c.entity, c.blueprint, coalesce(e.identifier, ''),
    c.creates, hex(c.hash), c.fragment, c.query, c.resolved, c.notes, coalesce(r.connection, 0), r.kind,
    coalesce(r.key, '')))
FROM (SELECT * FROM contribution WHERE (query <> '' OR resolved <> '') AND id > ? ORDER BY id LIMIT ?) c
LEFT JOIN record r ON r.id = c.record LEFT JOIN entity e ON e.id = c.entity

-- name: next_row_in_use
SELECT row FROM contribution WHERE row > ? ORDER BY row LIMIT 1

-- name: find_entities
SELECT json_group_array(json_array(id, identifier, body, hex(hash), hex(desired_hash), cause, held))
FROM entity WHERE blueprint = ? AND identifier IN (?)

-- name: entities_by_id
SELECT json_group_array(json_array(id, blueprint, identifier, body, hex(hash), hex(desired_hash), cause, held))
FROM entity WHERE id IN (?)

-- name: pending
SELECT json_group_array(json_array(id, blueprint, identifier, body, hex(hash), hex(desired_hash), cause, held))
FROM (SELECT * FROM entity WHERE hash IS NOT desired_hash AND id > ? ORDER BY id LIMIT ?)

-- name: entities_of_blueprint
SELECT json_group_array(json_array(id, blueprint, identifier, body, hex(hash), hex(desired_hash), cause, held))
FROM (SELECT * FROM entity WHERE blueprint = ? AND identifier > ? AND (hash <> x'' OR desired_hash <> x'')
    ORDER BY identifier LIMIT ?)

-- name: put_entities
INSERT INTO entity (id, blueprint, identifier, hash, desired_hash, title, body, cause, held)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET blueprint = excluded.blueprint, identifier = excluded.identifier,
    hash = excluded.hash, desired_hash = excluded.desired_hash, title = excluded.title, body = excluded.body,
    cause = excluded.cause, held = excluded.held

-- name: drop_relations
DELETE FROM relation WHERE source IN (?)

-- name: put_relations
INSERT OR IGNORE INTO relation (source, name, target_blueprint, target) VALUES (?, ?, ?, ?)

-- name: put_changes
INSERT INTO change (run, entity, op, blueprint, identifier, delta, cause, result, state, made)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run, entity) DO UPDATE SET op = excluded.op, blueprint = excluded.blueprint,
    identifier = excluded.identifier, delta = excluded.delta, cause = excluded.cause, result = excluded.result,
    state = excluded.state, made = excluded.made

-- name: changes_of
SELECT run, entity, op, blueprint, identifier, delta, cause, result, state FROM change
WHERE run = ? AND entity IN (?)

-- name: drop_changes
DELETE FROM change WHERE run = ? AND entity IN (?)

-- name: changed_entities
SELECT change.entity FROM change JOIN name ON name.id = change.blueprint WHERE change.run = ?
ORDER BY CAST(name.text AS BLOB), CAST(change.identifier AS BLOB)

-- name: change_counts
SELECT op, json_extract(cause, '$.reason') AS reason, state, count(*) FROM change WHERE run = ?
GROUP BY op, reason, state ORDER BY op, reason, state

-- name: shared_entities
WITH shared AS (
    SELECT contribution.row AS row, contribution.entity AS entity,
        min(contribution.record) AS one, max(contribution.record) AS other
    FROM change JOIN contribution ON contribution.entity = change.entity
    WHERE change.run = ? AND contribution.creates
    GROUP BY contribution.row, contribution.entity
    HAVING min(contribution.record) <> max(contribution.record)
),
example AS (
    SELECT shared.row AS row, count(*) AS count, min(shared.entity) AS entity FROM shared GROUP BY shared.row
)
SELECT example.row, example.count, entity.blueprint, entity.identifier, first.kind,
    first_of.name, first.key, second_of.name, second.key
FROM example
JOIN shared ON shared.row = example.row AND shared.entity = example.entity
JOIN entity ON entity.id = example.entity
JOIN record AS first ON first.id = shared.one
JOIN connection AS first_of ON first_of.id = first.connection
JOIN record AS second ON second.id = shared.other
JOIN connection AS second_of ON second_of.id = second.connection
ORDER BY example.row
