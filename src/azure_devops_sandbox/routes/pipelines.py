"""Pipelines with their runs, and build definitions: the same objects in two areas.

Facts: the list of runs has no pages and gives the newest 10,000; the list of definitions has the repository and
the process only with `includeAllProperties` (reference of the API, part 1.3).
"""

from __future__ import annotations

from collections.abc import Callable

from azure_devops_sandbox.calls import Answer, Call
from azure_devops_sandbox.encoding.builds import build_item
from azure_devops_sandbox.encoding.pipelines import (
    CLASSIC,
    YAML,
    definition_item,
    pipeline_item,
    repository_type,
    run_item,
)
from azure_devops_sandbox.paging import opaque, opaque_place, page, whole
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.pipelines import Build, Definition

from .missing import no_build, no_pipeline

SCOPE = "vso.build"
_MOST_RUNS, _MOST = 10_000, 10_000


def visible_definitions(call: Call) -> list[Definition]:
    """Return the definitions of the project that the identity may see, by name."""
    organization, permissions = call.organization, call.access.permissions

    def find() -> list[Definition]:
        found = [
            one
            for one in organization.of_project(organization.definitions, call.here.id)
            if not one.deleted and permissions.sees_pipeline(one)
        ]
        return sorted(found, key=lambda one: (one.name.casefold(), one.id))

    return organization.derived(("definitions", call.here.id, permissions), find)


def _definition(call: Call, text: str) -> Definition:
    found = call.organization.definitions.get(int(text)) if text.isdigit() else None
    if found is None or found.deleted or found.project != call.here.id:
        raise no_pipeline(text)
    if not call.access.permissions.sees_pipeline(found):
        raise no_pipeline(text)
    return found


def _ordered(call: Call, found: list[Definition]) -> list[Definition]:
    order = (call.text("queryOrder") or "none").lower()
    if order.startswith("lastmodified"):
        found = sorted(found, key=lambda one: (one.created, one.id))
    return found[::-1] if order.endswith("descending") else found


def definitions_list(call: Call) -> Answer:
    """List build definitions; without `includeAllProperties` in short."""
    organization, full = call.organization, call.flag("includeAllProperties")
    fits, latest = _definition_filter(call), call.flag("includeLatestBuilds")
    found = _ordered(call, [one for one in visible_definitions(call) if fits(one)])
    rows = [
        definition_item(organization, one, full=full, latest=_latest(call, one) if latest else None)
        for one in found
    ]
    return page(call, rows, opaque_place(call), min(_MOST, call.number("$top", _MOST)), opaque)


def _definition_filter(call: Call) -> Callable[[Definition], bool]:
    ids, folder = set(call.words("definitionIds")), call.text("path")
    name, repository = (call.text("name") or "").casefold(), call.text("repositoryId")
    kind, process = call.text("repositoryType"), call.text("processType")
    yaml = call.text("yamlFilename")

    def fits(one: Definition) -> bool:
        return (
            (not ids or str(one.id) in ids)
            and folder in {None, one.folder}
            and _named(one.name.casefold(), name)
            and repository in {None, one.repository}
            and (kind is None or kind.lower() == repository_type(one).lower())
            and process in {None, str(CLASSIC if one.yaml is None else YAML)}
            and yaml in {None, one.yaml}
        )

    return fits


def _named(name: str, pattern: str) -> bool:
    """Tell whether a name fits a pattern, in which a star at an end stands for any text."""
    text = pattern.strip("*")
    if pattern.startswith("*"):
        return text in name if pattern.endswith("*") else name.endswith(text)
    return name.startswith(text) if pattern.endswith("*") else pattern in {"", name}


def _latest(call: Call, definition: Definition) -> tuple[bytes, bytes]:
    builds = builds_of(call, definition)
    completed = next((one for one in builds if one.status == "completed"), None)

    def told(one: Build | None) -> bytes:
        return build_item(call.organization, one) if one else b""

    return told(builds[0] if builds else None), told(completed)


def builds_of(call: Call, definition: Definition) -> list[Build]:
    """Return the builds of a definition that are not deleted, the newest first."""
    organization = call.organization

    def group() -> dict[int, list[Build]]:
        groups: dict[int, list[Build]] = {}
        for one in reversed(organization.builds.values()):
            if one.deleted is None:
                groups.setdefault(one.definition, []).append(one)
        return groups

    return organization.derived("builds by definition", group).get(definition.id, [])


def definitions_get(call: Call) -> Answer:
    """Return a build definition with all properties."""
    definition = _definition(call, call.params["definitionId"])
    latest = _latest(call, definition) if call.flag("includeLatestBuilds") else None
    return Answer(definition_item(call.organization, definition, full=True, latest=latest))


def pipelines_list(call: Call) -> Answer:
    """List pipelines, by name unless `orderBy` says otherwise."""
    found = visible_definitions(call)
    column, _, direction = (call.text("orderBy") or "name").lower().partition(" ")
    if column == "id":
        found = sorted(found, key=lambda one: one.id)
    if direction == "desc":
        found = found[::-1]
    rows = [pipeline_item(call.organization, one, configuration=False) for one in found]
    return page(call, rows, opaque_place(call), min(_MOST, call.number("$top", _MOST)), opaque)


def pipelines_get(call: Call) -> Answer:
    """Return a pipeline with its configuration."""
    definition = _definition(call, call.params["pipelineId"])
    return Answer(pipeline_item(call.organization, definition, configuration=True))


def runs_list(call: Call) -> Answer:
    """List the newest runs of a pipeline."""
    definition = _definition(call, call.params["pipelineId"])
    newest = builds_of(call, definition)[:_MOST_RUNS]
    return whole(call, [run_item(call.organization, definition, one, resources=False) for one in newest])


def runs_get(call: Call) -> Answer:
    """Return a run of a pipeline with its resources."""
    definition, text = _definition(call, call.params["pipelineId"]), call.params["runId"]
    build = call.organization.builds.get(int(text)) if text.isdigit() else None
    if build is None or build.deleted is not None or build.definition != definition.id:
        raise no_build(text)
    return Answer(run_item(call.organization, definition, build, resources=True))


_DEFINITION, _PIPELINE = "_apis/build/definitions", "_apis/pipelines"
ROUTES = (
    Route("build-definitions.list", "GET", "p", _DEFINITION, definitions_list, SCOPE),
    Route("build-definitions.get", "GET", "p", f"{_DEFINITION}/{{definitionId}}", definitions_get, SCOPE),
    Route("pipelines.list", "GET", "p", _PIPELINE, pipelines_list, SCOPE),
    Route("pipelines.get", "GET", "p", f"{_PIPELINE}/{{pipelineId}}", pipelines_get, SCOPE),
    Route("pipeline-runs.list", "GET", "p", f"{_PIPELINE}/{{pipelineId}}/runs", runs_list, SCOPE),
    Route("pipeline-runs.get", "GET", "p", f"{_PIPELINE}/{{pipelineId}}/runs/{{runId}}", runs_get, SCOPE),
)
