"""What happens to pipelines and their builds all day.

A new name of a pipeline that has builds, and new tags of a build, are not among it: builds show them without a new
finish time, which no incremental reading can see.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeAlias

from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pipelines import Build, Definition

from . import Changes

_Choice: TypeAlias = Callable[[Organization, Changes, random.Random], str | None]
_BUSY = 8
"""With more builds open than this one of them goes on before another one is queued."""


def build_change(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    """Let a build go on, or queue another one; nothing is lost."""
    waiting, running = organization.derived("open builds", lambda: _open(organization))
    chance = rng.random() if len(waiting) + len(running) <= _BUSY else 0.0
    if waiting and chance < 0.3:
        return f"started build {changes.start_build(rng.choice(waiting).id).id}"
    if running and chance < 0.65:
        return _go_on(changes, rng, rng.choice(running))
    if chance > 0.95:
        return _run_again(organization, changes, rng)
    return _queue(organization, changes, rng)


def _open(organization: Organization) -> tuple[list[Build], list[Build]]:
    """Return the builds that wait and those that run, in projects that can be read."""
    live = {one.id for one in organization.live_projects()}
    found = [
        one
        for one in organization.builds.values()
        if one.status in {"notStarted", "inProgress"} and one.deleted is None and one.project in live
    ]
    return [one for one in found if one.status == "notStarted"], [
        one for one in found if one.status == "inProgress"
    ]


def _go_on(changes: Changes, rng: random.Random, build: Build) -> str:
    if rng.random() < 0.8:
        stage = next(one.name for one in build.stages if one.state == "inProgress")
        changes.advance_build(build.id)
        return f"build {build.id} finished stage {stage}"
    changes.finish_build(build.id, rng.choices(("failed", "canceled", "partiallySucceeded"), (6, 2, 1))[0])
    return f"build {build.id} {build.result}"


def _definitions(organization: Organization) -> list[Definition]:
    live = {one.id for one in organization.live_projects()}
    return [
        one
        for one in organization.definitions.values()
        if not one.deleted and one.queue_status == "enabled" and one.project in live
    ]


def _queue(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    definitions = organization.derived("pipelines to run", lambda: _definitions(organization))
    if not definitions:
        return None
    definition = rng.choice(definitions)
    active = [
        one
        for one in organization.pull_requests.values()
        if one.repository == definition.repository and one.status == "active"
    ]
    if active and rng.random() < 0.5:
        one = rng.choice(active)
        build = changes.queue_build(
            definition.id,
            f"refs/pull/{one.id}/merge",
            commit=one.merge_commit,
            message=one.title,
            pull_request=one.id,
        )
    else:
        build = changes.queue_build(definition.id, reason="individualCI")
    return f"queued build {build.id} of {definition.name}"


def _run_again(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    live = {one.id for one in organization.live_projects()}
    failed = [
        (one.id, stage.name)
        for one in organization.builds.values()
        if one.result == "failed" and one.deleted is None and one.project in live
        for stage in one.stages
        if stage.result == "failed"
    ]
    if not failed:
        return None
    build, stage = rng.choice(failed)
    changes.retry_stage(build, stage, "succeeded" if rng.random() < 0.8 else "failed")
    return f"ran stage {stage} of build {build} again"


def pipeline_change(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    """Change a pipeline or an environment, or let retention take builds."""
    return rng.choices(_PIPELINES, _PIPELINES_WEIGHTS)[0](organization, changes, rng)


def _create(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    projects = [
        one
        for one in organization.live_projects()
        if any(not each.deleted for each in organization.of_project(organization.repositories, one.id))
    ]
    if not projects:
        return None
    stages = rng.choice((None, {"Build": None, "Deploy": f"environment {rng.randrange(9)}"}))
    name = f"Pipeline {organization.next_number('random pipeline')}"
    return f"created pipeline {changes.create_pipeline(rng.choice(projects).id, name, stages=stages).id}"


def _rename(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    built = {one.definition for one in organization.builds.values()}
    definitions = [one for one in _definitions(organization) if one.id not in built]
    if not definitions:
        return None
    found = rng.choice(definitions)
    changes.rename_pipeline(found.id, f"{found.name.split(' ~')[0]} ~{organization.next_number('rename')}")
    return f"renamed pipeline {found.id}"


def _delete(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    definitions = _definitions(organization)
    if len(definitions) < 2:
        return None
    return f"deleted pipeline {changes.delete_pipeline(rng.choice(definitions).id).id}"


def _environment(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    found, projects = list(organization.environments.values()), organization.live_projects()
    number, chance = organization.next_number("random environment"), rng.random()
    if projects and (chance < 0.5 or not found):
        environment = changes.create_environment(rng.choice(projects).id, f"target {number}")
        return f"created environment {environment.id}"
    if not found:
        return None
    one = rng.choice(found)
    if chance < 0.8:
        changes.rename_environment(one.id, f"target {number}")
        return f"renamed environment {one.id}"
    changes.delete_environment(one.id)
    return f"deleted environment {one.id}"


def _retention(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    finished = [one for one in organization.builds.values() if one.status == "completed"]
    if not finished:
        return None
    build = rng.choice(finished)
    if build.deleted is None:
        changes.delete_build(build.id)
        return f"deleted build {build.id}"
    changes.purge_build(build.id)
    return f"purged build {build.id}"


_PIPELINES: tuple[_Choice, ...] = (_create, _rename, _delete, _environment, _retention)
_PIPELINES_WEIGHTS = (4, 3, 1, 4, 6)
