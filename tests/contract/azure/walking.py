"""Reads a sandbox as `sync` does, in virtual time, and remembers every call that was built."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from azure_devops_sandbox.running import Sandbox
from fairlead.azure import AzureSettings, AzureSource, Patience, PersonalAccessToken, connect
from fairlead.azure.http.answers import Answer
from fairlead.azure.http.calls import Call
from fairlead.model.errors import NotThere
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import Found, Missing
from fairlead.model.records import Record
from fairlead.model.secrets import Secret
from fairlead.model.source import Number
from unit.azure.scripted import Time, fetch, numbers

FILES = ("README.md", "CODEOWNERS")


class Reader:
    """One source on one sandbox; `parents` grows as kinds are listed."""

    def __init__(self, sandbox: Sandbox, source: AzureSource, time: Time) -> None:
        self.sandbox = sandbox
        self.source = source
        self.time = time
        self.number = numbers()
        self.parents: dict[str, dict[str, Record]] = {}
        self.calls: list[Call] = []
        send = source.hosts.send

        async def remembered(call: Call, number: Number) -> Answer:
            self.calls.append(call)
            return await send(call, number)

        source.hosts.send = remembered  # type: ignore[method-assign]  # this ear hears every call

    async def list(self, kind: str, form: int = 0, spec: FetchSpec | None = None) -> dict[str, Record]:
        """Every record of the kind by one form, complete; also kept as parents."""
        spec = spec or fetch(kind)
        records: dict[str, Record] = {}
        for chain in self.source.chains(kind, form, self.parents):
            cursor = None
            while True:
                page = await self.source.page(chain, spec, self.parents, cursor, self.number)
                records |= {record.key: record for record in page.records}
                size = self.source.kinds[kind].detail_batch
                for start in range(0, len(page.items), size):
                    part = page.items[start : start + size]
                    found = await self.source.complete(kind, spec, part, self.parents, self.number)
                    assert found.missing == ()
                    records |= {record.key: record for record in found.records}
                if (cursor := page.next) is None:
                    break
        self.parents[kind] = records
        return records

    async def list_parents(self, *kinds: str) -> None:
        for kind in kinds:
            await self.list(kind)

    async def read(self, kind: str, keys: Sequence[tuple[str, str]], spec: FetchSpec | None = None) -> Found:
        return await self.source.read(kind, spec or fetch(kind), keys, self.parents, self.number)

    async def why(self, kind: str, key: str, parent: str) -> Missing:
        """Why a point read gives nothing."""
        found = await self.read(kind, [(key, parent)])
        assert found.records == ()
        return dict(found.missing)[key]

    async def removed(self, kind: str, *pairs: tuple[str, str]) -> frozenset[str]:
        return await self.source.removed(kind, pairs, self.parents, self.number)

    async def falls_back(self, kind: str) -> dict[str, Record]:
        """The listing by the first form that the server knows."""
        try:
            return await self.list(kind)
        except NotThere:
            return await self.list(kind, 1)


@asynccontextmanager
async def reader(
    sandbox: Sandbox, token: str = "", patience: Patience | None = None
) -> AsyncIterator[Reader]:
    time = Time()
    auth = PersonalAccessToken(Secret(token or sandbox.pat))
    settings = AzureSettings(sandbox.url, auth, patience=patience or Patience(attempts=3))
    source = connect(settings, clock=time.clock, sleep=time.sleep, random=lambda: 0.5)
    try:
        yield Reader(sandbox, source, time)
    finally:
        await source.close()
