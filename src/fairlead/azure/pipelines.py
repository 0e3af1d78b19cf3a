"""Reading pipelines with their repositories, which only their build definitions tell, and the runs of pipelines.

A run is a build of the same id: deleted ones and changed ones are asked for as builds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from fairlead.azure import builds
from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.calls import Call
from fairlead.azure.http.envelope import decode, merged
from fairlead.azure.kind_reader import Keys, KindReader
from fairlead.azure.kinds.pipeline import BATCH, DEFINITIONS, pipeline_id, wants_repository
from fairlead.azure.reading import UNREAD, record, walk
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import Delta, Found, Item
from fairlead.model.records import Record
from fairlead.model.source import Number, Parents, source_hash


class _Definition(msgspec.Struct, frozen=True):
    id: int
    project: msgspec.Raw = msgspec.Raw(b"null")
    repository: msgspec.Raw = msgspec.Raw(b"null")


class PipelineReader(KindReader):
    """Pipelines. One whose definition cannot be read is frozen, and no other with it."""

    async def complete(
        self, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """Listed pipelines with their repositories."""
        listed = [
            record(self.kind, draft, item.number, source_hash(item.raw, fetch.hash))
            for item in items
            for draft in self.kind.drafts(item.raw, item.parent, parents)
        ]
        return Found(tuple(await self._with_repositories(listed, number)))

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """By id, with their repositories where a row asks for them."""
        found = await super().read(fetch, keys, parents, number)
        if not wants_repository(fetch):
            return found
        return Found(tuple(await self._with_repositories(found.records, number)), found.missing)

    async def removed(self, keys: Keys, _parents: Parents, number: Number) -> frozenset[str]:
        """Those of which a build can be seen, a deleted one at least: builds are hidden with their pipeline. Of one
        that never ran, nothing is proved."""
        gone: set[str] = set()
        for project, own in builds.by_project(keys).items():
            for start in range(0, len(own), BATCH):
                part = own[start : start + BATCH]
                ids = await builds.definitions_seen(
                    self.hosts, project, [pipeline_id(key) for key in part], number
                )
                gone |= {key for key in part if pipeline_id(key) in ids}
        return frozenset(gone)

    async def _with_repositories(self, records: Iterable[Record], number: Number) -> list[Record]:
        by_project: dict[str, list[Record]] = defaultdict(list)
        for one in records:
            by_project[one.parent].append(one)
        parts = await concurrently(
            self._batch(project, own[start : start + BATCH], number)
            for project, own in by_project.items()
            for start in range(0, len(own), BATCH)
        )
        return [one for part in parts for one in part]

    async def _batch(self, project: str, records: Sequence[Record], number: Number) -> list[Record]:
        ids = ",".join(pipeline_id(one.key) for one in records)
        query = (("definitionIds", ids), ("includeAllProperties", "true"))
        try:
            pages = await walk(self.hosts, Call(DEFINITIONS, {"project": project}, query), number)
            definitions = [
                decode(raw, _Definition, "a build definition") for rows, _ in pages for raw in rows
            ]
        except UNREAD as error:
            return [_frozen(one, str(error)) for one in records]
        by_id = {str(one.id): one for one in definitions}
        return [_with_repository(one, by_id.get(pipeline_id(one.key))) for one in records]


class PipelineRunReader(KindReader):
    """Runs of pipelines."""

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """By id. The key begins with the pipeline's, so that it need not be known."""
        return await super().read(fetch, [(key, key.rpartition("/")[0]) for key, _ in keys], parents, number)

    async def removed(self, keys: Keys, _parents: Parents, number: Number) -> frozenset[str]:
        """Those whose build is in the list of deleted ones."""
        return await builds.deleted(self.hosts, keys, number)

    async def delta(self, cursor: str, parents: Parents, number: Number) -> Delta:
        """Runs finished since, and all that are not finished."""
        changed, following, behind = await builds.changed(self.hosts, cursor, parents, number)
        known = parents.get("pipeline", {})
        keys = tuple(f"{p}/{pipeline}/{id_}" for p, pipeline, id_ in changed if f"{p}/{pipeline}" in known)
        return Delta(keys, (), following, False, (), behind)

    def start_cursor(self, instant: float) -> str:
        """A time."""
        return builds.start_cursor(instant)


def _frozen(one: Record, reason: str) -> Record:
    return msgspec.structs.replace(one, failure=f"its build definition could not be read: {reason}")


def _with_repository(one: Record, definition: _Definition | None) -> Record:
    if definition is None:
        return _frozen(one, "the list by id leaves it out")
    repository = bytes(definition.repository)
    if repository != b"null":
        project = b'{"project":' + bytes(definition.project) + b"}"
        repository = merged(repository, project, "a build definition's repository")
    return msgspec.structs.replace(one, extra=b'"__repository":' + repository)
