"""Reading builds: by lists of ids, deleted ones by their flag, changes by the time of finishing.

Facts: reference part 1.3. A build that is not finished may change at any time, so every delta tells all of those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from fairlead.azure.build_details import completed
from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.calls import Call, Query
from fairlead.azure.http.envelope import decode
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.kind_reader import Keys, KindReader
from fairlead.azure.kinds.build import BATCH, BUILDS, build_head, build_id, fits
from fairlead.azure.kinds.moments import instant, written
from fairlead.azure.kinds.parents import healthy_projects
from fairlead.azure.reading import UNREAD, Outcome, found, record, unread, walk
from fairlead.model.errors import NotPermitted, NotThere
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import Delta, Found, Item, Missing
from fairlead.model.records import Record
from fairlead.model.source import Number, Parents, source_hash

OVERLAP = timedelta(minutes=5)
"""How far a delta looks back before the newest finish seen: what was being written then shows later."""

_TOP = ("$top", "1000")
_RUNNING = "inProgress,notStarted,cancelling,postponed"


class Cursor(msgspec.Struct, frozen=True):
    """Where the changes start. `behind` are projects that could not be asked the last time, and theirs."""

    since: str
    behind: dict[str, str] = {}


class BuildReader(KindReader):
    """Builds, with what completes them where rows want it."""

    async def complete(
        self, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """Listed builds with their first commits and stages."""
        listed = [
            record(self.kind, draft, item.number, source_hash(item.raw, fetch.hash))
            for item in items
            for draft in self.kind.drafts(item.raw, item.parent, parents)
        ]
        return Found(tuple(await concurrently(completed(self.hosts, fetch, one, number) for one in listed)))

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """By lists of ids, inside the window or not."""
        jobs = [
            self._read(fetch, project, own[start : start + BATCH], parents, number)
            for project, own in by_project(keys).items()
            for start in range(0, len(own), BATCH)
        ]
        read = found([outcome for part in await concurrently(jobs) for outcome in part])
        if not self.kind.wants_detail(fetch):
            return read
        whole = await concurrently(completed(self.hosts, fetch, one, number) for one in read.records)
        return Found(tuple(whole), read.missing)

    async def _read(
        self, fetch: FetchSpec, project: str, keys: Sequence[str], parents: Parents, number: Number
    ) -> list[Outcome]:
        try:
            rows = await listed(self.hosts, project, keys, (), number)
        except UNREAD as error:
            return unread(keys, error)
        records: dict[str, Record] = {}
        for raw, taken in rows:
            for draft in self.kind.drafts(raw, project, parents):
                records[draft.key] = record(self.kind, draft, taken, source_hash(raw, fetch.hash))
        gone = Missing("not there", "the list by id leaves it out")
        return [records.get(key) or (key, gone) for key in keys]

    async def removed(self, keys: Keys, _parents: Parents, number: Number) -> frozenset[str]:
        """Those in the list of deleted ones."""
        return await deleted(self.hosts, keys, number)

    def beyond(
        self, fetch: FetchSpec, records: Sequence[Record], _neighbors: Sequence[Record]
    ) -> frozenset[str]:
        """Those that were queued before the window."""
        return frozenset(one.key for one in records if not fits(fetch, one.body))

    def settled(self, raw: bytes) -> bool:
        """Whether it is completed: a stage that is run again changes its status or finish time."""
        return build_head(raw).completed

    async def delta(self, cursor: str, parents: Parents, number: Number) -> Delta:
        """Builds finished since, and all that are not finished."""
        keys, following, behind = await changed(self.hosts, cursor, parents, number)
        return Delta(tuple(f"{project}/{id_}" for project, _, id_ in keys), (), following, False, (), behind)

    def start_cursor(self, instant: float) -> str:
        """A time."""
        return start_cursor(instant)


def by_project(keys: Keys) -> Mapping[str, list[str]]:
    """The keys by their project, which every key begins with."""
    groups: dict[str, list[str]] = defaultdict(list)
    for key, _ in keys:
        groups[key.partition("/")[0]].append(key)
    return groups


async def listed(
    hosts: Hosts, project: str, keys: Sequence[str], query: Query, number: Number
) -> list[tuple[bytes, int]]:
    """The builds of up to `BATCH` keys of one project that the service gives, each with its request's number."""
    chosen = ("buildIds", ",".join(build_id(key) for key in keys))
    pages = await walk(hosts, Call(BUILDS, {"project": project}, (chosen, *query)), number)
    return [(raw, taken) for rows, taken in pages for raw in rows]


class _Deleted(msgspec.Struct, frozen=True):
    id: int
    deleted: bool | None = None


async def deleted(hosts: Hosts, keys: Keys, number: Number) -> frozenset[str]:
    """Which of the keys (a project's first, a build's id last) are builds in the list of deleted ones."""
    gone: set[str] = set()
    for project, own in by_project(keys).items():
        for start in range(0, len(own), BATCH):
            part = own[start : start + BATCH]
            rows = await listed(hosts, project, part, (("deletedFilter", "onlyDeleted"),), number)
            heads = [decode(raw, _Deleted, "a deleted build") for raw, _ in rows]
            # A server that does not know the filter gives the living ones.
            ids = {str(head.id) for head in heads if head.deleted}
            gone |= {key for key in part if build_id(key) in ids}
    return frozenset(gone)


async def definitions_seen(hosts: Hosts, project: str, ids: Sequence[str], number: Number) -> set[str]:
    """Which of these definitions, up to `BATCH`, have builds that can be seen, be they deleted ones."""
    query = (
        ("definitions", ",".join(ids)),
        ("deletedFilter", "includeDeleted"),
        ("maxBuildsPerDefinition", "1"),
    )
    pages = await walk(hosts, Call(BUILDS, {"project": project}, query), number)
    heads = [build_head(raw) for rows, _ in pages for raw in rows]
    return {str(head.definition.id) for head in heads if head.definition}


def start_cursor(moment: float) -> str:
    """The changes from `moment` (epoch seconds), less the overlap."""
    return _text(Cursor(written(datetime.fromtimestamp(moment, UTC) - OVERLAP)))


def _text(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


Changed = tuple[str, int, int]
"""A build's project, definition (0 where it names none) and id."""


async def changed(
    hosts: Hosts, cursor: str, parents: Parents, number: Number
) -> tuple[Sequence[Changed], str, tuple[tuple[str, str], ...]]:
    """What changed since the cursor, the next cursor, and the projects that could not be asked, with the reason.

    One project that may not be asked keeps its own start, and holds nobody up.
    """
    start = decode(cursor.encode(), Cursor, "the cursor of the builds")
    projects = healthy_projects(parents)
    starts = {one: start.behind.get(one, start.since) for one in projects}
    parts = await concurrently(_of_project(hosts, one, starts[one], number) for one in projects)
    behind: dict[str, str] = {}
    keys: dict[Changed, None] = {}
    newest = instant(start.since) or datetime.min.replace(tzinfo=UTC)
    for project, part in zip(projects, parts, strict=True):
        if isinstance(part, str):
            behind[project] = part
            continue
        for raw in part:
            head = build_head(raw)
            keys[project, head.definition.id if head.definition else 0, head.id] = None
            finished = instant(head.finish_time or "")
            newest = max(newest, finished - OVERLAP) if finished else newest
    following = Cursor(written(newest), {one: starts[one] for one in behind})
    return tuple(keys), _text(following), tuple(behind.items())


async def _of_project(hosts: Hosts, project: str, since: str, number: Number) -> list[bytes] | str:
    """The builds of a project that finished since, and its unfinished ones; or why it may not be asked."""
    finished = (("queryOrder", "finishTimeAscending"), ("minTime", since), ("statusFilter", "completed"))
    running = (("queryOrder", "queueTimeAscending"), ("statusFilter", _RUNNING))
    found: list[bytes] = []
    # The unfinished first: one that finishes in between is met in the second walk.
    for query in (running, finished):
        try:
            pages = await walk(hosts, Call(BUILDS, {"project": project}, (_TOP, *query)), number)
        except (NotPermitted, NotThere) as error:
            return f"builds of project {project}: {error}"
        found += [raw for rows, _ in pages for raw in rows]
    return found
