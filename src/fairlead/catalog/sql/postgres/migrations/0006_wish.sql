-- Wishes for a sync that must not be lost: how many there have been, and up to which of them a run has come after.

CREATE TABLE wish (
    id integer PRIMARY KEY,
    asked bigint NOT NULL,
    served bigint NOT NULL
);
INSERT INTO wish (id, asked, served) VALUES (1, 0, 0);
