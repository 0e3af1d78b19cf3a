-- Full text on identifier and title of the entities that exist. It holds no copy of them, so a change must tell what
-- stood there before: triggers know, and whoever writes entities need not.

CREATE VIRTUAL TABLE entity_text USING fts5(
    identifier, title, content = '', tokenize = "unicode61 remove_diacritics 2"
);

-- Every page that is stored leaves a piece of the index; merging them half as eagerly as usual costs a sync less.
INSERT INTO entity_text (entity_text, rank) VALUES ('automerge', 8);

INSERT INTO entity_text (rowid, identifier, title) SELECT id, identifier, title FROM entity WHERE hash <> x'';

CREATE TRIGGER entity_text_in AFTER INSERT ON entity WHEN new.hash <> x'' BEGIN
    INSERT INTO entity_text (rowid, identifier, title) VALUES (new.id, new.identifier, new.title);
END;

CREATE TRIGGER entity_text_change AFTER UPDATE ON entity
WHEN old.title IS NOT new.title OR (old.hash = x'') <> (new.hash = x'') OR old.identifier IS NOT new.identifier
BEGIN
    INSERT INTO entity_text (entity_text, rowid, identifier, title)
    SELECT 'delete', old.id, old.identifier, old.title WHERE old.hash <> x'';
    INSERT INTO entity_text (rowid, identifier, title)
    SELECT new.id, new.identifier, new.title WHERE new.hash <> x'';
END;
