"""Queries of a mapping find the same entities through an index as by looking at each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fairlead.model.entities import Body, Json
from fairlead.model.errors import BadUsage
from fairlead.reconcile.operators import Sense
from fairlead.reconcile.pool import Pool, fields_of, names_in
from fairlead.reconcile.queries import Candidate, understood

VALUES: st.SearchStrategy[Json] = st.sampled_from(
    [None, "a", "b", "ab", 1, True, ["a"], ["a", "b"], [], ["b", 1]]
)
NAMES = st.sampled_from(["p", "q", "$identifier", "$title", "$team", "link"])
OPERATORS = st.sampled_from(["=", "in", "containsAny", "contains"])
WANTED = st.sampled_from(["a", "b", "x1", "", 1, ["a"], ["a", "x2"], ["a", 1], []])
RULES = st.builds(
    lambda name, operator, value: {"property": name, "operator": operator, "value": value},
    NAMES, OPERATORS, WANTED,
)  # fmt: skip
QUERIES = st.recursive(
    RULES,
    lambda inner: st.builds(
        lambda word, rules: {"combinator": word, "rules": rules},
        st.sampled_from(["and", "or"]), st.lists(inner, max_size=3),
    ),
    max_leaves=5,
)  # fmt: skip


def candidate(number: int, p: Json, q: Json, title: Json, team: Json) -> Candidate:
    body = Body(
        title=title if isinstance(title, str) else None,
        team=team,
        properties={"p": p} if q is None else {"p": p, "q": q},
        relations={"link": title},
    )
    return Candidate("service", f"x{number}", body)


CANDIDATES = st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), max_size=5).map(
    lambda rows: [candidate(number, p, q, title, team) for number, (p, q, title, team) in enumerate(rows)]
)


def looked_at(query: Json, candidates: list[Candidate]) -> list[str]:
    try:
        meant = understood(query, Sense())
    except BadUsage:
        return []
    if isinstance(query, dict) and query.get("rules") == []:
        return []
    return [one.identifier for one in candidates if meant.holds(one, {})]


@given(QUERIES, CANDIDATES)
def test_an_index_finds_what_looking_at_each_finds(query: Json, candidates: list[Candidate]) -> None:
    found = Pool(reversed(candidates)).matches(query)
    assert found == looked_at(query, candidates)


def test_what_a_query_compares_is_all_that_is_asked_for() -> None:
    query: Json = {
        "combinator": "or",
        "rules": [
            {"property": "email", "operator": "=", "value": "x"},
            {"combinator": "and", "rules": [{"property": "$title", "operator": "contains", "value": "y"}]},
            {"property": "owner", "operator": "=", "value": "z"},
            {"property": "$identifier", "operator": "in", "value": ["x"]},
        ],
    }
    names = names_in(query)
    assert fields_of(names, frozenset({"owner"})) == ("properties.email", "relations.owner", "title")
    assert names_in({"combinator": "and", "rules": [{"property": "a", "operator": "near"}]}) == frozenset()
