"""Reading teams with their members and areas, the iterations of teams, and the areas of projects."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.calls import Call
from fairlead.azure.http.envelope import split
from fairlead.azure.http.paging import next_skip, page_query
from fairlead.azure.http.problems import AbsentThing
from fairlead.azure.kind_reader import Keys, KindReader
from fairlead.azure.kinds import team
from fairlead.azure.reading import UNREAD, Outcome, found, record
from fairlead.model.errors import NotPermitted
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import EVERY, Chain, Found, Item, Missing, Page
from fairlead.model.records import Record
from fairlead.model.source import Number, Parents, source_hash

NO_SETTINGS = "TF400499"
"""The service's own word that a team has no settings (its team field is not set): it has no areas and iterations."""


class TeamReader(KindReader):
    """Teams, completed by requests of their own. One that cannot be completed says why, and stays as it was."""

    async def complete(
        self, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """A body is as old as the listing, even though its members are read later."""
        listed = [
            record(self.kind, draft, item.number, source_hash(item.raw, fetch.hash))
            for item in items
            for draft in self.kind.drafts(item.raw, item.parent or EVERY, parents)
        ]
        return Found(tuple(await concurrently(self._completed(fetch, one, number) for one in listed)))

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """By id, and completed likewise."""
        bare = await super().read(fetch, keys, parents, number)
        records = await concurrently(self._completed(fetch, one, number) for one in bare.records)
        return Found(tuple(records), bare.missing)

    async def _completed(self, fetch: FetchSpec, one: Record, number: Number) -> Record:
        extra = []
        try:
            if team.wants_members(fetch):
                members = await self._members(one, number)
                extra.append(b'"__members":[' + b",".join(members) + b"]")
            if team.wants_areas(fetch):
                extra.append(b'"__areaPaths":' + await self._areas(one, number))
        except UNREAD as error:
            return msgspec.structs.replace(one, failure=f"its members or areas could not be read: {error}")
        return msgspec.structs.replace(one, extra=b",".join(extra))

    async def _members(self, one: Record, number: Number) -> list[bytes]:
        listing, cursor, members = team.MEMBERS, None, list[bytes]()
        fill = {"project": one.parent, "team": one.key}
        while True:
            call = Call(listing.route, fill, page_query(listing, cursor))
            page = split((await self.hosts.send(call, number)).body, call.label).items
            members += page
            cursor = next_skip(listing, cursor, len(page))
            if cursor is None:
                return members

    async def _areas(self, one: Record, number: Number) -> bytes:
        call = Call(team.AREAS, {"project": one.parent, "team": one.key}, attempts=2)
        try:
            return (await self.hosts.send(call, number)).body
        except AbsentThing as error:
            if error.code != NO_SETTINGS:
                raise
            return b"null"


class ListedReader(KindReader):
    """Kinds whose objects come in the right form only in their parent's one listing: that is read again for one."""

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """One request for each parent."""
        scopes = sorted({parent for _, parent in keys})
        parts = await concurrently(self._listed(fetch, one, parents, number) for one in scopes)
        listings = dict(zip(scopes, parts, strict=True))
        return found([self._one(listings[parent], key) for key, parent in keys])

    def _one(self, listing: dict[str, Record] | Missing, key: str) -> Outcome:
        if isinstance(listing, Missing):
            return key, listing
        return listing.get(key) or (key, Missing("not there", "its parent's listing leaves it out"))

    async def _listed(
        self, fetch: FetchSpec, scope: str, parents: Parents, number: Number
    ) -> dict[str, Record] | Missing:
        try:
            page = await self.page(Chain(self.kind.spec.kind, scope), fetch, parents, None, number)
        except UNREAD as error:
            return Missing("not permitted" if isinstance(error, NotPermitted) else "failed", str(error))
        return {one.key: one for one in page.records}


class IterationReader(ListedReader):
    """Iterations: a team without settings has none, and says so."""

    async def page(
        self, chain: Chain, fetch: FetchSpec, parents: Parents, cursor: str | None, number: Number
    ) -> Page:
        """A team's iterations."""
        try:
            return await super().page(chain, fetch, parents, cursor, number)
        except AbsentThing as error:
            if error.code != NO_SETTINGS:
                raise
            return Page()
