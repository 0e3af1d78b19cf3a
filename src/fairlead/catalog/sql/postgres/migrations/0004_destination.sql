-- Who is told of changes, and how far each has been: every applied change up to (run, entity) was told, or is not for it.

CREATE TABLE destination (
    name text COLLATE "C" PRIMARY KEY,
    run bigint NOT NULL,
    entity bigint NOT NULL
);
