"""Preset `port-script`: what Port's one-shot script wrote, restated in plain Python from the script."""

from __future__ import annotations

from truth.entities import Entities, Entity, Targets, written
from truth.sight import Sight

_PROJECT = {"project": "azure_devops_project"}
TARGETS: Targets = {
    "azure_devops_repository": _PROJECT,
    "azure_devops_pipeline": _PROJECT,
    "azure_devops_work_item": _PROJECT,
}


def projects(sight: Sight) -> Entities:
    """`azure_devops_project`."""
    return {
        ("azure_devops_project", one.id): Entity(
            title=one.name,
            properties={
                "description": one.description,
                "url": f"{sight.base}/_apis/projects/{one.id}",
                "visibility": one.visibility,
                "last_updated_time": written(one.updated),
            },
        )
        for one in sight.projects()
    }


def repositories(sight: Sight) -> Entities:
    """`azure_devops_repository`, with its address in the API."""
    return {
        ("azure_devops_repository", one.id): Entity(
            title=one.name,
            properties={
                "url": f"{sight.base}/{one.project}/_apis/git/repositories/{one.id}",
                "default_branch": one.default_branch,
                "is_disabled": one.disabled,
            },
            relations={"project": one.project},
        )
        for one in sight.repositories()
    }


def pipelines(sight: Sight) -> Entities:
    """`azure_devops_pipeline`, by its number."""
    open_ = {one.id for one in sight.open_projects()}
    return {
        ("azure_devops_pipeline", str(one.id)): Entity(
            title=one.name,
            properties={
                "url": f"{sight.base}/{one.project}/_apis/pipelines/{one.id}?revision={one.revision}",
                "revision": one.revision,
            },
            relations={"project": one.project},
        )
        for one in sight.organization.definitions.values()
        if one.project in open_ and not one.deleted
    }


def work_items(sight: Sight) -> Entities:
    """`azure_devops_work_item`, by its number: all, while the script had those whose area is the project itself."""
    found: Entities = {}
    for one in sight.readable_work_items():
        fields = one.fields
        found["azure_devops_work_item", str(one.id)] = Entity(
            title=fields["System.Title"],
            properties={
                "url": f"{sight.base}/{one.project}/_apis/wit/workItems/{one.id}",
                "revision": one.rev,
                "type": fields["System.WorkItemType"],
                "state": fields["System.State"],
                "created_date": written(fields["System.CreatedDate"]),
                "created_by": fields["System.CreatedBy"].display_name,
                "updated_date": written(fields["System.ChangedDate"]),
                "priority": fields.get("Microsoft.VSTS.Common.Priority"),
            },
            relations={"project": one.project},
        )
    return found


ALL = (projects, repositories, pipelines, work_items)
