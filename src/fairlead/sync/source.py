"""What `sync` needs of a source of records: Azure DevOps as `fairlead.azure` reads it, one object per connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from fairlead.model.kinds import FetchSpec, KindSpec
from fairlead.model.readings import Chain, Delta, Found, Item, Page
from fairlead.model.records import Record
from fairlead.model.source import Identity, Number, Parents, Traffic

__all__ = ["Identity", "Number", "Parents", "Source", "Traffic"]


class Source(Protocol):
    """Reads one organization. Every method raises the classes of `model.errors`; retries of one request are its own."""

    @property
    def kinds(self) -> Mapping[str, KindSpec]:
        """Every kind that can be read, parents before children."""

    async def identity(self) -> Identity:
        """Proves the credential (`_apis/connectionData`). BadCredential, NotThere for an unknown organization."""

    def readable(self, kind: str, record: Record, parents: Parents) -> bool:
        """Whether children of this record of `kind` can be read at all: nothing is concluded about others'."""

    def chains(self, kind: str, form: int, parents: Parents) -> tuple[Chain, ...]:
        """The walks that make one listing of the kind: one over the organization, or one per parent record."""

    async def page(
        self, chain: Chain, fetch: FetchSpec, parents: Parents, cursor: str | None, number: Number
    ) -> Page:
        """One request of a walk; `cursor` None starts it. NotThere when the form is unknown to this server."""

    async def complete(
        self, kind: str, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """Completes listed items by their detail read, at most `KindSpec.detail_batch` items in one request."""

    async def read(
        self, kind: str, fetch: FetchSpec, keys: Sequence[tuple[str, str]], parents: Parents, number: Number
    ) -> Found:
        """Point read of (key, parent key) pairs, at most `KindSpec.read_batch` in one request."""

    async def removed(
        self, kind: str, keys: Sequence[tuple[str, str]], parents: Parents, number: Number
    ) -> frozenset[str]:
        """Which of the (key, parent key) have a positive tombstone (recycle bin, deleted list, deleted flag)."""

    async def outside(
        self, kind: str, fetch: FetchSpec, keys: Sequence[tuple[str, str]], number: Number
    ) -> frozenset[str]:
        """Which of the (key, parent key) are shown to lie outside the kind's filter now.

        It is asked for, not concluded from an answer that leaves them out: a key can be in neither `inside` nor
        `outside`."""

    async def inside(
        self, kind: str, fetch: FetchSpec, keys: Sequence[tuple[str, str]], number: Number
    ) -> frozenset[str]:
        """Which of the (key, parent key) lie inside the kind's filter now (kinds with membership *filter*)."""

    def beyond(
        self, kind: str, fetch: FetchSpec, records: Sequence[Record], neighbors: Sequence[Record]
    ) -> frozenset[str]:
        """Which of the records lie outside the kind's window at `fetch.instant` (kinds with membership *window*).

        `neighbors` are the living records of the same parents, where the window is bounded to the newest N."""

    def settled(self, kind: str, raw: bytes) -> bool:
        """Whether a listed object's detail changes only when what is listed of it does (kinds that settle)."""

    async def delta(self, kind: str, cursor: str, parents: Parents, number: Number) -> Delta:
        """One answer of the kind's change feed from `cursor` (kinds whose `changes` is not *relist*)."""

    def start_cursor(self, kind: str, instant: float) -> str:
        """The cursor of a first delta after a listing whose first request was sent at `instant` (epoch seconds)."""

    def traffic(self) -> Traffic:
        """What this source has cost so far."""

    async def close(self) -> None:
        """Closes every connection."""
