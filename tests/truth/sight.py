"""What an identity can see of an organization, in the sense of the kinds that Fairlead reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

from azure_devops_sandbox import Organization, Permissions
from azure_devops_sandbox.state.processes import PROCESSES
from azure_devops_sandbox.state.records import (
    Board,
    Policy,
    Project,
    Release,
    ReleaseDefinition,
    Repository,
    Team,
    WorkItem,
)
from truth.entities import in_natural_order

FINISHED = {"closed", "done", "removed"}
"""States that the filter of both presets leaves out, without regard to case."""

LARGEST_FILE = 1024 * 1024


class Sight:
    """The living things of an organization that an identity with these permissions can read."""

    def __init__(self, organization: Organization, permissions: Permissions | None = None) -> None:
        self.organization = organization
        self.permissions = permissions or Permissions()
        self.base = organization.base_url
        seen = [one for one in organization.projects.values() if one.state == "wellFormed"]
        self._projects = {one.id: one for one in seen if one.id not in self.permissions.hidden_projects}
        self._open = {key for key in self._projects if key not in self.permissions.forbidden_projects}

    def projects(self) -> Iterator[Project]:
        """Projects in the list; a forbidden one is listed, but nothing below it can be read."""
        yield from self._projects.values()

    def open_projects(self) -> Iterator[Project]:
        """Projects whose children can be read."""
        yield from (one for one in self._projects.values() if one.id in self._open)

    def teams(self) -> Iterator[Team]:
        """Teams that can be seen."""
        for one in self.organization.teams.values():
            if one.project in self._open and one.id not in self.permissions.hidden_teams:
                yield one

    def project(self, key: str) -> Project:
        """A project by id."""
        return self.organization.projects[key]

    def default_team(self, project: Project) -> str | None:
        """The name of the project's default team."""
        team = self.organization.teams.get(project.default_team)
        return team.name if team else None

    def process(self, project: Project) -> str | None:
        """The name of the project's process, which only the detail of a project tells."""
        return PROCESSES[project.process].name

    def repositories(self) -> Iterator[Repository]:
        """Repositories that are not deleted; disabled ones are listed too."""
        for one in self.organization.repositories.values():
            visible = one.project in self._open and one.id not in self.permissions.hidden_repositories
            if one.deleted is None and visible:
                yield one

    def web_address(self, repository: Repository) -> str:
        """Where the repository is cloned from."""
        project = self.project(repository.project)
        return f"{self.base}/{quote(project.name, safe='')}/_git/{quote(repository.name, safe='')}"

    def file(self, repository: Repository, path: str) -> str | None:
        """The text of a file of the default branch.

        "" where the file is missing, empty or too large, or the repository is disabled or empty; None where it is not
        UTF-8. A byte order mark is not part of the text.
        """
        if repository.disabled or repository.default_branch is None:
            return ""
        content = repository.trees[repository.default_branch].get(path, b"")
        if len(content) > LARGEST_FILE:
            return ""
        try:
            return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        except UnicodeDecodeError:
            return None

    def policies(self, repository: Repository) -> list[Policy]:
        """The policies that hold for the repository's default branch, in the order in which the later one wins."""
        if repository.disabled:
            return []
        found = {
            str(one.id): one
            for one in self.organization.policies.values()
            if one.project == repository.project and not one.deleted and _holds(one, repository)
        }
        return [found[key] for key in in_natural_order(found)]

    def boards(self) -> list[Board]:
        """Boards of the teams that can be seen, in the order in which the later one wins."""
        hidden = self.permissions.hidden_teams
        found = {
            one.id: one
            for one in self.organization.boards.values()
            if one.project in self._open and one.team in self.organization.teams and one.team not in hidden
        }
        return [found[key] for key in in_natural_order(found)]

    def work_items(self) -> Iterator[WorkItem]:
        """Work items inside the filter: not finished, or changed since midnight seven days ago."""
        midnight = self.organization.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        for one in self.readable_work_items():
            finished = str(one.fields["System.State"]).lower() in FINISHED
            if not finished or one.fields["System.ChangedDate"] >= midnight - timedelta(days=7):
                yield one

    def readable_work_items(self) -> Iterator[WorkItem]:
        """Work items that are neither deleted nor hidden, inside the filter or not."""
        for one in self.organization.work_items.values():
            path = str(one.fields["System.AreaPath"]) + "\\"
            hidden = any(path.startswith(area + "\\") for area in self.permissions.hidden_areas)
            if one.deleted is None and one.project in self._open and not hidden:
                yield one

    def release_definitions(self) -> Iterator[ReleaseDefinition]:
        """Release definitions that are not deleted and can be seen."""
        for one in self.organization.release_definitions.values():
            visible = one.project in self._open and one.id not in self.permissions.hidden_definitions
            if not one.deleted and visible:
                yield one

    def releases(self) -> Iterator[Release]:
        """Releases that are not deleted and whose definition can be seen."""
        for one in self.organization.releases.values():
            visible = one.project in self._open and one.definition not in self.permissions.hidden_definitions
            if not one.deleted and visible:
                yield one


def _holds(policy: Policy, repository: Repository) -> bool:
    """Whether one entry of the policy's scope covers the repository's default branch.

    Without a default branch only the repository counts, and so it does for an entry without a branch.
    """
    branch = repository.default_branch
    for entry in policy.settings.get("scope", []):
        where, name, match = entry.get("repositoryId"), entry.get("refName"), entry.get("matchKind", "Exact")
        if where is not None and where.lower() != repository.id:
            continue
        if branch is None or not name or match.lower() == "defaultbranch":
            return True
        if branch.startswith(name) if match.lower() == "prefix" else branch == name:
            return True
    return False
