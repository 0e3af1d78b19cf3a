"""The verbs that change an organization, as its users would."""

from __future__ import annotations

import random

from azure_devops_sandbox.state.access import EVERYTHING, Access, Permissions

from .code import CodeChanges
from .people import PeopleChanges
from .planning import PlanningChanges
from .projects import ProjectChanges
from .releases import ReleaseChanges
from .work_items import WorkItemChanges


class Changes(ProjectChanges, CodeChanges, WorkItemChanges, ReleaseChanges, PeopleChanges, PlanningChanges):
    """All verbs. Objects are named by id (projects and repositories also by name); a wrong id is a LookupError."""

    def set_permissions(self, token: str, permissions: Permissions = EVERYTHING) -> Access:
        """Set what the owner of a token may see."""
        old = self.organization.access[token]
        access = Access(old.token, old.identity, old.scopes, old.expires, permissions)
        return self.organization.grant(access)

    def random_change(self, rng: random.Random) -> str:
        """Change one thing at random and tell what."""
        from .random_change import random_change

        return random_change(self.organization, rng)


VERBS = frozenset(name for base in Changes.__bases__ for name in vars(base) if not name.startswith("_"))
"""The verbs that the control interface offers."""
