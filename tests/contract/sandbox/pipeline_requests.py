"""Requests for the routes about pipelines, builds and environments."""

from __future__ import annotations

from azure_devops_sandbox import Organization
from azure_devops_sandbox.state.records import Project
from contract.sandbox.case import Case, P

_FULL = (
    "properties", "tags", "buildNumberFormat", "jobAuthorizationScope", "jobTimeoutInMinutes",
    "jobCancelTimeoutInMinutes", "repository", "triggers", "process",
)  # fmt: skip
_FULL_ROWS = frozenset(f"$[].{key}" for key in _FULL)
"""With `includeAllProperties` a row is a whole definition, and the schema of the list is that of a short one."""
_BY_KIND = frozenset(
    f"$.{key}"
    for key in (
        *("process.yamlFilename", "process.phases", "triggers[].branchFilters", "triggers[].pathFilters"),
        *("triggers[].batchChanges", "triggers[].maxConcurrentBuildsPerBranch"),
        *("configuration.path", "configuration.repository"),
    )
)
"""What a kind of process, trigger or configuration has beyond their base, which is all that the schema names."""

_SOURCE = frozenset(f"$.resources.repositories.*.repository.{key}" for key in ("id", "fullName"))
"""What a kind of repository has beyond its type."""


def pipeline_cases(organization: Organization, project: Project) -> list[Case]:
    """Return the requests; those about a single build for each state that a build may be in."""
    return [
        *_of_definitions(organization, project),
        *_lists_of_builds(project),
        *_of_builds(organization, project),
        *_of_environments(organization, project),
    ]


def _case(
    project: Project, route: str, area: str, template: str, path: str, known: frozenset[str] = frozenset()
) -> Case:
    return Case(route, area, f"{P}/{template}", f"/{project.id}/_apis/{path}", known=known)


def _of_definitions(organization: Organization, project: Project) -> list[Case]:
    lists, full = "build/definitions", "?includeAllProperties=true&includeLatestBuilds=true"
    found = [
        _case(project, "pipelines.list", "pipelines", "pipelines", "pipelines"),
        _case(project, "build-definitions.list", "build", lists, lists),
        _case(project, "build-definitions.list", "build", lists, lists + full, _FULL_ROWS),
    ]
    for one in organization.of_project(organization.definitions, project.id):
        pipeline, definition = f"pipelines/{one.id}", f"{lists}/{one.id}"
        found += [
            _case(project, "pipelines.get", "pipelines", "pipelines/{pipelineId}", pipeline, _BY_KIND),
            _case(
                project, "build-definitions.get", "build", f"{lists}/{{definitionId}}", definition, _BY_KIND
            ),
        ]
    return found


def _lists_of_builds(project: Project) -> list[Case]:
    queries = [
        f"queryOrder={column}Time{direction}&$top=5"
        for column in ("queue", "start", "finish")
        for direction in ("Ascending", "Descending")
    ]
    return [
        _case(project, "builds.list", "build", "build/builds", f"build/builds?{query}")
        for query in ("deletedFilter=includeDeleted", *queries)
    ]


def _of_environments(organization: Organization, project: Project) -> list[Case]:
    environment = next(
        one.environment for one in organization.environment_deployments.values() if one.project == project.id
    )
    area, base = "distributedTask", "distributedtask/environments"
    home, records = f"{base}/{environment}", "environmentdeploymentrecords"
    return [
        _case(project, "environments.list", area, base, base),
        _case(project, "environments.get", area, f"{base}/{{environmentId}}", home),
        _case(
            project,
            "environment-deployments.list",
            area,
            f"{base}/{{environmentId}}/{records}",
            f"{home}/{records}",
        ),
    ]


def _of_builds(organization: Organization, project: Project) -> list[Case]:
    live = [one for one in organization.of_project(organization.builds, project.id) if one.deleted is None]
    by_state = {(one.status, one.result): one for one in live}
    found: list[Case] = []
    for one in by_state.values():
        runs, build = f"pipelines/{one.definition}/runs", f"build/builds/{one.id}"
        requests = [
            ("pipeline-runs.list", "pipelines", "pipelines/{pipelineId}/runs", runs),
            ("pipeline-runs.get", "pipelines", "pipelines/{pipelineId}/runs/{runId}", f"{runs}/{one.id}"),
            ("builds.get", "build", "build/builds/{buildId}", build),
        ]
        if one.started is not None:
            timeline = "build/builds/{buildId}/timeline/{timelineId}"
            requests.append(("timelines.get", "build", timeline, f"{build}/timeline"))
        if one.commits:
            requests.append(
                ("build-changes.list", "build", "build/builds/{buildId}/changes", f"{build}/changes")
            )
        found += [
            _case(project, route, area, template, path, _SOURCE) for route, area, template, path in requests
        ]
    return found
