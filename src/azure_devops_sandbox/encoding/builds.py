"""Builds and their changes as the area `build` answers them: dates have seven fraction digits."""

from __future__ import annotations

from typing import Any

import orjson

from azure_devops_sandbox.formats import date7, derived_guid
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pipelines import Build, Commit, Definition

from . import kept, link, person
from .core import project_item
from .pipelines import definition_reference, definition_stamp, queue_shown, repository_shown


def build_url(organization: Organization, build: Build) -> str:
    """Return the address of a build."""
    return f"{organization.base_url}/{build.project}/_apis/build/Builds/{build.id}"


def plan_id(build: int) -> str:
    """Return the id of the plan that a build runs, which is that of its timeline too."""
    return derived_guid("plan", build)


def build_item(organization: Organization, build: Build) -> bytes:
    """Return a build, the same in lists and alone."""
    definition = organization.definitions[build.definition]
    stamp = max(build.version, definition_stamp(organization, definition))
    return kept(build, "item", stamp, lambda: _build(organization, build, definition))


def _build(organization: Organization, build: Build, definition: Definition) -> dict[str, Any]:
    url, plan = build_url(organization, build), {"planId": plan_id(build.id)}
    project = organization.projects[build.project]
    found: dict[str, Any] = {
        "_links": _links(organization, build, definition),
        "properties": {},
        "tags": list(build.tags),
        "validationResults": [],
        "plans": [plan],
        "triggerInfo": _trigger(build, definition),
        "id": build.id,
        "buildNumber": build.number,
        "status": build.status,
    }
    if build.result is not None:
        found["result"] = build.result
    found["queueTime"] = date7(build.queued)
    if build.started is not None:
        found["startTime"] = date7(build.started)
    if build.finished is not None:
        found["finishTime"] = date7(build.finished)
    found.update(
        url=url,
        definition=definition_reference(organization, definition),
        buildNumberRevision=int(build.number.rpartition(".")[2] or 1),
        project=orjson.Fragment(project_item(organization, project)),
        uri=f"vstfs:///Build/Build/{build.id}",
        sourceBranch=build.branch,
        sourceVersion=build.commit,
        queue=queue_shown(organization),
        priority="normal",
        reason=build.reason,
        requestedFor=person(organization, build.requested_for),
        requestedBy=person(organization, build.requested_by),
        lastChangedDate=date7(build.changed),
        lastChangedBy=person(organization, build.changed_by),
        orchestrationPlan=plan,
        logs={"id": 0, "type": "Container", "url": f"{url}/logs"},
        repository=repository_shown(organization, definition),
        retainedByRelease=False,
        triggeredByBuild=None,
        appendCommitMessageToRunName=True,
    )
    if build.deleted is not None:
        found.update(deleted=True, deletedDate=date7(build.deleted), deletedReason="")
        found["deletedBy"] = person(organization, build.deleted_by or organization.owner)
    return found


def _links(organization: Organization, build: Build, definition: Definition) -> dict[str, Any]:
    url, base = build_url(organization, build), f"{organization.base_url}/{build.project}"
    return {
        "self": link(url),
        "web": link(f"{base}/_build/results?buildId={build.id}"),
        "sourceVersionDisplayUri": link(f"{base}/_apis/build/builds/{build.id}/sources"),
        "timeline": link(f"{base}/_apis/build/builds/{build.id}/Timeline"),
        "badge": link(f"{base}/_apis/build/status/{definition.id}"),
    }


def _trigger(build: Build, definition: Definition) -> dict[str, str]:
    if build.pull_request is not None:
        return {
            "pr.number": str(build.pull_request),
            "pr.isFork": "False",
            "pr.triggerRepository": definition.repository,
            "pr.triggerRepository.Type": "TfsGit",
        }
    if build.reason not in {"individualCI", "batchedCI"}:
        return {}
    return {
        "ci.sourceBranch": build.branch,
        "ci.sourceSha": build.commit,
        "ci.message": build.commits[0].message if build.commits else "",
        "ci.triggerRepository": definition.repository,
    }


def change_item(organization: Organization, build: Build, commit: Commit) -> bytes:
    """Return a commit that a build brought in."""
    repository = organization.definitions[build.definition].repository
    base = f"{organization.base_url}/{build.project}"
    return orjson.dumps(
        {
            "id": commit.id,
            "message": commit.message,
            "type": "GitHub" if "/" in repository else "TfsGit",
            "author": person(organization, commit.author),
            "timestamp": date7(commit.when),
            "location": f"{base}/_apis/git/repositories/{repository}/commits/{commit.id}",
            "messageTruncated": False,
            "displayUri": f"{base}/_git/{repository}/commit/{commit.id}",
        }
    )
