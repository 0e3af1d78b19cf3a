"""`team`: every team, with its members and its areas where a row asks for them."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.errors import IncompleteReading
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.readings import EVERY
from fairlead.model.source import Parents

MEMBERS = Listing(
    Route("_apis/projects/{project}/teams/{team}/members", "7.1"),
    per="team",
    paging="skip",
    size=1000,
    # A hundred is the service's own page: a shorter one is the last.
    safe_size=100,
)
AREAS = Route("{project}/{team}/_apis/work/teamsettings/teamfieldvalues", "7.1")


class _Head(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    project_id: str | None = None


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    head = decode(raw, _Head, "a team")
    project = (head.project_id or "").lower() or ("" if scope == EVERY else scope)
    if not project:
        raise IncompleteReading(f"team {head.id} does not say which project it is of")
    return (Draft(head.id.lower(), project, raw),)


def wants_members(fetch: FetchSpec) -> bool:
    """Whether a row asks for `__members`."""
    return fetch.option("includeMembers") in {True, "true"}


def wants_areas(fetch: FetchSpec) -> bool:
    """Whether a row asks for `__areaPaths`."""
    return fetch.option("includeAreaPaths") in {True, "true"}


def _wants_detail(fetch: FetchSpec) -> bool:
    return wants_members(fetch) or wants_areas(fetch)


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
        detail=MEMBERS.route,
        options=("includeAreaPaths", "includeMembers"),
        exact=False,
        scope="vso.project",
        probe=Route("_apis/teams?$top=1", "7.1-preview.3"),
        cost="organization",
    ),
    _drafts,
    _locate,
    detail="own",
    wants_detail=_wants_detail,
)
