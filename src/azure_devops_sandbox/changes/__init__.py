"""The verbs that change an organization, as its users would."""

from __future__ import annotations

from azure_devops_sandbox.state.access import EVERYTHING, Access, Permissions

from .code import CodeChanges
from .projects import ProjectChanges
from .releases import ReleaseChanges
from .work_items import WorkItemChanges


class Changes(ProjectChanges, CodeChanges, WorkItemChanges, ReleaseChanges):
    """All verbs. Objects are named by id (projects and repositories also by name); a wrong id is a LookupError."""

    def set_permissions(self, token: str, permissions: Permissions = EVERYTHING) -> Access:
        """Set what the owner of a token may see."""
        old = self.organization.access[token]
        access = Access(old.token, old.identity, old.scopes, old.expires, permissions)
        return self.organization.grant(access)


VERBS = frozenset(
    name
    for base in (ProjectChanges, CodeChanges, WorkItemChanges, ReleaseChanges)
    for name in vars(base)
    if not name.startswith("_")
)
"""The verbs that the control interface offers."""
