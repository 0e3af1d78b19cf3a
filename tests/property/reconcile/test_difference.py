"""A change can always be turned back, and says nothing when nothing differs."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fairlead.model.changes import Cause
from fairlead.model.entities import Body, Fragment
from fairlead.reconcile.canonical import decode_body, decode_fragment, encode_body, encode_fragment
from fairlead.reconcile.difference import before_of, difference, first_cause
from fairlead.reconcile.merge import Part, merge

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
present = values.filter(lambda value: value is not None)
names = st.text(min_size=1, max_size=8)
bodies = st.builds(
    Body,
    title=st.none() | st.text(),
    icon=st.none() | st.text(),
    team=st.none() | st.text(),
    properties=st.dictionaries(names, present, max_size=4),
    relations=st.dictionaries(names, st.text() | st.lists(st.text(), max_size=2), max_size=3),
)
texts = st.just(b"") | bodies.map(encode_body)
fragments = st.builds(
    Fragment,
    fields=st.just(("title", "team")),
    title=st.none() | st.text(),
    team=st.none() | st.text(),
    properties=st.dictionaries(names, values, max_size=4),
    relations=st.dictionaries(names, st.text() | st.none(), max_size=3),
)
parts = st.builds(
    Part,
    position=st.integers(0, 3),
    connection=st.integers(1, 2),
    key=st.text(max_size=4),
    item=st.sampled_from(["", "1", "10", "9"]),
    creates=st.booleans(),
    fragment=fragments,
)


@given(texts, texts)
def test_a_difference_can_be_turned_back(before: bytes, after: bytes) -> None:
    found = difference(before, after)

    if before == after:
        assert found is None
    else:
        assert found is not None
        assert before_of(found.op, found.delta, after) == before


@given(bodies)
def test_a_body_survives_its_encoding(body: Body) -> None:
    assert encode_body(decode_body(encode_body(body))) == encode_body(body)


@given(fragments)
def test_a_fragment_survives_its_encoding(fragment: Fragment) -> None:
    assert decode_fragment(encode_fragment(fragment)) == fragment


@given(
    st.lists(parts, max_size=5, unique_by=lambda part: (part.position, part.connection, part.key, part.item)),
    st.randoms(),
)
def test_merging_does_not_depend_on_the_order_of_arrival(
    several: list[Part],
    random: Random,
) -> None:
    shuffled = list(several)
    random.shuffle(shuffled)

    one, other = merge(several), merge(shuffled)

    assert (one is None) == (other is None) == (not any(part.creates for part in several))
    if one is not None and other is not None:
        assert encode_body(one) == encode_body(other)


@given(
    st.builds(Cause, reason=st.text(), record=st.text()), st.builds(Cause, reason=st.text(), record=st.text())
)
def test_of_two_causes_the_same_one_is_named_in_either_order(one: Cause, other: Cause) -> None:
    assert first_cause(one, other) == first_cause(other, one)
