-- name: page
SELECT id, identifier, body FROM entity
WHERE blueprint = $1 AND hash <> '' AND left(identifier, 500) >= left($2, 500) AND identifier > $2
ORDER BY left(identifier, 500), identifier LIMIT $3

-- name: page_among
SELECT e.id, e.identifier, e.body FROM unnest($2::text[]) AS k (identifier)
JOIN entity e ON e.blueprint = $1 AND left(e.identifier, 500) = left(k.identifier, 500) AND e.identifier = k.identifier
WHERE e.hash <> ''

-- name: page_pointing
SELECT e.id, e.identifier, e.body FROM relation r JOIN entity e ON e.id = r.source
WHERE r.target_blueprint = $1 AND left(r.target, 500) = left($2, 500) AND r.target = $2 AND r.name = $3
AND e.blueprint = $4 AND e.identifier > $5
ORDER BY e.identifier LIMIT $6

-- name: page_by_identifier
SELECT id, identifier, body FROM entity
WHERE blueprint = $1 AND hash <> '' AND left(identifier, 500) >= left($2, 500) AND identifier > $2
AND (strpos(lower(identifier), $3) > 0 OR octet_length(identifier) <> length(identifier))
ORDER BY left(identifier, 500), identifier LIMIT $4

-- name: page_by_title
SELECT id, identifier, body FROM entity
WHERE blueprint = $1 AND hash <> '' AND left(identifier, 500) >= left($2, 500) AND identifier > $2
AND (strpos(lower(title), $3) > 0 OR octet_length(title) <> length(title))
ORDER BY left(identifier, 500), identifier LIMIT $4

-- name: page_of_stubs
SELECT DISTINCT ON (left(r.target, 500), r.target) r.target FROM relation r
WHERE r.target_blueprint = $1 AND left(r.target, 500) >= left($2, 500) AND r.target > $2 AND NOT EXISTS (
    SELECT 1 FROM entity e
    WHERE e.blueprint = $1 AND left(e.identifier, 500) = left(r.target, 500) AND e.identifier = r.target AND e.hash <> ''
)
ORDER BY left(r.target, 500), r.target LIMIT $3

-- name: stubs_among
SELECT DISTINCT r.target FROM unnest($2::text[]) AS k (target)
JOIN relation r ON r.target_blueprint = $1 AND left(r.target, 500) = left(k.target, 500) AND r.target = k.target
WHERE NOT EXISTS (
    SELECT 1 FROM entity e
    WHERE e.blueprint = $1 AND left(e.identifier, 500) = left(r.target, 500) AND e.identifier = r.target AND e.hash <> ''
)

-- name: instants
SELECT entity, coalesce(max(made) FILTER (WHERE op = 'create'), min(made)), max(made) FROM change
WHERE state = 'applied' AND entity = ANY($1::bigint[]) GROUP BY entity

-- name: titles
SELECT e.identifier, e.title FROM unnest($2::text[]) AS k (identifier)
JOIN entity e ON e.blueprint = $1 AND left(e.identifier, 500) = left(k.identifier, 500) AND e.identifier = k.identifier
WHERE e.hash <> ''

-- name: search
-- Of more than 10,000 matches, the best of 10,000.
SELECT id, blueprint, identifier, body FROM (
    SELECT id, blueprint, identifier, body, words FROM entity
    WHERE words @@ to_tsquery('pg_catalog.simple', replace(fairlead_fold($1), ' ', ':* & ') || ':*') LIMIT 10000
) e
ORDER BY ts_rank('{0.25, 0.25, 0.25, 1}', words,
    to_tsquery('pg_catalog.simple', replace(fairlead_fold($1), ' ', ':* & ') || ':*')) DESC, id
LIMIT $2

-- name: neighbors_out
SELECT r.name, r.target_blueprint, r.target, coalesce(e.title, ''), coalesce(e.hash, '') <> ''
FROM relation r LEFT JOIN entity e
ON e.blueprint = r.target_blueprint AND left(e.identifier, 500) = left(r.target, 500) AND e.identifier = r.target
WHERE r.source = $1

-- name: neighbors_in
SELECT r.name, e.blueprint, e.identifier, e.title, true
FROM relation r JOIN entity e ON e.id = r.source JOIN name b ON b.id = e.blueprint JOIN name n ON n.id = r.name
WHERE r.target_blueprint = $1 AND left(r.target, 500) = left($2, 500) AND r.target = $2
ORDER BY b.text, e.identifier, n.text LIMIT $3 OFFSET $4

-- name: count_in
SELECT count(*) FROM relation WHERE target_blueprint = $1 AND left(target, 500) = left($2, 500) AND target = $2

-- name: steps_out
SELECT e.blueprint, r.name, r.target_blueprint, r.target FROM unnest($2::text[]) AS k (identifier)
JOIN entity e ON e.blueprint = $1 AND left(e.identifier, 500) = left(k.identifier, 500) AND e.identifier = k.identifier
JOIN relation r ON r.source = e.id

-- name: steps_in
SELECT e.blueprint, r.name, e.blueprint, e.identifier FROM unnest($2::text[]) AS k (target)
JOIN relation r ON r.target_blueprint = $1 AND left(r.target, 500) = left(k.target, 500) AND r.target = k.target
JOIN entity e ON e.id = r.source

-- name: making_records
SELECT record FROM contribution WHERE entity = $1 AND creates ORDER BY id LIMIT $2

-- name: configuration_saved
SELECT saved FROM configuration WHERE id = $1

-- name: changes_after
SELECT change.run, change.entity, change.op, change.blueprint, change.identifier, change.delta, change.cause,
    change.result, change.state
FROM change JOIN name ON name.id = change.blueprint
WHERE change.run = $1 AND (name.text, change.identifier) > ($2, $3)
ORDER BY name.text, change.identifier LIMIT $4

-- name: walks
SELECT c.reading, count(*), count(*) FILTER (WHERE c.state = 'proved') FROM chain c JOIN reading r ON r.id = c.reading
WHERE r.run = $1 GROUP BY c.reading
