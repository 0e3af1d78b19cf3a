"""The verbs that change an organization, as its users would."""

from __future__ import annotations

import random
from pathlib import Path

from azure_devops_sandbox.state.access import EVERYTHING, Access, Permissions
from azure_devops_sandbox.state.git_clone import GitClone
from azure_devops_sandbox.state.records import Repository

from .builds import BuildChanges
from .code import CodeChanges
from .people import PeopleChanges
from .pipelines import PipelineChanges
from .planning import PlanningChanges
from .projects import ProjectChanges
from .pull_requests import PullRequestChanges
from .releases import ReleaseChanges
from .work_items import WorkItemChanges


class Changes(
    ProjectChanges,
    CodeChanges,
    WorkItemChanges,
    ReleaseChanges,
    PeopleChanges,
    PlanningChanges,
    PullRequestChanges,
    PipelineChanges,
    BuildChanges,
):
    """All verbs. Objects are named by id (projects and repositories also by name); a wrong id is a LookupError."""

    def set_permissions(self, token: str, permissions: Permissions = EVERYTHING) -> Access:
        """Set what the owner of a token may see."""
        old = self.organization.access[token]
        access = Access(old.token, old.identity, old.scopes, old.expires, permissions)
        return self.organization.grant(access)

    def attach_repository(self, project: str, path: Path, name: str | None = None) -> Repository:
        """Serve a real git repository of this machine as a repository of a project, named as its folder.

        It is not a verb of the control interface, because it lets the sandbox read a path. Raises NoGit (a
        ValueError) if there is no git, or no repository at the path.
        """
        clone = GitClone(path)
        created = self.create_repository(project, name or clone.path.name.removesuffix(".git"))
        created.clone = clone
        self.read_clone(created)
        return created

    def read_clone(self, repository: Repository) -> bool:
        """See what became of the branches of an attached repository; tell whether anything did."""
        clone = repository.clone
        if clone is None:
            raise LookupError(f"{repository.name} is not served from a real git repository")
        default, heads = clone.heads()
        if (default, heads) == (repository.default_branch, repository.heads):
            return False
        repository.default_branch, repository.heads = default, heads
        repository.trees = {name: clone.files(commit) for name, commit in heads.items()}
        self.organization.touch(repository)
        return True

    def random_change(self, rng: random.Random) -> str:
        """Change one thing at random and tell what."""
        from .random_change import random_change

        return random_change(self.organization, rng)


VERBS = frozenset(name for base in Changes.__bases__ for name in vars(base) if not name.startswith("_"))
"""The verbs that the control interface offers."""
