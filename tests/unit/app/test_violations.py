"""What does not fit a blueprint is told, by field."""

from __future__ import annotations

import pytest

from fairlead.app.violations import of_property, violations
from fairlead.model.blueprints import Blueprint, Property, Relation
from fairlead.model.entities import Body, Json


@pytest.mark.parametrize(
    ("value", "property_", "wrong"),
    [
        ("a", Property("string"), False),
        (1, Property("string"), True),
        (True, Property("number"), True),
        (1.5, Property("number"), False),
        (0, Property("boolean"), True),
        (True, Property("boolean"), False),
        ({"a": 1}, Property("object"), False),
        ("a", Property("array"), True),
        ("new", Property("string", enum=("new", "done")), False),
        ("old", Property("string", enum=("new", "done")), True),
        ("2024-05-01T10:00:00.123Z", Property("string", "date-time"), False),
        ("yesterday", Property("string", "date-time"), True),
        ("https://dev.azure.com/acme", Property("string", "url"), False),
        ("acme", Property("string", "url"), True),
        ("a@b", Property("string", "email"), False),
        ("a", Property("string", "email"), True),
        ("# Title", Property("string", "markdown"), False),
    ],
)
def test_values(value: Json, property_: Property, wrong: bool) -> None:
    assert bool(of_property(value, property_)) is wrong


def test_an_entity_as_a_whole() -> None:
    blueprint = Blueprint(
        "service",
        "Service",
        {"name": Property("string"), "age": Property("number")},
        {"project": Relation("project", required=True), "owner": Relation("_user")},
        ("name",),
        b"{}",
    )
    body = Body(properties={"age": "old", "color": "red"}, relations={"owner": ["a", "b"], "team": "x"})
    assert violations(body, blueprint) == {
        "properties.age": ["it is string, the blueprint wants number"],
        "properties.color": ["the blueprint has no such property"],
        "properties.name": ["the blueprint requires it"],
        "relations.owner": ["the blueprint allows one target, and there are several"],
        "relations.project": ["the blueprint requires it"],
        "relations.team": ["the blueprint has no such relation"],
    }
    good = Body(properties={"name": "a", "age": 3}, relations={"project": "p"})
    assert violations(good, blueprint) == {}
