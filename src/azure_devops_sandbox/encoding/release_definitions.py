"""Release definitions as the area `release` answers them: a list row is short, a single one has it all."""

from __future__ import annotations

from typing import Any

from azure_devops_sandbox.formats import date3
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import ReleaseDefinition

from . import kept, person
from .releases import ENVIRONMENT_OPTIONS, self_and_web


def definition_item(
    organization: Organization, definition: ReleaseDefinition, expand: frozenset[str], *, full: bool = False
) -> bytes:
    """Return a release definition with what `$expand` adds; `full` is the form of a single read."""
    project = organization.projects[definition.project]

    def build() -> dict[str, Any]:
        url, links = self_and_web(organization, definition.project, "definitions", definition.id)
        found: dict[str, Any] = {
            "source": "userInterface",
            "revision": definition.revision,
            "description": None,
            "createdBy": person(organization, definition.created_by),
            "createdOn": date3(definition.created),
            "modifiedBy": person(organization, definition.modified_by),
            "modifiedOn": date3(definition.modified),
            "isDeleted": definition.deleted,
            "variableGroups": None,
            "releaseNameFormat": "Release-$(rev:r)",
            "properties": {},
            "id": definition.id,
            "name": definition.name,
            "path": definition.path,
            "projectReference": {"id": project.id, "name": project.name},
            "url": url,
            "_links": links,
        }
        if "environments" in expand:
            found["environments"] = [
                _environment(organization, definition, place, full)
                for place in range(len(definition.environments))
            ]
        found.update({name: [] for name in ("artifacts", "triggers") if name in expand})
        if "variables" in expand:
            found["variables"] = {}
        if "tags" in expand:
            found["tags"] = list(definition.tags)
        if "lastrelease" in expand:
            found["lastRelease"] = _last_release(organization, definition)
        return found

    stamp = organization.version if "lastrelease" in expand else max(definition.version, project.version)
    return kept(definition, f"item {full} {' '.join(sorted(expand))}", stamp, build)


def _environment(
    organization: Organization, definition: ReleaseDefinition, place: int, full: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": definition.id * 10 + place + 1,
        "name": definition.environments[place],
        "rank": place + 1,
        "schedules": [],
        "retentionPolicy": {"daysToKeep": 30, "releasesToKeep": 3, "retainBuild": True},
    }
    if full:
        found.update(_inside(organization, definition, place))
    return found


def _inside(organization: Organization, definition: ReleaseDefinition, place: int) -> dict[str, Any]:
    """Return what only a single definition tells about an environment."""
    number = definition.id * 10 + place + 1
    base = organization.base_url
    none_yet = f"{base}/{definition.project}/_apis/Release/releases/0"
    automated: dict[str, list[dict[str, Any]]] = {
        "approvals": [{"rank": 1, "isAutomated": True, "isNotificationOn": False, "id": number * 2}]
    }
    approver = {
        **automated["approvals"][0],
        "approver": person(organization, definition.created_by),
        "isAutomated": False,
        "id": number * 2 + 1,
    }
    gates: dict[str, Any] = {"id": 0, "gatesOptions": None, "gates": []}
    return {
        "owner": person(organization, definition.created_by),
        "variables": {},
        "variableGroups": [],
        "preDeployApprovals": {"approvals": [approver], "approvalOptions": _APPROVAL_OPTIONS},
        "deployStep": {"id": number * 3},
        "postDeployApprovals": automated,
        "deployPhases": [_PHASE],
        "environmentOptions": ENVIRONMENT_OPTIONS,
        "demands": [],
        "conditions": [],
        "executionPolicy": {"concurrencyCount": 0, "queueDepthCount": 0},
        "currentRelease": {"id": 0, "url": none_yet, "_links": {}},
        "properties": {},
        "preDeploymentGates": gates,
        "postDeploymentGates": gates,
        "environmentTriggers": [],
        "badgeUrl": f"{base}/_apis/public/Release/badge/{definition.project}/{definition.id}/{number}",
    }


_APPROVAL_OPTIONS = {
    "requiredApproverCount": 0,
    "releaseCreatorCanBeApprover": True,
    "autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped": False,
    "enforceIdentityRevalidation": False,
    "timeoutInMinutes": 0,
    "executionOrder": "beforeGates",
}
_PHASE = {
    "deploymentInput": {
        "parallelExecution": {"parallelExecutionType": "none"},
        "skipArtifactsDownload": False,
        "artifactsDownloadInput": {"downloadInputs": []},
        "queueId": 15,
        "demands": [],
        "enableAccessToken": False,
        "timeoutInMinutes": 0,
        "jobCancelTimeoutInMinutes": 1,
        "condition": "succeeded()",
        "overrideInputs": {},
    },
    "rank": 1,
    "phaseType": "agentBasedDeployment",
    "name": "Run on agent",
    "refName": None,
    "workflowTasks": [],
}


def _last_release(organization: Organization, definition: ReleaseDefinition) -> dict[str, Any] | None:
    releases = organization.of_project(organization.releases, definition.project)
    mine = [one for one in releases if one.definition == definition.id and not one.deleted]
    if not mine:
        return None
    last = mine[-1]
    return {
        "id": last.id,
        "name": last.name,
        "artifacts": [],
        "webAccessUri": None,
        "_links": {},
        "description": last.description,
        "releaseDefinition": {"id": definition.id, "projectReference": None, "_links": {}},
        "createdOn": date3(last.created),
        "createdBy": person(organization, last.created_by),
        "modifiedBy": None,
        "reason": "none",
    }
