"""What all groups of verbs share: finding the thing to change."""

from __future__ import annotations

from collections.abc import Mapping

from azure_devops_sandbox.formats import object_id
from azure_devops_sandbox.state.git_clone import NoGit
from azure_devops_sandbox.state.history import RememberedHistory
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import Identity, Project, Repository, Team


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

    def _writable(self, repository: str) -> Repository:
        """Return a repository that can be written to. Raises NoGit for one that is somebody's real clone."""
        found = self._repository(repository)
        if found.clone is not None:
            raise NoGit(f"{found.name} is served from {found.clone.path}, which the sandbox never changes")
        return found

    def _advance(
        self,
        repository: Repository,
        branch: str,
        tree: Mapping[str, bytes],
        message: str,
        author: Identity | None = None,
        merged: str | None = None,
    ) -> None:
        """Commit these files to a branch (`merged` is a second parent); pull requests from that branch follow it."""
        organization = self.organization
        head = object_id(repository.id, branch, organization.next_number("commit"))
        before = repository.heads.get(branch) or repository.heads.get(repository.default_branch or "")
        parents = tuple(one for one in (before, merged) if one is not None)
        history = RememberedHistory(organization, repository)
        history.record(head, parents, tree, author or organization.owner, message)
        repository.trees[branch], repository.heads[branch] = tree, head
        for one in organization.pull_requests.values():
            if one.status == "active" and one.source == branch and one.comes_from(repository):
                target = organization.repositories[one.repository]
                one.follow(head, target.heads.get(one.target, one.target_commit))
                organization.touch(one)
        organization.touch(repository)

    def _person(self, name_or_id: str) -> Identity:
        """Return a person who does things, or a user."""
        everyone = (*self.organization.people, *(one.identity for one in self.organization.users.values()))
        for one in everyone:
            if name_or_id in {one.id, one.unique_name, one.display_name}:
                return one
        raise LookupError(f"no person {name_or_id!r}")

    def _team(self, team_id: str) -> Team:
        if team_id not in self.organization.teams:
            raise LookupError(f"no team {team_id!r}")
        return self.organization.teams[team_id]
