"""The objects of an organization as the sandbox keeps them.

Every object has a `version` that comes from one counter of the organization and rises with each
change, and a place for the bytes it was last answered with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from azure_devops_sandbox.formats import subject_descriptor

from .commits import Snapshot
from .git_clone import GitClone

Fields = Mapping[str, Any]
"""Work item fields by reference name; values are texts, numbers, dates or `Identity`. Never changed in place."""


@dataclass(eq=False, slots=True)
class Identity:
    """A person (or service) that does things; one object for each, so that a new name is seen everywhere."""

    id: str
    display_name: str
    unique_name: str
    descriptor: str

    def __str__(self) -> str:
        return f"{self.display_name} <{self.unique_name}>"


@dataclass(eq=False, slots=True, kw_only=True)
class Stateful:
    """What all changeable objects share."""

    version: int = 0
    cache: dict[str, tuple[int, bytes]] = field(default_factory=dict, repr=False, compare=False)


@dataclass(slots=True, kw_only=True)
class Project(Stateful):
    """A team project. `aliases` are former names, which keep working until they are used again."""

    id: str
    name: str
    description: str | None
    state: str
    revision: int
    visibility: str
    updated: datetime
    process: str
    source_control: str
    default_team: str
    aliases: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Team(Stateful):
    """A team of one project. `members` are ids of users and groups, each once; `admins` ids of users."""

    id: str
    name: str
    project: str
    description: str
    members: list[str] = field(default_factory=list)
    admins: set[str] = field(default_factory=set)

    @property
    def descriptor(self) -> str:
        """The descriptor of the group that the team is."""
        return subject_descriptor("vssgp", self.id)


@dataclass(slots=True, kw_only=True)
class Repository(Stateful):
    """A Git repository: one tree of files per branch; no branch at all when it is empty.

    With a `clone` everything comes from a real git repository, whose branches and files cannot be changed here.
    """

    id: str
    name: str
    project: str
    default_branch: str | None
    created: datetime
    disabled: bool = False
    parent: str | None = None
    heads: dict[str, str] = field(default_factory=dict)
    trees: dict[str, Mapping[str, bytes]] = field(default_factory=dict)
    deleted: datetime | None = None
    deleted_by: Identity | None = None
    snapshots: dict[str, Snapshot] = field(default_factory=dict, repr=False, compare=False)
    clone: GitClone | None = field(default=None, repr=False, compare=False)

    @property
    def size(self) -> int:
        """The bytes of the default branch, which stand for the size of the repository; a clone's of all objects."""
        if self.default_branch is None:
            return 0
        if self.clone is not None:
            return self.clone.size()
        return sum(map(len, self.trees[self.default_branch].values())) + 1024


@dataclass(slots=True, kw_only=True)
class Policy(Stateful):
    """A policy configuration; `settings.scope` says which branches it covers."""

    id: int
    project: str
    type_id: str
    settings: dict[str, Any]
    enabled: bool
    blocking: bool
    revision: int
    created: datetime
    created_by: Identity
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """A link of a work item: to another work item (`target`) or to something with a `url`."""

    rel: str
    target: int | None
    url: str | None
    attributes: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class WorkItem(Stateful):
    """A work item; its `fields` are those of the latest revision."""

    id: int
    rev: int
    project: str
    fields: Fields
    relations: tuple[Relation, ...] = ()
    watermark: int = 0
    deleted: datetime | None = None
    deleted_by: Identity | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One row of the reporting feed; the number of rows before it is its place."""

    watermark: int
    id: int
    rev: int
    project: str
    fields: Fields
    changed: datetime
    deleted: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a board."""

    id: str
    name: str
    item_limit: int
    column_type: str
    state_mappings: Mapping[str, str]
    is_split: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A swim lane of a board; the default lane has the empty GUID and no name."""

    id: str
    name: str | None


@dataclass(slots=True, kw_only=True)
class Board(Stateful):
    """A board of one team."""

    id: str
    name: str
    project: str
    team: str
    revision: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(slots=True, kw_only=True)
class ReleaseDefinition(Stateful):
    """A classic release definition; `environments` are names in order."""

    id: int
    name: str
    project: str
    path: str
    revision: int
    environments: tuple[str, ...]
    created: datetime
    created_by: Identity
    modified: datetime
    modified_by: Identity
    tags: tuple[str, ...] = ()
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Release(Stateful):
    """A classic release; a deleted one stays as a tombstone."""

    id: int
    name: str
    project: str
    definition: int
    status: str
    reason: str
    created: datetime
    created_by: Identity
    modified: datetime
    modified_by: Identity
    description: str
    branch: str
    tags: tuple[str, ...] = ()
    environment_statuses: tuple[str, ...] = ()
    keep_forever: bool = False
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Deployment(Stateful):
    """One attempt to deploy a release to one environment."""

    id: int
    release: int
    project: str
    environment: int
    attempt: int
    status: str
    operation: str
    reason: str
    queued: datetime
    started: datetime | None
    completed: datetime | None
    modified: datetime
    requested_by: Identity
