-- Where a configuration was asked for, so that it can be used on while nobody answers there. '' where nobody was asked.
ALTER TABLE configuration ADD COLUMN place TEXT COLLATE "C" NOT NULL DEFAULT '';
