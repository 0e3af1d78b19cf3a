"""The fetch-spec of a kind: the union of what all its rows need, in one canonical form."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead.mapping.hashing import canonical, fingerprint
from fairlead.mapping.rows import Row
from fairlead.mapping.selectors import OPTIONS, Option
from fairlead.model.kinds import FetchSpec


def fetch_spec(kind: str, rows: Sequence[Row], needs: Sequence[tuple[str, object]] = ()) -> FetchSpec:
    """What one reading of `kind` must bring for these rows: the kind's own and those of kinds derived from it.

    Options of derived rows do not exist (their selectors have none that fetch); `needs` are what those kinds ask of
    their base. An option that no row asks for
    is left out, except `expand` of work items ("All", Port's default). Lists are sorted tuples. Filters (`wiql`,
    a release's filters) are a tuple with the distinct values of all rows; None among them stands for a row
    without that filter, so that the reading must not filter by it.
    """
    own = [row for row in rows if row.kind == kind]
    options: list[tuple[str, object]] = []
    for name, option in sorted(OPTIONS.get(kind, {}).items()):
        if name == "defaultTeam" and kind != "project":
            continue  # accepted by Port on every kind, without effect on any but projects
        value = _joined(option, [row.selector.get(name) for row in own])
        if value is not None:
            options.append((name, value))
    options = sorted([*options, *needs])
    return FetchSpec(kind, tuple(options), fingerprint([kind, options]))


def _joined(option: Option, values: list[object]) -> object:
    """The rows' values (None: the row does not say) as one; None where nothing differs from asking for nothing."""
    given = [value for value in values if value is not None]
    if option.join == "any":
        wanted = [option.default if value is None else value for value in values]
        return any(wanted) if option.default else any(wanted) or None
    if option.join == "agree":
        wanted = [option.default if value is None else value for value in values] or [option.default]
        return wanted[0] if all(value == wanted[0] for value in wanted) else option.default
    if not given:
        return option.default or None
    if option.join == "largest":
        return max(value for value in (*given, *_defaults(option, values)) if isinstance(value, int))
    if option.join == "union":
        lists = [value for value in (*given, *_defaults(option, values)) if isinstance(value, list | tuple)]
        return tuple(sorted({str(part) for value in lists for part in value}))
    return _distinct(values)


def _defaults(option: Option, values: list[object]) -> tuple[object, ...]:
    """The default counts too where some row does not say."""
    return (option.default,) if option.default and None in values else ()


def _distinct(values: list[object]) -> object:
    """Distinct values in the order of their JSON, None first; one list that all rows share stays that list."""
    found = {canonical(value): value for value in values}
    ordered = [found[key] for key in sorted(found, key=lambda key: (key != b"null", key))]
    if len(ordered) == 1 and isinstance(ordered[0], list):
        return tuple(ordered[0])
    return tuple(tuple(value) if isinstance(value, list) else value for value in ordered)
