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
    domain: str | None = None


_OF_A_PROJECT = "vstfs:///classification/teamproject/"
"""What the domain of a project's group begins with."""


def descriptor(raw: bytes) -> str:
    """What a user or group is known by in the graph."""
    return decode(raw, _Head, "a subject of the graph").descriptor


def _drafts(raw: bytes, _scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """A group hangs from its project, so that the groups of a project that cannot be read any more are left alone."""
    head = decode(raw, _Head, "a group")
    domain = (head.domain or "").lower()
    project = domain.removeprefix(_OF_A_PROJECT) if domain.startswith(_OF_A_PROJECT) else ORGANIZATION
    return (Draft(head.descriptor, project, raw),)


def locate(key: str, _parent: str, _parents: Parents) -> Fill:
    """By descriptor (or another id of its own)."""
    return {"id": key}


GROUPS = Route("_apis/graph/groups", "7.1-preview.1", area="graph")

KIND = Kind(
    KindSpec(
        kind="group",
        parent="project",
        listings=(Listing(GROUPS, per="", paging="token"),),
        read=Route("_apis/graph/groups/{id}", "7.1-preview.1", area="graph"),
        # A group that this identity may no longer see (of a team or a project) is left out without a sign.
        exact=False,
        scope="vso.graph",
        probe=GROUPS,
        cost="organization",
    ),
    _drafts,
    locate,
)
