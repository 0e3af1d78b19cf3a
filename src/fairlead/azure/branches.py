"""Reading one branch: by a filter that fits every name which begins with it."""

from __future__ import annotations

from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.calls import Call
from fairlead.azure.kind_reader import Keys, KindReader
from fairlead.azure.reading import UNREAD, Outcome, found, record, unread, walk
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import Found, Missing
from fairlead.model.source import Number, Parents


class BranchReader(KindReader):
    """Branches; a 404 speaks of the repository, never of a branch."""

    async def read(self, _fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """One listing for each: of the names that begin alike, only the same is the branch."""
        return found(await concurrently(self._read(key, parent, parents, number) for key, parent in keys))

    async def _read(self, key: str, parent: str, parents: Parents, number: Number) -> Outcome:
        fill = self.kind.locate(key, parent, parents)
        if fill is None:
            return key, Missing("failed", f"the parent {parent} is not known")
        query = (("filter", f"heads/{fill['name']}"), ("$top", "1000"))
        try:
            pages = await walk(self.hosts, Call(self.kind.spec.read, fill, query), number)
            for rows, taken in pages:
                for draft in (one for raw in rows for one in self.kind.drafts(raw, parent, parents)):
                    if draft.key == key:
                        return record(self.kind, draft, taken, b"")
        except UNREAD as error:
            return unread([key], error)[0]
        return key, Missing("not there", "the repository has no such branch")
