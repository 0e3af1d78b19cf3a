"""Reading releases: by lists of ids, deleted ones by their flag, changes by creation and by deployments.

Facts: reference part 1.3. A change to an existing release does not move its `createdOn`; what mostly changes it is a
deployment, and those can be asked for by the time of their last change, project by project.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.answers import Answer
from fairlead.azure.http.calls import Call, Query
from fairlead.azure.http.envelope import decode, split
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.kinds.moments import instant, written
from fairlead.azure.kinds.parents import healthy_projects
from fairlead.azure.kinds.release import BATCH, KIND, expansion, filters, fits, release_head
from fairlead.azure.reading import UNREAD, Outcome, found, record, unread, walk
from fairlead.model.errors import IncompleteReading, NotThere
from fairlead.model.kinds import FetchSpec, Route
from fairlead.model.readings import EVERY, Delta, Found, Missing
from fairlead.model.source import Number, Parents, source_hash

OVERLAP = timedelta(minutes=5)
"""How far a delta looks back before the newest change seen: what was being written then shows later."""

DEPLOYMENTS = Route("{project}/_apis/release/deployments", "7.1", area="release")
_TOP = ("$top", str(BATCH))


class _Release(msgspec.Struct, frozen=True):
    id: int


class _Deployment(msgspec.Struct, frozen=True, rename="camel"):
    release: _Release | None = None
    last_modified_on: str | None = None


async def _by_id(
    hosts: Hosts,
    keys: Sequence[tuple[str, str]],
    query: Query,
    number: Number,
    projects: Sequence[str] = (),
) -> list[tuple[bytes, Answer]]:
    """The releases of up to `BATCH` ids that the service gives, over the organization or else by project.

    A key whose project is not known is looked for in all of `projects`.
    """
    organization, project_form = (listing.route for listing in KIND.spec.listings)
    ids = ("releaseIdFilter", ",".join(key for key, _ in keys))
    try:
        call = Call(organization, query=(ids, _TOP, *query))
        answer = await hosts.send(call, number)
        return [(raw, answer) for raw in split(answer.body, call.label).items]
    except NotThere:
        by_project: dict[str, list[str]] = defaultdict(list)
        for key, project in keys:
            for one in (project,) if project else projects:
                by_project[one].append(key)
    gathered: list[tuple[bytes, Answer]] = []
    for project, own in by_project.items():
        ids = ("releaseIdFilter", ",".join(own))
        call = Call(project_form, {"project": project}, (ids, _TOP, *query))
        answer = await hosts.send(call, number)
        gathered.extend((raw, answer) for raw in split(answer.body, call.label).items)
    return gathered


async def read(
    hosts: Hosts, fetch: FetchSpec, keys: Sequence[tuple[str, str]], parents: Parents, number: Number
) -> Found:
    """The releases of the given ids, whether they pass the filters or not."""
    parts = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
    outcomes = await concurrently(_read(hosts, fetch, part, parents, number) for part in parts)
    return found([outcome for part in outcomes for outcome in part])


async def _read(
    hosts: Hosts, fetch: FetchSpec, keys: Sequence[tuple[str, str]], parents: Parents, number: Number
) -> list[Outcome]:
    try:
        answers = await _by_id(hosts, keys, expansion(fetch), number, healthy_projects(parents))
    except UNREAD as error:
        return unread([key for key, _ in keys], error)
    wanted, outcomes = dict(keys), dict[str, Outcome]()
    for raw, answer in answers:
        scope = wanted.get(str(release_head(raw).id)) or EVERY
        for draft in KIND.drafts(raw, scope, parents):
            outcomes[draft.key] = record(KIND, draft, answer.number, source_hash(raw, fetch.hash))
    gone = Missing("not there", "the list by id leaves it out")
    return [outcomes.get(key, (key, gone)) for key, _ in keys]


async def removed(hosts: Hosts, keys: Sequence[tuple[str, str]], number: Number) -> frozenset[str]:
    """Which releases are in the list of deleted ones."""
    return await _among(hosts, keys, (("isDeleted", "true"),), number)


async def inside(
    hosts: Hosts, fetch: FetchSpec, keys: Sequence[tuple[str, str]], number: Number
) -> frozenset[str]:
    """Which releases pass the rows' filters now. Without a filter: all of them."""
    chosen = filters(fetch)
    if not chosen:
        return frozenset(key for key, _ in keys)
    return await _among(hosts, keys, chosen, number, fetch)


async def outside(
    hosts: Hosts, fetch: FetchSpec, keys: Sequence[tuple[str, str]], number: Number
) -> frozenset[str]:
    """Which releases can be seen not to pass the rows' filters now: they are read without them and judged here."""
    if not filters(fetch):
        return frozenset()
    failed: set[str] = set()
    for start in range(0, len(keys), BATCH):
        for raw, _ in await _by_id(hosts, keys[start : start + BATCH], (), number):
            if not fits(fetch, raw):
                failed.add(str(release_head(raw).id))
    return frozenset(failed & {key for key, _ in keys})


async def _among(
    hosts: Hosts,
    keys: Sequence[tuple[str, str]],
    query: Query,
    number: Number,
    fetch: FetchSpec | None = None,
) -> frozenset[str]:
    passed: set[str] = set()
    for start in range(0, len(keys), BATCH):
        for raw, _ in await _by_id(hosts, keys[start : start + BATCH], query, number):
            if fetch is None or fits(fetch, raw):
                passed.add(str(release_head(raw).id))
    return frozenset(passed & {key for key, _ in keys})


def start_cursor(moment: float) -> str:
    """The changes from `moment` (epoch seconds), less the overlap."""
    return cursor_of(datetime.fromtimestamp(moment, UTC) - OVERLAP)


def cursor_of(since: datetime) -> str:
    """The cursor of the changes since a moment."""
    return f"since:{written(since)}"


async def delta(hosts: Hosts, cursor: str, parents: Parents, number: Number) -> Delta:
    """Releases created, and releases deployed, since the cursor. One call walks all there is.

    A project that this identity may not ask for deployments adds nothing: its releases cannot be read either.
    """
    since = cursor.removeprefix("since:")
    walks = [_created(hosts, since, parents, number)]
    walks += [_deployed(hosts, project, since, number) for project in healthy_projects(parents)]
    changed: dict[str, None] = {}
    newest = instant(since)
    if newest is None:
        raise IncompleteReading(f"the cursor of the release changes cannot be read: {cursor}")
    start = newest
    for part in await concurrently(walks):
        for key, moment in part:
            changed[key] = None
            newest = max(newest, moment) if moment else newest
    return Delta(tuple(changed), (), cursor_of(max(start, newest - OVERLAP)), more=False)


Change = tuple[str, datetime | None]
"""A release's key and when it changed."""


async def _created(hosts: Hosts, since: str, parents: Parents, number: Number) -> list[Change]:
    organization, project_form = (listing.route for listing in KIND.spec.listings)
    query = (_TOP, ("queryOrder", "ascending"), ("minCreatedTime", since))
    try:
        pages = await walk(hosts, Call(organization, query=query), number)
    except NotThere:
        calls = [Call(project_form, {"project": project}, query) for project in healthy_projects(parents)]
        walks = await concurrently(walk(hosts, call, number) for call in calls)
        pages = [page for walk in walks for page in walk]
    heads = [release_head(raw) for rows, _ in pages for raw in rows]
    earliest = instant(since)
    changes = [(str(head.id), instant(head.created_on or "")) for head in heads]
    # A server that does not know the filter gives every release; only those created since are changes.
    return [(key, moment) for key, moment in changes if not (moment and earliest and moment < earliest)]


async def _deployed(hosts: Hosts, project: str, since: str, number: Number) -> list[Change]:
    query = (_TOP, ("queryOrder", "ascending"), ("minModifiedTime", since))
    # One project that cannot be asked leaves the feed where it is: to go on would lose its changes.
    pages = await walk(hosts, Call(DEPLOYMENTS, {"project": project}, query), number)
    rows = [decode(raw, _Deployment, "a deployment") for rows, _ in pages for raw in rows]
    return [(str(row.release.id), instant(row.last_modified_on or "")) for row in rows if row.release]
