"""The organization: all its objects, its version counter, and the bytes they were last answered with.

Each change raises the counter. The bytes of an object are kept until it (or its project) changes; a
listing is kept until anything changes, and joined from the bytes of its items.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from azure_devops_sandbox.clock import Clock
from azure_devops_sandbox.formats import derived_guid, is_guid

from .access import Access
from .people import Group, User
from .pipelines import Build, Definition, Environment, EnvironmentDeployment
from .planning import Kind, Node, TeamPlan
from .pull_requests import PullRequest
from .records import (
    Board,
    Deployment,
    Fields,
    Identity,
    Policy,
    Project,
    Release,
    ReleaseDefinition,
    Repository,
    Revision,
    Stateful,
    Team,
    WorkItem,
)

if TYPE_CHECKING:
    from azure_devops_sandbox.changes import Changes

OwnedT = TypeVar("OwnedT", bound="Owned")
ValueT = TypeVar("ValueT")


class Owned(Protocol):
    """What belongs to one project."""

    project: str


class Organization:
    """An Azure DevOps Services organization held in memory."""

    def __init__(
        self, name: str, people: tuple[Identity, ...], clock: Clock | None = None, seed: int = 0
    ) -> None:
        self.name = name
        self.seed = seed
        self.instance_id = derived_guid("organization", name, seed)
        self.clock = clock or Clock()
        self.people = people
        self.projects: dict[str, Project] = {}
        self.teams: dict[str, Team] = {}
        self.repositories: dict[str, Repository] = {}
        self.policies: dict[int, Policy] = {}
        self.pull_requests: dict[int, PullRequest] = {}
        """In the order of their numbers."""
        self.work_items: dict[int, WorkItem] = {}
        self.revisions: list[Revision] = []
        self.revised: dict[tuple[int, int], datetime] = {}
        """When a revision (work item and rev) was followed by the next one."""
        self.boards: dict[str, Board] = {}
        self.release_definitions: dict[int, ReleaseDefinition] = {}
        self.releases: dict[int, Release] = {}
        self.deployments: dict[int, Deployment] = {}
        self.definitions: dict[int, Definition] = {}
        self.builds: dict[int, Build] = {}
        self.environments: dict[int, Environment] = {}
        self.environment_deployments: dict[tuple[int, str, int], EnvironmentDeployment] = {}
        """By build, stage and attempt."""
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.nodes: dict[int, Node] = {}
        self.trees: dict[tuple[str, Kind], Node] = {}
        """The roots of the areas and iterations of each project."""
        self.plans: dict[str, TeamPlan] = {}
        """By the id of the team."""
        self.access: dict[str, Access] = {}
        self.destroyed_work_items: set[int] = set()
        self.version = 0
        self.base_url = f"http://127.0.0.1/{name}"
        self.lasting: dict[Hashable, bytes] = {}
        self._numbers: defaultdict[str, int] = defaultdict(int)
        self._derived: dict[Hashable, object] = {}
        self._derived_version = 0

    # ---- identity of things ---------------------------------------------------------------------

    @property
    def owner(self) -> Identity:
        """The person whom the default token belongs to."""
        return self.people[0]

    @property
    def changes(self) -> Changes:
        """The verbs that change the organization."""
        from azure_devops_sandbox.changes import Changes

        return Changes(self)

    def next_number(self, sequence: str) -> int:
        """Return the next number of a sequence such as `work item`; numbers are never used again."""
        self._numbers[sequence] += 1
        return self._numbers[sequence]

    def new_guid(self, kind: str) -> str:
        """Return a GUID for a new object; the same changes in the same order give the same ids."""
        return derived_guid(self.seed, kind, self.next_number(f"guid of {kind}"))

    def grant(self, access: Access) -> Access:
        """Add a token, or replace the one with the same text."""
        self.access[access.token] = access
        return access

    # ---- versions and bytes ---------------------------------------------------------------------

    def touch(self, *objects: Stateful) -> None:
        """Note that these objects changed."""
        self.version += 1
        for one in objects:
            one.version = self.version

    def set_base_url(self, url: str) -> None:
        """Say which address the organization's own links have."""
        self.base_url = url.rstrip("/")
        self.forget_bytes()

    def forget_bytes(self) -> None:
        """Drop all kept bytes."""
        self.lasting.clear()
        self.touch()
        every: Iterable[Iterable[Stateful]] = (
            self.projects.values(), self.teams.values(), self.repositories.values(), self.policies.values(),
            self.work_items.values(), self.boards.values(), self.release_definitions.values(),
            self.releases.values(), self.deployments.values(), self.users.values(), self.groups.values(),
            self.nodes.values(), self.plans.values(), self.pull_requests.values(),
            self.definitions.values(), self.builds.values(),
            self.environments.values(), self.environment_deployments.values(),
        )  # fmt: skip
        for group in every:
            for one in group:
                one.cache.clear()

    def derived(self, key: Hashable, build: Callable[[], ValueT]) -> ValueT:
        """Return what `build` gives, built once per version of the organization. A key always has the same type."""
        if self._derived_version != self.version:
            self._derived.clear()
            self._derived_version = self.version
        try:
            return cast(ValueT, self._derived[key])
        except KeyError:
            value = build()
            self._derived[key] = value
            return value

    # ---- looking up -----------------------------------------------------------------------------

    def find_project(self, name_or_id: str) -> Project | None:
        """Find a project that is not deleted by id, name or former name (names ignore case)."""
        if is_guid(name_or_id):
            found = self.projects.get(name_or_id.lower())
            return found if found is not None and found.state != "deleted" else None
        return self.derived("projects by name", self._projects_by_name).get(name_or_id.casefold())

    def _projects_by_name(self) -> dict[str, Project]:
        live = [one for one in self.projects.values() if one.state != "deleted"]
        names = {alias.casefold(): one for one in live for alias in one.aliases}
        names.update({one.name.casefold(): one for one in live})
        return names

    def find_team(self, project: Project, name_or_id: str) -> Team | None:
        """Find a team of a project by id or name."""
        if is_guid(name_or_id):
            team = self.teams.get(name_or_id.lower())
            return team if team is not None and team.project == project.id else None
        wanted = name_or_id.casefold()
        return next(
            (one for one in self.of_project(self.teams, project.id) if one.name.casefold() == wanted), None
        )

    def find_repository(self, project: Project | None, name_or_id: str) -> Repository | None:
        """Find a repository that is not deleted by id, or by name inside a project."""
        if is_guid(name_or_id):
            found = self.repositories.get(name_or_id.lower())
            if (
                found is None
                or found.deleted is not None
                or (project is not None and found.project != project.id)
            ):
                return None
            return found
        if project is None:
            return None
        wanted = name_or_id.casefold()
        live = (one for one in self.of_project(self.repositories, project.id) if one.deleted is None)
        return next((one for one in live if one.name.casefold() == wanted), None)

    def of_project(self, objects: Mapping[Any, OwnedT], project_id: str) -> list[OwnedT]:
        """Return those of `objects` (one of the organization's own maps) that belong to a project."""
        return self.derived(("by project", id(objects)), lambda: _grouped(objects)).get(project_id, [])

    def live_projects(self) -> list[Project]:
        """Return the projects whose children can be read, by name."""
        return sorted(
            (one for one in self.projects.values() if one.state == "wellFormed"),
            key=lambda one: one.name.casefold(),
        )

    # ---- work item revisions --------------------------------------------------------------------

    def revise(
        self,
        item: WorkItem,
        fields: Fields,
        changed: datetime,
        *,
        rev: int | None = None,
        deleted: bool = False,
    ) -> None:
        """Give a work item its next revision and append it to the reporting feed."""
        self.revised[item.id, item.rev] = changed
        item.rev = item.rev + 1 if rev is None else rev
        self.revised.pop((item.id, item.rev), None)
        item.fields = fields
        item.watermark = self.next_number("watermark")
        self.revisions.append(
            Revision(item.watermark, item.id, item.rev, item.project, fields, changed, deleted)
        )
        self.touch(item)

    def revisions_after(self, watermark: int) -> int:
        """Return the place in the feed behind the revision with this watermark."""
        return bisect_right(self.revisions, watermark, key=lambda one: one.watermark)

    def forget_revisions(self, item_id: int) -> None:
        """Take a destroyed work item out of the reporting feed."""
        self.revisions = [one for one in self.revisions if one.id != item_id]
        self.touch()

    def pick_person(self, rng: random.Random) -> Identity:
        """Return a random person."""
        return rng.choice(self.people)


def _grouped(objects: Mapping[Any, OwnedT]) -> dict[str, list[OwnedT]]:
    groups: dict[str, list[OwnedT]] = {}
    for one in objects.values():
        groups.setdefault(one.project, []).append(one)
    return groups
