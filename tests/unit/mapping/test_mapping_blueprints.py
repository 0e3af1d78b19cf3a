"""Blueprints: what is refused, and what of an entity does not fit."""

from __future__ import annotations

import json

import pytest

from fairlead.mapping.blueprints import identifier_problem, parse, unknown_targets, violations
from fairlead.mapping.presets import load
from fairlead.model.blueprints import Blueprint
from fairlead.model.entities import Body, Json, Note
from fairlead.model.errors import BadMapping


def written(**more: object) -> dict[str, object]:
    return {"identifier": "thing", "title": "Thing", "schema": {"properties": {}, "required": []}, **more}


def schema(properties: dict[str, object], *required: str) -> dict[str, object]:
    return {"properties": properties, "required": list(required)}


def one(**more: object) -> Blueprint:
    (found,) = parse(json.dumps(written(**more)))
    return found


def test_one_object_or_a_list() -> None:
    assert parse(json.dumps(written()))[0].identifier == "thing"
    two = parse(json.dumps([written(), written(identifier="other")]))
    assert [blueprint.identifier for blueprint in two] == ["thing", "other"]
    assert json.loads(two[0].definition) == written()


@pytest.mark.parametrize("identifier", ["a", "Übung", "a@_.+:\\/-9", "a" * 100, "..."])
def test_good_identifiers(identifier: str) -> None:
    assert one(identifier=identifier).identifier == identifier


@pytest.mark.parametrize("identifier", ["", ".", "..", "a b", "a=b", "a" * 101, "a'b", "١", "a\n"])
def test_bad_identifiers(identifier: str) -> None:
    with pytest.raises(BadMapping, match=r"blueprint 1 \("):
        one(identifier=identifier)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"title": "x" * 101}, "title"),
        ({"description": "x" * 201}, "description"),
        ({"schema": schema({"a b": {"type": "string"}})}, "schema.properties.a b"),
        ({"schema": schema({"ä": {"type": "string"}})}, "schema.properties.ä"),
        ({"schema": schema({"a": {"type": "text"}})}, "type 'text'"),
        ({"schema": schema({"a": {}})}, "schema.properties.a.type"),
        ({"schema": schema({}, "a")}, "'a' is not a property"),
        ({"relations": {"r": {"target": "x", "many": True, "required": True}}}, "`many` and `required`"),
        ({"relations": {"r x": {"target": "x"}}}, "relations.r x"),
        ({"relations": {"r": {}}}, "relations.r.target"),
        ({"mirrorProperties": {"a": {}}, "schema": schema({"a": {"type": "string"}})}, "name is taken"),
        ({"schema": None}, "schema"),
    ],
)
def test_what_is_refused(more: dict[str, object], message: str) -> None:
    with pytest.raises(BadMapping) as caught:
        one(**more)
    assert message in caught.value.message


def test_the_same_identifier_twice() -> None:
    with pytest.raises(BadMapping, match=r"blueprint 2 \(thing\): .* taken"):
        parse(json.dumps([written(), written()]))
    with pytest.raises(BadMapping, match="expected an object"):
        parse("[1]")


def test_targets_that_are_not_there() -> None:
    relations = {"r": {"target": "gone"}, "u": {"target": "_user"}, "s": {"target": "thing"}}
    assert unknown_targets((one(relations=relations),)) == (
        "blueprint thing: relation r points to gone, which is not defined",
    )


@pytest.mark.parametrize("identifier", ["a", "a=b/c:d\\e", "ü" * 1000])
def test_good_entity_identifiers(identifier: str) -> None:
    assert identifier_problem(identifier) == ""


@pytest.mark.parametrize("identifier", ["", ".", "..", "a b", "a" * 1001, "a\n", "a'b"])
def test_bad_entity_identifiers(identifier: str) -> None:
    assert identifier_problem(identifier)


BLUEPRINT = one(
    schema=schema(
        {
            "text": {"type": "string"},
            "number": {"type": "number"},
            "flag": {"type": "boolean"},
            "object": {"type": "object"},
            "list": {"type": "array"},
            "color": {"type": "string", "enum": ["red", "blue"]},
            "url": {"type": "string", "format": "url"},
            "time": {"type": "string", "format": "date-time"},
        },
        "text",
        "$team",
    ),
    relations={"one": {"target": "x", "required": True}, "many": {"target": "x", "many": True}},
)
GOOD: dict[str, Json] = {"text": "x"}


def found(properties: dict[str, Json], relations: dict[str, Json] | None = None) -> list[Note]:
    body = Body(team="t", properties={**GOOD, **properties}, relations={"one": "a", **(relations or {})})
    return list(violations(body, BLUEPRINT))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", 1),
        ("number", 1.5),
        ("flag", False),
        ("object", {}),
        ("list", []),
        ("color", "red"),
        ("url", "https://x/y?z#"),
        ("time", "2026-01-02T03:04:05.678Z"),
        ("time", "2026-01-02T03:04:05+01:00"),
        ("number", None),
    ],
)
def test_values_that_fit(name: str, value: Json) -> None:
    assert found({name: value}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 1),
        ("number", "1"),
        ("number", True),
        ("flag", "true"),
        ("object", []),
        ("list", {}),
        ("color", "green"),
        ("url", "x y"),
        ("url", "nothing"),
        ("time", "2026-01-02"),
        ("time", "2026-13-02T03:04:05Z"),
        ("surprise", 1),
        ("surprise", None),
    ],
)
def test_values_that_do_not(name: str, value: Json) -> None:
    assert [note.field for note in found({name: value})] == [f"properties.{name}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("one", ["a"]), ("many", "a"), ("one", "a b"), ("many", ["a", "b c"]), ("one", None), ("surprise", "a")],
)
def test_relations_that_do_not_fit(name: str, value: Json) -> None:
    assert [note.field for note in found({}, {name: value})] == [f"relations.{name}"]


def test_what_is_required() -> None:
    notes = violations(Body(), BLUEPRINT)
    assert {note.field for note in notes} == {"properties.text", "team", "relations.one"}


@pytest.mark.parametrize("name", ["port", "standard"])
def test_blueprints_of_presets(name: str) -> None:
    read = parse(load(name).blueprints_text)
    assert len(read) == {"port": 6, "standard": 12}[name]
    assert unknown_targets(read) == ()
