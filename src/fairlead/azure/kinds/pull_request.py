"""`pull-request`: all active pull requests, and the newest of those closed within some days."""

from __future__ import annotations

from datetime import datetime

import msgspec

from fairlead.azure.http.calls import Query
from fairlead.azure.http.envelope import decode, merged, without
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.moments import days_back, instant, written
from fairlead.azure.kinds.options import number
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.source import Parents

CLOSED = ("completed", "abandoned")
"""The states that a window bounds. Each is walked by itself: without the time range `closed` the service compares the
time of creation, and that range leaves active pull requests out."""

_SHOWN = 400
"""Characters of the description that a listing gives."""

_ONLY_IN_DETAIL = frozenset({"_links", "artifactId", "commits", "workItemRefs"})


class _Repository(msgspec.Struct, frozen=True):
    id: str


class _Head(msgspec.Struct, frozen=True, rename="camel"):
    pull_request_id: int
    repository: _Repository
    status: str = ""
    closed_date: str | None = None

    @property
    def key(self) -> str:
        """The record's key."""
        return str(self.pull_request_id)

    @property
    def state(self) -> str:
        """The status without regard to case."""
        return self.status.lower()

    @property
    def closed(self) -> datetime | None:
        """When it was closed; None while it is active."""
        return instant(self.closed_date or "")


class _Described(msgspec.Struct, frozen=True):
    description: str | None = None


def pull_request_head(raw: bytes) -> _Head:
    """The part of a pull request that is looked at."""
    return decode(raw, _Head, "a pull request")


def _drafts(raw: bytes, _scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """The record embeds its `repository`, so nothing is spliced in."""
    head = pull_request_head(raw)
    return (Draft(head.key, head.repository.id.lower(), raw),)


def _locate(key: str, _parent: str, _parents: Parents) -> Fill:
    return {"id": key}


def earliest(fetch: FetchSpec) -> datetime:
    """Closed ones from here on are inside the window."""
    return days_back(fetch, number(fetch, "minTimeInDays", 7))


def most(fetch: FetchSpec) -> int:
    """How many of a repository's pull requests are inside the window, of each state in which they are closed."""
    return number(fetch, "maxResults", 100)


def is_old(fetch: FetchSpec, head: _Head) -> bool:
    """Whether it was closed before the window."""
    closed = head.closed
    return head.state in CLOSED and closed is not None and closed < earliest(fetch)


def _query(fetch: FetchSpec, part: str) -> Query:
    status = ("searchCriteria.status", part)
    if part not in CLOSED:
        return (status,)
    return (
        status,
        ("searchCriteria.queryTimeRangeType", "closed"),
        ("searchCriteria.minTime", written(earliest(fetch))),
    )


def _as_listed(_fetch: FetchSpec, body: bytes) -> bytes:
    """Without what only the request for one pull request tells: nobody's properties change by the way it was read."""
    plain = without(body, _ONLY_IN_DETAIL, "a pull request")
    description = decode(body, _Described, "a pull request").description
    if description is None or len(description) <= _SHOWN:
        return plain
    return merged(plain, msgspec.json.encode(_Described(description[:_SHOWN])), "a pull request")


KIND = Kind(
    KindSpec(
        kind="pull-request",
        parent="repository",
        listings=(
            Listing(Route("_apis/git/pullrequests", "7.1"), per="", paging="skip", size=1000, safe_size=1),
            Listing(
                Route("{project}/_apis/git/pullrequests", "7.1"),
                per="project",
                paging="skip",
                size=1000,
                safe_size=1,
            ),
        ),
        read=Route("_apis/git/pullrequests/{id}", "7.1"),
        read_batch=100,
        options=("maxResults", "minTimeInDays"),
        membership="window",
        top="maxResults",
        exact=False,
        scope="vso.code",
        probe=Route("{project}/_apis/git/pullrequests?$top=1", "7.1"),
        hooks=(
            "git.pullrequest.created",
            "git.pullrequest.merged",
            "git.pullrequest.updated",
        ),
        cost="organization",
    ),
    _drafts,
    _locate,
    parts=("active", *CLOSED),
    query=_query,
    as_listed=_as_listed,
)
