"""Timelines: the tree of stages, phases, jobs, tasks and checkpoints of a build.

Facts: the whole tree comes in one list of records that name their parents; the id of a record depends on its
identifier only, so that a stage has the same id in every build (that of `__default` is in the logs of many
organizations: 96ac2280-8cb4-5df5-99de-dd2da759617d) and in every attempt.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from azure_devops_sandbox.formats import NULL_DATE, date7, derived_guid
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pipelines import Build, StageRun

from .builds import build_url, plan_id
from .pipelines import POOL

_BUILDING = ("Restore dependencies", "Build", "Run unit tests", "Publish artifact")
_DEPLOYING = ("Download artifact", "Deploy", "Check health")
_TASK = {"id": "d9bafed4-0b18-4f58-968d-86655b4d2ce9", "name": "CmdLine", "version": "2.229.0"}


@cache
def record_id(identifier: str) -> str:
    """Return the id of a record."""
    if identifier == "__default":
        return "96ac2280-8cb4-5df5-99de-dd2da759617d"
    return derived_guid("timeline record", identifier)


def timeline(organization: Organization, build: Build) -> bytes:
    """Return the timeline of a build, which is not kept: it is many times larger than the build itself."""
    url = build_url(organization, build)
    records = [
        record for order, stage in enumerate(build.stages, 1) for record in _stage(build, url, stage, order)
    ]
    return orjson.dumps(
        {
            "records": records,
            "lastChangedBy": build.changed_by.id,
            "lastChangedOn": date7(build.changed),
            "id": plan_id(build.id),
            "changeId": 10 + sum(one.attempt for one in build.stages),
            "url": f"{url}/Timeline/{plan_id(build.id)}",
        }
    )


def _stage(build: Build, url: str, stage: StageRun, order: int) -> Iterator[dict[str, Any]]:
    """Yield the records of a stage; nothing is below one that has not begun or was skipped."""
    own = _Records(build, url, stage)
    failed = stage.result == "failed"
    yield own.record("Stage", stage.name, stage.name, None, order, errors=failed)
    if stage.started is None:
        return
    checkpoint = f"{stage.name}.Checkpoint"
    passed: dict[str, Any] = {"result": "succeeded", "finished": stage.started}
    yield own.record("Checkpoint", "Checkpoint", checkpoint, stage.name, 1, **passed)
    job = "Deploy" if stage.environment else "Build"
    phase, whole = f"{stage.name}.{job}", f"{stage.name}.{job}.__default"
    yield own.record("Phase", job, phase, stage.name, 1, errors=failed)
    yield own.record(
        "Job", job, whole, phase, 1, errors=failed, workerName="Azure Pipelines 3", queueId=POOL["id"]
    )
    yield from own.tasks(whole, _DEPLOYING if stage.environment else _BUILDING)


class _Records:
    """Makes the records of a stage."""

    def __init__(self, build: Build, url: str, stage: StageRun) -> None:
        self.build, self.url, self.stage = build, url, stage

    def tasks(self, job: str, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Yield the tasks, which share the time of the job; of a stage that runs, the first ones are done."""
        stage = self.stage
        every = ("Initialize job", "Checkout", *names, "Finalize Job")
        finished = stage.finished or self.build.changed
        started = stage.started or finished
        step = (finished - started) / len(every)
        done = len(every) if stage.finished else len(every) // 2
        for place, name in enumerate(every):
            bad = stage.result == "failed" and place == len(every) - 2
            begun = started + step * place
            more = {"result": "failed" if bad else "succeeded"} if place < done else {"result": None}
            yield self.record(
                "Task",
                name,
                f"{job}.{name}",
                job,
                place + 1,
                started=begun if place <= done else None,
                finished=begun + step if place < done else None,
                errors=bad,
                task=_TASK if name in names else None,
                **more,
            )

    def record(
        self,
        kind: str,
        name: str,
        identifier: str,
        parent: str | None,
        order: int,
        *,
        errors: bool = False,
        **more: Any,
    ) -> dict[str, Any]:
        """Return a record; `started`, `finished` and `result` are those of the stage unless given."""
        stage = self.stage
        started, finished = more.pop("started", stage.started), more.pop("finished", stage.finished)
        result = more.pop("result", stage.result)
        state = "completed" if result else "inProgress" if started else "pending"
        return {
            "previousAttempts": _earlier(self.build, stage, identifier),
            "id": record_id(identifier),
            "parentId": None if parent is None else record_id(parent),
            "type": kind,
            "name": name,
            "startTime": _written(started),
            "finishTime": _written(finished if result else None),
            "currentOperation": None,
            "percentComplete": None,
            "state": state,
            "result": result,
            "resultCode": None,
            "changeId": order,
            "lastModified": NULL_DATE,
            "workerName": None,
            "order": order,
            "details": None,
            "errorCount": int(errors),
            "warningCount": 0,
            "url": None,
            "log": self._log(identifier) if kind in {"Job", "Task"} and started else None,
            "task": None,
            "attempt": stage.attempt,
            "identifier": identifier,
            "issues": _issues(name) if errors and kind == "Task" else [],
            **more,
        }

    def _log(self, identifier: str) -> dict[str, Any]:
        number = sum(identifier.encode()) % 90 + 1
        return {"id": number, "type": "Container", "url": f"{self.url}/logs/{number}"}


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else date7(moment)


def _earlier(build: Build, stage: StageRun, identifier: str) -> list[dict[str, Any]]:
    return [
        {
            "attempt": attempt,
            "timelineId": derived_guid("timeline", build.id, stage.name, attempt),
            "recordId": record_id(identifier),
        }
        for attempt in range(1, stage.attempt)
    ]


def _issues(name: str) -> list[dict[str, Any]]:
    message = f"{name}: the process exited with code 1."
    return [{"type": "error", "category": "General", "message": message, "data": {"type": "error"}}]
