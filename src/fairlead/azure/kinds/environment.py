"""`environment`: every environment that pipelines deploy to."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.kinds import KindSpec, Listing, Route
from fairlead.model.source import Parents


class _Head(msgspec.Struct, frozen=True):
    id: int


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """The record names its `project`, so nothing is spliced in."""
    head = decode(raw, _Head, "an environment")
    return (Draft(f"{scope}/{head.id}", scope, raw),)


def _locate(key: str, parent: str, _parents: Parents) -> Fill:
    return {"project": parent, "id": key.rpartition("/")[2]}


_ALL = "{project}/_apis/distributedtask/environments"

KIND = Kind(
    KindSpec(
        kind="environment",
        parent="project",
        listings=(Listing(Route(_ALL, "7.1"), per="project", paging="token", size=1000),),
        read=Route(f"{_ALL}/{{id}}", "7.1"),
        # Each environment has readers of its own, and one that may not be read is not told from one that is gone.
        exact=False,
        scope="vso.environment_manage",
        probe=Route(f"{_ALL}?$top=1", "7.1"),
        cost="per parent",
    ),
    _drafts,
    _locate,
)
