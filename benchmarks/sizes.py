"""How many requests a full read of an organization needs at least, kind by kind, from how much is in it."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

import msgspec

KIND_OF_ROUTE = {
    "connection-data": "connection",
    "projects.list": "project",
    "projects.get": "project",
    "repositories.list": "repository",
    "repositories.get": "repository",
    "items.get": "repository",
    "policies.list": "repository-policy",
    "policies.get": "repository-policy",
    "teams.all": "team",
    "teams.list": "team",
    "teams.get": "team",
    "boards.list": "board",
    "boards.get": "board",
    "wiql.query": "work-item",
    "work-items.batch": "work-item",
    "recycle-bin.list": "work-item",
    "releases.list": "release",
    "releases.get": "release",
    "team-members.list": "team-member",
    "user-entitlements.list": "user",
    "user-entitlements.get": "user",
    "pull-requests.list": "pull-request",
    "pull-requests.get": "pull-request",
    "pipelines.list": "pipeline",
    "pipelines.get": "pipeline",
    "build-definitions.list": "pipeline",
    "builds.list": "build",
    "builds.get": "build",
    "environments.list": "environment",
    "environments.get": "environment",
}
"""The sandbox's route names by the kind that they are asked for."""


class Sizes(msgspec.Struct, frozen=True):
    """What a client of full scope is shown. `files` are the paths that the mapping asks for in each repository, and
    `readable` the repositories that have a branch and are not disabled; `work_items` pass the mapping's filter. `daily`
    are the kinds that preset `standard` reads beside those of Port's default mapping: records, and the pages in which
    they come, by kind."""

    projects: int
    repositories: int
    readable: int
    files: int
    policy_pages: int
    teams: int
    boards: int
    work_items: int
    releases: int
    daily: dict[str, tuple[int, int]] = {}

    @property
    def entities(self) -> int:
        """Records that the floor reads, for a rough rate; columns come on top."""
        daily = sum(records for kind, (records, _) in self.daily.items() if kind != "team-member")
        return self.projects + self.repositories + self.boards + self.work_items + self.releases + daily


FORMULAS = {
    "connection": "1",
    "project": "⌈P/1000⌉ + P",
    "repository": "1 + files × readable R",
    "repository-policy": "pages of 1000 for each of P",
    "team": "⌈T/100⌉",
    "board": "T + B",
    "work-item": "⌈W/20000⌉ + ⌈W/200⌉",
    "release": "⌈Rel/100⌉",
}
DAILY = {
    "team-member": "T",
    "user": "⌈U/100⌉",
    "pull-request": "⌈active/1000⌉ + ⌈completed/1000⌉ + ⌈abandoned/1000⌉",
    "pipeline": "2 for each of P: pipelines, and their repositories",
    "build": "pages of 1000 for each of P",
    "environment": "P",
}
"""Of the kinds that preset `standard` reads beside those of Port's default mapping."""
"""The floor of Port's default mapping in symbols, as docs/explanation/performance.md prints it."""


def pages(things: int, size: int) -> int:
    """Pages of a listing; an empty one still takes a request."""
    return max(1, ceil(things / size))


def floor_of(sizes: Sizes) -> dict[str, int]:
    """The least number of requests by kind."""
    return {
        "connection": 1,
        "project": pages(sizes.projects, 1000) + sizes.projects,
        "repository": 1 + sizes.files * sizes.readable,
        "repository-policy": sizes.policy_pages,
        "team": pages(sizes.teams, 100),
        "board": sizes.teams + sizes.boards,
        "work-item": pages(sizes.work_items, 20_000) + ceil(sizes.work_items / 200),
        "release": pages(sizes.releases, 100),
        **{kind: pages for kind, (_, pages) in sizes.daily.items()},
    }


def by_kind(routes: Mapping[str, int]) -> dict[str, int]:
    """Requests by kind, from requests by the sandbox's route names; a route that no kind needs keeps its name."""
    found: dict[str, int] = {}
    for route, count in routes.items():
        kind = KIND_OF_ROUTE.get(route, route)
        found[kind] = found.get(kind, 0) + count
    return found
