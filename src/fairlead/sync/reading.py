"""One reading of one kind: walks its chains page by page, completes what was listed, resumes where it was cut."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec

from fairlead.model.errors import BadCredential, CatalogUnusable, FairleadError, NotThere
from fairlead.model.kinds import FetchSpec, KindSpec
from fairlead.model.readings import EVERY, Chain, Item, Page
from fairlead.model.source import Number, Parents
from fairlead.model.stored import StoredChain, StoredReading, StoredRecord
from fairlead.sync.sink import Sink
from fairlead.sync.source import Source
from fairlead.sync.store import Store, Writer

PIPELINE = 3
"""Pages of one walk that may be mapped while the next is fetched."""


class ChainEnd(msgspec.Struct, frozen=True):
    """How one walk ended; `reason` "" = proved."""

    chain: Chain
    reason: str


Wanted = Callable[[Item, StoredRecord | None], bool]
"""Whether a listed item needs its detail read; an incremental pass skips what did not change."""


class Reader:
    """Carries out a listing of one kind.

    Afterwards `ends` says how every walk ended, and `failed` which listed records could not be read whole: they
    are there, so the walk stays proved, but what is stored of them may be old. `vanished` were listed, and not there
    when they were read.
    """

    def __init__(
        self,
        *,
        source: Source,
        store: Store,
        sink: Sink,
        spec: KindSpec,
        fetch: FetchSpec,
        reading: StoredReading,
        parents: Parents,
        number: Number,
        slots: asyncio.Semaphore,
        wanted: Wanted | None = None,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> None:
        self._source = source
        self._store = store
        self._sink = sink
        self._spec = spec
        self._fetch = fetch
        self._reading = reading
        self._parents = parents
        self._number = number
        self._slots = slots
        self._wanted = wanted
        self._progress = progress
        self._walks = 0
        self.ends: list[ChainEnd] = []
        self.failed: dict[str, str] = {}
        self.vanished: dict[str, str] = {}

    async def read(self) -> None:
        """Makes the listing in the first form that the server knows."""
        done = await self._store.chains(self._reading.id)
        forms = range(len(self._spec.listings))
        started = {int(name.partition(":")[0]) for name in done}
        for form in [max(started)] if started else forms:
            chains = self._source.chains(self._spec.kind, form, self._parents)
            self._walks = len(chains)
            try:
                await self._walk_all(chains, done, last_form=form == forms[-1])
            except _UnknownFormError:
                continue
            return

    async def _walk_all(
        self, chains: Sequence[Chain], done: Mapping[str, StoredChain], *, last_form: bool
    ) -> None:
        async def walk(chain: Chain) -> None:
            async with gate:
                reason = await self._walk(chain, done.get(chain.name), last_form=last_form)
            self.ends.append(ChainEnd(chain, reason))
            self._progress(len(self.ends), self._walks)

        gate = asyncio.Semaphore(64)
        try:
            async with asyncio.TaskGroup() as group:
                for chain in chains:
                    group.create_task(walk(chain))
        except* (_UnknownFormError, FairleadError) as errors:
            raise first_of(errors) from None

    async def _walk(self, chain: Chain, done: StoredChain | None, *, last_form: bool) -> str:
        """Walks one chain to its end; returns why it is not proved, "" if it is."""
        try:
            await self._pages(chain, done)
        except (BadCredential, CatalogUnusable):
            raise
        except NotThere as error:
            if chain.scope == EVERY and not last_form and done is None:
                raise _UnknownFormError from error
            reason = error.message
        except FairleadError as error:
            reason = error.message
        else:
            return ""
        await self._store.write(
            lambda writer: writer.end_chain(self._reading.id, chain.name, chain.scope, "incomplete", reason)
        )
        return reason

    async def _pages(self, chain: Chain, done: StoredChain | None) -> None:
        number, cursor, tasks = 0, None, list[asyncio.Task[None]]()
        try:
            if done is not None and done.pages:
                number, cursor = done.pages, done.cursor
                if self._spec.detail is not None:
                    items = await self._store.items(self._reading.id, chain.name)
                    tasks += self._details(items)
            if number == 0 or cursor is not None:
                await self._walk_on(chain, number, cursor, tasks)
            await asyncio.gather(*tasks)
        finally:
            await _cancel(tasks)

    async def _walk_on(
        self, chain: Chain, number: int, cursor: str | None, tasks: list[asyncio.Task[None]]
    ) -> None:
        """Fetches page after page; each is stored behind the one before, while the next is fetched."""
        stores: list[asyncio.Task[None]] = []
        while True:
            await self._slots.acquire()
            try:
                page = await self._source.page(chain, self._fetch, self._parents, cursor, self._number)
            except BaseException:
                self._slots.release()
                raise
            before = stores[-1] if stores else None
            store = asyncio.create_task(self._store_page(chain, number, page, before))
            stores.append(store)
            tasks.append(store)
            if self._spec.detail is not None:
                await store
                tasks += self._details(await self._changed(page.items))
            elif len(stores) > PIPELINE:
                await stores.pop(0)
            if page.next is None:
                return
            number, cursor = number + 1, page.next

    async def _store_page(
        self, chain: Chain, number: int, page: Page, before: asyncio.Task[None] | None
    ) -> None:
        """Stores a page's records, or notes its items, together with the fact that the page is done."""

        def mark(writer: Writer) -> None:
            writer.mark_page(self._reading.id, chain.name, chain.scope, number, page.next, page.items)

        try:
            arrivals = await self._sink.prepare(page.records)
            if before is not None:
                await before
            await self._sink.commit(arrivals, mark)
        finally:
            self._slots.release()

    async def _changed(self, items: Sequence[Item]) -> Sequence[Item]:
        """The items whose detail is wanted; the others are seen as they are."""
        if self._wanted is None:
            return items
        keys = [item.key for item in items]
        stored = await self._store.lookup(self._reading.connection, self._spec.kind, keys)
        wanted = [item for item in items if self._wanted(item, stored.get(item.key))]
        skipped = {item.key for item in items} - {item.key for item in wanted}
        await self._keep(sorted(skipped))
        return wanted

    def _details(self, items: Sequence[Item]) -> list[asyncio.Task[None]]:
        size = self._spec.detail_batch
        batches = [items[start : start + size] for start in range(0, len(items), size)]
        return [asyncio.create_task(self._detail(batch)) for batch in batches]

    async def _detail(self, items: Sequence[Item]) -> None:
        async with self._slots:
            try:
                found = await self._source.complete(
                    self._spec.kind, self._fetch, items, self._parents, self._number
                )
            except (BadCredential, CatalogUnusable):
                raise
            except FairleadError as error:
                self.failed.update({item.key: error.message for item in items})
                await self._keep([item.key for item in items])
                return
            if self._spec.detail_batch > 1:
                await self._sink.commit(await self._sink.prepare(found.records))
            else:
                await self._sink.gather(found.records)
        failed = {key: missing.reason for key, missing in found.missing if missing.why != "not there"}
        self.vanished.update({key: m.reason for key, m in found.missing if key not in failed})
        if failed:
            self.failed.update(failed)
            await self._keep(list(failed))

    async def _keep(self, keys: Sequence[str]) -> None:
        """Counts listed records as seen although their detail is not known: what is listed is not missing."""

        def job(writer: Writer) -> None:
            stored = writer.records(self._reading.connection, self._spec.kind, keys)
            writer.see(self._reading.id, [record.id for record in stored.values()])

        if keys:
            await self._store.write(job)


class _UnknownFormError(Exception):
    """The server does not know this form of the listing."""


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error of a group, which stands for all: they are of one class of what to do next."""
    first = errors.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first
