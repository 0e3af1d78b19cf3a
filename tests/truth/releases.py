"""The example mapping's rows around classic releases, restated in plain Python."""

from __future__ import annotations

from truth.entities import Entities, Entity, Targets, written
from truth.sight import Sight

TARGETS: Targets = {
    "azureDevopsReleaseDefinition": {"project": "azureDevopsProject"},
    "azureDevopsReleaseDeployment": {"release": "azureDevopsRelease"},
}


def definitions(sight: Sight) -> Entities:
    """`azureDevopsReleaseDefinition`."""
    return {
        ("azureDevopsReleaseDefinition", f"{one.project}/{one.id}"): Entity(
            title=one.name,
            properties={
                "path": one.path,
                "environments": list(one.environments),
                "tags": list(one.tags),
                "createdOn": written(one.created),
                "modifiedOn": written(one.modified),
                "modifiedBy": one.modified_by.unique_name,
                "link": f"{sight.base}/{one.project}/_release?definitionId={one.id}",
            },
            relations={"project": one.project},
        )
        for one in sight.release_definitions()
    }


def deployments(sight: Sight) -> Entities:
    """`azureDevopsReleaseDeployment`: those of releases that can be seen."""
    organization = sight.organization
    seen = {one.id: one for one in sight.releases()}
    found: Entities = {}
    for one in organization.deployments.values():
        release = seen.get(one.release)
        if release is None:
            continue
        names = organization.release_definitions[release.definition].environments
        found["azureDevopsReleaseDeployment", f"{one.project}/{one.release}/{one.id}"] = Entity(
            title=f"{release.name}-{one.id}",
            properties={
                "status": one.status,
                "operationStatus": one.operation,
                "reason": one.reason,
                "environment": names[one.environment],
                "requestedBy": one.requested_by.display_name,
                "startedOn": written(one.started),
                "completedOn": written(one.completed),
            },
            relations={"release": f"{one.project}/{one.release}"},
        )
    return found


ALL = (definitions, deployments)
