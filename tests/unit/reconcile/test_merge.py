"""Merging contributions: order, clearing, ownership."""

from __future__ import annotations

from fairlead.model.blueprints import Blueprint, Relation
from fairlead.model.entities import Body, Fragment, Json
from fairlead.model.stored import Edge
from fairlead.reconcile.merge import Part, edges, has_query, merge, natural, overlay


def part(position: int, key: str = "r", *, creates: bool = True, **properties: Json) -> Part:
    fragment = Fragment(properties=properties)
    return Part(position, 1, key, "", creates, fragment)


def test_the_last_row_wins_by_field() -> None:
    body = merge([part(2, a=2), part(1, a=1, b=1)])

    assert body == Body(properties={"a": 2, "b": 1})


def test_a_present_null_clears_what_came_before_and_an_absent_field_keeps_it() -> None:
    body = merge([part(1, a=1, b=1), part(2, a=None)])

    assert body == Body(properties={"b": 1})


def test_a_patch_alone_keeps_nothing_alive() -> None:
    assert merge([part(1, creates=False, a=1)]) is None
    assert merge([]) is None


def test_equal_rows_are_ordered_by_record_key_with_numbers_as_numbers() -> None:
    body = merge([part(1, "item10", a="ten"), part(1, "item9", a="nine")])

    assert body is not None
    assert body.properties == {"a": "ten"}
    assert natural("a9") < natural("a10") < natural("b1")
    assert natural("9") < natural("a")


def test_a_title_that_is_no_text_is_written_as_json() -> None:
    fragment = Fragment(fields=("title",), title=5)

    body = merge([Part(0, 1, "r", "", True, fragment)])

    assert body is not None
    assert body.title == "5"


def test_edges_are_those_that_the_blueprint_defines() -> None:
    blueprint = Blueprint("a", "A", {}, {"one": Relation("b"), "many": Relation("c", many=True)}, (), b"")
    body = Body(relations={"one": "x", "many": ["y", "y", "", 3], "other": "z"})

    assert edges(body, blueprint) == (Edge("one", "b", "x"), Edge("many", "c", "y"))
    assert edges(body, None) == ()


def test_an_unresolved_query_is_absent_and_a_resolved_one_replaced() -> None:
    query: Json = {"combinator": "and", "rules": []}
    fragment = Fragment(relations={"a": query, "b": query, "c": "id"})

    answered = overlay(fragment, {"relations": {"a": "found", "c": "other"}})
    assert answered.relations == {"a": "found", "c": "id"}


def test_a_team_that_is_asked_for_is_absent_until_it_is_found() -> None:
    fragment = Fragment(fields=("team", "title"), title="T", team={"combinator": "and", "rules": []})

    assert has_query(fragment)
    assert overlay(fragment, {}).fields == ("title",)
    assert overlay(fragment, {}).team is None
    assert overlay(fragment, {"team": ["a", "b"]}).team == ["a", "b"]
    assert overlay(fragment, {"team": []}).fields == ("team", "title")
