"""Positive proof that a project or a repository was deleted: the lists of deleted ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.calls import Call
from fairlead.azure.http.envelope import decode, split
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.http.paging import next_token, page_query
from fairlead.azure.http.problems import RefusedRequest
from fairlead.azure.kinds import project, repository
from fairlead.model.errors import NotPermitted, NotThere
from fairlead.model.kinds import Route
from fairlead.model.source import Number

DELETED_REPOSITORIES = Route("{project}/_apis/git/deletedrepositories", "7.1")
_BIN = repository.KIND.spec.tombstone or DELETED_REPOSITORIES


class _Head(msgspec.Struct, frozen=True):
    id: str
    state: str = ""


async def removed_projects(hosts: Hosts, keys: Sequence[tuple[str, str]], number: Number) -> frozenset[str]:
    """Which projects are deleted, or being deleted. The deleted can be restored for about four weeks."""
    wanted = {key for key, _ in keys}
    gone = await _projects(hosts, "deleted", number)
    if not wanted <= gone:
        gone |= await _projects(hosts, "deleting", number)
    return frozenset(wanted & gone)


async def _projects(hosts: Hosts, state: str, number: Number) -> set[str]:
    listing, token, keys = project.KIND.spec.listings[0], None, set[str]()
    while True:
        query = (("stateFilter", state), *page_query(listing, token))
        answer = await hosts.send(Call(listing.route, query=query), number)
        envelope = split(answer.body, "deleted projects")
        heads = [decode(raw, _Head, "a deleted project") for raw in envelope.items]
        # A server that does not know the filter gives the living ones.
        keys |= {head.id.lower() for head in heads if head.state.lower() == state}
        token = next_token(answer.headers, envelope.token, token)
        if token is None:
            return keys


async def removed_repositories(
    hosts: Hosts, keys: Sequence[tuple[str, str]], number: Number
) -> frozenset[str]:
    """Which repositories are in their project's recycle bin, or in its list of deleted ones."""
    by_project: dict[str, set[str]] = defaultdict(set)
    for key, parent in keys:
        by_project[parent].add(key)
    parts = await concurrently(
        _in_project(hosts, name, own, number) for name, own in by_project.items() if name
    )
    return frozenset().union(*parts)


async def _in_project(hosts: Hosts, project_key: str, wanted: set[str], number: Number) -> set[str]:
    gone: set[str] = set()
    for route in (_BIN, DELETED_REPOSITORIES):
        if wanted <= gone:
            break
        call = Call(route, {"project": project_key})
        try:
            answer = await hosts.send(call, number)
        except (NotPermitted, NotThere, RefusedRequest):
            continue  # no tombstone can be seen here, which proves nothing
        items = split(answer.body, call.label).items
        gone |= {decode(raw, _Head, "a deleted repository").id.lower() for raw in items}
    return wanted & gone
