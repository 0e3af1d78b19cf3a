"""Port's query language, operator by operator, and what it says before any entity is looked at."""

from __future__ import annotations

import pytest

from fairlead.model.blueprints import Blueprint, Property, Relation
from fairlead.model.browsing import Among, Containing, Every, Pointing, Way
from fairlead.model.entities import Body, Json
from fairlead.model.errors import BadUsage
from fairlead.reconcile.narrowing import blueprints_of, way_of
from fairlead.reconcile.operators import NEGATIONS, OPERATORS, Sense, judge_of
from fairlead.reconcile.pool import Pool
from fairlead.reconcile.queries import DEPTH, Candidate, Related, understood

NOON = 1_795_521_600.0
"""2026-11-24 12:00 UTC."""

SENSE = Sense(now=NOON, fold=True)


@pytest.mark.parametrize(
    ("operator", "wanted", "holds", "fails"),
    [
        ("=", "a", ["a"], ["A", None, 1, ["a"]]),
        ("=", 1, [1, 1.0], [True, "1", 2]),
        ("=", True, [True], [1, "true"]),
        ("=", None, [None], ["", 0]),
        ("=", ["a"], [["a"]], ["a", ["b"]]),
        ("=", {"preset": "today"}, ["2026-11-24T01:00:00Z"], ["2026-11-23T23:00:00Z"]),
        (">", 7, [8, 7.5], [7, "8", None, True]),
        (">=", 7, [7, 8], [6.9]),
        ("<", "2026-01-01", ["2025-12-31T23:59:59.1234567Z"], ["2026-01-01T00:00:00Z", 1]),
        ("<=", "2026-01-01T00:00:00Z", ["2026-01-01T01:00:00+01:00"], ["2026-01-01T00:00:01Z"]),
        (">", "beta", ["gamma"], ["alpha", 9]),
        ("contains", "Ab", ["xABy", ["Ab"]], ["a", ["ab"], None, 1]),
        ("contains", 1, [[1, 2]], ["1", 1]),
        ("beginsWith", "Ab", ["abc", "AB"], ["cab", ["ab"], None]),
        ("endsWith", "bC", ["abc"], ["bcd", None]),
        ("in", ["a", 1], ["a", 1, ["x", "a"]], ["b", True, None, []]),
        ("in", "a", ["a"], ["b"]),
        ("containsAny", ["a", "b"], [["b", "c"], "a"], [["c"], None]),
        ("isEmpty", None, [None, "", []], [0, False, "a", [None]]),
        ("between", {"from": 1, "to": 2}, [1, 1.5, 2], [0.9, "1", None]),
        ("between", {"from": "2026-01-01", "to": "2026-01-02"}, ["2026-01-01T12:00:00Z"], ["2026-01-03", 5]),
        (
            "between",
            {"preset": "yesterday"},
            ["2026-11-23T00:00:00Z", "2026-11-23T23:59:59.9Z"],
            ["2026-11-24"],
        ),
        ("between", {"preset": "tomorrow"}, ["2026-11-25T00:00:00Z"], ["2026-11-24T23:59:59Z"]),
        ("between", {"preset": "lastDay"}, ["2026-11-23T12:00:00Z"], ["2026-11-24T12:00:01Z"]),
        ("between", {"preset": "lastWeek"}, ["2026-11-17T12:00:00Z"], ["2026-11-17T11:59:59Z"]),
        ("between", {"preset": "last2Weeks"}, ["2026-11-10T12:00:00Z"], ["2026-11-10T11:59:59Z"]),
        ("between", {"preset": "lastMonth"}, ["2026-10-24T12:00:00Z"], ["2026-10-24T11:59:59Z"]),
        ("between", {"preset": "last12Months"}, ["2025-11-24T12:00:00Z"], ["2025-11-24T11:59:59Z"]),
    ],
)
def test_what_an_operator_holds_for(
    operator: str, wanted: Json, holds: list[Json], fails: list[Json]
) -> None:
    test = judge_of(operator, wanted, SENSE)
    assert [value for value in holds if not test(value)] == []
    assert [value for value in fails if test(value)] == []
    for negation in (name for name, positive in NEGATIONS.items() if positive == operator):
        opposite = judge_of(negation, wanted, SENSE)
        assert not any(map(opposite, holds))
        assert all(map(opposite, fails))


def test_months_end_where_they_end() -> None:
    march = 1_774_958_400.0  # 2026-03-31 12:00 UTC
    test = judge_of("between", {"preset": "lastMonth"}, Sense(now=march))
    assert test("2026-02-28T12:00:00Z")
    assert not test("2026-02-28T11:59:59Z")


def test_case_counts_where_nothing_else_is_said() -> None:
    for operator in ("contains", "beginsWith", "endsWith"):
        assert not judge_of(operator, "A", Sense())("a")
        assert judge_of(operator, "A", Sense())("A")


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        ("near", 1),
        (">", None),
        ("<", True),
        (">=", []),
        ("contains", None),
        ("contains", ["a"]),
        ("beginsWith", 1),
        ("endsWith", None),
        ("in", {"a": 1}),
        ("between", None),
        ("between", {}),
        ("between", {"preset": "nextWeek"}),
        ("between", {"from": "a", "to": "b"}),
        ("notBetween", {"from": 1}),
        ("=", {"x": 1}),
    ],
)
def test_values_that_an_operator_does_not_take(operator: str, wanted: Json) -> None:
    with pytest.raises(BadUsage):
        judge_of(operator, wanted, SENSE)


def rule(name: str, operator: str = "=", value: Json = "x") -> Json:
    return {"property": name, "operator": operator, "value": value}


def both(*rules: Json) -> Json:
    return {"combinator": "and", "rules": list(rules)}


def either(*rules: Json) -> Json:
    return {"combinator": "or", "rules": list(rules)}


ONE = Candidate(
    "service", "x", Body(title="T", team="t", icon="i", properties={"p": 1}, relations={"r": "y"})
)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        (rule("$identifier"), True),
        (rule("$title", value="T"), True),
        (rule("$team", value="t"), True),
        (rule("$icon", value="i"), True),
        (rule("$blueprint", value="service"), True),
        (rule("p", value=1), True),
        (rule("r", value="y"), True),
        ({"relation": "r", "operator": "=", "value": "y"}, True),
        (rule("nothing", "isEmpty"), True),
        (both(rule("p", value=1), rule("p", value=2)), False),
        (either(rule("p", value=1), rule("p", value=2)), True),
        (both(rule("p", value=1), either(rule("r"), both(rule("r", value="y")))), True),
        (both(), True),
        (either(), True),
        ({"rules": [rule("p", value=2)]}, False),
    ],
)
def test_whether_a_query_holds(query: Json, holds: bool) -> None:
    assert understood(query, SENSE).holds(ONE, {}) is holds


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ([], "the query"),
        ({}, "the query has no operator"),
        (both("x"), "rule 1"),
        (both(rule("a"), both(rule("a"), rule("$nothing"))), "rule 2.2"),
        (both({"operator": "=", "value": 1}), "rule 1 must name"),
        (both({"property": {"context": "user"}, "operator": "=", "value": 1}), "rule 1 must name"),
        (both(rule("p", "near")), "rule 1 (p near)"),
        ({"combinator": "xor", "rules": []}, "the query"),
        ({"rules": {}}, "the query"),
        (both({"operator": "relatedTo", "blueprint": "a", "value": []}), "relatedTo"),
        (both({"operator": "relatedTo", "blueprint": "a", "value": ["b", 1]}), "relatedTo"),
        (both({"operator": "relatedTo", "blueprint": "a", "value": "b", "direction": "left"}), "relatedTo"),
        (both({"operator": "relatedTo", "blueprint": "a", "value": "b", "required": 1}), "relatedTo"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_named(query: Json, named: str) -> None:
    with pytest.raises(BadUsage) as caught:
        understood(query, SENSE)
    assert named in caught.value.message


def test_depth_has_an_end() -> None:
    query = rule("p")
    for _ in range(DEPTH - 1):
        query = both(query)
    understood(query, SENSE)
    with pytest.raises(BadUsage, match="too deep"):
        understood(both(query), SENSE)


def test_queries_for_identifiers_need_a_rule_that_can_be_meant() -> None:
    assert Pool([ONE]).matches(rule("p", value=1)) == ["x"]
    related: Json = {"operator": "relatedTo", "blueprint": "a", "value": "b"}
    for query in (None, "x", {}, both(), rule("p", "near"), related):
        assert Pool([ONE]).matches(query) == []


RELATED: Json = {"operator": "relatedTo", "blueprint": "team", "value": "t", "direction": "downstream"}
REACHED = {Related("team", ("t",), "downstream", None): {"service": {"a": None, "x": None}}}
SCHEMA = Blueprint(
    "service",
    "Service",
    {"p": Property("string"), "twice": Property("string")},
    {"r": Relation("team"), "many": Relation("team", many=True), "twice": Relation("team")},
    (),
    b"{}",
)


def test_related_entities_hold_when_they_were_reached() -> None:
    query = understood(RELATED, SENSE)
    assert query.related == tuple(REACHED)
    assert query.holds(ONE, REACHED)
    assert not query.holds(Candidate("team", "x", Body()), REACHED)


@pytest.mark.parametrize(
    ("query", "way"),
    [
        (rule("p"), Every()),
        (rule("$identifier"), Among(("x",))),
        (rule("$identifier", "in", ["b", "a", 1]), Among(("a", "b"))),
        (rule("$identifier", "!="), Every()),
        (rule("$identifier", "beginsWith", "X-"), Containing("x-", title=False)),
        (rule("$title", "contains", "Ab"), Containing("ab", title=True)),
        (rule("$title", "contains", "\u00e4"), Every()),
        (rule("$title", "contains", ""), Every()),
        (rule("$title", "doesNotContains", "Ab"), Every()),
        (rule("r"), Pointing("r", "team", "x")),
        (rule("r", "in", ["x"]), Pointing("r", "team", "x")),
        (rule("r", "in", ["x", "y"]), Every()),
        (rule("r", "contains"), Every()),
        (rule("many", "contains"), Pointing("many", "team", "x")),
        (rule("many"), Every()),
        (rule("twice"), Every()),
        (RELATED, Among(("a", "x"))),
        (both(rule("p"), rule("r"), rule("$title")), Pointing("r", "team", "x")),
        (both(rule("r"), rule("$identifier")), Among(("x",))),
        (either(rule("$identifier"), rule("$identifier", "=", "a")), Among(("a", "x"))),
        (either(rule("$identifier"), rule("p")), Every()),
        (both(), Every()),
    ],
)
def test_the_narrowest_way(query: Json, way: Way) -> None:
    assert way_of(understood(query, SENSE), "service", SCHEMA, REACHED) == way


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (rule("p"), None),
        (rule("$blueprint"), {"x"}),
        (rule("$blueprint", "in", ["a", "b"]), {"a", "b"}),
        (both(rule("$blueprint", "in", ["a", "b"]), rule("p"), rule("$blueprint", "=", "a")), {"a"}),
        (either(rule("$blueprint", "=", "a"), rule("$blueprint", "=", "b")), {"a", "b"}),
        (either(rule("$blueprint"), rule("p")), None),
        (RELATED, {"service"}),
        (both(), None),
    ],
)
def test_the_blueprints_that_can_be_meant(query: Json, names: set[str] | None) -> None:
    assert blueprints_of(understood(query, SENSE), REACHED) == names


def test_every_documented_operator_is_there() -> None:
    assert set(OPERATORS) == {
        "=", "!=", ">", ">=", "<", "<=", "contains", "doesNotContains", "beginsWith", "doesNotBeginsWith", "endsWith",
        "doesNotEndsWith", "containsAny", "in", "notIn", "isEmpty", "isNotEmpty", "between", "notBetween",
    }  # fmt: skip
