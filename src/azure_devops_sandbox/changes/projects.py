"""Changes to projects, teams and boards."""

from __future__ import annotations

import random
from dataclasses import replace

from azure_devops_sandbox.seeding.boards import process_of
from azure_devops_sandbox.seeding.directory import DEFAULT_GROUPS, add_project_groups
from azure_devops_sandbox.seeding.planning import add_plan, add_trees
from azure_devops_sandbox.seeding.projects import add_boards
from azure_devops_sandbox.state.planning import KINDS
from azure_devops_sandbox.state.processes import PROCESSES
from azure_devops_sandbox.state.records import Board, Column, Project, Team

from .base import ChangeGroup


class ProjectChanges(ChangeGroup):
    """Verbs over projects, teams and boards."""

    def create_project(
        self, name: str, process: str = "Agile", visibility: str = "private", description: str | None = None
    ) -> Project:
        """Create a project with its default team and that team's boards."""
        organization = self.organization
        if process not in PROCESSES:
            raise LookupError(f"no process {process!r}")
        self._free_name(name)
        project = Project(
            id=organization.new_guid("project"),
            name=name,
            description=description,
            state="wellFormed",
            revision=1,
            visibility=visibility,
            updated=organization.clock.now(),
            process=process,
            source_control="Git",
            default_team=organization.new_guid("team"),
        )
        organization.projects[project.id] = project
        add_trees(organization, project)
        self._add_team(project, f"{name} Team", project.default_team)
        add_project_groups(organization, project, DEFAULT_GROUPS)
        organization.touch(project)
        return project

    def _free_name(self, name: str) -> None:
        """Take a name out of the aliases of others, as using an old name again does."""
        for one in self.organization.projects.values():
            if one.name.casefold() == name.casefold() and one.state != "deleted":
                raise ValueError(f"a project named {name!r} exists")
            one.aliases = {alias for alias in one.aliases if alias.casefold() != name.casefold()}

    def rename_project(self, project: str, name: str) -> Project:
        """Rename a project; the old name stays as an alias, and work items show the new one."""
        found = self._project(project)
        self._free_name(name)
        old = found.name
        found.aliases.add(old)
        found.name = name
        for kind in KINDS:
            root = self.organization.trees[found.id, kind]
            root.name = name
            self.organization.touch(root)
        self._revised(found)
        for item in self.organization.of_project(self.organization.work_items, found.id):
            paths = {
                key: name + str(item.fields[key]).removeprefix(old)
                for key in ("System.AreaPath", "System.IterationPath")
            }
            item.fields = {**item.fields, "System.TeamProject": name, **paths}
            self.organization.touch(item)
        return found

    def _revised(self, project: Project) -> None:
        project.revision += 1
        project.updated = self.organization.clock.now()
        self.organization.touch(project)

    def set_project_state(self, project: str, state: str) -> Project:
        """Put a project into a state such as `deleting` or `createPending`."""
        found = self._project(project)
        found.state = state
        self._revised(found)
        return found

    def describe_project(self, project: str, description: str | None) -> Project:
        """Change the description of a project."""
        found = self._project(project)
        found.description = description
        self._revised(found)
        return found

    def delete_project(self, project: str) -> Project:
        """Delete a project; it can be restored."""
        return self.set_project_state(project, "deleted")

    def restore_project(self, project: str) -> Project:
        """Bring a deleted project back (by id)."""
        return self.set_project_state(project, "wellFormed")

    def create_team(self, project: str, name: str, description: str = "") -> Team:
        """Create a team with its boards."""
        return self._add_team(self._project(project), name, self.organization.new_guid("team"), description)

    def _add_team(self, project: Project, name: str, team_id: str, description: str = "") -> Team:
        organization = self.organization
        ordinal = len(organization.of_project(organization.teams, project.id))
        team = Team(id=team_id, name=name, project=project.id, description=description)
        organization.teams[team.id] = team
        index = next(place for place in range(5) if process_of(place).name == project.process)
        number = organization.next_number("board seed")
        rng = random.Random(f"{organization.seed} boards {number}")
        add_boards(organization, team, index, ordinal, 2, rng)
        add_plan(organization, project, team)
        organization.touch(team)
        return team

    def rename_team(self, team: str, name: str) -> Team:
        """Rename a team."""
        found = self._team(team)
        found.name = name
        self.organization.touch(found)
        return found

    def delete_team(self, team: str) -> None:
        """Delete a team with its boards."""
        found = self._team(team)
        del self.organization.teams[found.id]
        self.organization.plans.pop(found.id, None)
        for group in self.organization.groups.values():
            if found.id in group.members:
                group.members.remove(found.id)
        for board in [one for one in self.organization.boards.values() if one.team == found.id]:
            del self.organization.boards[board.id]
        self.organization.touch()

    def _board(self, board: str) -> Board:
        if board not in self.organization.boards:
            raise LookupError(f"no board {board!r}")
        return self.organization.boards[board]

    def rename_board_column(self, board: str, column: str, name: str) -> Board:
        """Rename a column (by name or id) of a board; the cards in it show the new name."""
        found = self._board(board)
        old = next((one for one in found.columns if column in {one.id, one.name}), None)
        if old is None:
            raise LookupError(f"no column {column!r}")
        found.columns = tuple(replace(one, name=name) if one is old else one for one in found.columns)
        found.revision += 1
        marker = f"WEF_{found.id.replace('-', '').upper()}_Kanban.Column"
        for item in self.organization.of_project(self.organization.work_items, found.project):
            if item.fields.get(marker) == old.name:
                item.fields = {**item.fields, "System.BoardColumn": name, marker: name}
                self.organization.touch(item)
        self.organization.touch(found)
        return found

    def add_board_column(self, board: str, name: str, after: int = 1) -> Board:
        """Add a column behind the column at place `after`, with the states of that column."""
        found = self._board(board)
        model = found.columns[after]
        column = Column(
            self.organization.new_guid("column"),
            name,
            5,
            "inProgress",
            dict(model.state_mappings),
            is_split=False,
        )
        found.columns = (*found.columns[: after + 1], column, *found.columns[after + 1 :])
        found.revision += 1
        self.organization.touch(found)
        return found

    def remove_board_column(self, board: str, column: str) -> Board:
        """Remove a column (by name or id) of a board."""
        found = self._board(board)
        found.columns = tuple(one for one in found.columns if column not in {one.id, one.name})
        found.revision += 1
        self.organization.touch(found)
        return found
