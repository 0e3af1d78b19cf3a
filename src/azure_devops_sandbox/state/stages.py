"""How the stages of a build pass: pure functions over the stages of a pipeline, and the deployments they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from .organization import Organization
from .pipelines import Build, EnvironmentDeployment, Stage, StageRun

WHOLE = (Stage("__default"),)
"""The stages of a pipeline that names none."""


def waiting(stages: Sequence[Stage]) -> tuple[StageRun, ...]:
    """Return the stages of a build that has not begun."""
    return tuple(StageRun(one.name, one.environment) for one in stages)


def begun(stage: StageRun, when: datetime) -> StageRun:
    """Return a stage that runs."""
    return replace(stage, state="inProgress", result=None, started=when, finished=None)


def ended(stage: StageRun, result: str, when: datetime) -> StageRun:
    """Return a stage that ended."""
    return replace(stage, state="completed", result=result, started=stage.started or when, finished=when)


def skipped(stage: StageRun) -> StageRun:
    """Return a stage that never began, as another one failed."""
    return replace(stage, state="completed", result="skipped", started=None, finished=None)


def closed(stages: Sequence[StageRun], result: str, when: datetime) -> tuple[StageRun, ...]:
    """Return all stages ended at a moment: after the one that failed or was canceled none begins."""
    found: list[StageRun] = []
    good = result in {"succeeded", "partiallySucceeded"}
    for stage in stages:
        if stage.state == "completed":
            found.append(stage)
        elif good:
            found.append(ended(stage, "succeeded", when))
        elif any(one.result == result for one in found):
            found.append(skipped(stage))
        else:
            found.append(ended(stage, result, when))
    if result == "partiallySucceeded":
        found[-1] = replace(found[-1], result="succeededWithIssues")
    return tuple(found)


def passed(
    stages: Sequence[Stage], result: str, last: int, started: datetime, finished: datetime
) -> tuple[StageRun, ...]:
    """Return the stages of a build that ended with this result in the stage at place `last`; they share its time."""
    step = (finished - started) / (last + 1)
    found = list(waiting(stages))
    for place in range(last + 1):
        outcome = result if place == last else "succeeded"
        outcome = {"partiallySucceeded": "succeededWithIssues"}.get(outcome, outcome)
        start = started + step * place
        found[place] = ended(begun(found[place], start), outcome, start + step)
    return tuple(skipped(one) if one.state == "pending" else one for one in found)


def note_deployments(
    organization: Organization, build: Build, places: Mapping[str, int]
) -> list[EnvironmentDeployment]:
    """Bring the deployments of a build in step with its stages, and return them: one per stage and attempt.

    `places` are the ids of the project's environments by name.
    """
    found = []
    for stage in build.stages:
        place = places.get(stage.environment or "")
        if place is None or stage.started is None:
            continue
        key = (build.id, stage.name, stage.attempt)
        record = organization.environment_deployments.get(key)
        if record is None:
            record = organization.environment_deployments[key] = EnvironmentDeployment(
                id=organization.next_number("environment deployment"),
                environment=place,
                project=build.project,
                definition=build.definition,
                build=build.id,
                number=build.number,
                stage=stage.name,
                attempt=stage.attempt,
                queued=stage.started,
            )
        record.started, record.finished, record.result = stage.started, stage.finished, stage.result
        found.append(record)
    return found
