"""Mistakes that are named, in the presets and in copies of them."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead.mapping import blueprints, configuration
from fairlead.mapping.lint import lint
from fairlead.mapping.presets import load
from fairlead.model.errors import BadUsage
from unit.mapping.builders import configured, resource


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("row 1 (project): port.entity.mappings.properties.revision", "wants a text"),
        ("row 5 (board): port.entity.mappings.properties.link", "REST API"),
        ("row 6 (work-item): port.entity.mappings.properties.description", "quotes are made double"),
        ("row 6 (work-item): port.entity.mappings.properties.effort", "becomes -1"),
        ("row 6 (work-item): port.entity.mappings.properties.type", "lists 21 values"),
        ("row 6 (work-item): port.entity.mappings.properties.link", "REST API"),
        ("row 6 (work-item): port.entity.mappings.relations.column", 'joins its parts with "-"'),
        ("row 7 (column): port.entity.mappings.identifier", "two boards"),
        ("row 8 (release): port.entity.mappings.properties.link", "`?` makes the letter before it optional"),
    ],
)
def test_every_mistake_of_ports_mapping_is_named(place: str, words: str) -> None:
    assert [one for one in load("port").warnings if place in one and words in one]


def test_the_preset_port_has_no_other_warnings() -> None:
    assert len(load("port").warnings) == 9


def test_the_standard_preset_has_no_mistake_that_is_known() -> None:
    assert load("standard").warnings == ()


def test_there_is_no_other_preset() -> None:
    with pytest.raises(BadUsage, match="no preset 'x'"):
        load("x")


SCHEMA = blueprints.parse(load("port").blueprints_text)


def warnings(**fields: Any) -> str:
    row = resource(blueprint='"azureDevopsWorkItem"', kind="work-item", **fields)
    return "\n".join(lint(configured(row), SCHEMA))


def test_fields_that_the_blueprint_lacks() -> None:
    found = warnings(properties={"colour": ".x"}, relations={"owner": ".y"})
    assert "properties.colour: is not in the blueprint" in found
    assert "relations.owner: is not in the blueprint" in found
    assert "relations.column: the blueprint requires it" in found


def test_a_blueprint_that_is_not_there() -> None:
    assert "nothere is not defined" in "\n".join(lint(configured(resource(blueprint='"nothere"')), SCHEMA))
    assert lint(configured(resource(blueprint='"nothere"')), ()) == ()


def test_the_clock_and_lists() -> None:
    assert "`now`" in warnings(properties={"state": "now | todate"})
    assert "`now`" not in warnings(properties={"state": ".now"})
    assert "leave the last `[]` out" in warnings(port={"itemsToParse": ".x[]"})
    assert "0 in a text" in warnings(properties={"state": "(.x // 0)"})


def test_an_included_file_that_is_not_asked_for() -> None:
    row = resource(
        blueprint='"azureDevopsRepository"',
        properties={"readme": '.__includedFiles["A.md"]'},
        selector={"includedFiles": ["B.md"]},
    )
    assert "A.md is not among the selector's includedFiles" in "\n".join(lint(configured(row), SCHEMA))


def test_relations_that_hit_are_not_named() -> None:
    text = load("port").mapping_text.replace('"-"', '"/"')
    found = lint(configuration.parse(text), SCHEMA)
    assert not [one for one in found if "joins its parts" in one]
