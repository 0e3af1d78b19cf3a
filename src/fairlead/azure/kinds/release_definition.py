"""`release-definition`: classic release definitions, with the expansions of Port's selector."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.calls import Query
from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.options import texts
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents

BATCH = 100
"""Ids in one filter: far below the length that a URL may have."""


class _Head(msgspec.Struct, frozen=True):
    id: int
    revision: int | None = None
    tags: list[str] | None = None


def definition_head(raw: bytes) -> _Head:
    """The part of a definition that is looked at."""
    return decode(raw, _Head, "a release definition")


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """The version is the definition's own revision, which each change raises."""
    head = definition_head(raw)
    reference = Reference("__project", "project", scope)
    return (Draft(str(head.id), scope, raw, head.revision, (reference,)),)


def _locate(key: str, parent: str, _parents: Parents) -> Fill:
    return {"project": parent, "id": key}


def tags(fetch: FetchSpec) -> tuple[str, ...]:
    """The tags that a definition must have, all of them; none where rows disagree."""
    return texts(fetch, "tagFilter")


def expansion(fetch: FetchSpec) -> Query:
    """`$expand`, the union of what the rows want; tags too where they are filtered by."""
    wanted = {*texts(fetch, "expand"), *(("tags",) if tags(fetch) else ())}
    return (("$expand", ",".join(sorted(wanted))),) if wanted else ()


def _query(fetch: FetchSpec, _part: str) -> Query:
    chosen = tags(fetch)
    wanted = (("tagFilter", ",".join(chosen)),) if chosen else ()
    return (("queryOrder", "idAscending"), *wanted, *expansion(fetch))


def fits(fetch: FetchSpec, raw: bytes) -> bool:
    """Whether a definition has the tags; a server that does not know the filter ignores it without a word."""
    found = definition_head(raw).tags
    return found is None or {tag.lower() for tag in tags(fetch)} <= {tag.lower() for tag in found}


_ALL = Route("{project}/_apis/release/definitions", "7.1", area="release")

KIND = Kind(
    KindSpec(
        kind="release-definition",
        parent="project",
        listings=(Listing(_ALL, per="project", paging="token", size=1000),),
        read=_ALL,
        read_batch=BATCH,
        options=("expand", "tagFilter"),
        membership="filter",
        tombstone=_ALL,
        version_field="revision",
        scope="vso.release",
        probe=Route("{project}/_apis/release/definitions?$top=1", "7.1", area="release"),
        cost="per parent",
    ),
    _drafts,
    _locate,
    query=_query,
    fits=fits,
)
