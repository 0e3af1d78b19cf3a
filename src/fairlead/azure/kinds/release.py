"""`release`: classic releases, with the filters and expansions of Port's selector."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.calls import Query
from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.moments import instant
from fairlead.azure.kinds.options import single, texts
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.readings import EVERY
from fairlead.model.source import Parents

BATCH = 100
"""Releases that one answer may hold; the service gives 50 without `$top`."""


class _Project(msgspec.Struct, frozen=True):
    id: str | None = None


class _Head(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    project_reference: _Project | None = None
    status: str | None = None
    created_on: str | None = None
    tags: list[str] | None = None


def release_head(raw: bytes) -> _Head:
    """The part of a release that is looked at."""
    return decode(raw, _Head, "a release")


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    head = release_head(raw)
    named = head.project_reference.id if head.project_reference else None
    if named is None and scope == EVERY:
        # One odd row must not stop the others: it stays as it was, and is reported.
        return (Draft(str(head.id), "", raw, failure="it does not say which project it is of"),)
    return (Draft(str(head.id), (named or scope).lower(), raw),)


def _locate(key: str, parent: str, _parents: Parents) -> Fill:
    return {"project": parent, "id": key}


def expansion(fetch: FetchSpec) -> Query:
    """`$expand`: the union of what the rows want."""
    values = texts(fetch, "expand")
    return (("$expand", ",".join(values)),) if values else ()


def filters(fetch: FetchSpec) -> Query:
    """The listing's filters. One that rows disagree about is left out, so that more is read, never less."""
    singles = ("statusFilter", "sourceBranchFilter", "minCreatedTime", "maxCreatedTime")
    found = [(name, value) for name in singles if (value := single(fetch, name))]
    tags = texts(fetch, "tagFilter")
    return (*found, ("tagFilter", ",".join(tags))) if tags else tuple(found)


def _query(fetch: FetchSpec, _part: str) -> Query:
    return (("queryOrder", "ascending"), *filters(fetch), *expansion(fetch))


def fits(fetch: FetchSpec, raw: bytes) -> bool:
    """Whether a release passes the filters that can be seen on it. A server that does not know a filter ignores
    it without a word."""
    head = release_head(raw)
    status = single(fetch, "statusFilter").lower()
    if status and head.status is not None and head.status.lower() != status:
        return False
    created = instant(head.created_on or "")
    earliest, latest = instant(single(fetch, "minCreatedTime")), instant(single(fetch, "maxCreatedTime"))
    if created and ((earliest and created < earliest) or (latest and created > latest)):
        return False
    wanted = {tag.lower() for tag in texts(fetch, "tagFilter")}
    return head.tags is None or wanted <= {tag.lower() for tag in head.tags}


_ALL = Route("_apis/release/releases", "7.1", area="release")

KIND = Kind(
    KindSpec(
        kind="release",
        parent="project",
        listings=(
            Listing(_ALL, per="", paging="token", size=BATCH),
            Listing(
                Route("{project}/_apis/release/releases", "7.1", area="release"),
                per="project",
                paging="token",
                size=BATCH,
            ),
        ),
        read=_ALL,
        read_batch=BATCH,
        options=(
            "expand",
            "maxCreatedTime",
            "minCreatedTime",
            "sourceBranchFilter",
            "statusFilter",
            "tagFilter",
        ),
        membership="filter",
        tombstone=_ALL,
        changes="changed-since",
        scope="vso.release",
        probe=Route("_apis/release/releases?$top=1", "7.1", area="release"),
        hooks=(
            "ms.vss-release.deployment-approval-completed-event",
            "ms.vss-release.deployment-approval-pending-event",
            "ms.vss-release.deployment-completed-event",
            "ms.vss-release.deployment-started-event",
            "ms.vss-release.release-abandoned-event",
            "ms.vss-release.release-created-event",
        ),
        cost="organization",
    ),
    _drafts,
    _locate,
    query=_query,
    fits=fits,
)
