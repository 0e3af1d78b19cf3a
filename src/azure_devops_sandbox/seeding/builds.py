"""Seeds builds: most of them finished, over the last thirty days, in working hours rather than at night."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate

from azure_devops_sandbox.formats import object_id
from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pipelines import Build, Commit, Definition, StageRun
from azure_devops_sandbox.state.pull_requests import PullRequest
from azure_devops_sandbox.state.stages import begun, note_deployments, passed, waiting

from .pull_request_texts import text

_DAYS = 30
_DELETED = 25
"""For so many builds there is one more that was deleted."""
_RESULTS = ("succeeded", "failed", "canceled", "partiallySucceeded")
_WEIGHTS = (78, 13, 6, 3)


def seed_builds(
    organization: Organization, sizes: Sizes, places: Mapping[str, Mapping[str, int]], rng: random.Random
) -> None:
    """Add builds from the oldest to the newest, the last ones unfinished, and older ones that were deleted."""
    definitions = list(organization.definitions.values())
    if not definitions or not sizes.builds:
        return
    weights = list(accumulate(1 / (1 + place) ** 0.6 for place in range(len(definitions))))
    numbers: Counter[tuple[int, str]] = Counter()
    unfinished, deleted = min(sizes.builds, 2 + sizes.builds // 300), sizes.builds // _DELETED
    merging = _merging(organization)
    for place, queued in enumerate(_moments(organization.clock.now(), sizes.builds, unfinished, rng)):
        [definition] = rng.choices(definitions, cum_weights=weights)
        day = f"{queued:%Y%m%d}"
        numbers[definition.id, day] += 1
        number = f"{day}.{numbers[definition.id, day]}"
        build = _build(organization, definition, number, queued, merging.get(definition.repository, ()), rng)
        left = sizes.builds + deleted - place
        if left > unfinished:
            _finish(build, definition, rng)
        elif left % 3 != 1:
            _start(build)
        if place < deleted:
            build.deleted, build.deleted_by = queued + timedelta(days=25), organization.owner
        organization.builds[build.id] = build
        note_deployments(organization, build, places.get(build.project, {}))


def _merging(organization: Organization) -> Mapping[str, Sequence[PullRequest]]:
    """Return the pull requests by repository."""
    found: dict[str, list[PullRequest]] = {}
    for one in organization.pull_requests.values():
        found.setdefault(one.repository, []).append(one)
    return found


def _moments(now: datetime, count: int, unfinished: int, rng: random.Random) -> Iterator[datetime]:
    """Yield when builds were queued, the oldest first: some long ago, the last ones just now."""
    old = sorted(rng.uniform(_DAYS, _DAYS * 2) for _ in range(count // _DELETED))
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
    organization: Organization,
    definition: Definition,
    number: str,
    queued: datetime,
    merging: Sequence[PullRequest],
    rng: random.Random,
) -> Build:
    who, build_id = organization.pick_person(rng), organization.next_number("build")
    commit = object_id(definition.repository, "build", build_id)
    build = Build(
        id=build_id,
        number=number,
        project=definition.project,
        definition=definition.id,
        status="notStarted",
        reason="manual",
        branch=_default_branch(organization, definition),
        commit=commit,
        queued=queued,
        requested_for=who,
        requested_by=who,
        changed=queued,
        changed_by=who,
        stages=waiting(definition.stages),
        tags=("release",) if len(definition.stages) > 2 and rng.random() < 0.2 else (),
    )
    if " Nightly" in definition.name or " Security scan" in definition.name:
        build.reason = "schedule"
    elif rng.random() < 0.85:
        _trigger(build, rng.choice(merging) if merging else None, rng)
    return build


def _default_branch(organization: Organization, definition: Definition) -> str:
    repository = organization.repositories.get(definition.repository)
    return (repository.default_branch if repository is not None else None) or "refs/heads/main"


def _trigger(build: Build, one: PullRequest | None, rng: random.Random) -> None:
    """Let a build be made for a pull request that was open then, or for what was merged before."""
    message = text(rng).title
    if one is not None and one.created < build.queued < (one.closed or build.queued + timedelta(1)):
        build.reason, build.pull_request = "pullRequest", one.id
        build.branch, message = f"refs/pull/{one.id}/merge", one.title
        build.requested_for = one.created_by
    else:
        build.reason = "batchedCI" if rng.random() < 0.06 else "individualCI"
        if one is not None and one.status == "completed" and one.closed and one.closed <= build.queued:
            message, build.requested_for = f"Merged PR {one.id}: {one.title}", one.created_by
    messages = (message, *(text(rng).title for _ in range(rng.randrange(3))))
    build.commits = tuple(
        Commit(
            build.commit if place == 0 else object_id(build.commit, place),
            said,
            build.requested_for,
            build.queued - timedelta(minutes=1 + 40 * place),
        )
        for place, said in enumerate(messages)
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
