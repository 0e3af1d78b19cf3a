"""`release-deployment`: deployments of classic releases."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.calls import Query
from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds import release
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.source import Parents

PAGE = 100
"""Deployments that one answer may hold; the service gives 50 without `$top`."""


class _Release(msgspec.Struct, frozen=True):
    id: int


class _Head(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    release: _Release
    last_modified_on: str | None = None


def deployment_head(raw: bytes) -> _Head:
    """The part of a deployment that is looked at."""
    return decode(raw, _Head, "a deployment")


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """The release is in the key, because it is what a deployment goes with."""
    head = deployment_head(raw)
    return (Draft(f"{head.release.id}/{head.id}", scope, raw),)


def release_of(key: str) -> str:
    """The key of the release of a deployment."""
    return key.partition("/")[0]


def number_of(key: str) -> int:
    """The deployment's own id."""
    return int(key.rpartition("/")[2])


def _locate(_key: str, parent: str, _parents: Parents) -> Fill:
    return {"project": parent}


def _query(_fetch: FetchSpec, _part: str) -> Query:
    return (("queryOrder", "ascending"),)


_ALL = Route("{project}/_apis/release/deployments", "7.1", area="release")

KIND = Kind(
    KindSpec(
        kind="release-deployment",
        parent="project",
        listings=(Listing(_ALL, per="project", paging="token", size=PAGE),),
        read=_ALL,
        tombstone=release.KIND.spec.tombstone,
        changes="changed-since",
        scope="vso.release",
        probe=Route("{project}/_apis/release/deployments?$top=1", "7.1", area="release"),
        hooks=(
            "ms.vss-release.deployment-completed-event",
            "ms.vss-release.deployment-started-event",
        ),
        cost="per parent",
    ),
    _drafts,
    _locate,
    query=_query,
)
