"""The routes of the API, one module per service area."""

from __future__ import annotations

from azure_devops_sandbox.routing import Route

from . import (
    boards,
    builds,
    commits,
    core,
    entitlements,
    environments,
    files,
    git,
    graph,
    identities,
    location,
    pipelines,
    planning,
    policy,
    pull_requests,
    queries,
    release,
    reporting,
    work_items,
)

ROUTES: tuple[Route, ...] = (
    *location.ROUTES,
    *core.ROUTES,
    *git.ROUTES,
    *files.ROUTES,
    *commits.ROUTES,
    *policy.ROUTES,
    *pull_requests.ROUTES,
    *queries.ROUTES,
    *work_items.ROUTES,
    *reporting.ROUTES,
    *boards.ROUTES,
    *release.ROUTES,
    *graph.ROUTES,
    *identities.ROUTES,
    *entitlements.ROUTES,
    *planning.ROUTES,
    *pipelines.ROUTES,
    *builds.ROUTES,
    *environments.ROUTES,
)
