"""Changes to builds (runs of pipelines)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from azure_devops_sandbox.formats import object_id
from azure_devops_sandbox.state.pipelines import Build, Commit, StageRun
from azure_devops_sandbox.state.stages import begun, closed, ended, note_deployments, waiting

from .base import ChangeGroup

_RESULTS = frozenset({"succeeded", "partiallySucceeded", "failed", "canceled"})


class BuildChanges(ChangeGroup):
    """Verbs over builds, which are named by number: queued, started, one stage after the other, finished."""

    def queue_build(
        self,
        pipeline: int,
        branch: str | None = None,
        reason: str = "manual",
        commit: str | None = None,
        message: str = "Change",
        pull_request: int | None = None,
    ) -> Build:
        """Queue a build; without a branch of the default branch of the repository, without a commit of its head."""
        organization = self.organization
        definition = organization.definitions[pipeline]
        if definition.deleted:
            raise LookupError(f"no pipeline {pipeline}")
        repository = organization.repositories.get(definition.repository)
        branch = branch or (repository.default_branch if repository else None) or "refs/heads/main"
        build_id, now, who = organization.next_number("build"), self._moment(), organization.owner
        head = repository.heads.get(branch) if repository else None
        commit = commit or head or object_id(definition.repository, "build", build_id)
        day = f"{now:%Y%m%d}"
        earlier = (
            one
            for one in organization.builds.values()
            if one.definition == pipeline and one.number.startswith(day)
        )
        build = Build(
            id=build_id,
            number=f"{day}.{1 + sum(1 for _ in earlier)}",
            project=definition.project,
            definition=pipeline,
            status="notStarted",
            reason="pullRequest" if pull_request is not None else reason,
            branch=branch,
            commit=commit,
            queued=now,
            requested_for=who,
            requested_by=who,
            changed=now,
            changed_by=who,
            stages=waiting(definition.stages),
            commits=(Commit(commit, message, who, now - timedelta(minutes=1)),),
            pull_request=pull_request,
        )
        organization.builds[build.id] = build
        organization.touch(build)
        return build

    def _moment(self) -> datetime:
        """Return a time of its own for what happens now: times of builds differ, as they name places in lists."""
        number = self.organization.next_number("moment of a build")
        return self.organization.clock.now() + timedelta(microseconds=number % 1_000)

    def _build(self, build: int, *statuses: str) -> Build:
        found = self.organization.builds.get(build)
        if found is None or found.deleted is not None:
            raise LookupError(f"no build {build}")
        if statuses and found.status not in statuses:
            raise ValueError(f"build {build} is {found.status}")
        return found

    def _noted(self, build: Build, when: datetime) -> Build:
        organization = self.organization
        places = {
            one.name: one.id for one in organization.of_project(organization.environments, build.project)
        }
        build.changed = when
        organization.touch(build, *note_deployments(organization, build, places))
        return build

    def start_build(self, build: int) -> Build:
        """Start a build that waits: its first stage runs."""
        found, now = self._build(build, "notStarted", "postponed"), self._moment()
        found.status, found.started = "inProgress", now
        found.stages = (begun(found.stages[0], now), *found.stages[1:])
        return self._noted(found, now)

    def advance_build(self, build: int) -> Build:
        """End the stage that runs with success and begin the next one; after the last one the build has finished."""
        found, now = self._build(build, "inProgress"), self._moment()
        stages = list(found.stages)
        place = next(place for place, one in enumerate(stages) if one.state == "inProgress")
        stages[place] = ended(stages[place], "succeeded", now)
        if place + 1 < len(stages):
            stages[place + 1] = begun(stages[place + 1], now)
        else:
            found.status, found.result, found.finished = "completed", "succeeded", now
        found.stages = tuple(stages)
        return self._noted(found, now)

    def finish_build(self, build: int, result: str = "succeeded") -> Build:
        """Finish a build that runs (or waits): `succeeded`, `partiallySucceeded`, `failed` or `canceled`."""
        if result not in _RESULTS:
            raise LookupError(f"no result {result!r}; known: {', '.join(sorted(_RESULTS))}")
        found, now = self._build(build, "notStarted", "postponed", "inProgress", "cancelling"), self._moment()
        if found.started is None and result != "canceled":
            found.started = now
        found.stages = closed(found.stages, result, now) if found.started else found.stages
        found.status, found.result, found.finished = "completed", result, now
        return self._noted(found, now)

    def cancel_build(self, build: int) -> Build:
        """Cancel a build; one that never started has no timeline."""
        return self.finish_build(build, "canceled")

    def retry_stage(self, build: int, stage: str, result: str = "succeeded") -> Build:
        """Run a stage of a finished build again: the same build then has a later finish time and the new result."""
        found, now = self._build(build, "completed"), self._moment()
        place = next((place for place, one in enumerate(found.stages) if one.name == stage), None)
        if place is None or found.started is None:
            raise LookupError(f"build {build} has no stage {stage!r} to run again")
        again = StageRun(stage, found.stages[place].environment, attempt=found.stages[place].attempt + 1)
        behind = tuple(replace(one, state="pending", result=None) for one in found.stages[place + 1 :])
        found.stages = (*found.stages[:place], *closed((again, *behind), result, now))
        found.result, found.finished = result, now
        return self._noted(found, now)

    def tag_build(self, build: int, tags: list[str]) -> Build:
        """Set the tags of a build: a change that its finish time does not tell."""
        found = self._build(build)
        found.tags = tuple(tags)
        return self._noted(found, self._moment())

    def delete_build(self, build: int) -> Build:
        """Delete a build, as retention does: only lists of deleted builds show it."""
        found, now = self._build(build), self._moment()
        found.deleted, found.deleted_by = now, self.organization.owner
        return self._noted(found, now)

    def purge_build(self, build: int) -> None:
        """Take a build away for good; the records of its deployments stay."""
        del self.organization.builds[build]
        self.organization.touch()
