"""WIQL texts: one filter out of the rows' filters, and the queries around it. Pure.

Facts: reference part 1.4 (20,000 ids per answer, so pages are ranges of ids) and Port's selector: `wiql` holds
conditions, not a whole query.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import structlog

from fairlead.model.kinds import FetchSpec

_log = structlog.get_logger(__name__)

_QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\[[^\]]*\]"
_ORDER_BY = re.compile(rf"{_QUOTED}|(?P<found>\border\s+by\b)", re.IGNORECASE)
_PROJECT_MACRO = re.compile(
    rf"{_QUOTED}|(?P<found>@project\b|@teamareas\b|@currentiteration\b(?!\s*\())", re.IGNORECASE
)


def _first(pattern: re.Pattern[str], text: str) -> int:
    """Where `found` of the pattern first matches outside of quotes and brackets, -1 where it does not."""
    for match in pattern.finditer(text):
        if match["found"]:
            return match.start()
    return -1


def conditions(text: str) -> str:
    """A row's filter without its ORDER BY: the order of ids is what pages go by."""
    cut = _first(_ORDER_BY, text)
    if cut < 0:
        return text.strip()
    _log.warning(
        "the ORDER BY of a wiql selector is left out: items are read in the order of their ids", wiql=text
    )
    return text[:cut].strip()


def filter_of(fetch: FetchSpec) -> str:
    """The union of the rows' filters, "" for every work item (no row, or one row, without a filter)."""
    value = fetch.option("wiql")
    given = list(value) if isinstance(value, list | tuple) else [value]
    parts = [conditions(part) if isinstance(part, str) else "" for part in given]
    if not parts or not all(parts):
        return ""
    distinct = dict.fromkeys(parts)
    return " OR ".join(f"({part})" for part in distinct)


def needs_project(filter_: str) -> bool:
    """Whether the filter uses a macro that only a query inside a project understands."""
    return _first(_PROJECT_MACRO, filter_) >= 0


def page(filter_: str, after: int, per: Literal["", "project"]) -> str:
    """The query for the ids above `after`, in order."""
    terms = [f"[System.Id] > {after}"]
    if per:
        terms.insert(0, "[System.TeamProject] = @project")
    if filter_:
        terms.append(f"({filter_})")
    return f"SELECT [System.Id] FROM WorkItems WHERE {' AND '.join(terms)} ORDER BY [System.Id] ASC"  # noqa: S608  not SQL


def among(filter_: str, ids: Sequence[int], *, passing: bool = True) -> str:
    """The query for those of `ids` that pass the filter, or for those that do not."""
    listed = ", ".join(map(str, ids))
    condition = f"({filter_})" if passing else f"NOT ({filter_})"
    return f"SELECT [System.Id] FROM WorkItems WHERE {condition} AND [System.Id] IN ({listed})"  # noqa: S608  not SQL
