"""Seeds environments and pipelines."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count, islice

from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pipelines import Definition, Environment, Stage
from azure_devops_sandbox.state.records import Repository
from azure_devops_sandbox.state.stages import WHOLE

from .builds import seed_builds

_ENVIRONMENTS = (
    ("development", "Where every merge goes first"),
    ("staging", "As production, with made-up data"),
    ("production", "What customers use"),
    ("qa", "Manual and exploratory tests"),
    ("production-eu", "What customers in Europe use"),
    ("load-test", "Sized as production, switched off at night"),
    ("demo", "For sales"),
    ("disaster-recovery", ""),
)
_KINDS = {"CI": (1, 0), "Release": (2, 0), "Nightly": (5, 1), "Security scan": (8, 3)}
"""What pipelines are for, each with which of so many repositories has one."""
_GITHUB = ("contoso/mobile-sdk", "contoso/terraform-modules", "contoso/design-tokens")


def seed_pipelines(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Add environments, pipelines over the repositories, and what they built."""
    places = _environments(organization, sizes, rng)
    _definitions(organization, sizes, places, rng)
    seed_builds(organization, sizes, places, rng)


def _environments(
    organization: Organization, sizes: Sizes, rng: random.Random
) -> Mapping[str, Mapping[str, int]]:
    """Add environments and return their ids by project and name."""
    places: dict[str, dict[str, int]] = {}
    projects = organization.live_projects()
    for index in range(sizes.environments if projects else 0):
        project, number = projects[index % len(projects)], index // len(projects)
        word, description = _ENVIRONMENTS[number % len(_ENVIRONMENTS)]
        round_ = number // len(_ENVIRONMENTS)
        created = organization.clock.now() - timedelta(
            days=rng.randrange(40, 900), seconds=rng.random() * 86_400
        )
        environment = Environment(
            id=organization.next_number("environment"),
            name=f"{word}-{round_ + 1}" if round_ else word,
            project=project.id,
            description=description,
            created=created,
            created_by=organization.pick_person(rng),
            modified=created + timedelta(days=rng.randrange(30)),
            modified_by=organization.pick_person(rng),
        )
        organization.environments[environment.id] = environment
        places.setdefault(project.id, {})[environment.name] = environment.id
    return places


def _definitions(
    organization: Organization, sizes: Sizes, places: Mapping[str, Mapping[str, int]], rng: random.Random
) -> None:
    """Add pipelines; a few build from GitHub."""
    live = {one.id for one in organization.live_projects()}
    sources = [
        one
        for one in organization.repositories.values()
        if one.deleted is None and one.default_branch and one.project in live
    ]
    for index, (repository, kind, suffix) in enumerate(islice(_jobs(sources), sizes.pipelines)):
        github = index % 29 == 17
        definition = Definition(
            id=organization.next_number("build definition"),
            name=f"{repository.name} {kind}{suffix}",
            project=repository.project,
            folder="\\" if index % 3 else f"\\{_folder(repository)}",
            revision=rng.randrange(1, 40),
            repository=_GITHUB[index % len(_GITHUB)] if github else repository.id,
            repository_name=repository.name,
            yaml=_yaml(kind, index),
            stages=_stages(kind, places.get(repository.project, {}), rng),
            created=organization.clock.now()
            - timedelta(days=rng.randrange(31, 700), microseconds=rng.randrange(10**9)),
            author=organization.pick_person(rng),
            queue_status="disabled" if index % 31 == 9 else "enabled",
        )
        organization.definitions[definition.id] = definition


def _jobs(sources: list[Repository]) -> Iterator[tuple[Repository, str, str]]:
    """Yield what pipelines are for, without end: every repository is built, some are released, few have more."""
    for round_ in count(1) if sources else ():
        suffix = f" {round_}" if round_ > 1 else ""
        for place, repository in enumerate(sources):
            for kind, (every, offset) in _KINDS.items():
                if place % every == offset:
                    yield repository, kind, suffix


def _folder(repository: Repository) -> str:
    return "Platform" if len(repository.name) % 2 else "Products"


def _yaml(kind: str, index: int) -> str | None:
    """Return the path of a pipeline's file; every ninth pipeline is a classic one."""
    if index % 9 == 4:
        return None
    return "/azure-pipelines.yml" if kind == "CI" else f"/.azure/{kind.lower().replace(' ', '-')}.yml"


def _stages(kind: str, places: Mapping[str, int], rng: random.Random) -> tuple[Stage, ...]:
    if kind == "Release":
        targets = [one for one in ("development", "staging", "production") if one in places]
        return (Stage("Build"), *(Stage(f"Deploy_{one}", one) for one in targets))
    return WHOLE if rng.random() < 0.5 else (Stage("Build"), Stage("Test"))
