"""Runs a WIQL query over work items.

Facts: texts compare without case; without time precision dates compare by day and a literal with a time is an
error; fields without a value fail every comparison but `<>` and NOT; `@today` is midnight in UTC here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from azure_devops_sandbox.formats import read_date
from azure_devops_sandbox.state.fields import Field, find_field
from azure_devops_sandbox.state.records import Identity, WorkItem

from .syntax import Clause, Condition, FieldValue, Macro, Not, Query, QueryError, Value

Predicate = Callable[[WorkItem], bool]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_LONG = frozenset({"html", "history", "plainText"})


@dataclass(frozen=True, slots=True)
class Context:
    """What macros stand for, and how exact dates are."""

    now: datetime
    project: str | None
    me: Identity
    time_precision: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """The work items found, in order, with the fields of the query."""

    items: list[WorkItem]
    columns: tuple[Field, ...]
    order: tuple[tuple[Field, bool], ...]


def run_query(query: Query, items: Iterable[WorkItem], context: Context) -> Result:
    """Run a query. Raises QueryError for unknown fields and values that do not fit."""
    columns = tuple(_field(name) for name in query.columns)
    order = tuple((_field(name), descending) for name, descending in query.order)
    fits = _predicate(query.where, context) if query.where is not None else None
    found = [one for one in items if fits is None or fits(one)]
    found.sort(key=lambda one: one.id)
    for field, descending in reversed(order):
        found.sort(key=_ordering(_reader(field, context)), reverse=descending)
    return Result(found, columns, order)


def _ordering(read: Callable[[WorkItem], Any]) -> Callable[[WorkItem], tuple[bool, Any]]:
    return lambda item: _order_key(read(item))


def _order_key(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


def _field(name: str) -> Field:
    found = find_field(name)
    if found is None:
        raise QueryError(
            f"TF51005: The query references a field that does not exist. The error is caused by «[{name}]»."
        )
    return found


def _reader(field: Field, context: Context) -> Callable[[WorkItem], Any]:
    """Return the function that reads the comparable value of a field."""
    by_id: dict[str, Callable[[WorkItem], Any]] = {
        "System.Id": lambda item: item.id,
        "System.Rev": lambda item: item.rev,
        "System.Watermark": lambda item: item.watermark,
    }
    name = field.reference
    if name in by_id:
        return by_id[name]
    if field.type == "dateTime" and not context.time_precision:
        return lambda item: _day(item.fields.get(name))
    if field.type in {"dateTime", "integer", "double", "boolean"}:
        return lambda item: item.fields.get(name)
    return lambda item: _folded(item.fields.get(name))


def _day(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _folded(value: object) -> str | None:
    if value is None:
        return None
    return (value.display_name if isinstance(value, Identity) else str(value)).casefold()


def _predicate(clause: Clause, context: Context) -> Predicate:
    if isinstance(clause, Not):
        inner = _predicate(clause.clause, context)
        return lambda item: not inner(item)
    if isinstance(clause, Condition):
        return _condition(clause, context)
    parts = [_predicate(one, context) for one in clause.clauses]
    if clause.joint == "or":
        return lambda item: any(part(item) for part in parts)
    return lambda item: all(part(item) for part in parts)


def _condition(condition: Condition, context: Context) -> Predicate:
    field = _field(condition.field)
    read = _reader(field, context)
    kind = condition.operator
    if kind == "empty":
        return lambda item: not read(item)
    if kind == "in":
        wanted = {_value(field, one, context) for one in condition.values}
        return lambda item: read(item) in wanted
    right = condition.values[0]
    if isinstance(right, FieldValue):
        return _two_fields(kind, read, _reader(_field(right.name), context))
    value = _value(field, right, context)
    if kind in {"contains", "under"}:
        return _textual(field, kind, read, value)
    if field.type in _LONG and kind != "=":
        raise QueryError(f"TF51004: The operator «{kind}» cannot be used with the field «{field.reference}».")
    if kind == "<>":
        return lambda item: read(item) != value
    compare = _COMPARE[kind]
    return lambda item: (found := read(item)) is not None and compare(found, value)


def _two_fields(kind: str, left: Callable[[WorkItem], Any], right: Callable[[WorkItem], Any]) -> Predicate:
    if kind == "<>":
        return lambda item: bool(left(item) != right(item))
    compare = _COMPARE[kind]

    def fits(item: WorkItem) -> bool:
        one, other = left(item), right(item)
        return one is not None and other is not None and compare(one, other)

    return fits


def _textual(field: Field, kind: str, read: Callable[[WorkItem], Any], value: Any) -> Predicate:
    if not isinstance(value, str) or (kind == "under" and field.type != "treePath"):
        raise QueryError(f"TF51004: The operator «{kind}» cannot be used with the field «{field.reference}».")
    if kind == "under":
        return lambda item: (found := read(item)) == value or str(found).startswith(value + "\\")
    return lambda item: value in (read(item) or "")


def _value(field: Field, value: Value, context: Context) -> Any:
    """Return the value in the type of the field. Raises QueryError if it does not fit."""
    if isinstance(value, FieldValue):
        raise QueryError(f"TF51004: A field cannot stand here: «[{value.name}]».")
    if isinstance(value, Macro):
        return _macro(field, value, context)
    if field.type == "dateTime":
        return _date(field, value, context)
    if field.type in {"integer", "double"}:
        try:
            return float(value)
        except ValueError:
            raise QueryError(
                f"TF51004: The value «{value}» is not a number, as «{field.reference}» needs."
            ) from None
    if field.type == "boolean":
        return str(value).casefold() in {"true", "1"}
    return str(value).casefold()


def _macro(field: Field, macro: Macro, context: Context) -> Any:
    if macro.name == "today" and field.type == "dateTime":
        return _day(context.now + timedelta(days=macro.offset))
    if macro.name == "me":
        return context.me.display_name.casefold()
    if macro.name == "project":
        if context.project is None:
            raise QueryError("TF51003: The macro @project needs a query inside a project.")
        return context.project.casefold()
    raise QueryError(f"TF51003: The macro «@{macro.name}» cannot be used with the field «{field.reference}».")


def _date(field: Field, value: str | int | float, context: Context) -> datetime | None:
    try:
        moment = read_date(str(value))
    except ValueError:
        raise QueryError(
            f"TF51004: The value «{value}» is not a date, as «{field.reference}» needs."
        ) from None
    if context.time_precision:
        return moment
    if moment != _day(moment):
        raise QueryError(
            "TF51004: You cannot supply a time with the date when running a query using date precision. "
            f"The error is caused by «[{field.reference}] '{value}'»."
        )
    return moment
