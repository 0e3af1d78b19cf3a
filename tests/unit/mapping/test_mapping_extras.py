"""Scorecards, pages and actions from their files."""

from __future__ import annotations

import json

import pytest

from fairlead.mapping import blueprints, extras, presets
from fairlead.model.errors import BadMapping
from fairlead.model.resources import Extra


def test_scorecards_are_grouped_by_their_blueprint() -> None:
    text = """
- blueprint: service
  data:
    - {identifier: a, title: A, rules: []}
    - {identifier: b, title: B, rules: []}
"""
    found = extras.parse("scorecard", text, source="s")
    assert [(one.blueprint, one.identifier) for one in found] == [("service", "a"), ("service", "b")]
    assert json.loads(found[0].definition) == {"identifier": "a", "title": "A", "rules": []}


def test_pages_and_actions_are_lists() -> None:
    (page,) = extras.parse("page", '[{"identifier": "p", "title": "P"}]', source="s")
    assert page == Extra("page", "p", b'{"identifier":"p","title":"P"}')
    assert extras.parse("action", "", source="s") == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "s: expected a list"),
        ("[1]", "s: entry 1: expected an object"),
        ('[{"title": "P"}]', "s: entry 1: identifier: expected a text"),
        ('[{"identifier": "a"}, {"identifier": 1}]', "s: entry 2: identifier"),
        ("- a: [\n- b", "s, line 2, column 1: not YAML"),
    ],
)
def test_a_broken_file_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(BadMapping) as error:
        extras.parse("page", text, source="s")
    assert error.value.message.startswith(told)


@pytest.mark.parametrize(
    "text", ['[{"data": []}]', '[{"blueprint": "b"}]', '[{"blueprint": "b", "data": [{}]}]']
)
def test_a_group_needs_a_blueprint_and_a_list(text: str) -> None:
    with pytest.raises(BadMapping, match=r"entry 1: (blueprint|data)"):
        extras.parse("scorecard", text, source="s")


def test_the_preset_ships_what_ports_integration_ships() -> None:
    preset = presets.load("port")
    assert [(one.kind, one.identifier) for one in preset.extras] == [
        ("scorecard", "ProductionReadiness"),
        ("page", "azureDevops-Service-Dashboard"),
        ("page", "azureDevopsProductionReadinessDashboard"),
    ]
    assert presets.load("standard").extras == ()
    assert "service" not in {one.identifier for one in blueprints.parse(preset.blueprints_text)}
