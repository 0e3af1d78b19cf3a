"""Reading users, and the members of groups. Facts: reference part 1.5."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.calls import Call, Query
from fairlead.azure.http.envelope import decode, split
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.http.paging import next_skip, next_token
from fairlead.azure.kind_reader import Keys, KindReader
from fairlead.azure.kinds import group_member, user
from fairlead.azure.kinds.definition import Kind
from fairlead.azure.kinds.group_member import LOOKUP
from fairlead.azure.reading import UNREAD, Outcome, found, missing, of_key, record
from fairlead.model.errors import IncompleteReading
from fairlead.model.kinds import FetchSpec, Listing
from fairlead.model.readings import EVERY, Chain, Found, Item, Missing, Page
from fairlead.model.records import ORGANIZATION, Record
from fairlead.model.source import Number, Parents, source_hash

COMPANY = 0.02
"""Seconds that a descriptor waits for others to be looked up with."""

OLD_PAGE = 100
"""Entitlements asked for at a time below version 7."""

Subject = tuple[bytes, int]
"""A subject's object, and the number of the request that gave it."""


class _Above(msgspec.Struct, frozen=True, rename="camel"):
    container_descriptor: str


class _Named(msgspec.Struct, frozen=True, rename="camel"):
    principal_name: str | None = None


class Lookup:
    """Looks subjects up by their descriptors, many in one request, each once in a run."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._known: dict[str, asyncio.Future[Subject | None]] = {}
        self._waiting: list[str] = []

    async def of(self, descriptors: Sequence[str], number: Number) -> dict[str, Subject | None]:
        """Every descriptor's subject, None for one that the service leaves out. The errors of the request."""
        fresh = [one for one in dict.fromkeys(descriptors) if one not in self._known]
        for one in fresh:
            self._known[one] = asyncio.get_running_loop().create_future()
            self._waiting.append(one)
        wanted = {one: self._known[one] for one in descriptors}
        if self._waiting:
            await asyncio.sleep(0 if len(self._waiting) >= LOOKUP else COMPANY)
            await self._send(number)
        return {one: await asyncio.shield(future) for one, future in wanted.items()}

    def forget(self, descriptors: Sequence[str]) -> None:
        """What is known of these is too old for who asks now."""
        for one in descriptors:
            if one in self._known and self._known[one].done():
                del self._known[one]

    async def _send(self, number: Number) -> None:
        """Asks for all that wait; who comes later finds nothing left to ask for."""
        waiting, self._waiting = self._waiting, []
        parts = [waiting[start : start + LOOKUP] for start in range(0, len(waiting), LOOKUP)]
        await concurrently(self._ask(part, number) for part in parts)

    async def _ask(self, part: Sequence[str], number: Number) -> None:
        body = msgspec.json.encode({"lookupKeys": [{"descriptor": one} for one in part]})
        asked = {one: self._known[one] for one in part}
        try:
            answer = await self._hosts.send(Call(group_member.SUBJECTS, body=body), number)
            subjects = _subjects(answer.body)
        except UNREAD as error:
            for one, future in asked.items():
                del self._known[one]  # to be asked for again by whoever needs it next
                future.set_exception(error)
                future.exception()  # nobody may be waiting for this one
        else:
            for one, future in asked.items():
                raw = subjects.get(one)
                future.set_result((bytes(raw), answer.number) if raw is not None else None)
        finally:
            for one, future in asked.items():
                if not future.done():  # the whole run is ending
                    del self._known[one]
                    future.cancel()


def _subjects(body: bytes) -> dict[str, msgspec.Raw]:
    """Subjects by descriptor. The specification shows the bare object, the service wraps it as `value`."""
    members = decode(body, dict[str, msgspec.Raw], "a look-up of subjects")
    if "value" in members and bytes(members["value"]).startswith(b"{"):
        members = decode(bytes(members["value"]), dict[str, msgspec.Raw], "a look-up of subjects")
    return {name: raw for name, raw in members.items() if bytes(raw).startswith(b"{")}


class GroupMemberReader(KindReader):
    """Members of groups: a listing of descriptors for each group, whose subjects are looked up together."""

    def __init__(self, hosts: Hosts, kind: Kind) -> None:
        super().__init__(hosts, kind)
        self._lookup = Lookup(hosts)

    async def page(
        self, chain: Chain, fetch: FetchSpec, parents: Parents, cursor: str | None, number: Number
    ) -> Page:
        """The members of one group, to be completed."""
        route = self.kind.spec.listings[0].route
        call = Call(route, {"group": chain.scope})
        answer = await self.hosts.send(call, number)
        members = [group_member.member(raw) for raw in split(answer.body, call.label).items]
        items = (Item(f"{chain.scope}/{one}", chain.scope, b"", answer.number) for one in members)
        return Page(items=tuple(items))

    async def complete(
        self, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """The members' own objects. A record is as old as the older of membership and subject."""
        keys = [(item.key, item.parent) for item in items]
        taken = {item.key: item.number for item in items}
        unknown = Missing("not there", "the look-up leaves out the member")
        return found(await self._subjects_of(keys, taken, unknown, number))

    async def _subjects_of(
        self, keys: Keys, taken: dict[str, int], unknown: Missing, number: Number
    ) -> list[Outcome]:
        descriptors = [key.rpartition("/")[2] for key, _ in keys]
        try:
            subjects = await self._lookup.of(descriptors, number)
        except UNREAD as error:
            return [(key, Missing("failed", str(error))) for key, _ in keys]
        outcomes: list[Outcome] = []
        for (key, group), descriptor in zip(keys, descriptors, strict=True):
            subject = subjects[descriptor]
            if subject is None:
                outcomes.append((key, unknown))
                continue
            (draft,) = self.kind.drafts(subject[0], group, {})
            outcomes.append(record(self.kind, draft, min(subject[1], taken[key]), b""))
        return outcomes

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """The memberships one by one, then their subjects."""
        memberships = await concurrently(self._membership(key, group, number) for key, group in keys)
        there = {
            key: taken for (key, _), taken in zip(keys, memberships, strict=True) if isinstance(taken, int)
        }
        gone = [
            (key, taken)
            for (key, _), taken in zip(keys, memberships, strict=True)
            if isinstance(taken, Missing)
        ]
        alive = [(key, group) for key, group in keys if key in there]
        # It is a member, so a look-up that does not know it proves nothing.
        unknown = Missing("failed", "the look-up leaves out the member")
        self._lookup.forget([key.rpartition("/")[2] for key, _ in alive])
        return found([*gone, *(await self._subjects_of(alive, there, unknown, number) if alive else [])])

    async def removed(self, keys: Keys, _parents: Parents, number: Number) -> frozenset[str]:
        """Those whose group and member can both be seen: then it is not sight that is missing, but the membership."""
        both = {key: (group, key.rpartition("/")[2]) for key, group in keys}
        descriptors = sorted({one for pair in both.values() for one in pair})
        self._lookup.forget(descriptors)
        subjects = await self._lookup.of(descriptors, number)
        return frozenset(key for key, pair in both.items() if all(subjects[one] is not None for one in pair))

    async def _membership(self, key: str, group: str, number: Number) -> int | Missing:
        fill = self.kind.locate(key, group, {}) or {}
        try:
            return (await self.hosts.send(Call(self.kind.spec.read, fill), number)).number
        except UNREAD as error:
            return missing(error)


class UserReader(KindReader):
    """Users: from the entitlements in the version that the rows name, or from the graph."""

    def __init__(self, hosts: Hosts, kind: Kind) -> None:
        super().__init__(hosts, kind)
        self._lookup = Lookup(hosts)

    async def page(
        self, chain: Chain, fetch: FetchSpec, parents: Parents, cursor: str | None, number: Number
    ) -> Page:
        """One page of either source."""
        if user.from_graph(fetch):
            types = fetch.option("subjectTypes")
            query: Query = (("subjectTypes", ",".join(types)),) if isinstance(types, tuple) and types else ()
            return await self._users(user.GRAPH, fetch, query, cursor, number)
        listing, asked = self.kind.spec.listings[0], user.version(fetch)
        fields = user.selected(fetch)
        query = (("select", ",".join(fields)),) if fields else ()
        if asked:
            listing = msgspec.structs.replace(
                listing, route=msgspec.structs.replace(listing.route, version=asked)
            )
        if asked and int(asked.partition(".")[0]) < 7:
            top, skip = ("top", str(OLD_PAGE)), ("skip", cursor or "0")
            listing = msgspec.structs.replace(listing, paging="skip", size=OLD_PAGE, safe_size=1)
            return await self._users(listing, fetch, (*query, top, skip), cursor, number)
        return await self._users(listing, fetch, query, cursor, number)

    async def _users(
        self, listing: Listing, fetch: FetchSpec, query: Query, cursor: str | None, number: Number
    ) -> Page:
        if listing.paging == "token" and cursor:
            query = (*query, ("continuationToken", cursor))
        call = Call(listing.route, query=query)
        answer = await self.hosts.send(call, number)
        envelope = split(answer.body, call.label)
        if listing.paging == "token":
            following = next_token(answer.headers, envelope.token, cursor)
        else:
            following = next_skip(listing, cursor, len(envelope.items))
        drafts = [(draft, raw) for raw in envelope.items for draft in self.kind.drafts(raw, EVERY, {})]
        if self.kind.wants_detail(fetch):
            items = (Item(draft.key, draft.parent, raw, answer.number) for draft, raw in drafts)
            return Page(items=tuple(items), next=following)
        records = (record(self.kind, draft, answer.number, b"") for draft, _ in drafts)
        return Page(tuple(records), next=following)

    async def complete(
        self, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """With the groups that a user is in, and the projects that their names tell."""
        listed = [
            record(self.kind, draft, item.number, source_hash(item.raw, fetch.hash))
            for item in items
            for draft in self.kind.drafts(item.raw, EVERY, parents)
        ]
        return Found(tuple(await concurrently(self._grouped(one, number) for one in listed)))

    async def _grouped(self, one: Record, number: Number) -> Record:
        call = Call(user.ABOVE, {"id": one.key})
        try:
            answer = await self.hosts.send(call, number)
            above = [
                decode(raw, _Above, "a membership").container_descriptor
                for raw in split(answer.body, call.label).items
            ]
            subjects = await self._lookup.of(above, number)
            if None in subjects.values():
                raise IncompleteReading("the look-up leaves out a group")
        except UNREAD as error:
            return msgspec.structs.replace(one, failure=f"its groups could not be read: {error}")
        groups = [subject[0] for name in above if (subject := subjects[name]) is not None]
        projects = sorted({name for raw in groups if (name := _project_of(raw))})
        extra = b'"__groups":[' + b",".join(groups) + b'],"__projects":' + msgspec.json.encode(projects)
        return msgspec.structs.replace(one, extra=extra)

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """One by one, from the source that the rows name."""
        read = await concurrently(self._read(fetch, key, number) for key, _ in keys)
        bare = found(read)
        if not self.kind.wants_detail(fetch):
            return bare
        return Found(
            tuple(await concurrently(self._grouped(one, number) for one in bare.records)), bare.missing
        )

    async def _read(self, fetch: FetchSpec, key: str, number: Number) -> Outcome:
        graph = user.from_graph(fetch)
        route = user.GRAPH_READ if graph else self.kind.spec.read
        try:
            answer = await self.hosts.send(Call(route, {"id": key}), number)
            body = answer.body if graph else user.as_listed(fetch, answer.body)
            return of_key(self.kind, key, ORGANIZATION, body, {}, answer.number, b"")
        except UNREAD as error:
            return key, missing(error)


def _project_of(raw: bytes) -> str:
    r"""The project in a group's principal name, `[Project]\Group`; "" for a group of the organization."""
    name = decode(raw, _Named, "a group").principal_name or ""
    return name[1 : name.index("]")] if name.startswith("[") and "]" in name else ""
