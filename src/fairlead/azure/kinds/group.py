"""`group`: every group of the organization, those of projects and teams among them."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.kinds import KindSpec, Listing, Route
from fairlead.model.records import ORGANIZATION
from fairlead.model.source import Parents


class _Head(msgspec.Struct, frozen=True):
    descriptor: str


def descriptor(raw: bytes) -> str:
    """What a user or group is known by in the graph."""
    return decode(raw, _Head, "a subject of the graph").descriptor


def drafts(raw: bytes, _scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """A group, or a user of the graph."""
    return (Draft(descriptor(raw), ORGANIZATION, raw),)


def locate(key: str, _parent: str, _parents: Parents) -> Fill:
    """By descriptor."""
    return {"id": key}


GROUPS = Route("_apis/graph/groups", "7.1-preview.1", area="graph")

KIND = Kind(
    KindSpec(
        kind="group",
        parent="",
        listings=(Listing(GROUPS, per="", paging="token"),),
        read=Route("_apis/graph/groups/{id}", "7.1-preview.1", area="graph"),
        scope="vso.graph",
        probe=GROUPS,
        cost="organization",
    ),
    drafts,
    locate,
)
