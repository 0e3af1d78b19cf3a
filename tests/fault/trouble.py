"""What goes wrong in one sync: a fault of one response or of one route, a lost permission, rows that move, a cut."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from azure_devops_sandbox import Action, Fault, Organization, Permissions

Kinds = frozenset[str]
_TEAMS: Kinds = frozenset({"team", "board", "iteration"})
_GRAPH: Kinds = frozenset({"group", "group-member"})
_RELEASES: Kinds = frozenset({"release", "release-deployment"})
_OF_PIPELINES: Kinds = frozenset({"pipeline", "build", "pipeline-stage", "pipeline-run"})
_TREES: Kinds = frozenset({"file", "folder"})
_OF_REPOSITORIES: Kinds = frozenset({"repository", "policy", "pull-request", "branch"}) | _TREES
EVERYTHING: Kinds = (
    frozenset({"project", "repository", "policy", "work-item", "release-definition", "user", "area-path"})
    | _TEAMS
    | _GRAPH
    | _RELEASES
    | _OF_PIPELINES
    | _OF_REPOSITORIES
    | {"environment"}
)

TOUCHED: dict[str, Kinds] = {
    "connection-data": EVERYTHING,
    "projects.list": EVERYTHING,
    "projects.get": EVERYTHING,
    "repositories.list": _OF_REPOSITORIES,
    "repositories.get": _OF_REPOSITORIES,
    "repositories.recycle-bin": _OF_REPOSITORIES,
    "repositories.deleted": _OF_REPOSITORIES,
    # A repository whose files cannot be read stays as it was, and so does what tells of it.
    "items.get": _OF_REPOSITORIES,
    "items.batch": _TREES,
    "blobs.zip": frozenset({"file"}),
    "blobs.get": frozenset({"file"}),
    "policies.list": frozenset({"policy"}),
    "policies.get": frozenset({"policy"}),
    "teams.all": _TEAMS,
    "teams.list": _TEAMS,
    "teams.get": _TEAMS,
    "team-members.list": frozenset({"team"}),
    "team-field-values.get": frozenset({"team"}),
    "team-iterations.list": frozenset({"iteration"}),
    "classification-nodes.get": frozenset({"area-path"}),
    "user-entitlements.list": frozenset({"user"}),
    "user-entitlements.get": frozenset({"user"}),
    "graph-groups.list": _GRAPH,
    "graph-groups.get": _GRAPH,
    "graph-memberships.list": frozenset({"group-member"}),
    "graph-memberships.get": frozenset({"group-member"}),
    "graph-subjects.lookup": frozenset({"group-member"}),
    "boards.list": frozenset({"board"}),
    "boards.get": frozenset({"board"}),
    "wiql.query": frozenset({"work-item"}),
    "work-items.batch": frozenset({"work-item"}),
    "recycle-bin.list": frozenset({"work-item"}),
    "work-item-revisions.read": frozenset({"work-item"}),
    "releases.list": _RELEASES,
    "release-definitions.list": frozenset({"release-definition"}),
    "deployments.list": _RELEASES,
    "pull-requests.list": frozenset({"pull-request"}),
    "pull-requests.get": frozenset({"pull-request"}),
    "refs.list": frozenset({"branch"}),
    "branch-stats.list": frozenset({"branch"}),
    "pipelines.list": frozenset({"pipeline", "pipeline-run"}),
    "pipelines.get": frozenset({"pipeline", "pipeline-run"}),
    "build-definitions.list": frozenset({"pipeline"}),
    "pipeline-runs.list": frozenset({"pipeline-run"}),
    "pipeline-runs.get": frozenset({"pipeline-run"}),
    # Builds tell what is gone of runs and pipelines too.
    "builds.list": _OF_PIPELINES,
    "build-changes.list": frozenset({"build", "pipeline-stage"}),
    "commits.get": frozenset({"build", "pipeline-stage"}),  # the commit of a build without changes
    "timelines.get": frozenset({"pipeline-stage"}),
    "environments.list": frozenset({"environment"}),
    "environments.get": frozenset({"environment"}),
}
"""The kinds whose entities an answer of a route may concern, by what hangs from what."""

BEHIND_A_LISTING = (
    "recycle-bin.list", "repositories.recycle-bin", "repositories.get", "projects.get", "policies.get", "teams.get",
    "work-items.batch", "releases.list", "projects.list", "pull-requests.get", "builds.list", "pipelines.get",
    "branch-stats.list",
)  # fmt: skip
"""Routes that are asked about what a listing left out."""

SILENT = frozenset({Action.TRIM, Action.SHIFT})
"""Faults that leave rows out without any sign: no client can know of them. Nor can it know of a spoiled text file."""

LASTING = (
    Action.SERVER_ERROR, Action.THROTTLE, Action.RESET, Action.TRUNCATE, Action.BAD_JSON, Action.NOT_FOUND,
    Action.FORBIDDEN, Action.SIGN_IN, Action.HTML_200, Action.TRIM, Action.REPEAT_TOKEN, Action.EMPTY_PAGE,
)  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong, in words and as what brings it about. `touched` are the kinds that it may hide."""

    told: str
    fault: Fault | None = None
    permissions: Permissions | None = None
    move_at: int = 0
    cut_at: int = 0
    touched: Kinds = frozenset()
    silent: bool = False


def choose_trouble(
    rng: random.Random, organization: Organization, routes: Sequence[str], *, incremental: bool
) -> Trouble:
    """A random trouble. `routes` are those of the requests of an earlier sync, in order."""
    choices: list[Callable[[], Trouble]] = [
        lambda: _one_response(rng, routes, incremental=incremental),
        lambda: _one_route(rng, organization, routes, incremental=incremental),
        lambda: _permission(rng, organization),
        lambda: Trouble("rows move while they are read", move_at=rng.randrange(3, len(routes))),
        lambda: Trouble("the run is cut", cut_at=rng.randrange(1, len(routes))),
    ]
    return rng.choices(choices, (45, 20, 20, 8, 7))[0]()


def _candidates(routes: Sequence[str], *, incremental: bool) -> list[str]:
    if not incremental:
        return list(routes)
    left = ("boards.", "teams.", "team-iterations.", "graph-memberships.", "graph-subjects.", "blobs.")
    kept = [route for route in routes if not route.startswith(left)]
    return [*kept, *("work-item-revisions.read", "deployments.list") * 4]


def _place(rng: random.Random, routes: Sequence[str], *, incremental: bool) -> tuple[str, int]:
    """A route, and which of its requests."""
    if rng.random() < 0.25:
        route = rng.choice(BEHIND_A_LISTING)
        return route, routes.count(route) + rng.randrange(1, 3)
    candidates = _candidates(routes, incremental=incremental)
    index = rng.randrange(len(candidates))
    return candidates[index], candidates[: index + 1].count(candidates[index])


def _one_response(rng: random.Random, routes: Sequence[str], *, incremental: bool) -> Trouble:
    route, place = _place(rng, routes, incremental=incremental)
    action = rng.choice(tuple(Action))
    fault = _fault(rng, action, route, (place,))
    return _of(fault, f"{action} on response {place} of {route}")


def _one_route(
    rng: random.Random, organization: Organization, routes: Sequence[str], *, incremental: bool
) -> Trouble:
    route, place = _place(rng, routes, incremental=incremental)
    action = rng.choice(LASTING)
    project = rng.choice(organization.live_projects()).id if rng.random() < 0.3 else None
    fault = _fault(rng, action, route, tuple(range(place, place + 2_000)), project)
    where = f" in project {project}" if project else ""
    return _of(fault, f"{action} on every response of {route} from number {place} on{where}")


def _fault(
    rng: random.Random, action: Action, route: str, nth: tuple[int, ...], project: str | None = None
) -> Fault:
    return Fault(
        action=action,
        route=route,
        nth=nth,
        project=project,
        seconds=0.005 if action is Action.SLOW else 1.0,
        count=rng.randrange(1, 4),
        status=rng.choice((500, 502, 503)),
        direction=rng.choice(("insert", "delete")),
    )


def _of(fault: Fault, told: str) -> Trouble:
    spoiled_text = fault.action is Action.BAD_JSON and fault.route == "items.get"
    silent = fault.action in SILENT or spoiled_text
    return Trouble(told, fault=fault, touched=TOUCHED[fault.route], silent=silent)


def _permission(rng: random.Random, organization: Organization) -> Trouble:
    project = rng.choice(organization.live_projects())
    repository = rng.choice(list(organization.repositories))
    area = rng.choice([str(one.fields["System.AreaPath"]) for one in organization.work_items.values()])
    definition = rng.choice(list(organization.release_definitions))
    team = rng.choice(list(organization.teams))
    pipeline = rng.choice(list(organization.definitions))
    one = frozenset
    losses = [
        (f"project {project.name} is hidden", Permissions(hidden_projects=one({project.id})), EVERYTHING),
        (
            f"project {project.name} is forbidden",
            Permissions(forbidden_projects=one({project.id})),
            EVERYTHING,
        ),
        (
            f"repository {repository} is hidden",
            Permissions(hidden_repositories=one({repository})),
            TOUCHED["repositories.list"],
        ),
        (
            f"area {area} is hidden",
            Permissions(hidden_areas=one({area})),
            one({"work-item", "area-path", "team"}),
        ),
        (
            f"release definition {definition} is hidden",
            Permissions(hidden_definitions=one({definition})),
            _RELEASES | {"release-definition"},
        ),
        (f"pipeline {pipeline} is hidden", Permissions(hidden_pipelines=one({pipeline})), _OF_PIPELINES),
        (f"team {team} is hidden", Permissions(hidden_teams=one({team})), _TEAMS | _GRAPH),
    ]
    told, permissions, touched = rng.choice(losses)
    return Trouble(told, permissions=permissions, touched=touched, silent=True)
