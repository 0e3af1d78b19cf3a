"""`pipeline-run`: the runs of a pipeline, the newest 10,000 of each."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode, without
from fairlead.azure.kinds.build import BUILDS
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.pipeline import pipeline_id
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents

_ONLY_IN_DETAIL = frozenset({"finalYaml", "resources", "variables"})


class _Head(msgspec.Struct, frozen=True):
    id: int


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """The walk's scope is the pipeline, whose key begins with the project's."""
    head = decode(raw, _Head, "a run")
    references = (
        Reference("__project", "project", scope.partition("/")[0]),
        Reference("__pipeline", "pipeline", scope),
    )
    return (Draft(f"{scope}/{head.id}", scope, raw, None, references),)


def _locate(key: str, parent: str, _parents: Parents) -> Fill:
    return {
        "project": parent.partition("/")[0],
        "definition": pipeline_id(parent),
        "id": key.rpartition("/")[2],
    }


def _as_listed(_fetch: FetchSpec, body: bytes) -> bytes:
    return without(body, _ONLY_IN_DETAIL, "a run")


KIND = Kind(
    KindSpec(
        kind="pipeline-run",
        parent="pipeline",
        listings=(
            Listing(
                Route("{project}/_apis/pipelines/{pipeline}/runs", "7.1"), per="pipeline", paging="single"
            ),
        ),
        read=Route("{project}/_apis/pipelines/{definition}/runs/{id}", "7.1"),
        tombstone=BUILDS,
        changes="changed-since",
        scope="vso.build",
        probe=Route("{project}/_apis/pipelines?$top=1", "7.1"),
        hooks=("ms.vss-pipelines.run-state-changed-event",),
        cost="per parent",
    ),
    _drafts,
    _locate,
    as_listed=_as_listed,
)
