"""Changes to areas and iterations, and to what teams chose of them."""

from __future__ import annotations

from datetime import datetime

from azure_devops_sandbox.formats import read_date
from azure_devops_sandbox.state.planning import Kind, Node, TeamPlan
from azure_devops_sandbox.state.trees import ensure_node, find_node

from .base import ChangeGroup

_FIELDS: dict[Kind, str] = {"area": "System.AreaPath", "iteration": "System.IterationPath"}


class PlanningChanges(ChangeGroup):
    """Verbs over areas and iterations, which are named by number, and the plans of teams."""

    def create_area(self, project: str, path: str) -> Node:
        """Create an area; `path` begins below the project (`Web\\Checkout`), missing parents are created."""
        home = self._project(project)
        return ensure_node(self.organization, home, "area", f"{home.name}\\{path}")

    def create_iteration(
        self, project: str, path: str, start: str | None = None, finish: str | None = None
    ) -> Node:
        """Create an iteration, with or without dates (ISO 8601)."""
        home = self._project(project)
        node = ensure_node(self.organization, home, "iteration", f"{home.name}\\{path}")
        return self.date_iteration(node.id, start, finish)

    def date_iteration(self, node: int, start: str | None = None, finish: str | None = None) -> Node:
        """Set the first and the last day of an iteration; without them it has no dates."""
        found = self._node(node)
        found.start, found.finish = _day(start), _day(finish)
        self.organization.touch(found, found.root)
        return found

    def _node(self, node: int) -> Node:
        if node not in self.organization.nodes:
            raise LookupError(f"no area or iteration {node}")
        return self.organization.nodes[node]

    def _below_root(self, node: int) -> tuple[Node, Node]:
        found = self._node(node)
        if found.parent is None:
            raise ValueError("the root of a tree has the name of its project and stays")
        return found, found.parent

    def rename_node(self, node: int, name: str) -> Node:
        """Rename an area or iteration; work items in it show the new path without a new revision."""
        found, parent = self._below_root(node)
        if parent.child(name) not in {None, found}:
            raise ValueError(f"VS402371: {name!r} is there already")
        old = found.path
        found.name = name
        return self._moved(found, old)

    def move_node(self, node: int, parent: int) -> Node:
        """Move an area or iteration with all below it to another parent of the same tree."""
        (found, old_parent), target = self._below_root(node), self._node(parent)
        if target.root is not found.root or target is found or target in found.below():
            raise ValueError("a node moves inside its own tree, and not below itself")
        if target.child(found.name) is not None:
            raise ValueError(f"VS402371: {found.name!r} is there already")
        old = found.path
        old_parent.children.remove(found)
        target.children.append(found)
        found.parent = target
        return self._moved(found, old)

    def _moved(self, node: Node, old: str) -> Node:
        organization, field, new = self.organization, _FIELDS[node.kind], node.path
        for item in organization.of_project(organization.work_items, node.project):
            path = str(item.fields[field])
            if path == old or path.startswith(old + "\\"):
                item.fields = {**item.fields, field: new + path.removeprefix(old)}
                organization.touch(item)
        organization.touch(node, node.root)
        return node

    def delete_node(self, node: int, reclassify: int | None = None) -> None:
        """Delete an area or iteration with all below it. Its work items go to another node (default: the
        parent), each with a new revision; teams that chose it lose it.
        """
        organization, (found, parent) = self.organization, self._below_root(node)
        gone = {found.id, *(one.id for one in found.below())}
        target = parent if reclassify is None else self._node(reclassify)
        if target.root is not found.root or target.id in gone:
            raise ValueError("work items go to another node of the same tree")
        field, root, old = _FIELDS[found.kind], found.root, found.path
        for item in list(organization.of_project(organization.work_items, found.project)):
            path = str(item.fields[field])
            if path == old or path.startswith(old + "\\"):
                organization.changes.update_work_item(item.id, {field: target.path})
        for plan in organization.plans.values():
            plan.areas = {one: below for one, below in plan.areas.items() if one not in gone}
            plan.iterations = [one for one in plan.iterations if one not in gone]
            organization.touch(plan)
        parent.children.remove(found)
        for one in gone:
            del organization.nodes[one]
        organization.touch(root)

    def _plan(self, team: str) -> TeamPlan:
        found = self._team(team)
        return self.organization.plans.setdefault(found.id, TeamPlan(team=found.id, project=found.project))

    def select_iteration(self, team: str, node: int) -> TeamPlan:
        """Let a team work in an iteration."""
        plan, found = self._plan(team), self._node(node)
        if found.kind != "iteration" or found.project != plan.project:
            raise ValueError("a team chooses iterations of its own project")
        if found.id not in plan.iterations:
            plan.iterations.append(found.id)
        self.organization.touch(plan)
        return plan

    def deselect_iteration(self, team: str, node: int) -> TeamPlan:
        """Take an iteration from a team."""
        plan = self._plan(team)
        if node not in plan.iterations:
            raise LookupError(f"iteration {node} is not one of the team")
        plan.iterations.remove(node)
        self.organization.touch(plan)
        return plan

    def set_team_areas(self, team: str, areas: list[str], include_children: bool = True) -> TeamPlan:
        """Set the areas of a team by path (`Project\\Web`), the default one first; none: it has no boards."""
        plan = self._plan(team)
        found = [find_node(self.organization, plan.project, "area", one) for one in areas]
        if None in found:
            raise LookupError(f"TF51011: one of the areas {areas} does not exist")
        plan.areas = {one.id: include_children for one in found if one is not None}
        self.organization.touch(plan)
        return plan


def _day(text: str | None) -> datetime | None:
    return None if text is None else read_date(text)
