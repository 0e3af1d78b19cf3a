"""`team`: every team; for now only the parent of boards."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.errors import IncompleteReading
from fairlead.model.kinds import KindSpec, Listing, Route
from fairlead.model.readings import EVERY
from fairlead.model.source import Parents


class _Head(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    project_id: str | None = None


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    head = decode(raw, _Head, "a team")
    project = (head.project_id or "").lower() or ("" if scope == EVERY else scope)
    if not project:
        raise IncompleteReading(f"team {head.id} does not say which project it is of")
    return (Draft(head.id.lower(), project, raw),)


def _locate(key: str, parent: str, _parents: Parents) -> Fill:
    return {"project": parent, "id": key}


KIND = Kind(
    KindSpec(
        kind="team",
        parent="project",
        listings=(
            Listing(Route("_apis/teams", "7.1-preview.3"), per="", paging="skip", size=1000, safe_size=1),
            Listing(
                Route("_apis/projects/{project}/teams", "7.1"),
                per="project",
                paging="skip",
                size=1000,
                safe_size=1,
            ),
        ),
        read=Route("_apis/projects/{project}/teams/{id}", "7.1"),
        exact=False,
        scope="vso.project",
        probe=Route("_apis/teams?$top=1", "7.1-preview.3"),
        cost="organization",
        mapped=False,
    ),
    _drafts,
    _locate,
)
