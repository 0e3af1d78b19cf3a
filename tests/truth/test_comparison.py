"""The comparison sees what differs, and nothing else."""

from __future__ import annotations

import json

from truth import Entity, compare, with_stubs

KEY = ("thing", "1")
ENTITY = Entity("One", {"count": 1, "gone": None, "flag": False}, {"other": "2"})


def _lines(**changed: object) -> list[bytes]:
    return [json.dumps(ENTITY.line(KEY) | changed).encode()]


def test_equal() -> None:
    assert compare(_lines(), {KEY: ENTITY}).differing == {}


def test_a_whole_number_is_a_number() -> None:
    assert compare(_lines(properties={"count": 1.0, "flag": False}), {KEY: ENTITY}).differing == {}


def test_a_number_is_no_truth_value() -> None:
    found = compare(_lines(properties={"count": 1, "flag": 0}), {KEY: ENTITY})
    assert found.differing == {KEY: "properties.flag: expected False, got 0"}


def test_null_is_not_absent() -> None:
    found = compare(_lines(properties={"count": 1, "flag": False, "gone": None, "more": ""}), {KEY: ENTITY})
    assert found.differing == {KEY: "properties.more: expected None, got ''"}


def test_missing_and_unexpected() -> None:
    found = compare(_lines(), {("thing", "2"): ENTITY})
    assert found.differing == {KEY: "unexpected", ("thing", "2"): "missing"}
    assert found.per_blueprint() == {"thing": (2, 2)}
    assert str(found).startswith("thing: 2 compared, 2 differing")


def test_stubs() -> None:
    targets = {"thing": {"other": "thing", "many": "more"}}
    entities = {KEY: Entity(relations={"other": "2", "many": ["a", "b"], "unknown": "c"})}
    found = with_stubs(entities, targets)
    assert found.keys() == {KEY, ("thing", "2"), ("more", "a"), ("more", "b")}
    assert found["thing", "2"].line(("thing", "2")) == {
        "blueprint": "thing", "identifier": "2", "properties": {}, "relations": {},
    }  # fmt: skip
