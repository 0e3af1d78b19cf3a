"""How many requests a full read takes at least, from how much there is to be read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fairlead.azure.kinds.definition import Kind
from fairlead.azure.kinds.parents import repository_head
from fairlead.azure.kinds.registry import KINDS
from fairlead.azure.kinds.repository import included_paths
from fairlead.model.kinds import FetchSpec

CONNECTION = "connection"
"""The one request that asks who this is."""

FILES = "repository with files"
"""Counted beside the kinds: what is disabled or empty is not asked for anything in it."""


def with_files(repositories: Iterable[bytes]) -> int:
    """How many of the repositories (their bodies) have files to be read."""
    heads = map(repository_head, repositories)
    return sum(bool(head.healthy and head.default_branch) for head in heads)


def fewest(fetches: Iterable[FetchSpec], counts: Mapping[str, int]) -> dict[str, int]:
    """Requests by kind for the readings of `fetches`, with `counts` objects of each kind.

    Every kind by its best listing: one walk of it for each of its parents, an empty one too, in full pages (only where
    the page's size is ours to say), and the details that the fetch-spec needs, in full batches. A kind that is not in
    `counts` is taken as empty. An organization cannot be read in less; where things lie spread over many parents it
    takes more, because a page holds one parent's only.
    """
    found = {CONNECTION: 1}
    for fetch in fetches:
        kind = KINDS[fetch.kind]
        found[fetch.kind] = _listing(kind, counts) + _details(kind, fetch, counts)
    return found


def _listing(kind: Kind, counts: Mapping[str, int]) -> int:
    best = kind.spec.listings[0]
    parent = FILES if best.per == "repository" else best.per
    walks = len(kind.parts) * (counts.get(parent, 0) if parent else 1)
    return max(walks, _pages(counts.get(kind.spec.kind, 0), best.size)) if walks else 0


def _details(kind: Kind, fetch: FetchSpec, counts: Mapping[str, int]) -> int:
    if not kind.wants_detail(fetch):
        return 0
    if kind.spec.kind == "repository":
        return len(included_paths(fetch)) * counts.get(FILES, 0)
    return _pages(counts.get(kind.spec.kind, 0), kind.spec.detail_batch)


def _pages(objects: int, size: int) -> int:
    return -(-objects // size) if size else 0
