"""The dialect: what is read, what is refused and where, what a row is."""

from __future__ import annotations

import json

import pytest

from fairlead.mapping.configuration import check_kinds, parse
from fairlead.mapping.presets import load
from fairlead.model.errors import BadMapping
from unit.mapping.builders import configured, field_of, resource

MINIMAL = """
resources:
  - kind: project
    selector:
      query: true
    port:
      entity:
        mappings:
          identifier: .id
          blueprint: '"project"'
"""


def test_defaults_are_those_of_port() -> None:
    read = parse(MINIMAL)
    assert read.create_missing_related_entities
    assert read.delete_dependent_entities
    assert read.merge_entity
    assert read.deletion_threshold == 0.9
    assert read.warnings == ()


def test_top_level_keys_are_read() -> None:
    read = configured(
        resource(),
        createMissingRelatedEntities=False,
        deleteDependentEntities=False,
        enableMergeEntity=False,
        entityDeletionThreshold=0.5,
        surprise=1,
    )
    assert not read.create_missing_related_entities
    assert not read.delete_dependent_entities
    assert not read.merge_entity
    assert read.deletion_threshold == 0.5
    assert any("surprise" in warning for warning in read.warnings)


@pytest.mark.parametrize(
    ("written", "query"), [("true", "true"), ("'true'", "true"), ("1", "1"), (".a == 'x y'", '.a == "x y"')]
)
def test_scalars_are_jq_text(written: str, query: str) -> None:
    (row,) = parse(MINIMAL.replace("query: true", f"query: {written}")).rows
    assert row.query == query


def test_dates_in_yaml_stay_text() -> None:
    text = MINIMAL.replace("identifier: .id", "identifier: 2026-01-01")
    assert parse(text).rows[0].mapping.identifier == "2026-01-01"


def test_json_and_yaml_give_the_same_rows() -> None:
    given = {"resources": [resource(title=".name")]}
    yaml = "resources:\n- " + json.dumps(given["resources"][0])
    assert parse(json.dumps(given)).rows == parse(yaml).rows


@pytest.mark.parametrize("text", ["", "resources: []", "[]", "resources:", "a: b"])
def test_a_mapping_without_rows_is_refused(text: str) -> None:
    with pytest.raises(BadMapping, match="no resources"):
        parse(text)


@pytest.mark.parametrize("text", ["a: [b", "{", "\t- a: :", "\0", "[" * 2000])
def test_text_that_is_not_yaml_is_refused(text: str) -> None:
    with pytest.raises(BadMapping):
        parse(text)


def test_errors_name_source_row_kind_and_field() -> None:
    bad = resource(properties={"nested": {"a": ".b"}})
    with pytest.raises(BadMapping) as caught:
        configured(resource(kind="project"), bad)
    message = caught.value.message
    assert message.startswith("test.yml: row 2 (repository): port.entity.mappings.properties.nested: ")
    assert "object" in message
    assert "flat" in caught.value.advice


def test_every_error_of_the_file_is_told() -> None:
    first, second = resource(), resource()
    del first["kind"]
    second["selector"] = {}
    with pytest.raises(BadMapping) as caught:
        configured(first, second)
    assert caught.value.message.splitlines() == [
        "test.yml: row 1: kind: is missing",
        "test.yml: row 2 (repository): selector.query: is missing",
    ]


@pytest.mark.parametrize("field", ["identifier", "blueprint"])
def test_identifier_and_blueprint_need_text(field: str) -> None:
    with pytest.raises(BadMapping, match=field):
        configured(resource(**field_of(field, " ")))


def test_fields_without_text_are_not_mapped() -> None:
    read = configured(resource(title="", properties={"a": None, "b": ".b"}))
    assert read.rows[0].mapping.title is None
    assert read.rows[0].mapping.properties == {"b": ".b"}
    assert any("not mapped" in warning for warning in read.warnings)


def test_unknown_keys_are_warnings() -> None:
    read = configured(resource(colour=".x", selector={"speed": 3}, port={"else": 1}))
    for name in ("colour", "selector.speed", "port.else"):
        assert any(name in warning for warning in read.warnings)


def test_a_key_given_twice_is_a_warning() -> None:
    read = parse(MINIMAL.replace("identifier: .id", "identifier: .a\n          identifier: .id"))
    assert any("twice" in warning for warning in read.warnings)
    assert read.rows[0].mapping.identifier == ".id"


def test_single_quotes_are_a_warning_with_the_field() -> None:
    read = configured(resource(properties={"d": ".d // ''"}))
    assert read.rows[0].mapping.properties == {"d": '.d // ""'}
    assert any("properties.d" in warning and "quotes" in warning for warning in read.warnings)


def test_a_list_of_mappings_is_a_row_each() -> None:
    given = resource()
    mappings = [{"identifier": ".a", "blueprint": '"a"'}, {"identifier": ".b", "blueprint": '"b"'}]
    given["port"] = {"entity": {"mappings": mappings}}
    rows = configured(given, resource()).rows
    assert [row.position for row in rows] == [1, 2, 3]
    assert [row.place for row in rows] == [
        "row 1, mapping 1 (repository)",
        "row 1, mapping 2 (repository)",
        "row 2 (repository)",
    ]


def test_a_row_is_its_content_and_not_its_place() -> None:
    one, other = resource(title=".name"), resource(kind="project")
    first, second = configured(one, other).rows, configured(other, one).rows
    assert first[0].hash == second[1].hash
    assert configured(one).hash != configured(one, other).hash


def test_repeated_rows_have_hashes_of_their_own() -> None:
    rows = configured(resource(), resource(), resource()).rows
    assert [row.hash.partition("-")[2] for row in rows] == ["", "2", "3"]
    assert len({row.hash[:32] for row in rows}) == 1


def test_the_hash_sees_all_that_has_an_effect() -> None:
    base = configured(resource()).hash
    assert base == configured(resource()).hash
    assert base != configured(resource(), enableMergeEntity=False).hash
    assert base != configured(resource(selector={"includedFiles": ["a"]})).hash
    assert base != configured(resource(port={"itemsToParse": ".x"})).hash


def test_a_row_without_title_after_another_kinds_row_is_a_patch() -> None:
    policy = resource(".r", kind="repository-policy")
    rows = configured(resource(title=".name"), policy, resource(".x", kind="branch", title=".t")).rows
    assert [row.creates for row in rows] == [True, False, True]
    assert [row.creates for row in configured(policy, resource()).rows] == [True, False]
    assert [row.creates for row in configured(resource(), resource(".x")).rows] == [True, True]


def test_a_search_never_creates() -> None:
    query = {"combinator": "and", "rules": [{"property": "$identifier", "operator": "=", "value": ".id"}]}
    (row,) = configured(resource(query and query, title=".n")).rows
    assert not row.creates
    assert row.mapping.identifier == {
        "combinator": '"and"',
        "rules": [{"property": '"$identifier"', "operator": '"="', "value": ".id"}],
    }


@pytest.mark.parametrize("query", [{"rules": []}, {"combinator": "and"}, {"combinator": "and", "rules": {}}])
def test_half_a_query_is_refused(query: object) -> None:
    with pytest.raises(BadMapping, match="search query"):
        configured(resource(relations={"r": query}))


def test_file_links_are_included_files() -> None:
    read = configured(resource(properties={"readme": "file://docs/README.md"}))
    (row,) = read.rows
    assert row.selector == {"includedFiles": ["docs/README.md"]}
    assert row.mapping.properties["readme"] == '.__includedFiles["docs/README.md"]'
    assert any("file://" in warning for warning in read.warnings)


def test_unknown_kinds_are_refused_with_the_likeliest_one() -> None:
    with pytest.raises(BadMapping) as caught:
        check_kinds(configured(resource(kind="work-items")), {"work-item", "project"})
    assert "row 1 (work-items)" in caught.value.message
    assert "did you mean work-item?" in caught.value.advice


def test_environment_names_are_joined() -> None:
    read = configured(
        resource(selector={"exportEnvVariables": ["B", "A"]}),
        resource(kind="project", selector={"exportEnvVariables": ["C", "A"]}),
    )
    assert read.environment == ("A", "B", "C")


def test_a_plain_word_as_blueprint_is_a_warning() -> None:
    assert any('"service"' in warning for warning in configured(resource(blueprint="service")).warnings)


@pytest.mark.parametrize("name", ["port", "standard"])
def test_presets_are_read(name: str) -> None:
    rows = parse(load(name).mapping_text).rows
    assert len(rows) == {"port": 8, "standard": 14}[name]
    assert [row.kind for row in rows if not row.creates] == ["repository-policy"] * 2
