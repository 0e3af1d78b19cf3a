"""`user`: every user, from the entitlements (with license and last access) or, where rows ask for it, the graph."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds import group
from fairlead.azure.kinds.definition import Draft, Kind
from fairlead.azure.kinds.options import single, texts
from fairlead.model.errors import BadMapping
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.records import ORGANIZATION
from fairlead.model.source import Parents

GRAPH = Listing(Route("_apis/graph/users", "7.1-preview.1", area="graph"), per="", paging="token")
"""Where users are listed if the rows ask for the graph."""

GRAPH_READ = Route("_apis/graph/users/{id}", "7.1-preview.1", area="graph")
ABOVE = Route("_apis/graph/memberships/{id}?direction=Up", "7.1-preview.1", area="graph")


_SELECTED = {"extensions": "extensions", "groupRules": "groupAssignments", "projects": "projectEntitlements"}
"""The member of an entitlement that each selectable field fills."""


class _Head(msgspec.Struct, frozen=True):
    id: str | None = None
    descriptor: str | None = None


def from_graph(fetch: FetchSpec) -> bool:
    """Whether the rows want the graph's users. BadMapping where some do and some do not: the two are different
    objects, and one listing cannot be both."""
    source = fetch.option("source")
    if source is None or single(fetch, "source"):
        return single(fetch, "source") == "graph"
    raise BadMapping(
        "the rows of kind user ask for different sources", advice="give all of them the same selector.source"
    )


def version(fetch: FetchSpec) -> str:
    """The version of the entitlements that the rows ask for, "" for ours."""
    return single(fetch, "apiVersion")


def selected(fetch: FetchSpec) -> tuple[str, ...]:
    """What entitlements hold beside the user: `license`, `projects` …"""
    return texts(fetch, "includeFields")


def as_listed(fetch: FetchSpec, raw: bytes) -> bytes:
    """An entitlement read by itself in the form of the listing: what is not selected is empty there."""
    members = decode(raw, dict[str, msgspec.Raw], "an entitlement")
    chosen = selected(fetch)
    for field, name in _SELECTED.items():
        if field not in chosen and name in members:
            members[name] = msgspec.Raw(b"[]")
    return msgspec.json.encode(members)


def with_memberships(fetch: FetchSpec) -> bool:
    """Whether the rows want the groups and projects of the graph's users."""
    return fetch.option("includeGroupMemberships") in {True, "true"} and from_graph(fetch)


def _drafts(raw: bytes, _scope: str, _parents: Parents) -> tuple[Draft, ...]:
    head = decode(raw, _Head, "a user")
    return (Draft(head.descriptor or (head.id or "").lower(), ORGANIZATION, raw),)


_ALL = Route("_apis/userentitlements", "7.1", area="entitlements")

KIND = Kind(
    KindSpec(
        kind="user",
        parent="",
        listings=(Listing(_ALL, per="", paging="token"),),
        read=Route("_apis/userentitlements/{id}", "7.1", area="entitlements"),
        detail=ABOVE,
        options=("apiVersion", "includeFields", "includeGroupMemberships", "source", "subjectTypes"),
        scope="vso.memberentitlementmanagement",
        probe=_ALL,
        cost="organization",
    ),
    _drafts,
    group.locate,
    detail="own",
    wants_detail=with_memberships,
)
