"""Every refusal names the field and says what to do; equal mistakes read alike."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from fairlead.targets.port.answers import Refusal
from fairlead.targets.port.diagnosis import LIMIT_ADVICE, advice_for, diagnose, is_limit, required_by
from fairlead.targets.port.misfits import findings, identifier_problem, missing
from fairlead.targets.port.schema import BlueprintSchema, SentEntity, schema_of

SERVICE: dict[str, object] = {
    "identifier": "service",
    "title": "Service",
    "createdAt": "2026-01-01T00:00:00.000Z",
    "schema": {
        "properties": {
            "status": {"type": "string", "enum": ["on", "off"], "enumColors": {"on": "green"}},
            "name": {"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-z]+$"},
            "size": {"type": "number", "minimum": 1, "maximum": 9},
            "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            "isOpen": {"type": "boolean"},
            "at": {"type": "string", "format": "date-time"},
            "url": {"type": "string", "format": "url"},
            "mail": {"type": "string", "format": "email"},
            "four": {"type": "string", "format": "ipv4"},
            "six": {"type": "string", "format": "ipv6"},
            "text": {"type": "string", "format": "markdown"},
            "odd": {"type": "string", "pattern": "(?<bad"},
            "tags": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "uniqueItems": True,
                "items": {"type": "string", "enum": ["a", "b", "c", "d"]},
            },
            "data": {"type": "object"},
            "needed": {"type": "string"},
        },
        "required": ["needed", "$title"],
    },
    "relations": {
        "project": {"target": "project", "many": False, "required": True},
        "owner": {"target": "_user", "many": False, "required": False},
        "peers": {"target": "service", "many": True, "required": False},
    },
    "mirrorProperties": {"projectUrl": {"path": "project.url"}},
    "calculationProperties": {"twice": {"calculation": ".properties.size * 2", "type": "number"}},
    "ownership": {"type": "Inherited", "path": "project"},
}


def read(definition: Mapping[str, object]) -> BlueprintSchema:
    schema = schema_of(json.dumps({"ok": True, "blueprint": definition}).encode())
    assert schema is not None
    return schema


def told(properties: dict[str, object]) -> list[tuple[str, str]]:
    sent = SentEntity("s", "S", properties=properties)
    return [(one.field, one.problem) for one in findings(read(SERVICE), sent)]


@pytest.mark.parametrize(
    ("name", "good", "bad", "problem"),
    [
        ("status", "on", "ON", "is none of the values of the blueprint's enum"),
        ("status", None, 3, "is a number; the blueprint wants type string"),
        ("name", "ab", "a", "is shorter than 2 characters"),
        ("name", "abcd", "abcde", "is longer than 4 characters"),
        ("name", "abc", "ABC", "does not match the pattern ^[a-z]+$"),
        ("size", 1, 0, "is less than 1"),
        ("size", 9.0, 9.5, "is more than 9"),
        ("size", 2, "2", "is a text; the blueprint wants type number"),
        ("size", 2, True, "is a boolean; the blueprint wants type number"),
        ("share", 0.5, 0, "is not more than 0"),
        ("share", 0.5, 1, "is not less than 1"),
        ("isOpen", False, "true", "is a text; the blueprint wants type boolean"),
        ("at", "2026-11-24T10:00:00Z", "2026-11-24", "is no date-time"),
        ("at", "2026-11-24T10:00:60.5+01:00", "2026-13-24T10:00:00Z", "is no date-time"),
        ("url", "https://a/b", "a/b", "is no url"),
        ("url", "ssh://a", "https://a b", "is no url"),
        ("mail", "a@b", "ab", "is no email"),
        ("four", "10.0.0.1", "10.0.0.256", "is no ipv4"),
        ("six", "::1", "10.0.0.1", "is no ipv6"),
        ("tags", ["a"], [], "has fewer than 1 items"),
        ("tags", ["a", "b", "c"], ["a", "b", "c", "d"], "has more than 3 items"),
        ("tags", ["a", "b"], ["a", "a"], "holds an item twice"),
        ("tags", ["a"], ["z"], "an item is none of the values of the blueprint's enum"),
        ("tags", ["a"], [1], "an item is a number; the blueprint wants type string"),
        ("tags", ["a"], "a", "is a text; the blueprint wants type array"),
        ("data", {}, "x", "is a text; the blueprint wants type object"),
        ("projectUrl", None, "x", "the blueprint computes it (mirror property)"),
        ("twice", None, 2, "the blueprint computes it (calculation property)"),
        ("staus", None, "on", "the blueprint has no such property; the blueprint has status"),
    ],
)
def test_a_property_that_does_not_fit_is_found(name: str, good: object, bad: object, problem: str) -> None:
    if name in ("projectUrl", "twice", "staus"):
        assert told({}) == []
    else:
        assert told({name: good}) == []
    assert told({name: bad}) == [(f"properties.{name}", problem)]


def test_what_is_not_sure_is_no_finding() -> None:
    assert told({"text": "x" * 5000, "odd": "anything", "name": None}) == []
    known = {
        **SERVICE,
        "schema": {"properties": {"x": {"type": "string", "format": "proto"}}, "required": None},
    }
    assert findings(read(known), SentEntity("s", properties={"x": "?"})) == []


@pytest.mark.parametrize(
    ("relations", "field", "problem"),
    [
        (
            {"projct": "p"},
            "relations.projct",
            "the blueprint has no such relation; the blueprint has project",
        ),
        ({"peers": "s"}, "relations.peers", "is one identifier; the blueprint wants a list"),
        ({"project": ["p"]}, "relations.project", "is a list; the blueprint wants one identifier"),
        ({"project": "a b"}, "relations.project", "an identifier in it holds a character other than"),
        ({"peers": ["a", 3]}, "relations.peers", "an identifier in it is a number"),
    ],
)
def test_a_relation_that_does_not_fit_is_found(
    relations: dict[str, object], field: str, problem: str
) -> None:
    (found,) = findings(read(SERVICE), SentEntity("s", relations=relations))
    assert found.field == field
    assert found.problem.startswith(problem)


@pytest.mark.parametrize(
    ("identifier", "problem"),
    [
        ("ä1@_.+:\\/-='", ""),
        ("a b", "holds a character"),
        ("..", "is empty, or dots alone"),
        ("", "is empty"),
        ("x" * 1001, "is longer than 1000 characters"),
        (7, "is a number"),
    ],
)
def test_identifiers(identifier: object, problem: str) -> None:
    assert identifier_problem(identifier).startswith(problem)
    assert bool(identifier_problem(identifier)) == bool(problem)


def test_a_team_on_a_blueprint_that_inherits_it() -> None:
    (found,) = findings(read(SERVICE), SentEntity("s", team="core"))
    assert found.field == "team"
    direct = {**SERVICE, "ownership": {"type": "Direct"}}
    assert findings(read(direct), SentEntity("s", team=["core"])) == []
    legacy = {**SERVICE, "ownership": None, "teamInheritance": {"path": "project"}}
    assert len(findings(read(legacy), SentEntity("s", team="core"))) == 1


def test_what_is_required_and_missing() -> None:
    assert [one.field for one in missing(read(SERVICE), SentEntity("s"))] == [
        "properties.needed",
        "title",
        "relations.project",
    ]
    full = SentEntity("s", "S", properties={"needed": ""}, relations={"project": "p"})
    assert missing(read(SERVICE), full) == []


def test_advice_tells_the_values_of_an_enum_and_the_place_to_mend() -> None:
    sent = SentEntity("s", properties={"status": "ON", "size": "x"})
    told = Refusal(
        422, "blueprint_schema_mismatch", "/properties/status must be equal to one of the allowed values"
    )
    found = diagnose(told, read(SERVICE), sent)
    assert (found.field, found.value) == ("properties.status", '"ON"')
    assert "on, off" in found.advice
    assert "blueprint service" in found.advice


def test_ports_text_decides_between_several_findings() -> None:
    sent = SentEntity("s", properties={"status": "ON", "size": "x"})
    found = diagnose(Refusal(422, "blueprint_schema_mismatch", '"size" must be number'), read(SERVICE), sent)
    assert found.field == "properties.size"
    assert "tonumber" in found.advice


def test_a_missing_required_field_is_told_only_where_port_speaks_of_it() -> None:
    sent = SentEntity("s", "S", relations={"project": "p"})
    refused = Refusal(422, "blueprint_schema_mismatch", 'property "needed" is required')
    assert diagnose(refused, read(SERVICE), sent).field == "properties.needed"
    other = diagnose(Refusal(422, "invalid_request", "something else"), read(SERVICE), sent)
    assert other.field == ""
    assert other.advice


def test_a_missing_relation_is_named_by_the_identifier_in_ports_text() -> None:
    sent = SentEntity("s", relations={"project": "p-1", "peers": ["s1", "s2"], "owner": None})
    refused = Refusal(404, "not_found", 'Entity "s2" of blueprint "service" was not found')
    found = diagnose(refused, read(SERVICE), sent)
    assert found.field == "relations.peers"
    assert "createMissingRelatedEntities" in found.advice
    assert diagnose(Refusal(404, "not_found", "not found"), read(SERVICE), sent).field == ""
    alone = SentEntity("s", relations={"project": "p-1"})
    assert diagnose(Refusal(404, "not_found", "not found"), read(SERVICE), alone).field == "relations.project"
    assert diagnose(Refusal(404, "not_found", "not found"), None, alone).field == "relations.project"


def test_a_user_is_never_created() -> None:
    sent = SentEntity("s", relations={"owner": "ann@contoso.com"})
    refused = Refusal(404, "not_found", '"ann@contoso.com" of "_user" was not found')
    found = diagnose(refused, read(SERVICE), sent)
    assert found.field == "relations.owner"
    assert "invite or create the user at Port" in found.advice
    assert "createMissing" not in found.advice


@pytest.mark.parametrize(
    ("status", "code", "message", "limit"),
    [
        (402, "payment_required", "", True),
        (403, "limit_exceeded", "the organization has reached the limit of 500 entities", True),
        (429, "too_many_requests", "your plan allows 10000 entities", True),
        (422, "invalid_request", "Entities quota exceeded", True),
        (422, "blueprint_schema_mismatch", "property limit is of another type", False),
        (403, "missing_permissions", "no right", False),
        (413, "bad_request", "Request body is too large (limit is 1MiB)", False),
    ],
)
def test_an_organization_over_its_limit(status: int, code: str, message: str, limit: bool) -> None:
    refused = Refusal(status, code, message)
    assert is_limit(refused) is limit
    assert (diagnose(refused, read(SERVICE), SentEntity("s")).advice == LIMIT_ADVICE) is limit


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (409, "identifier_taken", "another identifier"),
        (422, "relation_many_violation", "list"),
        (422, "required_relation", "required relation"),
        (422, "team_inheritance_enabled", "take team out"),
        (422, "protected_blueprint_violation", "Port manages"),
        (403, "missing_permissions", "role"),
        (403, "has_dependents", "require"),
        (413, "bad_request", "1 MiB"),
        (418, "teapot", "blueprint at Port"),
    ],
)
def test_every_code_has_its_advice(status: int, code: str, word: str) -> None:
    assert word in advice_for(Refusal(status, code, "as Port says"))


def test_dependents_are_named() -> None:
    assert required_by([("service", "a"), ("service", "b")]).startswith(
        "service a, service b at Port require"
    )
    assert "require" in required_by([])


def test_a_field_that_port_quotes_is_told_where_nothing_is_found() -> None:
    sent = SentEntity("s", properties={"text": "x", "url": "https://a"})
    found = diagnose(Refusal(422, "invalid_request", 'bad "text"'), read(SERVICE), sent)
    assert found.field == "properties.text"


def test_another_shape_is_no_schema() -> None:
    assert schema_of(b"[]") is None
    assert schema_of(b'{"blueprint": {"identifier": 3}}') is None
