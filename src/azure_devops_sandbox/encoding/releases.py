"""Releases and deployments as the area `release` answers them."""

from __future__ import annotations

from typing import Any

from azure_devops_sandbox.formats import NULL_DATE, date3
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import Deployment, Release, ReleaseDefinition

from . import kept, link, person

EXPANDS = frozenset({"environments", "artifacts", "approvals", "manualinterventions", "variables", "tags"})


ENVIRONMENT_OPTIONS = {
    "emailNotificationType": "OnlyOnFailure",
    "emailRecipients": "release.environment.owner;release.creator",
    "skipArtifactsDownload": False,
    "timeoutInMinutes": 0,
    "enableAccessToken": False,
    "publishDeploymentStatus": False,
    "badgeEnabled": False,
    "autoLinkWorkItems": False,
    "pullRequestDeploymentEnabled": False,
}


def self_and_web(
    organization: Organization, project: str, kind: str, number: int
) -> tuple[str, dict[str, Any]]:
    """Return the address and the links of a release or a definition."""
    url = f"{organization.base_url}/{project}/_apis/Release/{kind}/{number}"
    query = f"releaseId={number}&_a=release-summary" if kind == "releases" else f"definitionId={number}"
    web = f"{organization.base_url}/{project}/_release?{query}"
    return url, {"self": link(url), "web": link(web)}


def _definition_reference(organization: Organization, definition: ReleaseDefinition) -> dict[str, Any]:
    url, links = self_and_web(organization, definition.project, "definitions", definition.id)
    return {
        "id": definition.id,
        "name": definition.name,
        "path": definition.path,
        "projectReference": None,
        "url": url,
        "_links": links,
    }


def release_item(organization: Organization, release: Release, expand: frozenset[str]) -> bytes:
    """Return a release as a row of the list, with what `$expand` adds."""
    definition = organization.release_definitions[release.definition]
    project = organization.projects[release.project]

    def build() -> dict[str, Any]:
        url, links = self_and_web(organization, release.project, "releases", release.id)
        found: dict[str, Any] = {
            "id": release.id,
            "name": release.name,
            "status": release.status,
            "createdOn": date3(release.created),
            "modifiedOn": date3(release.modified),
            "modifiedBy": person(organization, release.modified_by),
            "createdBy": person(organization, release.created_by),
            "createdFor": person(organization, release.created_by),
            "variables": {},
            "variableGroups": [],
        }
        if "environments" in expand:
            found["environments"] = _environments(organization, release, definition)
        if "artifacts" in expand:
            found["artifacts"] = [_artifact(organization, release)]
        found.update(
            releaseDefinition=_definition_reference(organization, definition),
            releaseDefinitionRevision=definition.revision,
            description=release.description,
            reason=release.reason,
            releaseNameFormat="Release-$(rev:r)",
            keepForever=release.keep_forever,
            definitionSnapshotRevision=1,
            logsContainerUrl=f"{url}/logs",
            url=url,
            _links=links,
            tags=list(release.tags),
            triggeringArtifactAlias=None,
            projectReference={"id": project.id, "name": project.name},
            properties={},
        )
        return found

    stamp = max(release.version, definition.version, project.version)
    return kept(release, f"item {' '.join(sorted(expand))}", stamp, build)


def release_detail(organization: Organization, release: Release) -> bytes:
    """Return a release with environments and artifacts."""
    return release_item(organization, release, frozenset({"environments", "artifacts"}))


def _environment_number(release: Release, place: int) -> int:
    return release.id * 10 + place + 1


def _environments(
    organization: Organization, release: Release, definition: ReleaseDefinition
) -> list[dict[str, Any]]:
    url, links = self_and_web(organization, release.project, "releases", release.id)
    statuses = release.environment_statuses or ("notStarted",) * len(definition.environments)
    return [
        {
            "id": _environment_number(release, place),
            "releaseId": release.id,
            "name": name,
            "status": statuses[place] if place < len(statuses) else "notStarted",
            "variables": {},
            "variableGroups": [],
            "preDeployApprovals": [],
            "postDeployApprovals": [],
            "preApprovalsSnapshot": {
                "approvals": [{"rank": 1, "isAutomated": True, "isNotificationOn": False, "id": 0}]
            },
            "postApprovalsSnapshot": {
                "approvals": [{"rank": 1, "isAutomated": True, "isNotificationOn": False, "id": 0}]
            },
            "deploySteps": [],
            "rank": place + 1,
            "definitionEnvironmentId": definition.id * 10 + place + 1,
            "environmentOptions": ENVIRONMENT_OPTIONS,
            "conditions": [],
            "createdOn": date3(release.created),
            "modifiedOn": date3(release.modified),
            "deployPhasesSnapshot": [],
            "owner": person(organization, definition.created_by),
            "schedules": [],
            "release": {"id": release.id, "name": release.name, "url": url, "_links": links},
            "releaseDefinition": _definition_reference(organization, definition),
            "releaseCreatedBy": person(organization, release.created_by),
            "triggerReason": "Manual" if release.reason == "manual" else "After successful deployment",
        }
        for place, name in enumerate(definition.environments)
    ]


def _artifact(organization: Organization, release: Release) -> dict[str, Any]:
    project = organization.projects[release.project]
    return {
        "sourceId": f"{release.project}:{release.definition}",
        "type": "Build",
        "alias": "_Fabrikam.CI",
        "definitionReference": {
            "branch": {"id": release.branch, "name": release.branch},
            "definition": {"id": str(release.definition), "name": "Fabrikam.CI"},
            "project": {"id": release.project, "name": project.name},
            "version": {"id": str(release.id * 3), "name": f"20260101.{release.id}"},
        },
        "isPrimary": True,
        "isRetained": False,
    }


def deployment_item(organization: Organization, deployment: Deployment) -> bytes:
    """Return a deployment."""
    release = organization.releases[deployment.release]
    definition = organization.release_definitions[release.definition]
    project = organization.projects[deployment.project]
    stamp = max(deployment.version, release.version, definition.version, project.version)
    return kept(deployment, "item", stamp, lambda: _deployment(organization, deployment, release, definition))


def _deployment(
    organization: Organization, deployment: Deployment, release: Release, definition: ReleaseDefinition
) -> dict[str, Any]:
    project = organization.projects[deployment.project]
    requested = person(organization, deployment.requested_by)
    found: dict[str, Any] = {
        "id": deployment.id,
        "release": _deployed_release(organization, release),
        "releaseDefinition": _definition_reference(organization, definition),
        "releaseEnvironment": {
            "id": _environment_number(release, deployment.environment),
            "name": definition.environments[deployment.environment],
            "_links": {},
        },
        "projectReference": {"id": project.id, "name": project.name},
        "definitionEnvironmentId": definition.id * 10 + deployment.environment + 1,
        "attempt": deployment.attempt,
        "reason": deployment.reason,
        "deploymentStatus": deployment.status,
        "operationStatus": deployment.operation,
        "requestedBy": requested,
        "requestedFor": requested,
        "queuedOn": date3(deployment.queued),
        "startedOn": date3(deployment.started) if deployment.started else NULL_DATE,
        "lastModifiedOn": date3(deployment.modified),
        "lastModifiedBy": requested,
        "conditions": [],
        "scheduledDeploymentTime": NULL_DATE,
        "preDeployApprovals": [],
        "postDeployApprovals": [],
        "_links": {},
    }
    if deployment.completed is not None:
        found["completedOn"] = date3(deployment.completed)
    return found


def _deployed_release(organization: Organization, release: Release) -> dict[str, Any]:
    """Return the reference of a deployment to its release, which is mostly empty."""
    url, links = self_and_web(organization, release.project, "releases", release.id)
    return {
        "id": release.id,
        "name": release.name,
        "url": url,
        "artifacts": [],
        "webAccessUri": links["web"]["href"],
        "_links": links,
        "description": None,
        "releaseDefinition": None,
        "createdOn": NULL_DATE,
        "createdBy": None,
        "modifiedBy": None,
        "reason": "none",
    }
