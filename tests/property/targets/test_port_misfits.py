"""What is found wrong with an entity is what Port refuses: held against the stand-in's own rules."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from fairlead.targets.port.misfits import findings
from fairlead.targets.port.schema import SentEntity, schema_of
from port_api.state import Json, Object, Refused, StoredEntity
from port_api.validation import check_properties

NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, -1.5, 2.0])
TEXTS = st.sampled_from(
    [
        "",
        "a",
        "ab",
        "abc",
        "on",
        "2026-11-24T10:00:00Z",
        "2026-11-24",
        "https://a/b",
        "a@b",
        "10.0.0.1",
        "::1",
    ]
)
VALUES = st.recursive(
    st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


def keywords(
    inner: st.SearchStrategy[dict[str, object]] | None = None,
) -> st.SearchStrategy[dict[str, object]]:
    """A property's schema."""
    optional: dict[str, st.SearchStrategy[object]] = {
        "format": st.sampled_from(["date-time", "url", "email", "ipv4", "ipv6", "markdown", "proto"]),
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        "pattern": st.sampled_from(["^a", "b$", "[0-9]+", "^$"]),
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 3),
        "minItems": st.integers(0, 2),
        "maxItems": st.integers(0, 2),
        "uniqueItems": st.booleans(),
        "minimum": NUMBERS,
        "maximum": NUMBERS,
        "exclusiveMinimum": NUMBERS,
        "exclusiveMaximum": NUMBERS,
    }
    if inner is not None:
        optional["items"] = inner
    kinds = st.sampled_from(["string", "number", "boolean", "object", "array"])
    return st.fixed_dictionaries({"type": kinds}, optional=optional)


def refuses(schema: Object, value: Json) -> bool:
    """Whether the stand-in does."""
    definition: Object = {"schema": {"properties": {"x": schema}}}
    try:
        check_properties(definition, StoredEntity("s", "b", "", "", "", properties={"x": value}))
    except Refused:
        return True
    return False


@given(keywords(keywords()), VALUES)
@example({"type": "array", "uniqueItems": True}, [1, 1.0])
@example({"type": "string", "enum": ["on"], "format": "email"}, "on")
def test_what_is_found_is_what_port_refuses(schema: dict[str, object], value: Json) -> None:
    told: Object = json.loads(json.dumps(_plain(schema)))
    blueprint = schema_of(
        json.dumps({"blueprint": {"identifier": "b", "schema": {"properties": {"x": told}}}}).encode()
    )
    assert blueprint is not None
    found = findings(blueprint, SentEntity("s", properties={"x": value}))
    assert bool(found) == refuses(told, value), found


FITTING = {
    "string": {"format", "enum", "pattern", "minLength", "maxLength"},
    "number": {"enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "boolean": {"enum"},
    "object": {"enum"},
    "array": {"enum", "minItems", "maxItems", "uniqueItems", "items"},
}


def _plain(schema: dict[str, object]) -> dict[str, object]:
    """The schema with the keywords of its type alone: what one says of another type is nobody's business here."""
    kept = FITTING[str(schema["type"])] | {"type"}
    return {
        name: _plain(value) if name == "items" and isinstance(value, dict) else value
        for name, value in schema.items()
        if name in kept
    }
