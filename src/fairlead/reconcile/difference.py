"""What differs between two states of one entity, and how several changes of one run add up to one."""

from __future__ import annotations

import msgspec
import orjson

from fairlead.model.changes import Cause, Op
from fairlead.reconcile.canonical import canonical


class Difference(msgspec.Struct, frozen=True):
    """`delta`: see `model.changes.Change`. None is never a difference: equal states give no object at all."""

    op: Op
    delta: bytes


def difference(before: bytes, after: bytes) -> Difference | None:
    """From one canonical body to another; empty bytes mean that the entity does not exist."""
    if before == after:
        return None
    if not before:
        return Difference("create", b"")
    if not after:
        return Difference("delete", before)
    return Difference("update", canonical(_fields(orjson.loads(before), orjson.loads(after))))


def before_of(op: str, delta: bytes, after: bytes) -> bytes:
    """The body before a change, from the body after it. A rename's old identifier is not part of it."""
    if op == "create":
        return b""
    if op == "delete":
        return delta
    members = orjson.loads(after)
    for field, (old, _) in orjson.loads(delta).items():
        if field == "identifier":
            continue
        group, _, name = field.partition(".")
        holder = members.setdefault(group, {}) if name else members
        if old is None:
            holder.pop(name or group, None)
        else:
            holder[name or group] = old
    return canonical(members)


def first_cause(one: Cause, other: Cause) -> Cause:
    """Which of two causes a change names: the same one in whatever order they came."""
    return min(one, other, key=lambda cause: (cause.reason, cause.kind, cause.record, cause.row, cause.proof))


def _fields(before: dict[str, object], after: dict[str, object]) -> dict[str, list[object]]:
    changed: dict[str, list[object]] = {}
    for group in ("title", "icon", "team"):
        if before.get(group) != after.get(group):
            changed[group] = [before.get(group), after.get(group)]
    for group in ("properties", "relations"):
        old, new = before.get(group), after.get(group)
        if not isinstance(old, dict) or not isinstance(new, dict):
            continue
        for name in old.keys() | new.keys():
            if canonical(old.get(name)) != canonical(new.get(name)):
                changed[f"{group}.{name}"] = [old.get(name), new.get(name)]
    return changed
