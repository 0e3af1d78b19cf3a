"""Environments and deployments to them as the area `distributedtask` answers them."""

from __future__ import annotations

from typing import Any

from azure_devops_sandbox.formats import date7
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pipelines import Environment, EnvironmentDeployment

from . import kept, link, person
from .builds import plan_id
from .pipelines import definition_url

_BUILD_SERVICE = "00025394-6065-48ca-87d9-7f5672854ef7"


def environment_item(organization: Organization, environment: Environment) -> bytes:
    """Return an environment; its project has no name."""

    def make() -> dict[str, Any]:
        return {
            "id": environment.id,
            "name": environment.name,
            "description": environment.description,
            "createdBy": person(organization, environment.created_by),
            "createdOn": date7(environment.created),
            "lastModifiedBy": person(organization, environment.modified_by),
            "lastModifiedOn": date7(environment.modified),
            "resources": [],
            "project": {"id": environment.project, "name": None},
        }

    return kept(environment, "item", environment.version, make)


def environment_deployment(organization: Organization, deployment: EnvironmentDeployment) -> bytes:
    """Return a deployment; that of a build that was purged names it still."""
    definition = organization.definitions[deployment.definition]

    def make() -> dict[str, Any]:
        base = f"{organization.base_url}/{deployment.project}"
        run = f"{base}/_apis/build/Builds/{deployment.build}"
        found: dict[str, Any] = {
            "id": deployment.id,
            "requestIdentifier": f"{deployment.stage}.Deploy.__default",
            "environmentId": deployment.environment,
            "serviceOwner": _BUILD_SERVICE,
            "scopeId": deployment.project,
            "planType": "Build",
            "planId": plan_id(deployment.build),
            "stageName": deployment.stage,
            "jobName": "Deploy",
            "stageAttempt": deployment.attempt,
            "jobAttempt": 1,
            "definition": {
                "_links": {
                    "web": link(f"{base}/_build/definition?definitionId={definition.id}"),
                    "self": link(definition_url(organization, definition)),
                },
                "id": definition.id,
                "name": definition.name,
            },
            "owner": {
                "_links": {
                    "web": link(f"{base}/_build/results?buildId={deployment.build}"),
                    "self": link(run),
                },
                "id": deployment.build,
                "name": deployment.number,
            },
            "queueTime": date7(deployment.queued),
        }
        if deployment.started is not None:
            found["startTime"] = date7(deployment.started)
        if deployment.finished is not None:
            found.update(finishTime=date7(deployment.finished), result=deployment.result)
        return found

    return kept(deployment, "item", max(deployment.version, definition.version), make)
