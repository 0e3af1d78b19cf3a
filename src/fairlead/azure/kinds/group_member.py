"""`group-member`: every direct member of every group: a user, or a group in it."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.group import GROUPS, descriptor
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents

LOOKUP = 500
"""Descriptors that one look-up takes; more is error TF400049."""


class _Membership(msgspec.Struct, frozen=True, rename="camel"):
    member_descriptor: str


def member(raw: bytes) -> str:
    """The descriptor of a membership's member."""
    return decode(raw, _Membership, "a membership").member_descriptor


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """The member's own object, with the group as a reference. A member is one record for each group it is in."""
    reference = Reference("__group", "group", scope)
    return (Draft(f"{scope}/{descriptor(raw)}", scope, raw, None, (reference,)),)


def _locate(key: str, parent: str, _parents: Parents) -> Fill:
    return {"member": key.rpartition("/")[2], "group": parent}


def _always(_fetch: FetchSpec) -> bool:
    return True


SUBJECTS = Route("_apis/graph/subjectlookup", "7.1-preview.1", "POST", area="graph")

KIND = Kind(
    KindSpec(
        kind="group-member",
        parent="group",
        listings=(
            Listing(
                Route("_apis/graph/memberships/{group}?direction=Down", "7.1-preview.1", area="graph"),
                per="group",
                paging="single",
            ),
        ),
        read=Route("_apis/graph/memberships/{member}/{group}", "7.1-preview.1", area="graph"),
        detail=SUBJECTS,
        detail_batch=LOOKUP,
        # A membership that is not there, between a group and a member that both are, has ended.
        tombstone=SUBJECTS,
        exact=False,
        scope="vso.graph",
        probe=GROUPS,
        cost="per object",
    ),
    _drafts,
    _locate,
    detail="own",
    wants_detail=_always,
)
