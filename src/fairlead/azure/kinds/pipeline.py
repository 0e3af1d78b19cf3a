"""`pipeline`: every pipeline of a project, YAML and classic, with its repository where a row asks for it."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode, without
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents

_BUILDS = Route("{project}/_apis/build/builds", "7.1")

DEFINITIONS = Route("{project}/_apis/build/definitions", "7.1")
"""A pipeline is a build definition of the same id; only as such it tells its repository."""

BATCH = 100
"""Definitions asked for at a time: their ids must fit into a URL."""

_ONLY_IN_DETAIL = frozenset({"configuration"})


class _Head(msgspec.Struct, frozen=True):
    id: int


def pipeline_id(key: str) -> str:
    """The service's id, which is the key's last part. It is unique in the organization today; the keys do not lean on
    that."""
    return key.rpartition("/")[2]


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    head = decode(raw, _Head, "a pipeline")
    reference = Reference("__projectId", "project", scope, whole=False)
    return (Draft(f"{scope}/{head.id}", scope, raw, None, (reference,)),)


def _locate(key: str, parent: str, _parents: Parents) -> Fill:
    return {"project": parent, "id": pipeline_id(key)}


def wants_repository(fetch: FetchSpec) -> bool:
    """Whether a row asks for `__repository`."""
    return fetch.option("includeRepo") is True


def _as_listed(_fetch: FetchSpec, body: bytes) -> bytes:
    return without(body, _ONLY_IN_DETAIL, "a pipeline")


KIND = Kind(
    KindSpec(
        kind="pipeline",
        parent="project",
        listings=(
            Listing(Route("{project}/_apis/pipelines", "7.1"), per="project", paging="token", size=1000),
        ),
        read=Route("{project}/_apis/pipelines/{id}", "7.1"),
        detail=DEFINITIONS,
        detail_batch=BATCH,
        options=("includeRepo",),
        tombstone=_BUILDS,
        scope="vso.build",
        probe=Route("{project}/_apis/pipelines?$top=1", "7.1"),
        cost="per parent",
    ),
    _drafts,
    _locate,
    detail="own",
    wants_detail=wants_repository,
    as_listed=_as_listed,
)
