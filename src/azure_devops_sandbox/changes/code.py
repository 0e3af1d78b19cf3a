"""Changes to repositories, files and policies."""

from __future__ import annotations

import base64
from typing import Any

from azure_devops_sandbox.state.processes import MINIMUM_REVIEWERS, POLICY_TYPES
from azure_devops_sandbox.state.records import Policy, Repository

from .base import ChangeGroup


class CodeChanges(ChangeGroup):
    """Verbs over repositories and policies."""

    def create_repository(
        self, project: str, name: str, files: dict[str, str] | None = None, fork_of: str | None = None
    ) -> Repository:
        """Create a repository; without files it is empty and has no default branch."""
        organization = self.organization
        repository = Repository(
            id=organization.new_guid("repository"),
            name=name,
            project=self._project(project).id,
            default_branch=None,
            created=organization.clock.now(),
            parent=self._repository(fork_of).id if fork_of else None,
        )
        organization.repositories[repository.id] = repository
        organization.touch(repository)
        for path, content in (files or {}).items():
            self.set_file(repository.id, path, content)
        return repository

    def rename_repository(self, repository: str, name: str) -> Repository:
        """Rename a repository; it keeps its id."""
        found = self._repository(repository)
        found.name = name
        self.organization.touch(found)
        return found

    def disable_repository(self, repository: str, disabled: bool = True) -> Repository:
        """Disable a repository (or enable it again)."""
        found = self._repository(repository)
        found.disabled = disabled
        self.organization.touch(found)
        return found

    def delete_repository(self, repository: str) -> Repository:
        """Move a repository to the recycle bin."""
        found = self._repository(repository)
        found.deleted, found.deleted_by = self.organization.clock.now(), self.organization.owner
        self.organization.touch(found)
        return found

    def restore_repository(self, repository: str) -> Repository:
        """Bring a repository back from the recycle bin."""
        found = self._repository(repository)
        found.deleted = found.deleted_by = None
        self.organization.touch(found)
        return found

    def destroy_repository(self, repository: str) -> None:
        """Delete a repository for good, with its pull requests."""
        found, organization = self._repository(repository), self.organization
        del organization.repositories[found.id]
        for one in [one for one in organization.pull_requests.values() if one.repository == found.id]:
            del organization.pull_requests[one.id]
        organization.touch()

    def move_repository(self, repository: str, project: str) -> Repository:
        """Move a repository to another project; it keeps its id."""
        found = self._repository(repository)
        found.project = self._project(project).id
        self.organization.touch(found)
        return found

    def set_file(
        self,
        repository: str,
        path: str,
        content: str | bytes = "",
        branch: str | None = None,
        content_base64: str | None = None,
    ) -> Repository:
        """Commit a file to a branch (default: the default branch, made if there is none)."""
        if content_base64 is not None:
            content = base64.b64decode(content_base64)
        data = content.encode() if isinstance(content, str) else content
        return self._commit(repository, path, data, branch)

    def remove_file(self, repository: str, path: str, branch: str | None = None) -> Repository:
        """Commit the removal of a file."""
        return self._commit(repository, path, None, branch)

    def _commit(self, repository: str, path: str, data: bytes | None, branch: str | None) -> Repository:
        found = self._writable(repository)
        name = branch or found.default_branch or "refs/heads/main"
        name = name if name.startswith("refs/") else f"refs/heads/{name}"
        if found.default_branch is None:
            found.default_branch = name
        tree = dict(found.trees.get(name) or found.trees.get(found.default_branch) or {})
        path = "/" + path.strip("/")
        known = path in tree
        if data is None:
            del tree[path]
        else:
            tree[path] = data
        done = "Remove" if data is None else "Change" if known else "Add"
        self._advance(found, name, tree, f"{done} {path}")
        return found

    def create_branch(self, repository: str, branch: str) -> Repository:
        """Create a branch at the head of the default branch."""
        found = self._writable(repository)
        if found.default_branch is None:
            raise ValueError("the repository is empty")
        name = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
        found.trees[name], found.heads[name] = (
            found.trees[found.default_branch],
            found.heads[found.default_branch],
        )
        self.organization.touch(found)
        return found

    def delete_branch(self, repository: str, branch: str) -> Repository:
        """Delete a branch that is not the default branch."""
        found = self._writable(repository)
        name = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
        if name == found.default_branch:
            raise ValueError("the default branch cannot be deleted")
        del found.trees[name], found.heads[name]
        self.organization.touch(found)
        return found

    def set_default_branch(self, repository: str, branch: str) -> Repository:
        """Make another branch the default one."""
        found = self._writable(repository)
        name = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
        if name not in found.heads:
            raise LookupError(f"no branch {name!r}")
        found.default_branch = name
        self.organization.touch(found)
        return found

    def create_policy(
        self,
        project: str,
        type_id: str = MINIMUM_REVIEWERS,
        settings: dict[str, Any] | None = None,
        repository: str | None = None,
        ref: str = "refs/heads/main",
        enabled: bool = True,
        blocking: bool = True,
    ) -> Policy:
        """Create a policy; without settings one that covers `ref` of a repository (or of all of them)."""
        if type_id not in POLICY_TYPES:
            raise LookupError(f"no policy type {type_id!r}")
        organization = self.organization
        settings = dict(settings or ({"minimumApproverCount": 2} if type_id == MINIMUM_REVIEWERS else {}))
        repository_id = self._repository(repository).id if repository else None
        settings.setdefault("scope", [{"refName": ref, "matchKind": "Exact", "repositoryId": repository_id}])
        policy = Policy(
            id=organization.next_number("policy"),
            project=self._project(project).id,
            type_id=type_id,
            settings=settings,
            enabled=enabled,
            blocking=blocking,
            revision=1,
            created=organization.clock.now(),
            created_by=organization.owner,
        )
        organization.policies[policy.id] = policy
        organization.touch(policy)
        return policy

    def change_policy(
        self,
        policy: int,
        settings: dict[str, Any] | None = None,
        enabled: bool | None = None,
        blocking: bool | None = None,
    ) -> Policy:
        """Change a policy; `settings` are merged into those it has."""
        found = self.organization.policies[policy]
        found.settings = {**found.settings, **(settings or {})}
        found.enabled = found.enabled if enabled is None else enabled
        found.blocking = found.blocking if blocking is None else blocking
        found.revision += 1
        self.organization.touch(found)
        return found

    def delete_policy(self, policy: int) -> Policy:
        """Delete a policy: it leaves the lists and can be read by id as deleted."""
        found = self.organization.policies[policy]
        found.deleted = True
        found.revision += 1
        self.organization.touch(found)
        return found
