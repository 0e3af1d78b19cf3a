-- Who is told of changes, and how far each has been: every applied change up to (run, entity) was told, or is not for it.

CREATE TABLE destination (
    name TEXT PRIMARY KEY,
    run INTEGER NOT NULL,
    entity INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
