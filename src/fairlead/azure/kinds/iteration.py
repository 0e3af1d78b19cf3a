"""`iteration`: the iterations that every team has chosen; one that several teams have is a record for each."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.kinds import KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents


class _Head(msgspec.Struct, frozen=True):
    id: str


def _drafts(raw: bytes, scope: str, parents: Parents) -> tuple[Draft, ...]:
    key = f"{scope}/{decode(raw, _Head, 'an iteration').id.lower()}"
    team = parents.get("team", {}).get(scope)
    if team is None:
        return (Draft(key, scope, raw, failure=f"the iteration's team {scope} is not known"),)
    references = (Reference("__project", "project", team.parent), Reference("__team", "team", scope))
    return (Draft(key, scope, raw, None, references),)


def _locate(key: str, parent: str, parents: Parents) -> Fill | None:
    team = parents.get("team", {}).get(parent)
    return {"project": team.parent, "team": parent, "id": key.rpartition("/")[2]} if team else None


_ALL = Route("{project}/{team}/_apis/work/teamsettings/iterations", "7.1")

KIND = Kind(
    KindSpec(
        kind="iteration",
        parent="team",
        listings=(Listing(_ALL, per="team", paging="single"),),
        read=_ALL,
        read_batch=1000,
        scope="vso.work",
        probe=Route("{project}/_apis/work/teamsettings/iterations", "7.1"),
        cost="per object",
    ),
    _drafts,
    _locate,
    # A team without settings answers 404 or 500 for ever; more attempts would only cost time.
    attempts=2,
)
