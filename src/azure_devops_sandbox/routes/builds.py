"""Builds, their timelines and their changes.

Facts (reference of the API, parts 0.4 and 1.3): a page has at most 5,000 builds; `minTime` and `maxTime` are about
the column that `queryOrder` names; a list by finish time holds only builds that finished; the token is a time in
that column, so that it means something with the same order only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from azure_devops_sandbox.calls import Answer, Call, bad_argument
from azure_devops_sandbox.encoding.builds import build_item, change_item
from azure_devops_sandbox.encoding.timelines import timeline
from azure_devops_sandbox.formats import date7, read_date
from azure_devops_sandbox.paging import Encoded, listing_key, opaque, opaque_place, page
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.pipelines import Build

from .missing import no_build
from .pipelines import SCOPE

_DEFAULT, _LARGEST = 1_000, 5_000
_MOST_CHANGES = 200
_COLUMNS = {"queuetime": "queued", "starttime": "started", "finishtime": "finished"}
_ORDERS = {
    f"{column}{direction}": (name, direction == "descending")
    for column, name in _COLUMNS.items()
    for direction in ("ascending", "descending")
}


@dataclass(frozen=True, slots=True)
class _Order:
    """The builds with a time in a column, by it; `times` are those times, rising."""

    builds: Sequence[Build]
    times: Sequence[datetime]
    descending: bool

    @property
    def rows(self) -> Sequence[Build]:
        return self.builds[::-1] if self.descending else self.builds

    def place(self, moment: datetime) -> int:
        """Return the place of the first row at a moment or behind it."""
        if self.descending:
            return len(self.times) - bisect_right(self.times, moment)
        return bisect_left(self.times, moment)

    def time(self, place: int) -> datetime:
        return self.times[-1 - place] if self.descending else self.times[place]


def builds_list(call: Call) -> Answer:
    """List builds, without an order the newest in the queue first."""
    order = (call.text("queryOrder") or "queueTimeDescending").lower()
    if order not in _ORDERS:
        raise bad_argument(f"The value '{order}' of 'queryOrder' is not valid.")
    column, descending = _ORDERS[order]
    fits = _filter(call, column)
    found = call.organization.derived(listing_key(call), lambda: _found(call, column, descending, fits))
    start, token = 0, call.text("continuationToken")
    if token is not None:
        try:
            start = found.place(read_date(token))
        except ValueError:
            raise bad_argument(f"The continuation token '{token}' is not valid.") from None
    size = min(_LARGEST, max(1, call.number("$top", _DEFAULT)))
    rows = Encoded(found.rows, lambda one: build_item(call.organization, one))
    return page(call, rows, start, size, lambda place: date7(found.time(place)))


def _found(call: Call, column: str, descending: bool, fits: Callable[[Build], bool]) -> _Order:
    builds = sorted((one for one in _visible(call) if fits(one)), key=attrgetter(column, "id"))
    return _Order(builds, [getattr(one, column) for one in builds], descending)


def _visible(call: Call) -> list[Build]:
    organization, permissions = call.organization, call.access.permissions
    hidden = permissions.hidden_pipelines
    mine = organization.of_project(organization.builds, call.here.id)
    return [one for one in mine if one.definition not in hidden] if hidden else mine


def _filter(call: Call, column: str) -> Callable[[Build], bool]:
    earliest, latest = call.date("minTime"), call.date("maxTime")
    choices = _choices(call)
    deleted = (call.text("deletedFilter") or "excludeDeleted").lower()
    number, tags = call.text("buildNumber"), set(call.words("tagFilters"))
    repository, definitions = call.text("repositoryId"), call.organization.definitions

    def fits(one: Build) -> bool:
        when = getattr(one, column)
        return (
            when is not None
            and (earliest is None or when >= earliest)
            and (latest is None or when <= latest)
            and (deleted == "includedeleted" or (one.deleted is not None) == (deleted == "onlydeleted"))
            and all(value(one) in wanted for wanted, value in choices)
            and tags <= set(one.tags)
            and (number is None or _numbered(one.number, number))
            and repository in {None, definitions[one.definition].repository}
        )

    return fits


def _numbered(number: str, pattern: str) -> bool:
    return number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern


def _choices(call: Call) -> list[tuple[frozenset[str], Callable[[Build], str]]]:
    """Return the filters that name allowed values, each with the value of a build."""
    values: dict[str, Callable[[Build], str]] = {
        "statusFilter": lambda one: one.status.lower(),
        "resultFilter": lambda one: (one.result or "none").lower(),
        "reasonFilter": lambda one: one.reason.lower(),
        "definitions": lambda one: str(one.definition),
        "buildIds": lambda one: str(one.id),
        "branchName": lambda one: one.branch.lower(),
    }
    found = []
    for name, value in values.items():
        wanted = frozenset(one.lower() for one in call.words(name))
        if wanted and "all" not in wanted:
            found.append((wanted, value))
    return found


def _build(call: Call) -> Build:
    """Return the build of the path; one that was deleted is not there. Raises ApiError (404)."""
    text = call.params["buildId"]
    found = call.organization.builds.get(int(text)) if text.isdigit() else None
    if found is None or found.deleted is not None or found.project != call.here.id:
        raise no_build(text)
    if found.definition in call.access.permissions.hidden_pipelines:
        raise no_build(text)
    return found


def builds_get(call: Call) -> Answer:
    """Return a build."""
    return Answer(build_item(call.organization, _build(call)))


def timelines_get(call: Call) -> Answer:
    """Return the timeline of a build; nothing (204) of one that never started."""
    build = _build(call)
    if build.started is None:
        return Answer(b"", 204)
    return Answer(timeline(call.organization, build))


def changes_list(call: Call) -> Answer:
    """List the commits that a build brought in, the newest first."""
    build = _build(call)
    rows = [change_item(call.organization, build, one) for one in build.commits[:_MOST_CHANGES]]
    return page(call, rows, opaque_place(call), max(1, call.number("$top", 50)), opaque)


_TEMPLATE = "_apis/build/builds"
ROUTES = (
    Route("builds.list", "GET", "p", _TEMPLATE, builds_list, SCOPE),
    Route("builds.get", "GET", "p", f"{_TEMPLATE}/{{buildId}}", builds_get, SCOPE),
    Route("timelines.get", "GET", "p", f"{_TEMPLATE}/{{buildId}}/timeline", timelines_get, SCOPE),
    Route("build-changes.list", "GET", "p", f"{_TEMPLATE}/{{buildId}}/changes", changes_list, SCOPE),
)
