-- name: put_contributions
INSERT INTO contribution (id, source, row, record, item, entity, blueprint, creates, hash, fragment, query, resolved,
    notes)
SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::bigint[], $5::text[], $6::bigint[], $7::integer[],
    $8::boolean[], $9::bytea[], $10::text[], $11::text[], $12::text[], $13::text[])
ON CONFLICT (id) DO UPDATE SET source = excluded.source, row = excluded.row, record = excluded.record,
    item = excluded.item, entity = excluded.entity, blueprint = excluded.blueprint, creates = excluded.creates,
    hash = excluded.hash, fragment = excluded.fragment, query = excluded.query, resolved = excluded.resolved,
    notes = excluded.notes

-- name: delete_contributions
DELETE FROM contribution WHERE id = ANY($1::bigint[])

-- name: contributions_of_records
SELECT c.id, c.row, c.record, c.item, c.entity, c.blueprint, coalesce(e.identifier, ''), c.creates,
    encode(c.hash, 'hex'), c.fragment, c.query, c.resolved, c.notes, coalesce(r.connection, 0), r.kind, coalesce(r.key, '')
FROM contribution c LEFT JOIN record r ON r.id = c.record LEFT JOIN entity e ON e.id = c.entity
WHERE c.record = ANY($1::bigint[])

-- name: contributions_of_entities
SELECT c.id, c.row, c.record, c.item, c.entity, c.blueprint, coalesce(e.identifier, ''), c.creates,
    encode(c.hash, 'hex'), c.fragment, c.query, c.resolved, c.notes, coalesce(r.connection, 0), r.kind, coalesce(r.key, '')
FROM contribution c LEFT JOIN record r ON r.id = c.record LEFT JOIN entity e ON e.id = c.entity
WHERE c.entity = ANY($1::bigint[])

-- name: contributions_of_rows
SELECT c.id, c.row, c.record, c.item, c.entity, c.blueprint, coalesce(e.identifier, ''), c.creates,
    encode(c.hash, 'hex'), c.fragment, c.query, c.resolved, c.notes, coalesce(r.connection, 0), r.kind, coalesce(r.key, '')
FROM (SELECT * FROM contribution WHERE row = $1 AND id > $2 ORDER BY id LIMIT $3) c
LEFT JOIN record r ON r.id = c.record LEFT JOIN entity e ON e.id = c.entity

-- name: unresolved
SELECT c.id, c.row, c.record, c.item, c.entity, c.blueprint, coalesce(e.identifier, ''), c.creates,
    encode(c.hash, 'hex'), c.fragment, c.query, c.resolved, c.notes, coalesce(r.connection, 0), r.kind, coalesce(r.key, '')
FROM (SELECT * FROM contribution WHERE (query <> '' OR resolved <> '') AND id > $1 ORDER BY id LIMIT $2) c
LEFT JOIN record r ON r.id = c.record LEFT JOIN entity e ON e.id = c.entity

-- name: next_row_in_use
SELECT row FROM contribution WHERE row > $1 ORDER BY row LIMIT 1

-- name: find_entities
SELECT e.id, e.identifier, e.body, encode(e.hash, 'hex'), encode(e.desired_hash, 'hex'), e.cause, e.held
FROM unnest($2::text[]) AS k (identifier)
JOIN entity e ON e.blueprint = $1 AND left(e.identifier, 500) = left(k.identifier, 500) AND e.identifier = k.identifier

-- name: entities_by_id
SELECT id, blueprint, identifier, body, encode(hash, 'hex'), encode(desired_hash, 'hex'), cause, held
FROM entity WHERE id = ANY($1::bigint[])

-- name: pending
SELECT id, blueprint, identifier, body, encode(hash, 'hex'), encode(desired_hash, 'hex'), cause, held
FROM entity WHERE hash <> desired_hash AND id > $1 ORDER BY id LIMIT $2

-- name: entities_of_blueprint
SELECT id, blueprint, identifier, body, encode(hash, 'hex'), encode(desired_hash, 'hex'), cause, held
FROM entity
WHERE blueprint = $1 AND left(identifier, 500) >= left($2, 500) AND identifier > $2
AND (hash <> '' OR desired_hash <> '')
ORDER BY left(identifier, 500), identifier LIMIT $3

-- name: put_entities
INSERT INTO entity (id, blueprint, identifier, hash, desired_hash, title, body, cause, held)
SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::bytea[], $5::bytea[], $6::text[], $7::text[],
    $8::text[], $9::text[])
ON CONFLICT (id) DO UPDATE SET blueprint = excluded.blueprint, identifier = excluded.identifier,
    hash = excluded.hash, desired_hash = excluded.desired_hash, title = excluded.title, body = excluded.body,
    cause = excluded.cause, held = excluded.held

-- name: drop_relations
DELETE FROM relation WHERE source = ANY($1::bigint[])

-- name: put_relations
INSERT INTO relation (source, name, target_blueprint, target)
SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::text[])
ON CONFLICT DO NOTHING

-- name: put_changes
INSERT INTO change (run, entity, op, blueprint, identifier, delta, cause, result, state, made)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::double precision[])
ON CONFLICT (run, entity) DO UPDATE SET op = excluded.op, blueprint = excluded.blueprint,
    identifier = excluded.identifier, delta = excluded.delta, cause = excluded.cause, result = excluded.result,
    state = excluded.state, made = excluded.made

-- name: changes_of
SELECT run, entity, op, blueprint, identifier, delta, cause, result, state FROM change
WHERE run = $1 AND entity = ANY($2::bigint[])

-- name: drop_changes
DELETE FROM change WHERE run = $1 AND entity = ANY($2::bigint[])

-- name: changed_entities
SELECT change.entity FROM change JOIN name ON name.id = change.blueprint WHERE change.run = $1
ORDER BY name.text, change.identifier

-- name: change_counts
-- The reason comes first in a cause; PostgreSQL's own json would refuse a \u0000 further on.
SELECT op, substring(cause FROM '^{"reason":"([^"]*)"') AS reason, state, count(*) FROM change WHERE run = $1
GROUP BY op, reason, state ORDER BY op, reason, state

-- name: shared_entities
WITH shared AS (
    SELECT contribution.row AS row, contribution.entity AS entity,
        min(contribution.record) AS one, max(contribution.record) AS other
    FROM change JOIN contribution ON contribution.entity = change.entity
    WHERE change.run = $1 AND contribution.creates
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
