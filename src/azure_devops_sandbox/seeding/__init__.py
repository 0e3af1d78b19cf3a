"""Builds an organization from a seed and sizes: the same arguments give the same objects."""

from __future__ import annotations

import random

from azure_devops_sandbox.clock import Clock
from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.access import Access
from azure_devops_sandbox.state.organization import Organization

from .branches import seed_branches
from .code import seed_policies, seed_repositories
from .directory import seed_people
from .monorepos import seed_monorepos
from .names import people
from .pipelines import seed_pipelines
from .planning import seed_planning
from .projects import seed_projects
from .pull_requests import seed_pull_requests
from .releases import seed_releases
from .tracking import seed_work_items

DEFAULT_PAT = "sandbox-personal-access-token"


def seeded(
    seed: int = 1,
    sizes: Sizes | None = None,
    *,
    name: str = "fabrikam",
    clock: Clock | None = None,
    pat: str = DEFAULT_PAT,
) -> Organization:
    """Return a new organization with a token of full scope for its owner."""
    sizes = sizes or Sizes()
    organization = Organization(name, people(seed, sizes.authors, name), clock, seed)
    steps = (seed_projects, seed_repositories, seed_policies, seed_work_items, seed_releases)
    for place, step in enumerate(steps):
        if place == 0 or organization.projects:
            # Each step has its own generator, so that one size does not change what the others draw.
            step(organization, sizes, random.Random(seed * 1_000 + place))
    named_steps = {
        "monorepos": seed_monorepos, "planning": seed_planning, "people": seed_people, "branches": seed_branches,
        "pull requests": seed_pull_requests, "pipelines": seed_pipelines,
    }  # fmt: skip
    for name_of_step, later in named_steps.items():
        later(organization, sizes, random.Random(f"{seed} {name_of_step}"))
    organization.grant(Access(pat, organization.owner))
    organization.touch()
    return organization


def catalog_entities(organization: Organization) -> dict[str, int]:
    """Count the entities that Port's default mapping makes of the organization, by kind, without stubs."""
    from datetime import timedelta

    from azure_devops_sandbox.state.processes import FINAL_STATES

    live = {one.id for one in organization.live_projects()}
    midnight = organization.clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=7)
    boards = [one for one in organization.boards.values() if one.project in live]
    columns = {
        (one.project, type_name.replace(" ", ""), column.name.replace(" ", ""))
        for one in boards
        for column in one.columns
        for type_name in column.state_mappings
    }
    items = [
        one
        for one in organization.work_items.values()
        if one.deleted is None
        and one.project in live
        and (one.fields["System.State"] not in FINAL_STATES or one.fields["System.ChangedDate"] >= midnight)
    ]
    return {
        "project": len(live),
        "repository": sum(
            one.deleted is None and one.project in live for one in organization.repositories.values()
        ),
        "board": len(boards),
        "column": len(columns),
        "work-item": len(items),
        "release": sum(not one.deleted and one.project in live for one in organization.releases.values()),
    }
