"""Reading work items: ids by WIQL, bodies by batch, tombstones from the recycle bin, changes from the feed.

Facts: reference parts 1.4 and 4.3; the error numbers are VS402337 (more than 20,000 ids) and VS403474 (more than
200 ids in a batch).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import msgspec

from fairlead.azure import wiql
from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.calls import Call, Query
from fairlead.azure.http.envelope import decode, split
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.http.problems import RefusedRequest
from fairlead.azure.kinds.work_item import BATCH, IDS, KIND
from fairlead.azure.reading import UNREAD, Outcome, found, record, unread
from fairlead.model.errors import BadMapping, IncompleteReading, NotPermitted, NotThere
from fairlead.model.kinds import FetchSpec, Route
from fairlead.model.readings import EVERY, Chain, Delta, Found, Item, Missing, Page
from fairlead.model.source import Number, Parents

SMALLEST_TOP = 100
ASKED_BY_ID = 500
"""Ids in one `IN (…)`: far below the length that a WIQL text may have, with any filter beside it."""

SKEW = 300.0
"""Seconds that a first change feed looks back, because this clock and the service's may differ."""

FEED = Route("_apis/wit/reporting/workitemrevisions", "7.1")
_RECYCLE_BIN = Route("_apis/wit/recyclebin", "7.1")
_RECYCLE_BIN_OF_PROJECT = Route("{project}/_apis/wit/recyclebin", "7.1")
_FEED_FIELDS = "System.Id,System.Rev,System.IsDeleted"


class _Id(msgspec.Struct, frozen=True):
    id: int


class _Ids(msgspec.Struct, frozen=True, rename="camel"):
    work_items: list[_Id]


class _Located(msgspec.Struct, frozen=True):
    id: int
    fields: dict[str, str] = {}


class _Binned(msgspec.Struct, frozen=True, rename="camel"):
    id: int | str
    code: int | None = None
    deleted_date: str | None = None


class _Revision(msgspec.Struct, frozen=True):
    id: int
    rev: int = 0
    fields: dict[str, msgspec.Raw] = {}


class _Feed(msgspec.Struct, frozen=True, rename="camel"):
    values: list[_Revision]
    is_last_batch: bool = False
    continuation_token: str | None = None


def _slices(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))


async def _ids(hosts: Hosts, route: Route, project: str, query: str, top: int, number: Number) -> list[int]:
    """The ids that a WIQL query answers, at most `top`. BadMapping for a filter that the service cannot read."""
    call = Call(route, {"project": project}, (("$top", str(top)),), msgspec.json.encode({"query": query}))
    answer = await hosts.send(call, number)
    return [item.id for item in decode(answer.body, _Ids, call.label).work_items]


def _mended(error: RefusedRequest, filter_: str, *, last_form: bool = True) -> Exception:
    if error.unknown_form:
        return NotThere(f"this server does not know the form: {error}")
    if (
        filter_
        and error.code not in {"VS402337", "VS402335"}
        and (last_form or error.code.startswith("TF51"))
    ):
        return BadMapping(f"Azure DevOps refuses the wiql selector {filter_!r}: {error}")
    return error


async def page(hosts: Hosts, chain: Chain, fetch: FetchSpec, cursor: str | None, number: Number) -> Page:
    """The next ids of a walk, as items to be completed. The cursor is the last id seen.

    NotThere for the organization's form where the filter needs a project: the next form asks per project.
    """
    listing, filter_ = KIND.spec.listings[chain.form], wiql.filter_of(fetch)
    if not listing.per and wiql.needs_project(filter_):
        raise NotThere(
            "the wiql selector uses a macro that needs a project, so projects are asked one by one"
        )
    after = int(cursor or "0")
    query = wiql.page(filter_, after, "project" if listing.per else "")
    project = "" if chain.scope == EVERY else chain.scope
    top, number_taken = IDS, 0

    def numbered() -> int:
        nonlocal number_taken
        number_taken = number()
        return number_taken

    while True:
        try:
            ids = await _ids(hosts, listing.route, project, query, top, numbered)
            break
        except RefusedRequest as error:
            if error.code != "VS402337" or top <= SMALLEST_TOP:
                last = chain.form + 1 == len(KIND.spec.listings)
                raise _mended(error, filter_, last_form=last) from error
            top //= 2
    if any(left >= right for left, right in pairwise([after, *ids])):
        raise IncompleteReading("the WIQL answer is not in the order of ids, so its end cannot be told")
    items = tuple(Item(str(id_), project, b"", number_taken) for id_ in ids)
    # A server may give fewer ids than it was asked for, so only an empty answer shows that there are no more.
    return Page(items=items, next=str(ids[-1]) if ids else None)


def _expand(fetch: FetchSpec) -> str:
    value = fetch.option("expand")
    given = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    distinct = {one for one in given if isinstance(one, str) and one}
    return distinct.pop() if len(distinct) == 1 else "All"


async def batch(
    hosts: Hosts, fetch: FetchSpec, keys: Sequence[str], parents: Parents, number: Number
) -> Found:
    """The items of up to any number of ids, 200 to a request. Omitted ones (null or left out) are not there."""
    parts = await concurrently(
        _batch(hosts, fetch, part, parents, number) for part in _slices(tuple(keys), BATCH)
    )
    return found([outcome for part in parts for outcome in part])


async def _batch(
    hosts: Hosts, fetch: FetchSpec, keys: Sequence[str], parents: Parents, number: Number
) -> list[Outcome]:
    body = {"ids": [int(key) for key in keys], "$expand": _expand(fetch), "errorPolicy": "Omit"}
    call = Call(KIND.spec.read, body=msgspec.json.encode(body))
    try:
        answer = await hosts.send(call, number)
    except UNREAD as error:
        return unread(keys, error)
    outcomes: dict[str, Outcome] = {}
    for raw in split(answer.body, call.label, counted=False).items:
        if raw != b"null":
            for draft in KIND.drafts(raw, EVERY, parents):
                # No hash: the listing holds ids only, so there is no listed item to compare.
                outcomes[draft.key] = record(KIND, draft, answer.number, b"")
    gone = Missing("not there", "the batch left it out")
    return [outcomes.get(key, (key, gone)) for key in keys]


async def removed(hosts: Hosts, keys: Sequence[tuple[str, str]], number: Number) -> frozenset[str]:
    """Which items are in the recycle bin; asked over the organization, else project by project."""
    parent_of, every = dict(keys), tuple(key for key, _ in keys)
    deleted: set[str] = set()
    for part in _slices(every, BATCH):
        try:
            deleted |= await _binned(hosts, _RECYCLE_BIN, "", part, number)
        except (NotThere, RefusedRequest):
            by_project: dict[str, list[str]] = defaultdict(list)
            for key in part:
                by_project[parent_of[key]].append(key)
            for project, ids in by_project.items():
                deleted |= await _binned_in_project(hosts, project, ids, number)
    return frozenset(deleted)


async def _binned_in_project(hosts: Hosts, project: str, ids: Sequence[str], number: Number) -> set[str]:
    if not project:
        return set()
    try:
        return await _binned(hosts, _RECYCLE_BIN_OF_PROJECT, project, ids, number)
    except (NotThere, NotPermitted, RefusedRequest):
        return set()  # no tombstone can be seen here, which proves nothing


async def _binned(hosts: Hosts, route: Route, project: str, ids: Sequence[str], number: Number) -> set[str]:
    """Those of `ids` in the bin. One id that is not in it may refuse the whole question (TF401232); then the
    bin's own list is read, which holds ids only and is refused above 20,000."""
    fill = {"project": project}
    try:
        by_id = Call(route, fill, (("ids", ",".join(ids)),))
        entries = await _bin_entries(hosts, by_id, number)
    except (NotThere, RefusedRequest):
        return {str(entry.id) for entry in await _bin_entries(hosts, Call(route, fill), number)} & set(ids)
    # An id that is not in the bin may also come back with a code of its own instead of a date.
    return {str(entry.id) for entry in entries if entry.deleted_date and entry.code in {None, 0, 200}} & set(
        ids
    )


async def _bin_entries(hosts: Hosts, call: Call, number: Number) -> list[_Binned]:
    answer = await hosts.send(call, number)
    rows = split(answer.body, call.label, counted=False).items
    return [decode(raw, _Binned, call.label) for raw in rows if raw != b"null"]


async def inside(hosts: Hosts, fetch: FetchSpec, keys: Sequence[str], number: Number) -> frozenset[str]:
    """Which ids pass the rows' filter now. Without a filter: all of them."""
    return await _judged(hosts, fetch, keys, number, passing=True)


async def outside(hosts: Hosts, fetch: FetchSpec, keys: Sequence[str], number: Number) -> frozenset[str]:
    """Which ids the server says do not pass the rows' filter now. Without a filter: none."""
    return await _judged(hosts, fetch, keys, number, passing=False)


async def _judged(
    hosts: Hosts, fetch: FetchSpec, keys: Sequence[str], number: Number, *, passing: bool
) -> frozenset[str]:
    filter_ = wiql.filter_of(fetch)
    if not filter_ or not keys:
        return frozenset(keys if passing else ())
    groups = {"": list(keys)}
    if wiql.needs_project(filter_):
        groups = await _by_project_name(hosts, keys, number)
    jobs = [
        _asked(
            hosts, project, filter_, wiql.among(filter_, [int(key) for key in part], passing=passing), number
        )
        for project, ids in groups.items()
        for part in _slices(ids, ASKED_BY_ID)
    ]
    return frozenset().union(*await concurrently(jobs))


async def _asked(hosts: Hosts, project: str, filter_: str, query: str, number: Number) -> frozenset[str]:
    route = KIND.spec.listings[1 if project else 0].route
    try:
        return frozenset(map(str, await _ids(hosts, route, project, query, IDS, number)))
    except RefusedRequest as error:
        raise _mended(error, filter_) from error


async def _by_project_name(hosts: Hosts, keys: Sequence[str], number: Number) -> dict[str, list[str]]:
    """The ids by the name of the project they are in now; an id that cannot be read is in none."""
    groups: dict[str, list[str]] = defaultdict(list)
    for part in _slices(tuple(keys), BATCH):
        body = {"ids": [int(key) for key in part], "fields": ["System.TeamProject"], "errorPolicy": "Omit"}
        call = Call(KIND.spec.read, body=msgspec.json.encode(body))
        answer = await hosts.send(call, number)
        for raw in split(answer.body, call.label, counted=False).items:
            if raw != b"null":
                item = decode(raw, _Located, call.label)
                groups[item.fields.get("System.TeamProject", "")].append(str(item.id))
    groups.pop("", None)
    return dict(groups)


def start_cursor(instant: float) -> str:
    """The feed from `instant` (epoch seconds), less what two clocks may differ."""
    since = datetime.fromtimestamp(instant - SKEW, UTC)
    return f"since:{since:%Y-%m-%dT%H:%M:%SZ}"


async def delta(hosts: Hosts, cursor: str, number: Number) -> Delta:
    """One answer of the reporting feed over the whole organization: it follows items from project to project.

    Its rows lack `url`, links and relations, so they only say which ids to read again. Destroyed items do not show.
    """
    origin, _, value = cursor.partition(":")
    start: Query = (("startDateTime", value),) if origin == "since" else (("continuationToken", value),)
    flags = (("includeLatestOnly", "true"), ("includeDeleted", "true"), ("$maxPageSize", "1000"))
    call = Call(FEED, query=(("fields", _FEED_FIELDS), *flags, *start))
    answer = await hosts.send(call, number)
    feed = decode(answer.body, _Feed, call.label)
    token = feed.continuation_token or ""
    if not feed.is_last_batch and (not token or (origin == "token" and token == value)):
        raise IncompleteReading("the work item feed has more to say, but gives no new token")
    latest: dict[int, _Revision] = {}
    for row in feed.values:
        if row.id not in latest or row.rev >= latest[row.id].rev:
            latest[row.id] = row
    deleted = {row.id for row in latest.values() if bytes(row.fields.get("System.IsDeleted", b"")) == b"true"}
    return Delta(
        tuple(str(id_) for id_ in latest if id_ not in deleted),
        tuple(str(id_) for id_ in latest if id_ in deleted),
        f"token:{token}" if token else cursor,
        not feed.is_last_batch,
    )
