-- name: page
SELECT id, identifier, body FROM entity
WHERE blueprint = ? AND hash <> x'' AND identifier > ? ORDER BY identifier LIMIT ?

-- name: page_among
SELECT id, identifier, body FROM entity WHERE blueprint = ? AND hash <> x'' AND identifier IN (?)

-- name: page_pointing
SELECT e.id, e.identifier, e.body FROM relation r CROSS JOIN entity e ON e.id = r.source
WHERE r.target_blueprint = ? AND r.target = ? AND r.name = ? AND e.blueprint = ? AND e.identifier > ?
ORDER BY e.identifier LIMIT ?

-- name: page_by_identifier
SELECT id, identifier, body FROM entity
WHERE blueprint = ? AND hash <> x'' AND identifier > ?
AND (instr(lower(identifier), ?) > 0 OR length(CAST(identifier AS BLOB)) <> length(identifier))
ORDER BY identifier LIMIT ?

-- name: page_by_title
SELECT id, identifier, body FROM entity
WHERE blueprint = ? AND hash <> x'' AND identifier > ?
AND (instr(lower(title), ?) > 0 OR length(CAST(title AS BLOB)) <> length(title))
ORDER BY identifier LIMIT ?

-- name: page_of_stubs
SELECT target FROM relation WHERE target_blueprint = ?1 AND target > ?2 GROUP BY target
HAVING NOT EXISTS (SELECT 1 FROM entity e WHERE e.blueprint = ?1 AND e.identifier = target AND e.hash <> x'')
ORDER BY target LIMIT ?3

-- name: stubs_among
SELECT DISTINCT target FROM relation r WHERE target_blueprint = ?
AND NOT EXISTS (
    SELECT 1 FROM entity e WHERE e.blueprint = r.target_blueprint AND e.identifier = r.target AND e.hash <> x''
) AND target IN (?)

-- name: instants
SELECT entity, coalesce(max(made) FILTER (WHERE op = 'create'), min(made)), max(made) FROM change
WHERE state = 'applied' AND entity IN (?) GROUP BY entity

-- name: titles
SELECT identifier, title FROM entity WHERE blueprint = ? AND hash <> x'' AND identifier IN (?)

-- name: search
SELECT e.id, e.blueprint, e.identifier, e.body FROM
    (SELECT rowid FROM entity_text WHERE entity_text MATCH '"' || replace(?, ' ', '"* "') || '"*' ORDER BY bm25(entity_text, 1.0, 4.0) LIMIT ?) t
CROSS JOIN entity e ON e.id = t.rowid

-- name: neighbors_out
SELECT r.name, r.target_blueprint, r.target, coalesce(e.title, ''), coalesce(e.hash, x'') <> x''
FROM relation r LEFT JOIN entity e ON e.blueprint = r.target_blueprint AND e.identifier = r.target
WHERE r.source = ?

-- name: neighbors_in
SELECT r.name, e.blueprint, e.identifier, e.title, 1
FROM relation r CROSS JOIN entity e ON e.id = r.source JOIN name b ON b.id = e.blueprint JOIN name n ON n.id = r.name
WHERE r.target_blueprint = ? AND r.target = ?
ORDER BY b.text, e.identifier, n.text LIMIT ? OFFSET ?

-- name: count_in
SELECT count(*) FROM relation WHERE target_blueprint = ? AND target = ?

-- name: steps_out
SELECT e.blueprint, r.name, r.target_blueprint, r.target FROM entity e CROSS JOIN relation r ON r.source = e.id
WHERE e.blueprint = ? AND e.identifier IN (?)

-- name: steps_in
SELECT e.blueprint, r.name, e.blueprint, e.identifier FROM relation r CROSS JOIN entity e ON e.id = r.source
WHERE r.target_blueprint = ? AND r.target IN (?)

-- name: making_records
SELECT record FROM contribution WHERE entity = ? AND creates <> 0 ORDER BY id LIMIT ?

-- name: configuration_saved
SELECT saved FROM configuration WHERE id = ?

-- name: changes_after
SELECT change.run, change.entity, change.op, change.blueprint, change.identifier, change.delta, change.cause,
    change.result, change.state
FROM change JOIN name ON name.id = change.blueprint
WHERE change.run = ? AND (CAST(name.text AS BLOB), CAST(change.identifier AS BLOB)) > (CAST(? AS BLOB), CAST(? AS BLOB))
ORDER BY CAST(name.text AS BLOB), CAST(change.identifier AS BLOB) LIMIT ?

-- name: walks
SELECT c.reading, count(*), sum(c.state = 'proved') FROM chain c JOIN reading r ON r.id = c.reading
WHERE r.run = ? GROUP BY c.reading
