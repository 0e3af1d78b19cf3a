"""The permission doctor: what this identity can read, by kind and, where a kind is asked per project, by project.

There is no call that tells a token's scopes (reference part 4.4), so each kind's cheapest request is sent and its
answer classed: 401 while the credential works = the scope is missing; 403 = a permission is; 404 = the area is not
installed, or hidden.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Literal

import msgspec

from fairlead.azure.concurrency import concurrently
from fairlead.azure.fewest import FILES, with_files
from fairlead.azure.http.calls import Call
from fairlead.azure.http.envelope import decode, split
from fairlead.azure.http.problems import RefusedRequest, ScopeMissing
from fairlead.azure.reader import AzureSource
from fairlead.model.errors import FairleadError, IncompleteReading, NotPermitted, NotThere, Retry
from fairlead.model.kinds import KindSpec, Route
from fairlead.model.source import Identity

Verdict = Literal["readable", "scope missing", "permission missing", "not installed", "not reached"]

PROJECTS = 20
"""Projects that are asked one by one; more would cost more than a doctor's visit is worth."""

_NO_WORK_ITEM = b'{"query":"SELECT [System.Id] FROM WorkItems WHERE [System.Id] = 0"}'
"""The one probe that is a POST asks a query which finds nothing."""

_ALL_PROJECTS = Route("_apis/projects?$top=1000", "7.1")


class Access(msgspec.Struct, frozen=True):
    """What one probe found. `project` is the name of the project asked, "" for the organization; `kinds` are those
    that the probe speaks for; `detail` is what the service said, "" when readable."""

    scope: str
    kinds: tuple[str, ...]
    project: str
    verdict: Verdict
    detail: str = ""


class Examination(msgspec.Struct, frozen=True):
    """Who was examined, and the findings: the organization first, then project by project. `asked` of the first
    `PROJECTS` projects; `more` says that the organization has more than those. `counts` of the kinds that one request
    lists: how many there are."""

    identity: Identity
    access: tuple[Access, ...]
    asked: int
    more: bool
    counts: Mapping[str, int]


class _Project(msgspec.Struct, frozen=True):
    id: str
    name: str


async def examine(source: AzureSource) -> Examination:
    """Probes every kind. BadCredential and NotThere as `AzureSource.identity`."""
    identity = await source.identity()
    jobs: list[Coroutine[None, None, Access]] = []
    counts: dict[str, int] = {}
    per_project: dict[Route, list[KindSpec]] = {}
    per_organization: dict[Route, list[KindSpec]] = {}
    for spec in source.kinds.values():
        if spec.probe is not None:
            group = per_project if "{project}" in spec.probe.path else per_organization
            group.setdefault(spec.probe, []).append(spec)
    jobs.extend(_probe(source, route, specs, None, counts) for route, specs in per_organization.items())
    projects = await _projects(source)
    counts["project"] = len(projects)
    for project in projects[:PROJECTS]:
        jobs.extend(_probe(source, route, specs, project, counts) for route, specs in per_project.items())
    access = await concurrently(jobs)
    return Examination(
        identity, tuple(access), min(len(projects), PROJECTS), len(projects) > PROJECTS, counts
    )


async def _projects(source: AzureSource) -> list[_Project]:
    """The first thousand projects; none where they cannot be listed, which the probe of `project` reports."""
    call = Call(_ALL_PROJECTS)
    try:
        answer = await source.hosts.send(call, lambda: 0)
    except (NotPermitted, NotThere, Retry, IncompleteReading):
        return []
    return [decode(raw, _Project, "a project") for raw in split(answer.body, call.label).items]


async def _probe(
    source: AzureSource, route: Route, specs: list[KindSpec], project: _Project | None, counts: dict[str, int]
) -> Access:
    fill = {"project": project.id} if project else {}
    body = _NO_WORK_ITEM if route.method == "POST" else b""
    call = Call(route, fill, body=body, attempts=2)
    kinds = tuple(spec.kind for spec in specs)
    name = project.name if project else ""
    try:
        answer = await source.hosts.send(call, lambda: 0)
        if project is None and any(
            one.route == route and one.paging == "single" for one in specs[0].listings
        ):
            items = split(answer.body, call.label).items
            counts[kinds[0]] = len(items)
            if kinds[0] == "repository":
                counts[FILES] = with_files(items)
    except FairleadError as error:
        return Access(specs[0].scope, kinds, name, _verdict(error), error.message)
    return Access(specs[0].scope, kinds, name, "readable")


def _verdict(error: FairleadError) -> Verdict:
    """What a probe's failure says. The failure itself where it is not about this one probe."""
    match error:
        case ScopeMissing():
            return "scope missing"
        case NotPermitted():
            return "permission missing"
        case NotThere():
            return "not installed"
        case RefusedRequest():
            return "not installed" if error.unknown_form else "not reached"
        case Retry() | IncompleteReading():
            return "not reached"
    raise error
