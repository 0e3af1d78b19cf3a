-- Entities that others own at a target, and that a search query of the mapping found there: the catalog holds only what
-- it adds to them. Once marked, an entity stays so: no target is ever told to remove it.

CREATE TABLE foreign_entity (
    entity INTEGER PRIMARY KEY
) STRICT;
