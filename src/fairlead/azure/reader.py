"""`AzureSource`: one organization as a source of records. Structurally the `Source` that `sync` declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairlead.azure.http.hosts import Hosts
from fairlead.azure.http.problems import RefusedRequest
from fairlead.azure.kind_reader import Keys, KindReader
from fairlead.azure.kinds.definition import Kind
from fairlead.azure.kinds.parents import readable
from fairlead.azure.kinds.registry import DERIVATIONS, KINDS, SPECS
from fairlead.azure.readers import READERS
from fairlead.azure.server import Organization
from fairlead.model.errors import BadUsage, IncompleteReading, NotThere
from fairlead.model.kinds import Derivation, FetchSpec, KindSpec
from fairlead.model.readings import EVERY, Chain, Delta, Found, Item, Page
from fairlead.model.records import Record
from fairlead.model.source import Identity, Number, Parents, Traffic


class AzureSource:
    """Reads one organization through the clients of one identity."""

    def __init__(self, organization: Organization, hosts: Hosts) -> None:
        self._organization = organization
        self.hosts = hosts
        self._readers = {name: READERS.get(name, KindReader)(hosts, kind) for name, kind in KINDS.items()}
        self._walked: dict[tuple[str, str, str], set[str]] = {}
        self._last: dict[tuple[str, str, str], tuple[str, ...]] = {}

    @property
    def kinds(self) -> Mapping[str, KindSpec]:
        """Every kind that can be read, parents before children."""
        return SPECS

    @property
    def derivations(self) -> tuple[Derivation, ...]:
        """Every kind that is a function of another kind's record."""
        return DERIVATIONS

    def _reader(self, name: str) -> KindReader:
        self._kind(name)
        return self._readers[name]

    @staticmethod
    def _kind(name: str) -> Kind:
        if name not in KINDS:
            raise BadUsage(f"there is no kind {name!r}", advice=f"The kinds are {', '.join(KINDS)}.")
        return KINDS[name]

    async def identity(self) -> Identity:
        """Who the credential is. BadCredential; NotThere for an unknown organization, or another kind of server."""
        try:
            data = await self.hosts.connection_data()
        except NotThere as error:
            message = f"there is no organization at {self._organization.url}: {error.message}"
            raise NotThere(message, advice="Check the organization's name in the URL.") from error
        if not data.instance_id:
            raise IncompleteReading(
                f"{self._organization.url}: _apis/connectionData does not name the organization's id"
            )
        user = data.authenticated_user
        name = user.custom_display_name or user.provider_display_name or user.id
        organization = self._organization
        return Identity(data.instance_id.lower(), organization.name, organization.url, name, user.id)

    def readable(self, kind: str, record: Record, parents: Parents) -> bool:
        """Whether children of this record can be read: not of a project that is being made or deleted, or a disabled
        repository. Nothing is concluded about the children of others."""
        return readable(kind, record, parents)

    def chains(self, kind: str, form: int, parents: Parents) -> tuple[Chain, ...]:
        """The walks of one listing: one over the organization, or one for each parent whose children can be read."""
        found = self._kind(kind)
        per = found.spec.listings[form].per
        scopes = (
            [key for key, one in parents.get(per, {}).items() if readable(per, one, parents)]
            if per
            else [EVERY]
        )
        return tuple(Chain(kind, scope, form, part) for scope in scopes for part in found.parts)

    async def page(
        self, chain: Chain, fetch: FetchSpec, parents: Parents, cursor: str | None, number: Number
    ) -> Page:
        """One request of a walk. NotThere when the form is unknown to this server, or the walk's parent is gone."""
        kind = self._kind(chain.kind)
        try:
            page = await self._reader(chain.kind).page(chain, fetch, parents, cursor, number)
        except RefusedRequest as error:
            if chain.scope == EVERY and cursor is None and chain.form + 1 < len(kind.spec.listings):
                # A server that knows only projects says so in many ways, 400 and 405 among them.
                raise NotThere(f"this server does not know the form: {error}") from error
            raise
        self._never_again(chain, fetch, cursor, page)
        return page

    def _never_again(self, chain: Chain, fetch: FetchSpec, cursor: str | None, page: Page) -> None:
        """IncompleteReading for a cursor or a whole page that this walk has had before: it would go round for ever."""
        walk, following = (chain.kind, chain.name, fetch.hash), page.next
        keys = (*(one.key for one in page.records), *(one.key for one in page.items))
        skips = self._kind(chain.kind).spec.listings[chain.form].paging == "skip"
        if skips and cursor is not None and keys and keys == self._last.get(walk):
            raise IncompleteReading(
                f"the listing of {chain.kind} gives the same page again, whatever it is asked for"
            )
        self._last[walk] = keys
        seen = self._walked.setdefault(walk, set())
        if cursor is None or cursor in seen:  # a new walk, or one that is taken up again at an earlier page
            seen.clear()
        if cursor is not None:
            seen.add(cursor)
        if following is None:
            del self._walked[walk]
        elif following in seen:
            del self._walked[walk]
            raise IncompleteReading(
                f"the listing of {chain.kind} comes back to a page that it has given before"
            )

    async def complete(
        self, kind: str, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """Completes listed items by their detail read."""
        return await self._reader(kind).complete(fetch, items, parents, number)

    async def read(self, kind: str, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """Point read of (key, parent key) pairs, of any number."""
        return await self._reader(kind).read(fetch, keys, parents, number)

    async def removed(self, kind: str, keys: Keys, parents: Parents, number: Number) -> frozenset[str]:
        """Which keys have a positive tombstone; none of a kind that has no tombstones."""
        return await self._reader(kind).removed(keys, parents, number) if keys else frozenset()

    async def outside(self, kind: str, fetch: FetchSpec, keys: Keys, number: Number) -> frozenset[str]:
        """Which keys are shown to lie outside the kind's filter now; none where the kind has none."""
        return await self._reader(kind).outside(fetch, keys, number)

    async def inside(self, kind: str, fetch: FetchSpec, keys: Keys, number: Number) -> frozenset[str]:
        """Which keys lie inside the kind's filter now; all of them where the kind has none."""
        return await self._reader(kind).inside(fetch, keys, number)

    def beyond(
        self, kind: str, fetch: FetchSpec, records: Sequence[Record], neighbors: Sequence[Record]
    ) -> frozenset[str]:
        """Which records lie outside the kind's window, by what they and their neighbors hold."""
        return self._reader(kind).beyond(fetch, records, neighbors)

    def settled(self, kind: str, raw: bytes) -> bool:
        """Whether a listed object has come to rest: its detail changes only when what is listed of it does."""
        return self._reader(kind).settled(raw)

    async def delta(self, kind: str, cursor: str, parents: Parents, number: Number) -> Delta:
        """One answer of the kind's change feed."""
        return await self._reader(kind).delta(cursor, parents, number)

    def start_cursor(self, kind: str, instant: float) -> str:
        """The cursor of a first delta after a listing begun at `instant` (epoch seconds)."""
        return self._reader(kind).start_cursor(instant)

    def traffic(self) -> Traffic:
        """What this source has cost so far."""
        return self.hosts.traffic()

    async def close(self) -> None:
        """Closes every connection."""
        await self.hosts.close()
