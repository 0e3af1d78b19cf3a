"""`work-item`: every work item inside the rows' WIQL filters; listed by id, read in batches of 200."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.parents import project_named
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents

IDS = 20000
"""Ids that one WIQL answer may hold; more is error VS402337."""

BATCH = 200
"""Ids that one batch may ask for; more is error VS403474."""


class _Fields(msgspec.Struct, frozen=True):
    project: str | None = msgspec.field(name="System.TeamProject", default=None)


class _Head(msgspec.Struct, frozen=True):
    id: int
    rev: int | None = None
    fields: _Fields = _Fields()


def _drafts(raw: bytes, _scope: str, parents: Parents) -> tuple[Draft, ...]:
    """An item names its project; the project's key comes from the known projects. One that is not known (yet, or
    renamed since) freezes the item, because half of its entity's identifier would be missing."""
    head = decode(raw, _Head, "a work item")
    name = head.fields.project or ""
    project = project_named(parents, name)
    if project is None:
        return (Draft(str(head.id), "", raw, head.rev, failure=f"its project {name!r} is not known"),)
    references = (
        Reference("__projectId", "project", project, whole=False),
        Reference("__project", "project", project),
    )
    return (Draft(str(head.id), project, raw, head.rev, references),)


def _locate(key: str, _parent: str, _parents: Parents) -> Fill:
    return {"id": key}


def _always(_fetch: FetchSpec) -> bool:
    return True


_BATCH_ROUTE = Route("_apis/wit/workitemsbatch", "7.1", "POST")

KIND = Kind(
    KindSpec(
        kind="work-item",
        parent="project",
        listings=(
            Listing(Route("_apis/wit/wiql", "7.1", "POST"), per="", paging="wiql", size=IDS),
            Listing(Route("{project}/_apis/wit/wiql", "7.1", "POST"), per="project", paging="wiql", size=IDS),
        ),
        read=_BATCH_ROUTE,
        read_batch=BATCH,
        detail=_BATCH_ROUTE,
        detail_batch=BATCH,
        options=("expand", "wiql"),
        membership="filter",
        tombstone=Route("_apis/wit/recyclebin", "7.1"),
        moves=True,
        version_field="rev",
        changes="feed",
        scope="vso.work",
        probe=Route("_apis/wit/wiql?$top=1", "7.1", "POST"),
        hooks=(
            "workitem.commented",
            "workitem.created",
            "workitem.deleted",
            "workitem.restored",
            "workitem.updated",
        ),
        cost="organization",
    ),
    _drafts,
    _locate,
    detail="own",
    wants_detail=_always,
)
