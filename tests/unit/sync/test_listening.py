"""What asks for a sync, and the runs that follow, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress

import pytest

from fairlead.model.errors import BadUsage, Retry
from fairlead.sync.listening import Polled, Runs, SyncMode, by_the_clock, follow, pause_after, until_done
from unit.targets.virtual_time import in_virtual_time


class Syncs:
    """Runs of `seconds` each; the first of them end as `endings` says. `made` holds when each began, and its mode."""

    def __init__(self, seconds: float, *endings: Exception | None) -> None:
        self.seconds = seconds
        self.endings = list(endings)
        self.made: list[tuple[float, SyncMode]] = []
        self.at_once = 0
        self.runs = Runs(self.run)

    async def run(self, mode: SyncMode) -> None:
        assert self.at_once == 0
        self.at_once += 1
        self.made.append((asyncio.get_running_loop().time(), mode))
        try:
            await asyncio.sleep(self.seconds)
            if self.endings and (error := self.endings.pop(0)) is not None:
                raise error
        finally:
            self.at_once -= 1

    def during(self, seconds: float, *works: Awaitable[object]) -> list[tuple[float, SyncMode]]:
        """The runs that are made while the works go on, for so many seconds."""

        async def all_of_it() -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await asyncio.gather(self.runs.serve(), *works)

        in_virtual_time(all_of_it())
        return self.made


async def at(seconds: float, act: Callable[[], object]) -> None:
    await asyncio.sleep(seconds)
    act()


def test_nothing_runs_unasked() -> None:
    assert Syncs(1).during(10_000) == []


def test_a_wish_during_a_run_makes_exactly_one_more() -> None:
    syncs = Syncs(10)
    wishes = [at(second, lambda: syncs.runs.wish("full")) for second in (0, 1, 2, 9)]
    assert syncs.during(100, *wishes) == [(0, "full"), (10, "full")]


def test_full_beats_incremental() -> None:
    syncs = Syncs(10)

    def wish() -> None:
        syncs.runs.wish("incremental")
        syncs.runs.wish("full")
        syncs.runs.wish("incremental")

    assert syncs.during(100, at(5, wish)) == [(5, "full")]


def test_an_incremental_run_serves_no_wish_for_a_full_one() -> None:
    syncs = Syncs(10)

    def wish() -> None:
        syncs.runs.wish("incremental")
        syncs.runs.wish("full", after=3)

    assert syncs.during(100, at(0, wish)) == [(0, "incremental"), (10, "full")]


def test_events_are_gathered_for_a_moment() -> None:
    syncs = Syncs(1)
    hooks = [
        at(second / 10, lambda: syncs.runs.wish("incremental", after=3, lasting=True)) for second in range(30)
    ]
    assert syncs.during(100, *hooks) == [(3, "incremental")]


def test_a_failed_run_ends_nothing_and_is_not_repeated() -> None:
    syncs = Syncs(1, BadUsage("no"), RuntimeError("a fault"))
    wishes = [at(second, lambda: syncs.runs.wish("full")) for second in (0, 100, 200)]
    assert syncs.during(1000, *wishes) == [(0, "full"), (100, "full"), (200, "full")]


def test_a_lasting_wish_is_repeated_ever_more_rarely_until_it_is_served() -> None:
    syncs = Syncs(0, *[Retry("down")] * 7)
    made = syncs.during(10_000, at(0, lambda: syncs.runs.wish("full", lasting=True)))
    begun = [second for second, _ in made]
    assert begun == [0, 30, 90, 210, 450, 930, 1830, 2730]


def test_another_trigger_serves_a_lasting_wish_that_waits() -> None:
    syncs = Syncs(0, Retry("down"))
    start = at(0, lambda: syncs.runs.wish("full", lasting=True))
    assert syncs.during(1000, start, at(5, lambda: syncs.runs.wish("full"))) == [(0, "full"), (5, "full")]


def test_events_do_not_hurry_what_has_failed() -> None:
    syncs = Syncs(0, Retry("down"))
    hooks = [
        at(second, lambda: syncs.runs.wish("incremental", after=3, lasting=True)) for second in range(20)
    ]
    made = syncs.during(1000, *hooks)
    assert made == [(3, "incremental"), (33, "incremental")]


def test_the_clock_begins_after_one_interval() -> None:
    syncs = Syncs(1)
    clocks = by_the_clock(syncs.runs, "full", 100), by_the_clock(syncs.runs, "incremental", 40)
    made = syncs.during(125, *clocks)
    assert made == [(40, "incremental"), (80, "incremental"), (100, "full"), (120, "incremental")]


class Port:
    """Where people ask for a sync; `asked` holds when they do, `down` until when nobody is answered."""

    def __init__(self, *asked: float, down: float = 0) -> None:
        self.asked = asked
        self.down = down
        self.polls = 0

    async def newest(self) -> float | None:
        self.polls += 1
        now = asyncio.get_running_loop().time()
        if now < self.down:
            raise Retry("down")
        return max((instant for instant in self.asked if instant <= now), default=None)


def test_a_request_that_comes_during_a_run_is_not_lost() -> None:
    syncs, port = Syncs(200), Port(10, 70, 80, 500)
    made = syncs.during(2000, follow(syncs.runs, Polled(port.newest, 60).requests))
    # Polled at 0 and 60; the run of 60 ends at 260; what came meanwhile is seen at 320, and ends at 520.
    assert made == [(60, "full"), (320, "full"), (580, "full")]


def test_what_was_handled_before_is_not_handled_again() -> None:
    syncs, port = Syncs(1), Port(0)
    polled = Polled(port.newest, 60)
    polled.handled = 0
    assert syncs.during(600, follow(syncs.runs, polled.requests)) == []
    assert port.polls == 10


def test_a_source_that_fails_is_opened_again() -> None:
    syncs, port = Syncs(1), Port(5, down=100)
    assert syncs.during(500, follow(syncs.runs, Polled(port.newest, 60).requests)) == [(120, "full")]
    assert port.polls == 11


def test_any_source_is_followed_and_asked_on_when_its_request_is_served() -> None:
    syncs = Syncs(10, Retry("down"))
    asked: list[float] = []

    async def requests() -> AsyncGenerator[str, None]:
        while True:
            asked.append(asyncio.get_running_loop().time())
            yield "a request"

    made = syncs.during(35, follow(syncs.runs, requests))
    assert [second for second, _ in made] == asked == [0, 10, 20, 30]


def test_what_must_be_done_first_is_tried_until_it_works() -> None:
    tried: list[float] = []

    async def work() -> None:
        tried.append(asyncio.get_running_loop().time())
        if len(tried) < 3:
            raise Retry("down", seconds=45)

    in_virtual_time(until_done(work))
    assert tried == [0, 45, 105]


def test_what_a_person_has_to_mend_is_not_tried_again() -> None:
    async def work() -> None:
        raise BadUsage("no")

    with pytest.raises(BadUsage):
        in_virtual_time(until_done(work))


def test_pauses_are_bounded() -> None:
    assert pause_after(1) == 30
    assert pause_after(10_000) == 900
