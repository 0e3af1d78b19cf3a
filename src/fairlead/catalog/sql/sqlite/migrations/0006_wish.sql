-- Wishes for a sync that must not be lost: how many there have been, and up to which of them a run has come after.

CREATE TABLE wish (
    id INTEGER PRIMARY KEY,
    asked INTEGER NOT NULL,
    served INTEGER NOT NULL
) STRICT;
INSERT INTO wish (id, asked, served) VALUES (1, 0, 0);
