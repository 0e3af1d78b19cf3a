"""Changes to work items. Each one is a new revision in the reporting feed, as in Azure DevOps."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from azure_devops_sandbox.formats import read_date
from azure_devops_sandbox.seeding.tracking import CHILD, PARENT, board_fields
from azure_devops_sandbox.state.fields import find_field
from azure_devops_sandbox.state.processes import PROCESSES
from azure_devops_sandbox.state.records import Board, Fields, Project, Relation, WorkItem
from azure_devops_sandbox.state.trees import ensure_node

from .base import ChangeGroup

_TICK = timedelta(milliseconds=10)


class WorkItemChanges(ChangeGroup):
    """Verbs over work items."""

    def create_work_item(
        self,
        project: str,
        type: str = "Task",  # noqa: A002 its name in the control interface
        title: str = "New work item",
        state: str | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> WorkItem:
        """Create a work item in the area of the default team."""
        organization, home = self.organization, self._project(project)
        known = PROCESSES[home.process].types
        if type not in known:
            raise LookupError(f"the process {home.process} has no type {type!r}; it has {', '.join(known)}")
        state = state or known[type].states[0]
        now, owner = organization.clock.now(), organization.owner
        values: dict[str, Any] = {
            "System.AreaPath": home.name,
            "System.TeamProject": home.name,
            "System.IterationPath": home.name,
            "System.WorkItemType": type,
            "System.State": state,
            "System.Reason": self._reason(home.process, type, state),
            "System.CreatedDate": now,
            "System.CreatedBy": owner,
            "System.ChangedDate": now,
            "System.ChangedBy": owner,
            "System.CommentCount": 0,
            "System.Title": title,
            "Microsoft.VSTS.Common.StateChangeDate": now,
            "Microsoft.VSTS.Common.Priority": 2,
        }
        values.update(self._read(fields or {}))
        self._place(home, values)
        item = WorkItem(id=organization.next_number("work item"), rev=0, project=home.id, fields=values)
        values.update(self._board_fields(item, values))
        organization.work_items[item.id] = item
        organization.revise(item, values, now)
        return item

    def _reason(self, process: str, type_name: str, state: str) -> str:
        known = PROCESSES[process].types.get(type_name)
        return (
            known.reasons[known.states.index(state)]
            if known and state in known.states
            else "Moved out of state"
        )

    def _read(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Turn plain values into those of their fields: dates from text, people from their unique names."""
        found: dict[str, Any] = {}
        for name, value in fields.items():
            field = find_field(name)
            reference = field.reference if field else name
            if field is not None and field.type == "dateTime" and isinstance(value, str):
                found[reference] = read_date(value)
            elif field is not None and field.type == "identity" and isinstance(value, str):
                found[reference] = self._person(value)
            else:
                found[reference] = value
        return found

    def _board_fields(self, item: WorkItem, fields: Fields) -> dict[str, Any]:
        organization = self.organization
        team_area = str(fields["System.AreaPath"]).split("\\")[1:2]
        boards: list[Board] = []
        for board in organization.of_project(organization.boards, item.project):
            team = organization.teams[board.team]
            default = organization.projects[item.project].default_team == team.id
            if (team.name in team_area) or (default and not team_area):
                boards.append(board)
        rng = random.Random(item.id)
        return board_fields(
            tuple(boards), str(fields["System.WorkItemType"]), str(fields["System.State"]), rng
        )

    def _place(self, project: Project, fields: Fields) -> None:
        """See to it that the area and the iteration are there, as a work item cannot be outside of both trees."""
        ensure_node(self.organization, project, "area", str(fields["System.AreaPath"]))
        ensure_node(self.organization, project, "iteration", str(fields["System.IterationPath"]))

    def _item(self, item: int) -> WorkItem:
        if item not in self.organization.work_items:
            raise LookupError(f"no work item {item}")
        return self.organization.work_items[item]

    def update_work_item(self, item: int, fields: Mapping[str, Any] | None = None, **named: Any) -> WorkItem:
        """Change fields (`title`, `state` or `fields` by reference name); null takes a value away."""
        found, now = self._item(item), self.organization.clock.now()
        short = {"title": "System.Title", "state": "System.State", "description": "System.Description"}
        given = {**(fields or {}), **{short[name]: value for name, value in named.items()}}
        values = {**found.fields, **self._read(given), **self._changed(found)}
        self._place(self.organization.projects[found.project], values)
        if values["System.State"] != found.fields["System.State"]:
            process = self.organization.projects[found.project].process
            state = str(values["System.State"])
            values["System.Reason"] = self._reason(process, str(values["System.WorkItemType"]), state)
            values["Microsoft.VSTS.Common.StateChangeDate"] = now
        if "System.BoardColumn" not in given:
            values.update(self._board_fields(found, values))
        self.organization.revise(
            found,
            {name: value for name, value in values.items() if value is not None},
            values["System.ChangedDate"],
        )
        return found

    def _changed(self, item: WorkItem) -> dict[str, Any]:
        """Return the fields of who changed it when; each change of an item is later than the one before."""
        moment = max(self.organization.clock.now(), item.fields["System.ChangedDate"] + _TICK)
        return {"System.ChangedDate": moment, "System.ChangedBy": self.organization.owner}

    def delete_work_item(self, item: int) -> WorkItem:
        """Move a work item to the recycle bin."""
        found = self._item(item)
        found.deleted, found.deleted_by = self.organization.clock.now(), self.organization.owner
        fields = {**found.fields, **self._changed(found)}
        self.organization.revise(found, fields, fields["System.ChangedDate"], deleted=True)
        return found

    def restore_work_item(self, item: int) -> WorkItem:
        """Bring a work item back from the recycle bin."""
        found = self._item(item)
        found.deleted = found.deleted_by = None
        fields = {**found.fields, **self._changed(found)}
        self.organization.revise(found, fields, fields["System.ChangedDate"])
        return found

    def destroy_work_item(self, item: int) -> None:
        """Delete a work item for good: it leaves the recycle bin and the reporting feed."""
        found = self._item(item)
        del self.organization.work_items[found.id]
        self.organization.destroyed_work_items.add(found.id)
        self.organization.forget_revisions(found.id)

    def move_work_item(self, item: int, project: str, area: str | None = None) -> WorkItem:
        """Move a work item to another project; it keeps its id."""
        found, home = self._item(item), self._project(project)
        found.project = home.id
        kept = {
            name: value
            for name, value in found.fields.items()
            if not name.startswith(("WEF_", "System.Board"))
        }
        values = {
            **kept,
            "System.TeamProject": home.name,
            "System.AreaPath": area or home.name,
            "System.IterationPath": home.name,
            **self._changed(found),
        }
        self._place(home, values)
        values.update(self._board_fields(found, values))
        self.organization.revise(found, values, values["System.ChangedDate"])
        return found

    def move_work_item_area(self, item: int, area: str) -> WorkItem:
        """Move a work item to another area path of its project."""
        return self.update_work_item(item, {"System.AreaPath": area})

    def link_work_items(self, parent: int, child: int) -> WorkItem:
        """Make one work item the parent of another."""
        above, below = self._item(parent), self._item(child)
        above.relations = (
            *above.relations,
            Relation(CHILD, child, None, {"isLocked": False, "name": "Child"}),
        )
        below.relations = (
            *below.relations,
            Relation(PARENT, parent, None, {"isLocked": False, "name": "Parent"}),
        )
        for one in (above, below):
            fields = {**one.fields, **self._changed(one)}
            self.organization.revise(one, fields, fields["System.ChangedDate"])
        return below

    def backdate_work_item(self, item: int, days: float) -> WorkItem:
        """Set the last change back without a revision, as if time had passed: for filters over dates."""
        found = self._item(item)
        moment = found.fields["System.ChangedDate"] - timedelta(days=days)
        found.fields = {**found.fields, "System.ChangedDate": moment}
        organization = self.organization
        place = organization.revisions_after(found.watermark) - 1
        organization.revisions[place] = replace(
            organization.revisions[place], fields=found.fields, changed=moment
        )
        organization.touch(found)
        return found
