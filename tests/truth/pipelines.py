"""Pipelines, builds, stages, runs and environments, restated in plain Python.

For the example mapping of every kind (`ALL`), and for preset `standard` (`STANDARD`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from azure_devops_sandbox.encoding.timelines import record_id
from azure_devops_sandbox.formats import date7
from azure_devops_sandbox.state.history import history_of
from azure_devops_sandbox.state.pipelines import Build, Definition, Environment
from truth.entities import Entities, Entity, Targets
from truth.sight import Sight

TARGETS: Targets = {
    "azureDevopsPipeline": {"project": "azureDevopsProject", "repository": "azureDevopsRepository"},
    "azureDevopsBuild": {"project": "azureDevopsProject", "pipeline": "azureDevopsPipeline"},
    "azureDevopsPipelineStage": {"project": "azureDevopsProject", "build": "azureDevopsBuild"},
    "azureDevopsPipelineRun": {"project": "azureDevopsProject", "pipeline": "azureDevopsPipeline"},
    "azureDevopsEnvironment": {"project": "azureDevopsProject"},
}
STANDARD_TARGETS: Targets = {
    "pipeline": {"project": "project", "repository": "repository"},
    "build": {"pipeline": "pipeline", "project": "project", "repository": "repository"},
    "environment": {"project": "project"},
}


def _when(moment: datetime | None) -> str | None:
    return None if moment is None else date7(moment)


def _definitions(sight: Sight) -> Iterator[Definition]:
    open_ = {one.id for one in sight.open_projects()}
    return (
        one for one in sight.organization.definitions.values() if one.project in open_ and not one.deleted
    )


def _builds(sight: Sight, days: int | None = None) -> Iterator[Build]:
    open_ = {one.id for one in sight.open_projects()}
    for one in sight.organization.builds.values():
        start = sight.organization.clock.now().replace(microsecond=0) - timedelta(days=days or 0)
        if one.project in open_ and one.deleted is None and (days is None or one.queued >= start):
            yield one


def _environments(sight: Sight) -> Iterator[Environment]:
    open_ = {one.id for one in sight.open_projects()}
    return (one for one in sight.organization.environments.values() if one.project in open_)


def _of_azure_repos(definition: Definition) -> str | None:
    """The repository, if it is one of the organization's: others are named owner/name."""
    return None if "/" in definition.repository else definition.repository


def pipelines(sight: Sight) -> Entities:
    """`azureDevopsPipeline`."""
    return {
        ("azureDevopsPipeline", f"{one.project}/{one.id}"): Entity(
            title=one.name,
            properties={
                "url": f"{sight.base}/{one.project}/_apis/pipelines/{one.id}?revision={one.revision}",
                "revision": one.revision,
                "folder": one.folder,
            },
            relations={"project": one.project, "repository": _of_azure_repos(one)},
        )
        for one in _definitions(sight)
    }


def _hours(later: datetime, earlier: datetime) -> float:
    seconds = (later.replace(microsecond=0) - earlier.replace(microsecond=0)).total_seconds()
    return seconds // 36 / 100


def _first_commit(sight: Sight, build: Build) -> tuple[int | None, datetime | None]:
    """How many commits a build brought, and when the first one was made. One that brought none has the commit that it
    was made of, where that lies in a repository that can be asked."""
    if build.commits:
        return len(build.commits), min(each.when for each in build.commits)
    name = sight.organization.definitions[build.definition].repository
    repository = next((one for one in sight.repositories() if one.id == name and not one.disabled), None)
    if repository is None:
        return None, None
    commit = history_of(sight.organization, repository).commit(build.commit)
    return (1, commit.committer.date) if commit else (None, None)


def builds(sight: Sight) -> Entities:
    """`azureDevopsBuild`, with what its first commit tells."""
    found: Entities = {}
    for one in _builds(sight):
        count, first = _first_commit(sight, one)
        found["azureDevopsBuild", f"{one.project}/{one.id}"] = Entity(
            title=one.number,
            properties={
                "status": one.status,
                "result": one.result,
                "queueTime": _when(one.queued),
                "startTime": _when(one.started),
                "finishTime": _when(one.finished),
                "definitionName": sight.organization.definitions[one.definition].name,
                "requestedFor": one.requested_for.display_name,
                "link": f"{sight.base}/{one.project}/_build/results?buildId={one.id}",
                "commits": count,
                "leadTimeHours": _hours(one.finished, first) if one.finished and first else None,
            },
            relations={"project": one.project, "pipeline": f"{one.project}/{one.definition}"},
        )
    return found


def stages(sight: Sight) -> Entities:
    """`azureDevopsPipelineStage`; a build that never started has none."""
    found: Entities = {}
    for build in (one for one in _builds(sight) if one.started is not None):
        for one in build.stages:
            key = f"{build.project}/{build.id}/{record_id(one.name)}"
            found["azureDevopsPipelineStage", key] = Entity(
                title=one.name,
                properties={
                    "state": one.state,
                    "result": one.result,
                    "startTime": _when(one.started),
                    "finishTime": _when(one.finished),
                    "stageType": "Stage",
                },
                relations={"project": build.project, "build": f"{build.project}/{build.id}"},
            )
    return found


def runs(sight: Sight) -> Entities:
    """`azureDevopsPipelineRun`: the builds of pipelines that are there."""
    known = {one.id: one for one in _definitions(sight)}
    return {
        ("azureDevopsPipelineRun", f"{one.project}/{one.definition}/{one.id}"): Entity(
            title=one.number,
            properties={
                "state": {"completed": "completed", "cancelling": "canceling"}.get(one.status, "inProgress"),
                "result": {"partiallySucceeded": "succeeded"}.get(one.result or "", one.result),
                "createdDate": _when(one.queued),
                "finishedDate": _when(one.finished),
                "pipelineName": known[one.definition].name,
            },
            relations={"project": one.project, "pipeline": f"{one.project}/{one.definition}"},
        )
        for one in _builds(sight)
        if one.definition in known
    }


def environments(sight: Sight) -> Entities:
    """`azureDevopsEnvironment`."""
    return {
        ("azureDevopsEnvironment", f"{one.project}/{one.id}"): Entity(
            title=one.name,
            properties={
                "description": one.description,
                "createdOn": _when(one.created),
                "lastModifiedOn": _when(one.modified),
            },
            relations={"project": one.project},
        )
        for one in _environments(sight)
    }


ALL = (pipelines, builds, stages, runs, environments)


def standard_pipelines(sight: Sight) -> Entities:
    """`pipeline`."""
    return {
        ("pipeline", f"{one.project}/{one.id}"): Entity(
            title=one.name,
            properties={
                "folder": one.folder,
                "url": f"{sight.base}/{one.project}/_build/definition?definitionId={one.id}",
            },
            relations={"project": one.project, "repository": _of_azure_repos(one)},
        )
        for one in _definitions(sight)
    }


def standard_builds(sight: Sight) -> Entities:
    """`build`: those queued within thirty days."""
    return {
        ("build", f"{one.project}/{one.id}"): Entity(
            title=one.number,
            properties={
                "number": one.number,
                "status": one.status,
                "result": one.result,
                "reason": one.reason,
                "queued": _when(one.queued),
                "started": _when(one.started),
                "finished": _when(one.finished),
                "branch": one.branch.removeprefix("refs/heads/"),
                "commit": one.commit,
                "requestedFor": one.requested_for.unique_name,
                "url": f"{sight.base}/{one.project}/_build/results?buildId={one.id}",
            },
            relations={
                "pipeline": f"{one.project}/{one.definition}",
                "project": one.project,
                "repository": _of_azure_repos(sight.organization.definitions[one.definition]),
            },
        )
        for one in _builds(sight, 30)
    }


def standard_environments(sight: Sight) -> Entities:
    """`environment`."""
    return {
        ("environment", f"{one.project}/{one.id}"): Entity(
            title=one.name,
            properties={
                "description": one.description,
                "created": _when(one.created),
                "createdBy": one.created_by.unique_name,
                "modified": _when(one.modified),
                "url": f"{sight.base}/{one.project}/_environments/{one.id}",
            },
            relations={"project": one.project},
        )
        for one in _environments(sight)
    }


STANDARD = (standard_pipelines, standard_builds, standard_environments)
