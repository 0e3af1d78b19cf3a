"""`area-path`: every area of every project, from the one tree that a project has."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import orjson

from fairlead.azure.http.calls import Query
from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.errors import IncompleteReading
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents

WHOLE = 100
"""Levels asked for where no row names a `depth`. The service's own default is the root alone; it allows 14."""

_ADDED = frozenset({"children"})


class _Node(msgspec.Struct, frozen=True):
    identifier: str
    path: str = ""
    children: list[msgspec.Raw] | None = None


def _normalized(path: str) -> str:
    r"""The path as work items write it: `\Project\Area\One` is `Project\One`."""
    parts = [part for part in path.split("\\") if part]
    return "\\".join([*parts[:1], *parts[2:]])


def _flat(raw: bytes, project: str, parent: str | None) -> Iterator[Draft]:
    node = decode(raw, _Node, "an area")
    members = decode(raw, dict[str, msgspec.Raw], "an area")
    kept = {name: value for name, value in members.items() if name not in _ADDED}
    kept["__parentIdentifier"] = msgspec.Raw(orjson.dumps(parent))
    kept["__normalizedPath"] = msgspec.Raw(orjson.dumps(_normalized(node.path)))
    reference = Reference("__project", "project", project)
    yield Draft(node.identifier.lower(), project, msgspec.json.encode(kept), None, (reference,))
    for child in node.children or ():
        yield from _flat(bytes(child), project, node.identifier)


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """The whole tree, node by node, each without its children."""
    try:
        return tuple(_flat(raw, scope, None))
    except RecursionError as error:
        raise IncompleteReading("the tree of areas is too deep to be one") from error


def _locate(key: str, parent: str, _parents: Parents) -> Fill:
    return {"project": parent, "id": key}


def _query(fetch: FetchSpec, _part: str) -> Query:
    depth = fetch.option("depth")
    return (("$depth", str(depth if isinstance(depth, int) else WHOLE)),)


_ALL = Route("{project}/_apis/wit/classificationnodes/Areas", "7.1")

KIND = Kind(
    KindSpec(
        kind="area-path",
        parent="project",
        listings=(Listing(_ALL, per="project", paging="single", holds="object"),),
        read=_ALL,
        read_batch=1000,
        options=("depth",),
        # An area that this identity may no longer see is left out of the tree without a sign.
        exact=False,
        scope="vso.work",
        probe=_ALL,
        cost="per parent",
    ),
    _drafts,
    _locate,
    query=_query,
)
