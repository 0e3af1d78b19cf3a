"""Seeds classic release definitions, releases and deployments."""

from __future__ import annotations

import random
from datetime import timedelta

from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import Deployment, Release, ReleaseDefinition

_ENVIRONMENTS = (("Dev", "QA", "Prod"), ("Staging", "Production (EU)"), ("Prod",))
_OUTCOMES = (
    ("succeeded", "Approved"), ("succeeded", "PhaseSucceeded"), ("failed", "PhaseFailed"),
    ("inProgress", "PhaseInProgress"), ("partiallySucceeded", "PhasePartiallySucceeded"), ("notDeployed", "Rejected"),
)  # fmt: skip


def seed_releases(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Add definitions, releases from oldest to newest with deployments, and a few deleted ones."""
    projects = organization.live_projects()
    if not projects or not sizes.releases:
        return
    for index in range(max(1, min(len(projects), sizes.releases // 5 + 1))):
        _definition(organization, projects[index % len(projects)].id, index, rng)
    definitions = list(organization.release_definitions.values())
    tombstones = sizes.releases // 60
    count = sizes.releases + tombstones
    step = timedelta(days=300) / (count + 1)
    origin = organization.clock.now() - timedelta(days=301)
    dead = set(rng.sample(range(count), tombstones))
    for index in range(count):
        definition = definitions[int(len(definitions) * rng.random() ** 1.5)]
        created = (origin + step * index).replace(microsecond=rng.randrange(1000) * 1000)
        release = Release(
            id=organization.next_number("release"),
            name=f"Release-{index + 1}",
            project=definition.project,
            definition=definition.id,
            status=rng.choice(("active", "active", "active", "abandoned", "draft")),
            reason=rng.choice(("manual", "continuousIntegration", "schedule")),
            created=created,
            created_by=organization.pick_person(rng),
            modified=created + timedelta(minutes=rng.randrange(0, 300)),
            modified_by=organization.pick_person(rng),
            description="" if index % 3 else "Creating sample release",
            branch="refs/heads/main" if index % 4 else "refs/heads/release/1.0",
            tags=("hotfix",) if index % 10 == 0 else (),
            deleted=index in dead,
        )
        organization.releases[release.id] = release
        _deploy(organization, release, definition, rng)


def _definition(organization: Organization, project: str, index: int, rng: random.Random) -> None:
    created = organization.clock.now() - timedelta(
        days=rng.randrange(310, 700), milliseconds=rng.randrange(1000)
    )
    definition = ReleaseDefinition(
        id=organization.next_number("release definition"),
        name=("Web & API.CD", "Nightly (all)", "größe.CD", "Shop.CD")[index % 4]
        + (f" {index}" if index > 3 else ""),
        project=project,
        path="\\" if index % 3 else "\\Teams\\Blue",
        revision=rng.randrange(1, 30),
        environments=_ENVIRONMENTS[index % 3],
        created=created,
        created_by=organization.pick_person(rng),
        modified=created + timedelta(days=rng.randrange(1, 200)),
        modified_by=organization.pick_person(rng),
        tags=("prod",) if index % 4 == 0 else (),
    )
    organization.release_definitions[definition.id] = definition


def _deploy(
    organization: Organization, release: Release, definition: ReleaseDefinition, rng: random.Random
) -> None:
    statuses = ["notStarted"] * len(definition.environments)
    for place in range(0 if release.status == "draft" else min(len(statuses), 1 + release.id % 2)):
        status, operation = rng.choice(_OUTCOMES)
        statuses[place] = {"failed": "rejected", "notDeployed": "rejected"}.get(status, status)
        queued = release.created + timedelta(minutes=5 + 20 * place)
        done = None if status == "inProgress" else queued + timedelta(seconds=rng.randrange(20, 900))
        deployment = Deployment(
            id=organization.next_number("deployment"),
            release=release.id,
            project=release.project,
            environment=place,
            attempt=1,
            status=status,
            operation=operation,
            reason="manual" if release.reason == "manual" else "automated",
            queued=queued,
            started=queued + timedelta(seconds=3),
            completed=done,
            modified=done or queued + timedelta(seconds=3),
            requested_by=release.created_by,
        )
        organization.deployments[deployment.id] = deployment
    release.environment_statuses = tuple(statuses)
