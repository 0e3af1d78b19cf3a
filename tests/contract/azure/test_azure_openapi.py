"""Every request that the client can build is one of the official OpenAPI files: path, method, parameters, version.

The files are found by `FAIRLEAD_SPECS` (a folder with `azure-devops/specification` in it), by default beside the
repository. In CI they must be there.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from azure_devops_sandbox.running import running
from contract.azure.walking import Reader, reader
from fairlead.azure import build_details, releases, tombstones, work_items
from fairlead.azure.access import examine
from fairlead.azure.http.calls import Call
from fairlead.azure.http.hosts import CONNECTION_DATA
from fairlead.azure.kinds import asked_paths, pipeline, team, user
from fairlead.azure.kinds.registry import SPECS
from fairlead.model.kinds import Route
from unit.azure.scripted import fetch

ROOT = Path(__file__).parents[3]
SPECIFICATION = (
    Path(os.environ.get("FAIRLEAD_SPECS", ROOT.parent / "shared" / "specs"))
    / "azure-devops"
    / "specification"
)
AREAS = (
    "build", "core", "distributedTask", "git", "graph", "memberEntitlementManagement", "pipelines", "policy", "release",
    "wit", "work",
)  # fmt: skip

OPTIONAL_TAIL = "/{timelineId}"
"""A segment at the end that need not be there: the build's own timeline is meant then."""

pytestmark = pytest.mark.skipif(
    not SPECIFICATION.is_dir() and os.environ.get("CI") != "true",
    reason="FAIRLEAD_SPECS names no specifications",
)

Shape = tuple[str, tuple[str, ...]]
"""A method and the path's segments in lower case, slots as `{}`; without the leading optional ones."""


class Operation:
    """What the files say of one shape: the query parameters, the required ones per variant, the versions."""

    def __init__(self) -> None:
        self.parameters: set[str] = set()
        self.versions: set[str] = set()
        self.body = False


def shape(method: str, path: str) -> Shape:
    """The organization, project and team at the head are optional on many routes (reference part 0.3)."""
    segments = [part for part in path.partition("?")[0].lower().split("/") if part]
    while segments and segments[0] in {"{organization}", "{project}", "{team}"}:
        segments.pop(0)
    return method, tuple("{}" if part.startswith("{") else part for part in segments)


@cache
def operations() -> dict[Shape, Operation]:
    found: dict[Shape, Operation] = defaultdict(Operation)
    for area in AREAS:
        for file in (SPECIFICATION / area / "7.1").glob("*.json"):
            spec = json.loads(file.read_text(encoding="utf-8-sig"))
            shared = spec.get("parameters", {})
            listed = spec["paths"] | spec.get("x-ms-paths", {})
            # The root of a tree has no path: there the official clients leave the last segment out.
            listed |= {
                path.replace("/{structureGroup}/{path}", "/Areas"): methods
                for path, methods in listed.items()
                if path.endswith("/{structureGroup}/{path}")
            }
            for path, methods in listed.items():
                for method, operation in methods.items():
                    if method == "parameters":
                        continue
                    one = found[shape(method.upper(), path.removesuffix(OPTIONAL_TAIL))]
                    for given in operation.get("parameters", []):
                        parameter = shared[given["$ref"].rpartition("/")[2]] if "$ref" in given else given
                        one.body |= parameter["in"] == "body"
                        if parameter["name"] == "api-version":
                            one.versions |= set(re.findall(r"'([\w.-]+)'", parameter["description"]))
                        elif parameter["in"] == "query":
                            one.parameters.add(parameter["name"])
    return found


def routes() -> Iterator[Route]:
    """Every route that is written down in this room."""
    for spec in SPECS.values():
        yield from (listing.route for listing in spec.listings)
        yield from (route for route in (spec.read, spec.detail, spec.tombstone, spec.probe) if route)
    yield from (tombstones.DELETED_REPOSITORIES, releases.DEPLOYMENTS, work_items.FEED)
    yield from (build_details.CHANGES, build_details.COMMIT, pipeline.DEFINITIONS)
    yield asked_paths.BLOB
    yield from (team.AREAS, user.ABOVE, user.GRAPH.route, user.GRAPH_READ)


@pytest.mark.parametrize(
    "route", sorted(set(routes()), key=str), ids=lambda route: f"{route.method} {route.path}"
)
def test_every_route_is_in_the_specifications(route: Route) -> None:
    operation = operations().get(shape(route.method, route.path))
    assert operation, "no such path and method"
    assert route.version in operation.versions
    fixed = route.path.partition("?")[2]
    assert {pair.partition("=")[0] for pair in fixed.split("&") if pair} <= operation.parameters


async def tour(azure: Reader) -> None:
    """Builds every request there is: each kind in each form with every option, and all that confirms absence."""
    options = {
        "project": fetch("project", defaultTeam=True),
        "repository": fetch("repository", includedFiles=("README.md",)),
        "file": fetch(
            "file", files=({"path": ["README.md", "src/*", "**/none"]},), includedFiles=("CODEOWNERS",)
        ),
        "folder": fetch("folder", folders=({"path": "src"},), includedFiles=("README.md",)),
        "team": fetch("team", includeMembers=True, includeAreaPaths=True),
        "area-path": fetch("area-path", depth=2),
        "user": fetch("user", source="graph", subjectTypes=("aad", "msa"), includeGroupMemberships=True),
        "pull-request": fetch("pull-request", minTimeInDays=9000, maxResults=3),
        "pipeline": fetch("pipeline", includeRepo=True),
        "build": fetch("build", enrichWithFirstCommit=True, minTimeInDays=(9000,), stages=True),
        "work-item": fetch("work-item", wiql="[System.State] <> 'Closed'", expand="Relations"),
        "release-definition": fetch("release-definition", expand=("artifacts", "tags"), tagFilter=("a", "b")),
        "release": fetch(
            "release",
            expand=("environments", "tags"),
            statusFilter="active",
            tagFilter=("a", "b"),
            sourceBranchFilter="refs/heads/main",
            minCreatedTime="2020-01-01T00:00:00Z",
            maxCreatedTime="2100-01-01T00:00:00Z",
        ),
    }
    for kind, spec in SPECS.items():
        for form in reversed(range(len(spec.listings))):
            await azure.list(kind, form, options.get(kind))
            await azure.list(kind, form)
        some = [(record.key, record.parent) for record in list(azure.parents[kind].values())[:2]]
        await azure.read(kind, some, options.get(kind))
        await azure.removed(kind, *some)
        if some:
            await azure.source.inside(kind, options.get(kind) or fetch(kind), [some[0]], azure.number)
        if spec.changes != "relist":
            cursor = azure.source.start_cursor(kind, 1_600_000_000)
            delta = await azure.source.delta(kind, cursor, azure.parents, azure.number)
            await azure.source.delta(kind, delta.cursor, azure.parents, azure.number)
    macro = fetch("work-item", wiql="[System.TeamProject] = @project")
    await azure.source.inside(
        "work-item", macro, [(key, "") for key in list(azure.parents["work-item"])[:2]], azure.number
    )
    await examine(azure.source)


async def test_every_request_of_a_tour_is_in_the_specifications() -> None:
    async with running() as sandbox, reader(sandbox) as azure:
        await tour(azure)
    assert len({call.label for call in azure.calls}) > 15
    unknown = [problem for call in azure.calls for problem in problems(call)]
    assert unknown == []


def problems(call: Call) -> Iterator[str]:
    """What about a call is not in the files."""
    if call.route == CONNECTION_DATA:
        return
    operation = operations().get(shape(call.route.method, call.route.path))
    if operation is None:
        yield f"{call.label}: no such path and method"
        return
    if call.route.version not in operation.versions:
        yield f"{call.label}: version {call.route.version} of {operation.versions}"
    for name, _ in call.query:
        if name not in operation.parameters:
            yield f"{call.label}: no parameter {name}"
    if bool(call.body) != operation.body:
        yield f"{call.label}: body {msgspec.json.encode(call.body)!r}"
