"""What kinds look up in their parents' records: states, names, default branches. Pure; heads are decoded once."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.model.records import Record
from fairlead.model.source import Parents

UNHEALTHY = {"deleted", "deleting", "new", "createpending"}
"""States of a project (lower case) in which its children are not asked for (reference: Port's healthy repository)."""


class ProjectHead(msgspec.Struct, frozen=True):
    """The part of a project that is looked at; also how it is embedded in others."""

    id: str
    name: str = ""
    state: str = "wellFormed"

    @property
    def healthy(self) -> bool:
        """Whether its children can be read."""
        return self.state.lower() not in UNHEALTHY


class RepositoryHead(msgspec.Struct, frozen=True, rename="camel"):
    """The part of a repository that is looked at."""

    id: str
    project: ProjectHead
    default_branch: str | None = None
    is_disabled: bool | None = None

    @property
    def healthy(self) -> bool:
        """Whether its children can be read: a disabled one answers 404 to everything."""
        return not self.is_disabled and self.project.healthy


@lru_cache(maxsize=8192)
def project_head(body: bytes) -> ProjectHead:
    """The head of a project's body."""
    return decode(body, ProjectHead, "a project")


@lru_cache(maxsize=32768)
def repository_head(body: bytes) -> RepositoryHead:
    """The head of a repository's body."""
    return decode(body, RepositoryHead, "a repository")


def healthy_projects(parents: Parents) -> tuple[str, ...]:
    """Keys of the known projects whose children can be read."""
    return tuple(
        key for key, record in parents.get("project", {}).items() if project_head(record.body).healthy
    )


def healthy_repositories(parents: Parents, project: str) -> list[tuple[Record, RepositoryHead]]:
    """The project's known repositories whose children can be read."""
    found = []
    for record in parents.get("repository", {}).values():
        if record.parent == project:
            head = repository_head(record.body)
            if head.healthy:
                found.append((record, head))
    return found


def projects_by_name(parents: Parents) -> dict[str, str]:
    """Keys of the known projects by name. Names are compared without case, as the service does."""
    return {
        project_head(record.body).name.casefold(): key for key, record in parents.get("project", {}).items()
    }
