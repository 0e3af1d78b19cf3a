"""Reading one branch: by its statistics, because references can only be listed.

A list that leaves a branch out says nothing about it that another list would not say too. The request for one branch
refuses one that is not there by name.
"""

from __future__ import annotations

import msgspec

from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.calls import Call
from fairlead.azure.http.envelope import decode
from fairlead.azure.http.problems import AbsentThing
from fairlead.azure.kind_reader import Keys, KindReader
from fairlead.azure.kinds.branch import HEADS
from fairlead.azure.reading import UNREAD, Outcome, found, of_key, unread
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import Found, Missing
from fairlead.model.source import Number, Parents

NO_SUCH_BRANCH = "GitUnresolvableToCommitException"
"""The 404 that speaks of the branch. Any other one means that the repository cannot be read."""


class _Commit(msgspec.Struct, frozen=True, rename="camel"):
    commit_id: str


class _Statistics(msgspec.Struct, frozen=True):
    name: str
    commit: _Commit


class BranchReader(KindReader):
    """Branches."""

    async def read(self, _fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """One request for each."""
        return found(await concurrently(self._read(key, parent, parents, number) for key, parent in keys))

    async def _read(self, key: str, parent: str, parents: Parents, number: Number) -> Outcome:
        fill = self.kind.locate(key, parent, parents)
        if fill is None:
            return key, Missing("failed", f"the parent {parent} is not known")
        # Compared with itself: a default branch that leads nowhere must not be taken for this one.
        base = (
            ("baseVersionDescriptor.version", fill["name"]),
            ("baseVersionDescriptor.versionType", "branch"),
        )
        call = Call(self.kind.spec.read, fill, (("name", fill["name"]), *base))
        try:
            answer = await self.hosts.send(call, number)
            told = decode(answer.body, _Statistics, "a branch")
        except AbsentThing as error:
            if error.type_key == NO_SUCH_BRANCH:
                return key, Missing("not there", str(error))
            return unread([key], error)[0]
        except UNREAD as error:
            return unread([key], error)[0]
        ref = msgspec.json.encode({"name": HEADS + told.name, "objectId": told.commit.commit_id})
        return of_key(self.kind, key, parent, ref, parents, answer.number, b"")
