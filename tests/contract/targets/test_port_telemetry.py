"""How Port is told of a run: in time, in batches, to hosts of Port's only, and never in the run's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from fairlead.model.reports import (
    DeliveryReport,
    FrozenRecord,
    ProgressUpdate,
    ReadingReport,
    RefusalReport,
    RefusedEntity,
    RunReport,
)
from fairlead.targets.pacing import Timing
from fairlead.targets.port.pacing import ATTEMPTS_TELLING
from fairlead.targets.port.registration import Ingest, Integration
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.story import KindRow, Line
from fairlead.targets.port.target import PortTarget
from fairlead.targets.port.telemetry import BATCH_SECONDS, BEAT_SECONDS, PortTelemetry
from port_api import Fault, PortApi

ROWS = (
    KindRow("project", 0, '"project"', "project"),
    KindRow("repository", 1, '"service"', "repository"),
    KindRow("column", 2, '"column"', "board"),
)


class Clockwork:
    """Time that passes only when the test says so; who sleeps until then is woken."""

    def __init__(self) -> None:
        self.instant = 1_800_000_000.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> float:
        return self.instant

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self.instant + seconds, woken))
        await woken.wait()

    def pass_by(self, seconds: float) -> None:
        self.instant += seconds
        for until, woken in self._sleepers:
            if until <= self.instant:
                woken.set()
        self._sleepers = [one for one in self._sleepers if one[0] > self.instant]


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


@pytest.fixture
async def target(settings: PortSettings, clockwork: Clockwork) -> AsyncIterator[PortTarget]:
    timing = Timing(now=clockwork.now, sleep=clockwork.sleep, chance=lambda: 0.5)
    it = PortTarget(settings, timing=timing)
    await it.integration.register()
    yield it
    await it.close()


@pytest.fixture
async def telemetry(target: PortTarget) -> AsyncIterator[PortTelemetry]:
    it = target.telemetry("run-1", ROWS, lambda text: text.replace("hush", "…"))
    yield it
    await it.close()


async def opened(telemetry: PortTelemetry, target: PortTarget) -> None:
    stored = await target.integration.stored()
    assert stored is not None
    await telemetry.open(stored)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for happens at the other end of a connection
            await asyncio.sleep(0.001)


def update(kind: str, records: int, *, finished: bool = False, connection: str = "acme") -> ProgressUpdate:
    return ProgressUpdate(kind, connection, records, 1, 1, finished, 1, 1.0)


def report(exit_code: int = 0) -> RunReport:
    return RunReport(
        run=7, mode="full", state="done", resumed=False,
        readings=(
            ReadingReport("acme", "project", "listing", "proved", 1, 1, (), 2, 1),
            ReadingReport("acme", "repository", "listing", "incomplete", 2, 1, ("hush: 503",), 5, 0),
        ),
        changes={"create": {"appeared": 3}}, held=0, unresolved=0, entities=9, stubs=0,
        frozen=(FrozenRecord("acme", "repository", "r1", "its name is null"),), frozen_count=1,
        warnings=("a warning",), requests={}, request_count=0, bytes_received=0, throttled_seconds=0.0,
        delivery=(
            DeliveryReport(
                "port", 8, 2, 1,
                (RefusalReport("service", "properties.url", "Mend it.", 1, (RefusedEntity("s1", "422 no"),)),),
            ),
        ),
        seconds=12.5, cpu_seconds=1.0, peak_memory=1, exit_code=exit_code,
    )  # fmt: skip


async def test_the_story_of_a_run(port: PortApi, target: PortTarget, telemetry: PortTelemetry) -> None:
    await opened(telemetry, target)
    telemetry.say(Line("INFO", "run 7 has started", {"run": 7}))
    telemetry.progressed(update("project", 0))
    telemetry.progressed(update("project", 2, finished=True))
    telemetry.ended(report(3))
    await telemetry.close()
    assert port.told.messages("INFO") == [
        "run 7 has started",
        "reading project of acme",
        "project of acme: 2 records, 1 changed",
        "port: 8 entities written, 2 removed",
        "run 7 has ended: 3 create, 9 entities",
    ]
    assert port.told.messages("WARNING") == [
        "repository of acme: 5 records, 0 changed; incomplete, so nothing of it is removed: …: 503",
        "repository r1 of acme is kept as it was: its name is null",
        "a warning",
    ]
    assert port.told.messages("ERROR") == ["port refuses service s1: 422 no (Mend it.)"]
    assert port.told.logs[0]["timestamp"] == "2027-01-15T08:00:00.000Z"
    assert telemetry.notice == ""


async def test_each_row_has_its_states_and_counts(
    port: PortApi, target: PortTarget, telemetry: PortTelemetry
) -> None:
    await opened(telemetry, target)
    telemetry.progressed(update("board", 1))
    await until(lambda: port.told.states("column-2") == ["pending", "syncing"])
    telemetry.progressed(update("board", 4, connection="other"))
    telemetry.progressed(update("board", 3, finished=True))
    telemetry.progressed(update("board", 6, finished=True, connection="other"))
    await until(lambda: port.told.states("column-2") == ["pending", "syncing", "completed"])
    (column,) = [it for it in port.told.metrics if it["syncState"] == "completed"]
    assert column["metrics"] == {
        "phase": {"extract": {"object_count_type": {"raw_extracted": {"object_count": 9}}}}
    }
    assert (column["kind"], column["kindIndex"], column["blueprint"]) == ("column", 2, '"column"')
    assert (column["integrationIdentifier"], column["integrationVersion"]) == ("my-azure", "1.2.3")
    telemetry.ended(report())
    await telemetry.close()
    assert port.told.states("project-0") == ["pending", "completed", "completed"]
    assert port.told.states("repository-1")[-1] == "failed"
    assert port.told.states("__reconciliation__") == ["completed", "completed"]
    whole = port.told.metrics[-2]
    assert whole["kindIdentifier"] == "__runtime__"
    assert whole["metrics"] == {
        "phase": {
            "load": {"object_count_type": {"loaded": {"object_count": 8}, "failed": {"object_count": 1}}},
            "resync": {"duration_seconds": 12.5},
        }
    }
    assert {it["eventId"] for it in port.told.metrics} == {"run-1"}


async def test_a_run_that_was_cut_off(port: PortApi, target: PortTarget, telemetry: PortTelemetry) -> None:
    await opened(telemetry, target)
    telemetry.progressed(update("project", 2, finished=True))
    telemetry.failed("aborted", Line("WARNING", "cut off"))
    await telemetry.close()
    assert [port.told.states(row.identifier)[-1] for row in ROWS] == ["completed", "aborted", "aborted"]


async def test_logs_go_by_hundreds_or_after_five_seconds(
    port: PortApi, target: PortTarget, telemetry: PortTelemetry, clockwork: Clockwork
) -> None:
    await opened(telemetry, target)
    for number in range(250):
        telemetry.say(Line("INFO", f"line {number}"))
    await until(lambda: len(port.told.logs) == 250)
    assert port.told.log_batches == [100, 100, 50]
    telemetry.say(Line("INFO", "alone"))
    await asyncio.sleep(0.02)
    assert len(port.told.logs) == 250
    clockwork.pass_by(BATCH_SECONDS)
    await until(lambda: port.told.messages()[-1] == "alone")


async def test_a_sign_of_life_every_ten_seconds(
    port: PortApi, target: PortTarget, telemetry: PortTelemetry, clockwork: Clockwork
) -> None:
    await opened(telemetry, target)
    for count in range(1, 4):
        await until(lambda: len(port.told.beats) == count)  # noqa: B023 - awaited in the same turn
        await asyncio.sleep(0.01)
        clockwork.pass_by(BEAT_SECONDS)
    await until(lambda: len(port.told.beats) == 4)
    assert set(port.told.beats) == {"run-1"}


async def test_long_lines_are_cut(port: PortApi, target: PortTarget, telemetry: PortTelemetry) -> None:
    await opened(telemetry, target)
    telemetry.say(Line("INFO", "x" * 100_000))
    await telemetry.flush()
    assert port.told.messages() == ["x" * 2000]


async def test_where_port_names_no_place_nothing_is_sent(
    port: PortApi, target: PortTarget, telemetry: PortTelemetry
) -> None:
    port.state.integrations["my-azure"] = {"config": {}, "logAttributes": {}, "metricAttributes": None}
    sent = len(port.ledger)
    await opened(telemetry, target)
    telemetry.progressed(update("project", 2, finished=True))
    telemetry.ended(report())
    await telemetry.close()
    assert [it.method for it in port.ledger[sent:]] == ["GET"]
    assert telemetry.notice == ""


async def test_the_token_goes_to_no_other_host(
    port: PortApi, target: PortTarget, telemetry: PortTelemetry
) -> None:
    async with PortApi() as other:
        place = Ingest(f"{other.url}/v1/logs/integration/my-azure")
        await telemetry.open(Integration(log_attributes=place, metric_attributes=place))
        telemetry.ended(report())
        await telemetry.close()
        assert other.ledger == []
    assert "no host of Port's" in telemetry.notice


@pytest.mark.parametrize("status", [0, 401, 404, 500, 503])
async def test_what_is_not_taken_is_dropped_and_told_once(
    port: PortApi, target: PortTarget, telemetry: PortTelemetry, clockwork: Clockwork, status: int
) -> None:
    await opened(telemetry, target)
    port.fail(Fault(status, times=999, path="/v1/logs"))
    telemetry.say(Line("INFO", "lost"))
    flushing = asyncio.create_task(telemetry.flush())
    while not flushing.done():
        await asyncio.sleep(0.002)
        clockwork.pass_by(1)
    port.faults.clear()
    telemetry.say(Line("INFO", "taken"))
    await telemetry.flush()
    assert port.told.messages() == ["taken"]
    assert telemetry.notice.startswith("not all of the run could be told: Port")
    tried = len([it for it in port.requests("POST", "/v1/logs") if it.status == status])
    assert tried == (ATTEMPTS_TELLING if status in (0, 503) else 1)
    assert len(port.requests("POST", "access_token")) == 1
