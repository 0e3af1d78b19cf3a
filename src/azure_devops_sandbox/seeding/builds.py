"""Seeds builds: most of them finished, over the last thirty days, in working hours rather than at night."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from azure_devops_sandbox.formats import object_id
from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pipelines import Build, Commit, Definition, StageRun
from azure_devops_sandbox.state.records import Identity
from azure_devops_sandbox.state.stages import begun, note_deployments, passed, waiting

from .names import title

_DAYS = 30
_RESULTS = ("succeeded", "failed", "canceled", "partiallySucceeded")
_WEIGHTS = (78, 13, 6, 3)


def seed_builds(
    organization: Organization, sizes: Sizes, places: Mapping[str, Mapping[str, int]], rng: random.Random
) -> None:
    """Add builds from the oldest to the newest, the last ones unfinished, and older ones that were deleted."""
    definitions = list(organization.definitions.values())
    if not definitions or not sizes.builds:
        return
    weights = [1 / (1 + place) ** 0.6 for place in range(len(definitions))]
    numbers: Counter[tuple[int, str]] = Counter()
    unfinished = min(sizes.builds, 2 + sizes.builds // 300)
    for place, queued in enumerate(_moments(organization.clock.now(), sizes.builds, unfinished, rng)):
        definition = rng.choices(definitions, weights)[0]
        day = f"{queued:%Y%m%d}"
        numbers[definition.id, day] += 1
        build = _build(organization, definition, f"{day}.{numbers[definition.id, day]}", queued, rng)
        left = sizes.builds + sizes.builds // 25 - place
        if left > unfinished:
            _finish(build, definition, rng)
        elif left % 3 != 1:
            _start(build)
        if place < sizes.builds // 25:
            build.deleted, build.deleted_by = queued + timedelta(days=25), organization.owner
        organization.builds[build.id] = build
        note_deployments(organization, build, places.get(build.project, {}))


def _moments(now: datetime, count: int, unfinished: int, rng: random.Random) -> Iterator[datetime]:
    """Yield when builds were queued, the oldest first: `count // 25` long ago, the last ones just now."""
    old = sorted(rng.uniform(_DAYS, _DAYS * 2) for _ in range(count // 25))
    usual = sorted(_busy_age(now, rng) for _ in range(count - unfinished))
    fresh = sorted(rng.uniform(0.0005, 0.01) for _ in range(unfinished))
    for age in (*reversed(old), *reversed(usual), *reversed(fresh)):
        yield now - timedelta(days=age)


def _busy_age(now: datetime, rng: random.Random) -> float:
    """Return an age in days; of three drawn ones the first in working hours."""
    age = 0.1
    for _ in range(3):
        age = rng.uniform(0.1, _DAYS)
        moment = now - timedelta(days=age)
        if moment.weekday() < 5 and 7 <= moment.hour < 18:
            break
    return age


def _build(
    organization: Organization, definition: Definition, number: str, queued: datetime, rng: random.Random
) -> Build:
    who, reason = organization.pick_person(rng), _reason(definition, rng)
    build_id = organization.next_number("build")
    commit = object_id(definition.repository, "build", build_id)
    commits = _commits(organization, commit, who, queued, rng) if reason == "individualCI" else ()
    return Build(
        id=build_id,
        number=number,
        project=definition.project,
        definition=definition.id,
        status="notStarted",
        reason=reason,
        branch=_branch(organization, definition, reason, rng),
        commit=commit,
        queued=queued,
        requested_for=who,
        requested_by=who,
        changed=queued,
        changed_by=who,
        stages=waiting(definition.stages),
        commits=commits,
        tags=("release",) if len(definition.stages) > 2 and rng.random() < 0.2 else (),
    )


def _reason(definition: Definition, rng: random.Random) -> str:
    if " Nightly" in definition.name or " Security scan" in definition.name:
        return "schedule"
    return rng.choices(("individualCI", "manual", "batchedCI"), (75, 20, 5))[0]


def _branch(organization: Organization, definition: Definition, reason: str, rng: random.Random) -> str:
    repository = organization.repositories.get(definition.repository)
    if repository is None or repository.default_branch is None:
        return "refs/heads/main"
    if reason == "schedule" or rng.random() < 0.7:
        return repository.default_branch
    return rng.choice(list(repository.heads))


def _commits(
    organization: Organization, head: str, who: Identity, queued: datetime, rng: random.Random
) -> tuple[Commit, ...]:
    return tuple(
        Commit(
            head if place == 0 else object_id(head, place),
            title(rng),
            who if place == 0 else organization.pick_person(rng),
            queued - timedelta(minutes=1 + 40 * place),
        )
        for place in range(rng.randrange(1, 4))
    )


def _start(build: Build) -> None:
    build.status, build.started = "inProgress", build.queued + timedelta(seconds=9)
    build.stages = (begun(build.stages[0], build.started), *build.stages[1:])
    build.changed = build.started


def _finish(build: Build, definition: Definition, rng: random.Random) -> None:
    started = build.queued + timedelta(seconds=rng.uniform(2, 90))
    finished = started + timedelta(seconds=rng.uniform(60, 900) * len(definition.stages))
    result = rng.choices(_RESULTS, _WEIGHTS)[0]
    last = len(definition.stages) - 1
    if result in {"failed", "canceled"}:
        last = rng.randrange(last + 1)
    build.status, build.result = "completed", result
    build.started, build.finished = started, finished
    build.changed = finished + timedelta(seconds=2)
    build.stages = passed(definition.stages, result, last, started, finished)
    if result == "succeeded" and rng.random() < 0.03:
        build.stages = _retried(build.stages)


def _retried(stages: tuple[StageRun, ...]) -> tuple[StageRun, ...]:
    """Let the last stage have been run twice."""
    return (*stages[:-1], replace(stages[-1], attempt=2))
