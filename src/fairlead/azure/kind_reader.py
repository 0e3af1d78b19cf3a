"""How one kind is read: what most kinds share. A kind that differs overrides what differs."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead.azure import reading
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.kinds.definition import Kind
from fairlead.model.errors import BadUsage
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import Chain, Delta, Found, Item, Page
from fairlead.model.records import Record
from fairlead.model.source import Number, Parents

Keys = Sequence[tuple[str, str]]
"""(key, parent key) pairs, of any number."""


class KindReader:
    """Reads one kind of one organization as its definition says. Methods as in the `Source` that `sync` declares."""

    def __init__(self, hosts: Hosts, kind: Kind) -> None:
        self.hosts = hosts
        self.kind = kind

    async def page(
        self, chain: Chain, fetch: FetchSpec, parents: Parents, cursor: str | None, number: Number
    ) -> Page:
        """One request of a walk."""
        return await reading.list_page(self.hosts, self.kind, chain, fetch, parents, cursor, number)

    async def complete(
        self, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """Completes listed items by their detail read."""
        return await reading.complete_items(self.hosts, self.kind, fetch, items, parents, number)

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """Reads objects by id, whether they lie inside the kind's filter or not."""
        return await reading.read_singly(self.hosts, self.kind, fetch, keys, parents, number)

    async def removed(self, _keys: Keys, _parents: Parents, _number: Number) -> frozenset[str]:
        """Which keys have a positive tombstone; none of a kind that has no tombstones."""
        return frozenset()

    async def inside(self, _fetch: FetchSpec, keys: Keys, _number: Number) -> frozenset[str]:
        """Which keys lie inside the kind's filter now; all of them where the kind has none."""
        return frozenset(key for key, _ in keys)

    async def outside(self, _fetch: FetchSpec, _keys: Keys, _number: Number) -> frozenset[str]:
        """Which keys are shown to lie outside the kind's filter now; none where the kind has none."""
        return frozenset()

    def beyond(
        self, _fetch: FetchSpec, _records: Sequence[Record], _neighbors: Sequence[Record]
    ) -> frozenset[str]:
        """Which records lie outside the kind's window, by what they hold; none where the kind has none."""
        return frozenset()

    def settled(self, _raw: bytes) -> bool:
        """Whether a listed object has come to rest: its detail changes only when what is listed of it does."""
        return False

    async def delta(self, _cursor: str, _parents: Parents, _number: Number) -> Delta:
        """One answer of the kind's change feed."""
        raise self._no_feed()

    def start_cursor(self, _instant: float) -> str:
        """The cursor of a first delta after a listing begun at the instant (epoch seconds)."""
        raise self._no_feed()

    def _no_feed(self) -> BadUsage:
        return BadUsage(f"{self.kind.spec.kind} has no change feed: it is listed again")
