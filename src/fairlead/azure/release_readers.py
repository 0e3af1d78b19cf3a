"""Reading what surrounds classic releases: their definitions by lists of ids, and their deployments by place.

Facts: reference part 1.3. There is no request for one deployment. The listing's token is a deployment's id, and whether
a page begins with or behind it is not said; so what is asked for stands among the first two rows of a descending page
that begins at the next id, or is not there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.calls import Call, Query
from fairlead.azure.http.envelope import split
from fairlead.azure.kind_reader import Keys, KindReader
from fairlead.azure.kinds import release_definition, release_deployment
from fairlead.azure.kinds.moments import instant
from fairlead.azure.kinds.parents import healthy_projects
from fairlead.azure.kinds.release_definition import BATCH, definition_head
from fairlead.azure.reading import UNREAD, Outcome, found, missing, record, unread, walk
from fairlead.azure.releases import OVERLAP, cursor_of, removed
from fairlead.model.errors import IncompleteReading
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import Delta, Found, Missing
from fairlead.model.records import Record
from fairlead.model.source import Number, Parents


class ReleaseDefinitionReader(KindReader):
    """Release definitions, by lists of ids in the form of the listing; deleted ones by their flag."""

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """Project by project, whether they have the tags or not."""
        jobs = (
            self._read(fetch, project, ids, parents, number) for project, ids in _by_project(keys).items()
        )
        return found([outcome for part in await concurrently(jobs) for outcome in part])

    async def _read(
        self, fetch: FetchSpec, project: str, ids: Sequence[str], parents: Parents, number: Number
    ) -> list[Outcome]:
        try:
            rows = await self._listed(project, ids, release_definition.expansion(fetch), number)
        except UNREAD as error:
            return unread(ids, error)
        records = {
            draft.key: record(self.kind, draft, taken, b"")
            for raw, taken in rows
            for draft in self.kind.drafts(raw, project, parents)
        }
        gone = Missing("not there", "the list by id leaves it out")
        return [records.get(id_) or (id_, gone) for id_ in ids]

    async def _listed(
        self, project: str, ids: Sequence[str], query: Query, number: Number
    ) -> list[tuple[bytes, int]]:
        rows: list[tuple[bytes, int]] = []
        for start in range(0, len(ids), BATCH):
            chosen = ("definitionIdFilter", ",".join(ids[start : start + BATCH]))
            call = Call(self.kind.spec.read, {"project": project}, (chosen, *query))
            answer = await self.hosts.send(call, number)
            rows += [(raw, answer.number) for raw in split(answer.body, call.label).items]
        return rows

    async def _among(self, keys: Keys, query: Query, number: Number) -> dict[str, bytes]:
        gathered: dict[str, bytes] = {}
        for project, ids in _by_project(keys).items():
            rows = await self._listed(project, ids, query, number)
            gathered |= {str(definition_head(raw).id): raw for raw, _ in rows}
        return {key: gathered[key] for key, _ in keys if key in gathered}

    async def removed(self, keys: Keys, _parents: Parents, number: Number) -> frozenset[str]:
        """Those in the list of deleted ones."""
        return frozenset(await self._among(keys, (("isDeleted", "true"),), number))

    async def inside(self, fetch: FetchSpec, keys: Keys, number: Number) -> frozenset[str]:
        """Those that have the tags."""
        return frozenset(key for key, _ in keys) - await self.outside(fetch, keys, number)

    async def outside(self, fetch: FetchSpec, keys: Keys, number: Number) -> frozenset[str]:
        """Those that are seen not to have the tags."""
        if not release_definition.tags(fetch):
            return frozenset()
        rows = await self._among(keys, release_definition.expansion(fetch), number)
        return frozenset(key for key, raw in rows.items() if not release_definition.fits(fetch, raw))


class ReleaseDeploymentReader(KindReader):
    """Deployments: one by its place in the listing, changed ones by the time of their last change."""

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """One request for each."""
        return found(await concurrently(self._read(key, project, parents, number) for key, project in keys))

    async def _read(self, key: str, project: str, parents: Parents, number: Number) -> Outcome:
        place = release_deployment.number_of(key) + 1
        query = (("queryOrder", "descending"), ("continuationToken", str(place)), ("$top", "2"))
        call = Call(self.kind.spec.read, {"project": project}, query)
        try:
            answer = await self.hosts.send(call, number)
            drafts = [
                draft
                for raw in split(answer.body, call.label).items
                for draft in self.kind.drafts(raw, project, parents)
            ]
        except UNREAD as error:
            return key, missing(error)
        for draft in drafts:
            if draft.key == key:
                return record(self.kind, draft, answer.number, b"")
        if any(release_deployment.number_of(draft.key) > place for draft in drafts):
            return key, Missing("failed", "the listing does not begin where it was asked to")
        return key, Missing("not there", "the listing leaves its place out")

    async def removed(self, keys: Keys, _parents: Parents, number: Number) -> frozenset[str]:
        """Those whose release is in the list of deleted ones: that is how a deployment goes."""
        owners = {release_deployment.release_of(key): project for key, project in keys}
        gone = await removed(self.hosts, tuple(owners.items()), number)
        return frozenset(key for key, _ in keys if release_deployment.release_of(key) in gone)

    async def delta(self, cursor: str, parents: Parents, number: Number) -> Delta:
        """All deployments that changed since the cursor, whole."""
        start = instant(cursor.removeprefix("since:"))
        if start is None:
            raise IncompleteReading(f"the cursor of the deployments cannot be read: {cursor}")
        projects = healthy_projects(parents)
        parts = await concurrently(self._changed(project, cursor, parents, number) for project in projects)
        records = {one.key: one for part in parts for one in part}
        moments = [
            moment
            for one in records.values()
            if (moment := instant(release_deployment.deployment_head(one.body).last_modified_on or ""))
        ]
        newest = max(moments, default=start)
        return Delta((), (), cursor_of(max(start, newest - OVERLAP)), False, tuple(records.values()))

    async def _changed(self, project: str, cursor: str, parents: Parents, number: Number) -> list[Record]:
        query = (
            ("$top", str(release_deployment.PAGE)),
            ("queryOrder", "ascending"),
            ("minModifiedTime", cursor.removeprefix("since:")),
        )
        pages = await walk(self.hosts, Call(self.kind.spec.read, {"project": project}, query), number)
        return [
            record(self.kind, draft, taken, b"")
            for rows, taken in pages
            for raw in rows
            for draft in self.kind.drafts(raw, project, parents)
        ]

    def start_cursor(self, instant: float) -> str:
        """A time."""
        return cursor_of(datetime.fromtimestamp(instant, UTC) - OVERLAP)


def _by_project(keys: Keys) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for key, project in keys:
        groups[project].append(key)
    return groups
