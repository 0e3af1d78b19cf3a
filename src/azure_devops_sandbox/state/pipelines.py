"""Pipelines (which are build definitions), their runs (which are builds), and environments.

A pipeline and a build definition are one object with one id, and so are a run and a build (reference of the API,
part 1.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .records import Identity, Stateful


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as the pipeline plans it; `environment` is the name of the one that it deploys to."""

    name: str
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class StageRun:
    """A stage of a build: `state` is pending, inProgress or completed."""

    name: str
    environment: str | None = None
    state: str = "pending"
    result: str | None = None
    started: datetime | None = None
    finished: datetime | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that a build brought in."""

    id: str
    message: str
    author: Identity
    when: datetime


@dataclass(slots=True, kw_only=True)
class Definition(Stateful):
    """A pipeline. `repository` is the id of one of the organization's, or the name of one at GitHub.

    `yaml` is the path of its file; a classic pipeline has none. `created` is when the revision was made.
    """

    id: int
    name: str
    project: str
    folder: str
    revision: int
    repository: str
    repository_name: str
    yaml: str | None
    stages: tuple[Stage, ...]
    created: datetime
    author: Identity
    queue_status: str = "enabled"
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Build(Stateful):
    """A run of a pipeline. One that was deleted stays until it is purged."""

    id: int
    number: str
    project: str
    definition: int
    status: str
    reason: str
    branch: str
    commit: str
    queued: datetime
    requested_for: Identity
    requested_by: Identity
    changed: datetime
    changed_by: Identity
    stages: tuple[StageRun, ...]
    result: str | None = None
    started: datetime | None = None
    finished: datetime | None = None
    commits: tuple[Commit, ...] = ()
    tags: tuple[str, ...] = ()
    pull_request: int | None = None
    deleted: datetime | None = None
    deleted_by: Identity | None = None


@dataclass(slots=True, kw_only=True)
class Environment(Stateful):
    """A target of deployments."""

    id: int
    name: str
    project: str
    description: str
    created: datetime
    created_by: Identity
    modified: datetime
    modified_by: Identity


@dataclass(slots=True, kw_only=True)
class EnvironmentDeployment(Stateful):
    """A deployment of a stage of a build to an environment; it outlives the build."""

    id: int
    environment: int
    project: str
    definition: int
    build: int
    number: str
    stage: str
    attempt: int
    queued: datetime
    started: datetime | None = None
    finished: datetime | None = None
    result: str | None = None
