"""How entities become requests."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.model.delivery import Payload
from fairlead.model.entities import Body
from fairlead.reconcile.likeness import likeness
from fairlead.targets.port.batches import Due, bulk_json, by_blueprint, entity_json, halves, upsert_batches


@given(st.lists(st.integers(2, 60), max_size=60), st.integers(1, 7), st.integers(20, 200))
def test_batches_keep_order_and_both_limits(lengths: list[int], count: int, size: int) -> None:
    dues = [Due(place, str(place), b"{" + b" " * (length - 2) + b"}") for place, length in enumerate(lengths)]
    batches = list(upsert_batches(dues, count, size))
    assert [due for batch in batches for due in batch] == dues
    for batch in batches:
        assert 1 <= len(batch) <= count
        assert len(bulk_json(batch)) <= size or len(batch) == 1
    for batch, after in itertools.pairwise(batches):
        assert len(batch) == count or len(bulk_json([*batch, after[0]])) > size


def test_a_body_is_one_json_object() -> None:
    dues = [Due(0, "a", b'{"identifier":"a"}'), Due(1, "b", b'{"identifier":"b"}')]
    assert json.loads(bulk_json(dues)) == {"entities": [{"identifier": "a"}, {"identifier": "b"}]}


def test_what_is_mapped_wins_over_what_is_cleared_and_the_payload_stays_as_it_is() -> None:
    body = Body(title="t", team=["a"], properties={"x": False}, relations={"r": ["p"]})
    cleared = ("title", "icon", "properties.x", "properties.a.b", "relations.r")
    payload = Payload(1, "service", "s", body, cleared)
    assert json.loads(entity_json(payload)) == {
        "identifier": "s",
        "blueprint": "service",
        "title": "t",
        "icon": None,
        "team": ["a"],
        "properties": {"x": False, "a.b": None},
        "relations": {"r": ["p"]},
    }
    assert body.properties == {"x": False}


def test_a_bare_entity_has_no_empty_groups() -> None:
    bare = Payload(1, "service", "s", Body())
    assert json.loads(entity_json(bare)) == {"identifier": "s", "blueprint": "service"}


def test_a_number_goes_as_text_where_text_is_due() -> None:
    body = Body(properties={"a": 23, "b": -1.5, "c": True, "d": None, "e": [1], "f": "x", "n": 23})
    sent = json.loads(entity_json(Payload(1, "service", "s", body), frozenset("abcdef")))["properties"]
    assert sent == {"a": "23", "b": "-1.5", "c": True, "d": None, "e": [1], "f": "x", "n": 23}
    assert likeness(body, Body(properties=sent)).same


@pytest.mark.parametrize("key", ["x", "", "scorecards.x", "title.x"])
def test_a_cleared_key_must_name_a_field(key: str) -> None:
    with pytest.raises(ValueError, match="names no field"):
        entity_json(Payload(1, "service", "s", Body(), (key,)))


def test_groups_keep_the_order_of_first_appearance() -> None:
    payloads = [Payload(i, name, str(i), Body()) for i, name in enumerate("baabc")]
    places = {name: [one.entity for one in members] for name, members in by_blueprint(payloads).items()}
    assert places == {"b": [0, 3], "a": [1, 2], "c": [4]}
    assert list(places) == ["b", "a", "c"]


def test_halves() -> None:
    assert halves([1, 2, 3]) == ([1], [2, 3])
