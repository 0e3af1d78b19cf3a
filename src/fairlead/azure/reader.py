"""`AzureSource`: one organization as a source of records. Structurally the `Source` that `sync` declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairlead.azure import reading, releases, tombstones, work_items
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.http.problems import RefusedRequest
from fairlead.azure.kinds.definition import Kind
from fairlead.azure.kinds.parents import healthy_projects, project_head
from fairlead.azure.kinds.registry import DERIVATIONS, KINDS, SPECS
from fairlead.azure.server import Organization
from fairlead.model.errors import BadUsage, IncompleteReading, NotThere
from fairlead.model.kinds import Derivation, FetchSpec, KindSpec
from fairlead.model.readings import EVERY, Chain, Delta, Found, Item, Page
from fairlead.model.source import Identity, Number, Parents, Traffic


class AzureSource:
    """Reads one organization through the clients of one identity."""

    def __init__(self, organization: Organization, hosts: Hosts) -> None:
        self._organization = organization
        self.hosts = hosts
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

    def chains(self, kind: str, form: int, parents: Parents) -> tuple[Chain, ...]:
        """The walks of one listing. Parents whose children cannot be read (a project that is being made or deleted)
        have none, so nothing is concluded about their children."""
        per = self._kind(kind).spec.listings[form].per
        if not per:
            return (Chain(kind, EVERY, form),)
        if per == "project":
            return tuple(Chain(kind, key, form) for key in healthy_projects(parents))
        projects = parents.get("project", {})
        return tuple(
            Chain(kind, key, form)
            for key, record in parents.get(per, {}).items()
            if record.parent in projects and project_head(projects[record.parent].body).healthy
        )

    async def page(
        self, chain: Chain, fetch: FetchSpec, parents: Parents, cursor: str | None, number: Number
    ) -> Page:
        """One request of a walk. NotThere when the form is unknown to this server, or the walk's parent is gone."""
        kind = self._kind(chain.kind)
        try:
            if kind.spec.listings[chain.form].paging == "wiql":
                page = await work_items.page(self.hosts, chain, fetch, cursor, number)
            else:
                page = await reading.list_page(self.hosts, kind, chain, fetch, parents, cursor, number)
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
        found = self._kind(kind)
        if found.detail == "batch":
            keys = [item.key for item in items]
            return await work_items.batch(self.hosts, fetch, keys, parents, number)
        return await reading.complete_items(self.hosts, found, fetch, items, parents, number)

    async def read(
        self, kind: str, fetch: FetchSpec, keys: Sequence[tuple[str, str]], parents: Parents, number: Number
    ) -> Found:
        """Point read of (key, parent key) pairs, of any number."""
        found = self._kind(kind)
        if kind == "work-item":
            return await work_items.batch(self.hosts, fetch, [key for key, _ in keys], parents, number)
        if kind == "release":
            return await releases.read(self.hosts, fetch, keys, parents, number)
        return await reading.read_singly(self.hosts, found, fetch, keys, parents, number)

    async def removed(
        self,
        kind: str,
        keys: Sequence[tuple[str, str]],
        parents: Parents,
        number: Number,
    ) -> frozenset[str]:
        """Which keys have a positive tombstone; none of a kind that has no tombstones."""
        if not keys:
            return frozenset()
        if kind == "project":
            return await tombstones.removed_projects(self.hosts, keys, number)
        if kind == "repository":
            return await tombstones.removed_repositories(self.hosts, keys, number)
        if kind == "work-item":
            return await work_items.removed(self.hosts, keys, number)
        if kind == "release":
            return await releases.removed(self.hosts, keys, number)
        self._kind(kind)
        return frozenset()

    async def outside(
        self, kind: str, fetch: FetchSpec, keys: Sequence[tuple[str, str]], number: Number
    ) -> frozenset[str]:
        """Which keys are shown to lie outside the kind's filter now; none where the kind has none."""
        if kind == "work-item":
            return await work_items.outside(self.hosts, fetch, [key for key, _ in keys], number)
        if kind == "release":
            return await releases.outside(self.hosts, fetch, keys, number)
        self._kind(kind)
        return frozenset()

    async def inside(
        self, kind: str, fetch: FetchSpec, keys: Sequence[tuple[str, str]], number: Number
    ) -> frozenset[str]:
        """Which keys lie inside the kind's filter now; all of them where the kind has none."""
        if kind == "work-item":
            return await work_items.inside(self.hosts, fetch, [key for key, _ in keys], number)
        if kind == "release":
            return await releases.inside(self.hosts, fetch, keys, number)
        self._kind(kind)
        return frozenset(key for key, _ in keys)

    async def delta(self, kind: str, cursor: str, parents: Parents, number: Number) -> Delta:
        """One answer of the kind's change feed."""
        if kind == "work-item":
            return await work_items.delta(self.hosts, cursor, number)
        if kind == "release":
            return await releases.delta(self.hosts, cursor, parents, number)
        raise BadUsage(f"{self._kind(kind).spec.kind} has no change feed: it is listed again")

    def start_cursor(self, kind: str, instant: float) -> str:
        """The cursor of a first delta after a listing begun at `instant` (epoch seconds)."""
        if kind == "work-item":
            return work_items.start_cursor(instant)
        if kind == "release":
            return releases.start_cursor(instant)
        raise BadUsage(f"{self._kind(kind).spec.kind} has no change feed: it is listed again")

    def traffic(self) -> Traffic:
        """What this source has cost so far."""
        return self.hosts.traffic()

    async def close(self) -> None:
        """Closes every connection."""
        await self.hosts.close()
