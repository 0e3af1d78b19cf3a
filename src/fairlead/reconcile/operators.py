"""The operators of Port's query language, each as a test of one value.

Source: Port's API, the shared schemas of queries. What a rule may compare is checked when the test is made, so that a
rule that cannot be meant is refused before any entity is looked at.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeGuard

import msgspec

from fairlead.model.entities import Json
from fairlead.model.errors import BadUsage

Judge = Callable[[Json], bool]


class Sense(msgspec.Struct, frozen=True):
    """How a query is read: at what instant (epoch seconds), and whether texts are searched whatever their case."""

    now: float = 0.0
    fold: bool = False


def judge_of(operator: str, wanted: Json, sense: Sense) -> Judge:
    """The test that an operator and its value make. BadUsage for an operator that is not known, or another value than
    it takes."""
    positive = NEGATIONS.get(operator)
    if positive is not None:
        test = _BUILDERS[positive](wanted, sense)
        return lambda value: not test(value)
    build = _BUILDERS.get(operator)
    if build is None:
        raise BadUsage(f"there is no operator {operator}", advice=f"operators: {', '.join(OPERATORS)}")
    return build(wanted, sense)


def equal(value: Json, wanted: Json) -> bool:
    """Of the same type and the same; numbers are of one type, booleans are none."""
    if isinstance(value, int | float) and isinstance(wanted, int | float):
        return isinstance(value, bool) is isinstance(wanted, bool) and value == wanted
    return type(value) is type(wanted) and value == wanted


def instant_of(text: str) -> datetime | None:
    """The instant of an ISO 8601 text, in UTC where it names no zone; None for any other text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _equality(wanted: Json, sense: Sense) -> Judge:
    if isinstance(wanted, dict):
        return _between(wanted, sense)
    return lambda value: equal(value, wanted)


def _membership(wanted: Json, _: Sense) -> Judge:
    if isinstance(wanted, dict):
        raise BadUsage("it takes a list of values")
    choices = wanted if isinstance(wanted, list) else [wanted]

    def test(value: Json) -> bool:
        values = value if isinstance(value, list) else [value]
        return any(equal(one, choice) for one in values for choice in choices)

    return test


def _containing(wanted: Json, sense: Sense) -> Judge:
    if wanted is None or isinstance(wanted, list | dict):
        raise BadUsage("it takes a text")
    part = folded(wanted, sense)

    def test(value: Json) -> bool:
        if isinstance(value, list):
            return any(equal(one, wanted) for one in value)
        return isinstance(value, str) and isinstance(part, str) and part in str(folded(value, sense))

    return test


def folded(value: Json, sense: Sense) -> Json:
    """A text in lower case, where its case does not count."""
    return value.lower() if sense.fold and isinstance(value, str) else value


def _edge(matches: Callable[[str, str], bool]) -> Callable[[Json, Sense], Judge]:
    def build(wanted: Json, sense: Sense) -> Judge:
        if not isinstance(wanted, str):
            raise BadUsage("it takes a text")
        part = str(folded(wanted, sense))
        return lambda value: isinstance(value, str) and matches(str(folded(value, sense)), part)

    return build


def _order(holds: Callable[[int], bool]) -> Callable[[Json, Sense], Judge]:
    def build(wanted: Json, _: Sense) -> Judge:
        if isinstance(wanted, bool) or not isinstance(wanted, str | int | float):
            raise BadUsage("it takes a number, a text or an instant")
        compare = _comparison(wanted)

        def test(value: Json) -> bool:
            order = compare(value)
            return order is not None and holds(order)

        return test

    return build


def _comparison(wanted: str | float) -> Callable[[Json], int | None]:
    """How a value stands to the wanted one: below (-1), the same, above (1), or not to be compared (None)."""
    instant = instant_of(wanted) if isinstance(wanted, str) else None

    def compare(value: Json) -> int | None:
        if isinstance(value, str) and isinstance(wanted, str):
            own = instant_of(value) if instant is not None else None
            if own is not None and instant is not None:
                return (own > instant) - (own < instant)
            return (value > wanted) - (value < wanted)
        if isinstance(value, bool) or not isinstance(value, int | float) or isinstance(wanted, str):
            return None
        return (value > wanted) - (value < wanted)

    return compare


def _emptiness(_: Json, __: Sense) -> Judge:
    return lambda value: value in (None, "", [])


def _between(wanted: Json, sense: Sense) -> Judge:
    low, high = _range(wanted, sense)
    above, below = _comparison(low), _comparison(high)

    def test(value: Json) -> bool:
        start, end = above(value), below(value)
        return start is not None and end is not None and start >= 0 >= end

    return test


def _range(wanted: Json, sense: Sense) -> tuple[str | float, str | float]:
    if isinstance(wanted, dict):
        preset, low, high = wanted.get("preset"), wanted.get("from"), wanted.get("to")
        if isinstance(preset, str) and preset in PRESETS:
            start, end = PRESETS[preset](datetime.fromtimestamp(sense.now, UTC))
            return start.isoformat(), end.isoformat()
        if isinstance(low, str) and isinstance(high, str) and instant_of(low) and instant_of(high):
            return low, high
        if _is_number(low) and _is_number(high):
            return low, high
    raise BadUsage(
        'it takes {"from", "to"} with two instants, or {"preset"}', advice=f"presets: {', '.join(PRESETS)}"
    )


def _is_number(value: Json) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _day(days: int) -> Callable[[datetime], tuple[datetime, datetime]]:
    """The whole day so many days from now."""

    def span(now: datetime) -> tuple[datetime, datetime]:
        start = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)
        return start, start + timedelta(days=1, microseconds=-1)

    return span


def _past(*, days: int = 0, months: int = 0) -> Callable[[datetime], tuple[datetime, datetime]]:
    """From so long ago until now."""

    def span(now: datetime) -> tuple[datetime, datetime]:
        year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
        day = min(now.day, monthrange(year, month + 1)[1])
        return now.replace(year=year, month=month + 1, day=day) - timedelta(days=days), now

    return span


PRESETS: Mapping[str, Callable[[datetime], tuple[datetime, datetime]]] = {
    "today": _day(0),
    "tomorrow": _day(1),
    "yesterday": _day(-1),
    "lastDay": _past(days=1),
    "lastWeek": _past(days=7),
    "last2Weeks": _past(days=14),
    "lastMonth": _past(months=1),
    "last3Months": _past(months=3),
    "last6Months": _past(months=6),
    "last12Months": _past(months=12),
}

NEGATIONS: Mapping[str, str] = {
    "!=": "=",
    "notIn": "in",
    "doesNotContains": "contains",
    "doesNotBeginsWith": "beginsWith",
    "doesNotEndsWith": "endsWith",
    "isNotEmpty": "isEmpty",
    "notBetween": "between",
}
"""An operator that holds exactly where another does not."""

_BUILDERS: Mapping[str, Callable[[Json, Sense], Judge]] = {
    "=": _equality,
    ">": _order(lambda order: order > 0),
    ">=": _order(lambda order: order >= 0),
    "<": _order(lambda order: order < 0),
    "<=": _order(lambda order: order <= 0),
    "contains": _containing,
    "beginsWith": _edge(str.startswith),
    "endsWith": _edge(str.endswith),
    "containsAny": _membership,
    "in": _membership,
    "isEmpty": _emptiness,
    "between": _between,
}

OPERATORS = (*_BUILDERS, *NEGATIONS)
