"""What kinds look up in their parents' records: states, names, default branches. Pure; heads are decoded once."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

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
    name: str = ""
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


T = TypeVar("T")


class _Derived(Generic[T]):
    """What is built of a snapshot of records, kept for the last few snapshots: it is asked for once per item."""

    _KEPT = 4

    def __init__(self, build: Callable[[Mapping[str, Record]], T]) -> None:
        self._build = build
        self._kept: OrderedDict[int, tuple[Mapping[str, Record], T]] = OrderedDict()

    def of(self, records: Mapping[str, Record]) -> T:
        """What belongs to this very mapping. The kept reference is what makes its id its own."""
        known = self._kept.get(id(records))
        if known is not None and known[0] is records:
            return known[1]
        value = self._build(records)
        self._kept[id(records)] = (records, value)
        if len(self._kept) > self._KEPT:
            self._kept.popitem(last=False)
        return value


def _by_project(records: Mapping[str, Record]) -> dict[str, list[tuple[Record, RepositoryHead]]]:
    groups: dict[str, list[tuple[Record, RepositoryHead]]] = defaultdict(list)
    for record in records.values():
        head = repository_head(record.body)
        if head.healthy:
            groups[record.parent].append((record, head))
    return dict(groups)


def _by_name(records: Mapping[str, Record]) -> dict[str, str]:
    return {project_head(record.body).name.casefold(): key for key, record in records.items()}


_REPOSITORIES = _Derived(_by_project)
_NAMES = _Derived(_by_name)
_NONE: Mapping[str, Record] = {}


def readable(kind: str, record: Record, parents: Parents) -> bool:
    """Whether the children of a record of this kind can be read."""
    if kind == "project":
        return project_head(record.body).healthy
    if kind == "repository" and not repository_head(record.body).healthy:
        return False
    if not record.parent:
        return True
    project = parents.get("project", _NONE).get(record.parent)
    return project is not None and project_head(project.body).healthy


def healthy_projects(parents: Parents) -> tuple[str, ...]:
    """Keys of the known projects whose children can be read."""
    return tuple(
        key for key, record in parents.get("project", _NONE).items() if project_head(record.body).healthy
    )


def healthy_repositories(parents: Parents, project: str) -> list[tuple[Record, RepositoryHead]]:
    """The project's known repositories whose children can be read."""
    return _REPOSITORIES.of(parents.get("repository", _NONE)).get(project, [])


def project_named(parents: Parents, name: str) -> str | None:
    """The key of a known project by its name, which is compared without case, as the service does."""
    return _NAMES.of(parents.get("project", _NONE)).get(name.casefold())
