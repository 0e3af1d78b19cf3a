"""Preset `port`: Port's default mapping, restated in plain Python from its documentation."""

from __future__ import annotations

from typing import Any

from azure_devops_sandbox.state.processes import POLICY_TYPES
from truth.entities import Entities, Entity, Targets, in_natural_order, without_spaces, written
from truth.sight import Sight

TARGETS: Targets = {
    "azureDevopsRepository": {"project": "azureDevopsProject"},
    "azureDevopsWorkItem": {"project": "azureDevopsProject", "column": "azureDevopsColumn"},
    "azureDevopsBoard": {"project": "azureDevopsProject"},
    "azureDevopsColumn": {"board": "azureDevopsBoard"},
    "azureDevopsRelease": {"project": "azureDevopsProject"},
}


def projects(sight: Sight) -> Entities:
    """`azureDevopsProject`."""
    return {
        ("azureDevopsProject", one.id): Entity(
            title=one.name,
            properties={
                "state": one.state,
                "revision": one.revision,
                "visibility": one.visibility,
                "defaultTeam": sight.default_team(one),
                "link": f"{sight.base}/{one.id}",
            },
        )
        for one in sight.projects()
    }


def repositories(sight: Sight) -> Entities:
    """`azureDevopsRepository`, with what the policies of its default branch add."""
    found: Entities = {}
    for one in sight.repositories():
        properties: dict[str, Any] = {
            "url": sight.web_address(one),
            "readme": sight.file(one, "/README.md"),
            "codeowners": sight.file(one, "/CODEOWNERS"),
        }
        # The mapping has one row for each type, the row of the first type first; a later policy of a type wins.
        for policy in sight.policies(one):
            name = POLICY_TYPES[policy.type_id][0]
            if name == "Minimum number of reviewers":
                properties["minimumApproverCount"] = policy.settings.get("minimumApproverCount")
            elif name == "Work item linking":
                properties["workItemLinking"] = policy.enabled and policy.blocking
        found["azureDevopsRepository", one.id] = Entity(
            title=one.name, properties=properties, relations={"project": one.project}
        )
    return found


def boards(sight: Sight) -> Entities:
    """`azureDevopsBoard`."""
    return {
        ("azureDevopsBoard", one.id): Entity(
            title=one.name,
            properties={"link": f"{sight.base}/{one.project}/{one.team}/_apis/work/boards/{one.id}"},
            relations={"project": one.project},
        )
        for one in sight.boards()
    }


def columns(sight: Sight) -> Entities:
    """`azureDevopsColumn`: a column of the same name and type on several boards is one entity, the last board wins."""
    found: Entities = {}
    for board in sight.boards():
        parts = {
            f"{column.id}/{kind}": (column, kind)
            for column in board.columns
            for kind in column.state_mappings
        }
        for item in in_natural_order(parts):
            column, kind = parts[item]
            identifier = without_spaces(kind, "/", column.name, "/", board.project)
            found["azureDevopsColumn", identifier] = Entity(title=column.name, relations={"board": board.id})
    return found


def work_items(sight: Sight) -> Entities:
    """`azureDevopsWorkItem`. The relation to the column is spelled as the mapping spells it: no column has that id."""
    found: Entities = {}
    for one in sight.work_items():
        fields = one.fields
        kind, column = str(fields["System.WorkItemType"]), fields.get("System.BoardColumn")
        found["azureDevopsWorkItem", f"{one.project}/{one.id}"] = Entity(
            title=fields["System.Title"],
            properties={
                "type": kind,
                "state": fields["System.State"],
                "effort": fields.get("Microsoft.VSTS.Scheduling.Effort", -1),
                "description": fields.get("System.Description", ""),
                "link": f"{sight.base}/{one.project}/_apis/wit/workItems/{one.id}",
                "reason": fields["System.Reason"],
                "createdBy": fields["System.CreatedBy"].display_name,
                "changedBy": fields["System.ChangedBy"].display_name,
                "createdDate": written(fields["System.CreatedDate"]),
                "changedDate": written(fields["System.ChangedDate"]),
            },
            relations={
                "project": one.project,
                "column": without_spaces(kind, "-", column, "-", one.project),
            },
        )
    return found


def releases(sight: Sight) -> Entities:
    """`azureDevopsRelease`."""
    definitions = sight.organization.release_definitions
    return {
        ("azureDevopsRelease", f"{one.project}/{one.id}"): Entity(
            title=one.name,
            properties={
                "status": one.status,
                "reason": one.reason,
                "createdDate": written(one.created),
                "modifiedDate": written(one.modified),
                "createdBy": one.created_by.unique_name,
                "modifiedBy": one.modified_by.unique_name,
                "definitionName": definitions[one.definition].name,
                "link": f"{sight.base}/{one.project}/_release?releaseId={one.id}&_a=release-summary",
            },
            relations={"project": one.project},
        )
        for one in sight.releases()
    }


ALL = (projects, repositories, boards, columns, work_items, releases)
