-- name: changes_after
SELECT change.run, change.entity, change.op, change.blueprint, change.identifier, change.delta, change.cause,
    change.result, change.state
FROM change JOIN name ON name.id = change.blueprint
WHERE change.run = ? AND (CAST(name.text AS BLOB), CAST(change.identifier AS BLOB)) > (CAST(? AS BLOB), CAST(? AS BLOB))
ORDER BY CAST(name.text AS BLOB), CAST(change.identifier AS BLOB) LIMIT ?

-- name: walks
SELECT c.reading, count(*), sum(c.state = 'proved') FROM chain c JOIN reading r ON r.id = c.reading
WHERE r.run = ? GROUP BY c.reading
