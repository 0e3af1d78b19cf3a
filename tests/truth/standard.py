"""Preset `standard`: Fairlead's own mapping, restated in plain Python from its comments and blueprints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from azure_devops_sandbox.state.records import Board, Identity, Policy, WorkItem
from truth.entities import Entities, Entity, Targets, in_natural_order, written
from truth.sight import Sight

TARGETS: Targets = {
    "repository": {"project": "project"},
    "workItem": {"project": "project", "columns": "column", "parent": "workItem"},
    "board": {"project": "project"},
    "column": {"board": "board"},
    "release": {"project": "project"},
}
MINIMUM_REVIEWERS = "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"
WORK_ITEM_LINKING = "40e92b44-2fe1-4dd6-b3d8-74a9c21d0c6e"
EFFORTS = ("Effort", "StoryPoints", "Size")


def projects(sight: Sight) -> Entities:
    """`project`. It is read in detail, for its default team, so its process and page are known."""
    return {
        ("project", one.id): Entity(
            title=one.name,
            properties={
                "description": one.description,
                "state": one.state,
                "visibility": one.visibility,
                "process": sight.process(one),
                "revision": one.revision,
                "lastUpdated": written(one.updated),
                "defaultTeam": sight.default_team(one),
                "url": f"{sight.base}/{quote(one.name, safe='')}",
            },
        )
        for one in sight.projects()
    }


def repositories(sight: Sight) -> Entities:
    """`repository`, with what the policies of its default branch add."""
    found: Entities = {}
    for one in sight.repositories():
        properties = {
            "url": sight.web_address(one),
            "cloneUrl": sight.web_address(one),
            "defaultBranch": one.default_branch and one.default_branch.removeprefix("refs/heads/"),
            "size": one.size,
            "disabled": one.disabled,
            "readme": sight.file(one, "/README.md"),
            "codeOwners": sight.file(one, "/CODEOWNERS"),
        }
        for policy in sight.policies(one):
            properties.update(_said(policy))
        found["repository", one.id] = Entity(
            title=one.name, properties=properties, relations={"project": one.project}
        )
    return found


def _said(policy: Policy) -> Mapping[str, Any]:
    """What a policy says of a repository. A minimum of reviewers that binds nobody says nothing."""
    binds = policy.enabled and policy.blocking
    if policy.type_id == MINIMUM_REVIEWERS and binds:
        return {"minimumReviewers": policy.settings.get("minimumApproverCount")}
    return {"workItemsRequired": binds} if policy.type_id == WORK_ITEM_LINKING else {}


def boards(sight: Sight) -> Entities:
    """`board`."""
    found: Entities = {}
    for one in sight.boards():
        project, team = sight.project(one.project), sight.organization.teams[one.team]
        place = "/".join(quote(name, safe="") for name in (team.name, one.name))
        found["board", one.id] = Entity(
            title=one.name,
            properties={
                "url": f"{sight.base}/{quote(project.name, safe='')}/_boards/board/t/{place}",
                "columns": [column.name for column in one.columns],
            },
            relations={"project": one.project},
        )
    return found


def columns(sight: Sight) -> Entities:
    """`column`: one for each column of each board, whatever types it holds. One that holds no type is none."""
    found: Entities = {}
    for board in sight.boards():
        mapped = {f"{column.id}/{kind}": column for column in board.columns for kind in column.state_mappings}
        for item in in_natural_order(mapped):
            column = mapped[item]
            found["column", column_identifier(marker(board), column.name)] = Entity(
                title=column.name,
                properties={
                    "name": column.name,
                    "type": column.column_type,
                    "itemLimit": column.item_limit,
                    "split": column.is_split if column.column_type == "inProgress" else False,
                    "states": dict(column.state_mappings),
                },
                relations={"board": board.id},
            )
    return found


def marker(board: Board) -> str:
    """The work item field that tells in which column of the board a card is."""
    return f"WEF_{board.id.replace('-', '').upper()}_Kanban.Column"


def column_identifier(field: str, name: str) -> str:
    """The board's field and the column's name; signs that identifiers may not hold are written =20 and so on."""
    return f"{field}/{quote(name, safe='').replace('~', '=7E').replace('%', '=')}"


def work_items(sight: Sight) -> Entities:
    """`workItem`."""
    return {("workItem", f"{one.project}/{one.id}"): _work_item(sight, one) for one in sight.work_items()}


def _work_item(sight: Sight, item: WorkItem) -> Entity:
    fields = item.fields
    tags = fields.get("System.Tags")
    efforts = (fields.get(f"Microsoft.VSTS.Scheduling.{name}") for name in EFFORTS)
    parent = fields.get("System.Parent")
    return Entity(
        title=fields["System.Title"],
        properties={
            "number": item.id,
            "type": fields["System.WorkItemType"],
            "state": fields["System.State"],
            "reason": fields["System.Reason"],
            "url": f"{sight.base}/{item.project}/_workitems/edit/{item.id}",
            "description": fields.get("System.Description"),
            "effort": next((effort for effort in efforts if effort is not None), None),
            "priority": fields.get("Microsoft.VSTS.Common.Priority"),
            "assignedTo": _person(fields.get("System.AssignedTo")),
            "areaPath": fields["System.AreaPath"],
            "iterationPath": fields["System.IterationPath"],
            "tags": tags.split("; ") if tags else [],
            "boardColumn": fields.get("System.BoardColumn"),
            "createdBy": _person(fields["System.CreatedBy"]),
            "created": written(fields["System.CreatedDate"]),
            "changedBy": _person(fields["System.ChangedBy"]),
            "changed": written(fields["System.ChangedDate"]),
            "closed": written(fields.get("Microsoft.VSTS.Common.ClosedDate")),
        },
        relations={
            "project": item.project,
            "columns": [
                column_identifier(name, value)
                for name, value in fields.items()
                if name.startswith("WEF_") and name.endswith("_Kanban.Column") and value
            ],
            "parent": f"{item.project}/{parent}" if parent else None,
        },
    )


def _person(identity: Identity | None) -> str | None:
    return identity.unique_name if identity else None


def releases(sight: Sight) -> Entities:
    """`release`."""
    definitions = sight.organization.release_definitions
    return {
        ("release", f"{one.project}/{one.id}"): Entity(
            title=one.name,
            properties={
                "status": one.status,
                "reason": one.reason,
                "description": one.description,
                "definition": definitions[one.definition].name,
                "created": written(one.created),
                "modified": written(one.modified),
                "createdBy": one.created_by.unique_name,
                "modifiedBy": one.modified_by.unique_name,
                "url": f"{sight.base}/{one.project}/_release?releaseId={one.id}&_a=release-summary",
            },
            relations={"project": one.project},
        )
        for one in sight.releases()
    }


ALL = (projects, repositories, boards, columns, work_items, releases)
