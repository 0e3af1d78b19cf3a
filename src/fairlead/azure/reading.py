"""One listing page, point reads and detail reads, as a kind's definition says; see `reader.AzureSource`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.answers import Answer
from fairlead.azure.http.calls import Call
from fairlead.azure.http.envelope import Envelope, merged, split
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.http.paging import TOKEN_HEADER, next_skip, next_token, page_query
from fairlead.azure.http.problems import AbsentThing, RefusedRequest
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.errors import IncompleteReading, NotPermitted, NotThere, Retry
from fairlead.model.kinds import FetchSpec, Listing
from fairlead.model.readings import EVERY, Chain, Found, Item, Missing, Page
from fairlead.model.records import Record
from fairlead.model.source import Number, Parents, source_hash

Outcome = Record | tuple[str, Missing]
"""A record, or a key and why there is none."""

EMPTY_REPEATS = 3
"""How often an empty page with its own token is asked for."""

UNREAD = (IncompleteReading, NotPermitted, NotThere, Retry)
"""Errors that concern the object asked for, not the whole source."""


def missing(error: Exception) -> Missing:
    """Why a point read gave nothing, from its error."""
    if isinstance(error, NotThere):
        return Missing("not there", str(error))
    return Missing("not permitted" if isinstance(error, NotPermitted) else "failed", str(error))


def unread(keys: Sequence[str], error: Exception) -> list[Outcome]:
    """What a failed request for many keys says of each. A 404 speaks of the route then, not of the objects."""
    why: Literal["not permitted", "failed"] = "not permitted" if isinstance(error, NotPermitted) else "failed"
    return [(key, Missing(why, str(error))) for key in keys]


def found(outcomes: Sequence[Outcome]) -> Found:
    """The outcomes sorted into records and missing keys."""
    return Found(
        tuple(outcome for outcome in outcomes if isinstance(outcome, Record)),
        tuple(outcome for outcome in outcomes if not isinstance(outcome, Record)),
    )


def record(kind: Kind, draft: Draft, number: int, hash_: bytes) -> Record:
    """The draft with what only the reader knows."""
    return Record(
        kind.spec.kind,
        draft.key,
        draft.parent,
        draft.body,
        draft.version,
        number,
        hash_,
        draft.references,
        draft.failure,
    )


def fill_of(listing: Listing, chain: Chain, parents: Parents) -> Fill:
    """What fills the path of a walk's listing. NotThere where the walk's parent is not known any more.

    A key that holds its own parent's (`{project}/{id}`) fills in with what is behind the slash.
    """
    if not listing.per or chain.scope == EVERY:
        return {}
    if listing.per == "project":
        return {"project": chain.scope}
    parent = parents.get(listing.per, {}).get(chain.scope)
    if parent is None:
        raise NotThere(f"{listing.per} {chain.scope} is not known")
    return {"project": parent.parent, listing.per: chain.scope.rpartition("/")[2]}


async def list_page(
    hosts: Hosts,
    kind: Kind,
    chain: Chain,
    fetch: FetchSpec,
    parents: Parents,
    cursor: str | None,
    number: Number,
) -> Page:
    """One page of a walk of any kind but those listed by WIQL."""
    listing = kind.spec.listings[chain.form]
    call = Call(
        listing.route,
        fill_of(listing, chain, parents),
        page_query(listing, cursor) + kind.query(fetch, chain.part),
        attempts=kind.attempts,
    )
    answer, envelope = await _listed(hosts, listing, call, cursor, number)
    following: str | None = None
    if listing.paging == "token":
        following = next_token(answer.headers, envelope.token, cursor)
    elif listing.paging == "skip":
        following = next_skip(listing, cursor, len(envelope.items))
    elif TOKEN_HEADER in answer.headers:
        raise IncompleteReading(f"{call.label}: the one answer says that there is more")
    drafts = [
        (draft, raw)
        for raw in envelope.items
        if kind.fits(fetch, raw)
        for draft in kind.drafts(raw, chain.scope, parents)
    ]
    if kind.wants_detail(fetch):
        items = tuple(Item(draft.key, draft.parent, raw, answer.number) for draft, raw in drafts)
        return Page(items=items, next=following)
    return Page(tuple(record(kind, draft, answer.number, b"") for draft, _ in drafts), next=following)


async def _listed(
    hosts: Hosts, listing: Listing, call: Call, cursor: str | None, number: Number
) -> tuple[Answer, Envelope]:
    """One page. An empty one that gives the token of itself is asked for again, before that counts as no end."""
    for _ in range(EMPTY_REPEATS):
        try:
            answer = await hosts.send(call, number)
        except RefusedRequest as error:
            if error.unknown_form:
                raise NotThere(f"this server does not know the form: {error}") from error
            raise
        envelope = split(answer.body, call.label) if listing.holds == "list" else Envelope((answer.body,))
        if envelope.items or cursor is None or answer.headers.get(TOKEN_HEADER) != cursor:
            break
    return answer, envelope


async def walk(hosts: Hosts, call: Call, number: Number) -> list[tuple[tuple[bytes, ...], int]]:
    """Every page of a token listing, each with its request's number."""
    pages, token = [], None
    while True:
        query = (*call.query, ("continuationToken", token)) if token else call.query
        answer = await hosts.send(msgspec.structs.replace(call, query=query), number)
        envelope = split(answer.body, call.label)
        pages.append((envelope.items, answer.number))
        token = next_token(answer.headers, envelope.token, token)
        if token is None:
            return pages


async def complete_items(
    hosts: Hosts, kind: Kind, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
) -> Found:
    """Listed items, completed each by its own detail read."""
    return found(await concurrently(_completed(hosts, kind, fetch, item, parents, number) for item in items))


async def _completed(
    hosts: Hosts, kind: Kind, fetch: FetchSpec, item: Item, parents: Parents, number: Number
) -> Outcome:
    scope = item.parent or EVERY
    fill = kind.locate(item.key, item.parent, parents)
    if kind.spec.detail is None or fill is None:
        return item.key, Missing("failed", f"the parent {item.parent} is not known")
    try:
        answer = await hosts.send(Call(kind.spec.detail, fill), number)
        kind.check(item.key, answer.body)
        body = answer.body if kind.detail == "replace" else merged(item.raw, answer.body, item.key)
        return of_key(kind, item.key, scope, body, parents, answer.number, source_hash(item.raw, fetch.hash))
    except UNREAD as error:
        return item.key, missing(error)


def of_key(
    kind: Kind, key: str, scope: str, body: bytes, parents: Parents, number: int, hash_: bytes
) -> Outcome:
    """The record of `key` that a read object holds. An object outside the kind holds none: a project that is being
    deleted, a policy that no longer applies to the repository."""
    for draft in kind.drafts(body, scope, parents):
        if draft.key == key:
            return record(kind, draft, number, hash_)
    return key, Missing("not there", "the service answers, but the object is not one of the kind any more")


async def read_singly(
    hosts: Hosts,
    kind: Kind,
    fetch: FetchSpec,
    keys: Sequence[tuple[str, str]],
    parents: Parents,
    number: Number,
) -> Found:
    """Point reads by one request per object. Keys of one object (a policy's pairs) share their request."""
    groups: dict[tuple[tuple[str, str], ...], list[tuple[str, str]]] = {}
    outcomes: list[Outcome] = []
    for key, parent in keys:
        fill = kind.locate(key, parent, parents)
        if fill is None:
            outcomes.append((key, Missing("failed", f"the parent {parent} is not known")))
        else:
            groups.setdefault(tuple(fill.items()), []).append((key, parent))
    jobs = (_read(hosts, kind, fetch, dict(fill), group, parents, number) for fill, group in groups.items())
    for part in await concurrently(jobs):
        outcomes.extend(part)
    return found(outcomes)


async def _read(
    hosts: Hosts,
    kind: Kind,
    fetch: FetchSpec,
    fill: Fill,
    group: Sequence[tuple[str, str]],
    parents: Parents,
    number: Number,
) -> list[Outcome]:
    try:
        body, taken = await _object(hosts, kind, fetch, fill, group[0], number)
        # Where a listing's item and its detail differ, a point read cannot say what the listing's hash would be.
        detailed = kind.detail in {"replace", "merge"} and kind.wants_detail(fetch)
        hash_ = b"" if detailed else source_hash(body, fetch.hash)
        return [
            of_key(
                kind, key, fill.get(kind.spec.listings[0].per) or parent or EVERY, body, parents, taken, hash_
            )
            for key, parent in group
        ]
    except UNREAD as error:
        reason = missing(error)
        return [(key, reason) for key, _ in group]


async def _object(
    hosts: Hosts, kind: Kind, fetch: FetchSpec, fill: Fill, pair: tuple[str, str], number: Number
) -> tuple[bytes, int]:
    """One object by its id, with the request's number; if need be out of its parent's listing."""
    try:
        answer = await hosts.send(Call(kind.spec.read, fill), number)
        kind.check(pair[0], answer.body)
        return kind.as_listed(fetch, answer.body), answer.number
    except AbsentThing:
        key, parent = pair
        route = kind.spec.listings[-1].route
        if not kind.relist or not parent:
            raise
        answer = await hosts.send(Call(route, {"project": parent}), number)
        for raw in split(answer.body, route.path).items:
            if any(draft.key == key for draft in kind.drafts(raw, parent, {})):
                return raw, answer.number
        raise
