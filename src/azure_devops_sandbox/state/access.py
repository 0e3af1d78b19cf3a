"""Who asks, and what they may see.

Facts: lists leave out what the identity may not read, without any sign; a scope that is missing
answers 401, as an expired credential does (reference of the API, part 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .people import Group, User
from .pipelines import Definition
from .records import Identity, Project, ReleaseDefinition, Repository, Team, WorkItem

FULL = frozenset({"full"})
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Permissions:
    """What is hidden from an identity. Projects, repositories, teams, users and groups by id, areas by path.

    A `forbidden_projects` member is listed but answers 403 on every route below it.
    """

    hidden_projects: frozenset[str] = _NONE
    forbidden_projects: frozenset[str] = _NONE
    hidden_repositories: frozenset[str] = _NONE
    hidden_teams: frozenset[str] = _NONE
    hidden_areas: frozenset[str] = _NONE
    hidden_definitions: frozenset[int] = frozenset()
    hidden_pipelines: frozenset[int] = frozenset()
    hidden_users: frozenset[str] = _NONE
    hidden_groups: frozenset[str] = _NONE

    def sees_project(self, project: Project) -> bool:
        """Tell whether the project is in the lists of this identity."""
        return project.id not in self.hidden_projects

    def sees_inside(self, project_id: str) -> bool:
        """Tell whether organization-level lists hold things of this project."""
        return project_id not in self.hidden_projects and project_id not in self.forbidden_projects

    def sees_team(self, team: Team) -> bool:
        """Tell whether the team is visible."""
        return team.id not in self.hidden_teams and self.sees_inside(team.project)

    def sees_subject(self, subject: User | Group | Team) -> bool:
        """Tell whether a user, group or team is visible in the graph."""
        if isinstance(subject, User):
            return subject.id not in self.hidden_users
        if isinstance(subject, Team):
            return self.sees_team(subject)
        return subject.id not in self.hidden_groups and (
            subject.project is None or self.sees_inside(subject.project)
        )

    def sees_repository(self, repository: Repository) -> bool:
        """Tell whether the repository is visible."""
        return repository.id not in self.hidden_repositories and self.sees_inside(repository.project)

    def sees_area(self, path: str) -> bool:
        """Tell whether work items of this area path are visible."""
        return not any(path == area or path.startswith(area + "\\") for area in self.hidden_areas)

    def sees_work_item(self, item: WorkItem) -> bool:
        """Tell whether the work item is visible."""
        return self.sees_inside(item.project) and (
            not self.hidden_areas or self.sees_area(str(item.fields["System.AreaPath"]))
        )

    def sees_definition(self, definition: ReleaseDefinition) -> bool:
        """Tell whether the release definition and its releases are visible."""
        return definition.id not in self.hidden_definitions and self.sees_inside(definition.project)

    def sees_pipeline(self, definition: Definition) -> bool:
        """Tell whether the pipeline and its builds are visible."""
        return definition.id not in self.hidden_pipelines and self.sees_inside(definition.project)


EVERYTHING = Permissions()


@dataclass(frozen=True, slots=True)
class Access:
    """A token: whose it is, what it may be used for, until when, and what its owner may see."""

    token: str
    identity: Identity
    scopes: frozenset[str] = FULL
    expires: datetime | None = None
    permissions: Permissions = EVERYTHING

    def grants(self, scope: str | None) -> bool:
        """Tell whether the token has the scope (or a larger one of the same family)."""
        if scope is None or "full" in self.scopes:
            return True
        return any(held == scope or held.startswith(scope + "_") for held in self.scopes)

    def expired(self, now: datetime) -> bool:
        """Tell whether the token is past its last moment."""
        return self.expires is not None and now >= self.expires
