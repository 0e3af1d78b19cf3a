-- Full text on identifier and title of the entities that exist.
-- Words are what is between ASCII's and Unicode's punctuation and symbols; they are compared without case and
-- diacritics. PostgreSQL's own parser would take "org/payments-api" for a path.

-- Case as Unicode has it, where the server knows it by itself (17 and newer); elsewhere as the database's locale has it.
DO $$
DECLARE
    own text := coalesce((SELECT 'COLLATE pg_catalog.pg_c_utf8' FROM pg_collation WHERE collname = 'pg_c_utf8'), '');
BEGIN
    EXECUTE format('
        CREATE FUNCTION fairlead_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
        $f$SELECT lower(regexp_replace(normalize(left($1, 10000), NFD), ''[\u0300-\u036f]+'', '''', ''g'') %s)$f$', own);
END
$$;

CREATE FUNCTION fairlead_words(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$f$SELECT regexp_replace($1,
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf'
    '\u2000-\u206f\u20a0-\u20cf\u2190-\u245f\u2500-\u2bff\u3000-\u303f\ufe10-\ufe6f\uff00-\uff0f\U0001f000-\U0001faff]+',
    ' ', 'g')$f$;

ALTER TABLE entity ADD COLUMN words tsvector GENERATED ALWAYS AS (
    CASE WHEN hash <> '' THEN
        setweight(to_tsvector('pg_catalog.simple', fairlead_words(fairlead_fold(title))), 'A')
        || setweight(to_tsvector('pg_catalog.simple', fairlead_words(fairlead_fold(identifier))), 'D')
    END
) STORED;
CREATE INDEX entity_words ON entity USING gin (words);
