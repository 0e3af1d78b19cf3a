"""What all groups of verbs share: finding the thing to change."""

from __future__ import annotations

from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import Project, Repository, Team


class ChangeGroup:
    """A group of verbs over one organization."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    def _project(self, name_or_id: str) -> Project:
        found = self.organization.find_project(name_or_id) or self.organization.projects.get(name_or_id)
        if found is None:
            raise LookupError(f"no project {name_or_id!r}")
        return found

    def _repository(self, name_or_id: str) -> Repository:
        found = self.organization.repositories.get(name_or_id)
        if found is not None:
            return found
        named = [one for one in self.organization.repositories.values() if one.name == name_or_id]
        if len(named) != 1:
            raise LookupError(f"{len(named)} repositories are named {name_or_id!r}")
        return named[0]

    def _team(self, team_id: str) -> Team:
        if team_id not in self.organization.teams:
            raise LookupError(f"no team {team_id!r}")
        return self.organization.teams[team_id]
