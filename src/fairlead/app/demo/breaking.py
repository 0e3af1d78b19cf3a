"""Breaks the demo on purpose: a project answers 403 in the middle of a full sync. Nothing of it may go."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from fairlead.app.demo.asking import Busy, ask
from fairlead.app.demo.organization import live
from fairlead.app.demo.place import Running
from fairlead.app.status import RunNow, Status
from fairlead.model.errors import FairleadError
from fairlead.model.reports import ReadingReport

MOMENT = 0.02
"""Seconds between two looks at a run that goes on."""

PATIENCE = 300.0
"""Seconds that one run may take."""


class RunSeen(msgspec.Struct, frozen=True):
    """What a run came to, as the server tells it."""

    run: int
    entities: int
    readings: tuple[ReadingReport, ...]
    change_counts: dict[str, dict[str, int]]

    @property
    def deleted(self) -> int:
        """Entities that went."""
        return sum(self.change_counts.get("delete", {}).values())

    @property
    def changed(self) -> int:
        """Entities that came, went or became others."""
        return sum(sum(reasons.values()) for reasons in self.change_counts.values())

    @property
    def doubtful(self) -> list[ReadingReport]:
        """Readings that could not be proved whole, or that missed records."""
        return [one for one in self.readings if one.proved < one.scopes or one.unseen]


class Target(msgspec.Struct, frozen=True):
    """The project to hide: it has `repositories`; the catalog holds so many `entities` in all."""

    id: str
    name: str
    repositories: int
    entities: int


class _Project(msgspec.Struct, frozen=True):
    id: str
    name: str


class _Repository(msgspec.Struct, frozen=True):
    project: _Project


class _Repositories(msgspec.Struct, frozen=True):
    value: list[_Repository]


class _Started(msgspec.Struct, frozen=True):
    run: int


async def target(demo: Running) -> Target:
    """The project with the most repositories. Retry where the demo does not answer."""
    listed = await ask(f"{demo.organization}/_apis/git/repositories", _Repositories, token=demo.token)
    counts = Counter(one.project for one in listed.value)
    if not counts:
        raise FairleadError("the demo's organization has no project with repositories to hide")
    (project, repositories), *_ = counts.most_common(1)
    return Target(project.id, project.name, repositories, (await _idle(demo)).catalog.entities)


@asynccontextmanager
async def still(demo: Running) -> AsyncIterator[None]:
    """Nothing happens in the organization while the block runs, and what happened before is in the catalog: what
    changes then is what is done to it."""
    await live(demo.control, 0)
    try:
        await full_sync(demo)
        yield
    finally:
        await live(demo.control, demo.live)


@asynccontextmanager
async def hidden(demo: Running, project: Target) -> AsyncIterator[RunSeen]:
    """What a full sync comes to in whose middle the project is forbidden. It is healed afterwards, whatever happens."""
    try:
        seen = await full_sync(demo, forbidding=project.id)
        if not seen.doubtful:
            # The sync was through with the project before it was forbidden; the next one meets it.
            seen = await full_sync(demo)
        yield seen
    finally:
        await _permit(demo, [])


async def full_sync(demo: Running, forbidding: str = "") -> RunSeen:
    """One full sync; in the middle of it the project of that id is forbidden."""
    async with asyncio.timeout(PATIENCE):
        number = await _begun(demo)
        if forbidding:
            await _once(demo, lambda status: status.run is None or _under_way(status.run))
            await _permit(demo, [forbidding])
        await _idle(demo)
        return await ask(f"{demo.page}/api/runs/{number}", RunSeen)


async def _permit(demo: Running, forbidden: list[str]) -> None:
    wanted = {"token": demo.token, "forbidden_projects": forbidden}
    await ask(f"{demo.control}/permissions", dict[str, str], wanted)


def _under_way(run: RunNow) -> bool:
    return any(one.records for one in run.progress)


async def _begun(demo: Running) -> int:
    while True:
        try:
            return (await ask(f"{demo.page}/api/runs", _Started, {"mode": "full"})).run
        except Busy:
            await asyncio.sleep(MOMENT)


async def _idle(demo: Running) -> Status:
    return await _once(demo, lambda status: status.run is None)


async def _once(demo: Running, true: Callable[[Status], bool]) -> Status:
    """The first status of which that is true."""
    while True:
        status = await ask(f"{demo.page}/api/status", Status)
        if true(status):
            return status
        await asyncio.sleep(MOMENT)
