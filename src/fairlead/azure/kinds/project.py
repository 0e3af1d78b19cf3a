"""`project`: every project of the organization, with its default team where a row asks for it."""

from __future__ import annotations

from fairlead.azure.http.envelope import without
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.parents import project_head
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.records import ORGANIZATION
from fairlead.model.source import Parents

_ONE = Route("_apis/projects/{id}?includeCapabilities=true", "7.1")
_ALL = Route("_apis/projects", "7.1")
_ONLY_IN_DETAIL = frozenset({"defaultTeam", "_links", "capabilities"})


def _drafts(raw: bytes, _scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """No record for a project that is being made or deleted: the default listing leaves those out as well.

    No version: that the listing's and the detail's `revision` are one counter is nowhere promised, and a change of
    the default team need not raise it. The request's number decides which of two reads is newer.
    """
    head = project_head(raw)
    return (Draft(head.id.lower(), ORGANIZATION, raw),) if head.healthy else ()


def _locate(key: str, _parent: str, _parents: Parents) -> Fill:
    return {"id": key}


def _wants_detail(fetch: FetchSpec) -> bool:
    return fetch.option("defaultTeam") in {True, "true"}


def _as_listed(fetch: FetchSpec, body: bytes) -> bytes:
    return body if _wants_detail(fetch) else without(body, _ONLY_IN_DETAIL, "a project")


KIND = Kind(
    KindSpec(
        kind="project",
        parent="",
        listings=(Listing(_ALL, per="", paging="token", size=1000),),
        read=_ONE,
        detail=_ONE,
        options=("defaultTeam",),
        tombstone=_ALL,
        scope="vso.project",
        probe=Route("_apis/projects?$top=1", "7.1"),
        cost="organization",
    ),
    _drafts,
    _locate,
    detail="replace",
    wants_detail=_wants_detail,
    as_listed=_as_listed,
)
