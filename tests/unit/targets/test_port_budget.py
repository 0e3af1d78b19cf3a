"""Requests against Port's windows, in virtual time: never one too many, and no idling while more are allowed."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.targets.pacing import Timing
from fairlead.targets.port.budget import LIMITS, WINDOW, Budget, family_of
from unit.targets.virtual_time import in_virtual_time

EPOCH = 1_800_000_000.0
LONGEST_LATENCY = 20.0

latencies = st.lists(
    st.tuples(st.floats(0, LONGEST_LATENCY / 2), st.floats(0, LONGEST_LATENCY / 2)), min_size=1, max_size=40
)


async def all_sent(
    budget: Budget, waits: Sequence[tuple[float, float]], server: Server | None = None, at_once: int = 1000
) -> list[float]:
    """Sends a request for each pair of latencies; the instants at which they arrived, from the start."""
    arrivals: list[float] = []
    slots = asyncio.Semaphore(at_once)

    async def send(there: float, back: float) -> None:
        async with slots, budget.slot():
            await asyncio.sleep(there)
            arrivals.append(now() - EPOCH)
            headers = server.take() if server else {}
            await asyncio.sleep(back)
            budget.heed(headers)

    await asyncio.gather(*(send(*pair) for pair in waits))
    return sorted(arrivals)


class Server:
    """Fixed windows, each begun by its first request; others spend `spent` of it at once."""

    def __init__(self, limit: int, spent: int) -> None:
        self.limit, self.spent = limit, spent
        self.ends, self.used = 0.0, 0
        self.refused = 0

    def take(self) -> Mapping[str, str]:
        if now() >= self.ends:
            self.ends, self.used = now() + WINDOW, self.spent
        self.used += 1
        self.refused += self.used > self.limit
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(0, self.limit - self.used)),
            "x-ratelimit-reset": str(math.ceil(self.ends)),
        }


def now() -> float:
    return EPOCH + asyncio.get_running_loop().time()


def timing() -> Timing:
    return Timing(now=now, sleep=asyncio.sleep, chance=lambda: 0.5)


@given(waits=latencies, limit=st.integers(1, 7))
def test_without_headers_no_window_of_five_minutes_holds_too_many(
    waits: list[tuple[float, float]], limit: int
) -> None:
    arrivals = in_virtual_time(all_sent(Budget(timing(), limit), waits))
    for first, instant in enumerate(arrivals):
        inside = [one for one in arrivals[first:] if one < instant + WINDOW - 1e-3]
        assert len(inside) <= limit
    windows = math.ceil(len(waits) / limit) - 1
    assert arrivals[-1] <= windows * (WINDOW + LONGEST_LATENCY) + LONGEST_LATENCY


@given(waits=latencies, limit=st.integers(8, 14), spent=st.integers(0, 4))
def test_with_headers_nothing_is_refused_though_others_spend_too(
    waits: list[tuple[float, float]], limit: int, spent: int
) -> None:
    server = Server(limit, spent)
    arrivals = in_virtual_time(all_sent(Budget(timing(), 35_000), waits, server, at_once=4))
    assert server.refused == 0
    windows = math.ceil(len(waits) / (limit - spent)) - 1
    latest = len(waits) * LONGEST_LATENCY + windows * (WINDOW + 1)
    assert arrivals[-1] <= latest


def test_the_last_requests_of_a_window_are_used_too() -> None:
    """Those under way are taken for uncounted until their answers say otherwise."""
    server = Server(limit=8, spent=0)
    arrivals = in_virtual_time(all_sent(Budget(timing(), 35_000), [(1.0, 1.0)] * 9, server, at_once=4))
    assert [one for one in arrivals if one < WINDOW] == arrivals[:8]
    assert arrivals[8] >= WINDOW


def test_a_pause_holds_whoever_waits() -> None:
    async def paused() -> list[float]:
        budget = Budget(timing(), 10)
        budget.pause(30)
        return await all_sent(budget, [(0.0, 0.0)] * 3)

    assert in_virtual_time(paused()) == pytest.approx([30.0] * 3)


def test_who_is_cut_off_while_waiting_has_spent_nothing() -> None:
    async def cut() -> list[float]:
        budget = Budget(timing(), 1)
        await all_sent(budget, [(0.0, 0.0)])
        waiting = asyncio.create_task(all_sent(budget, [(0.0, 0.0)]))
        await asyncio.sleep(10)
        waiting.cancel()
        await asyncio.wait({waiting})
        return await all_sent(budget, [(0.0, 0.0)])

    assert in_virtual_time(cut()) == pytest.approx([WINDOW])


def test_a_limit_that_port_names_without_a_window_is_kept() -> None:
    async def told() -> list[float]:
        budget = Budget(timing(), 35_000)
        budget.heed({"x-ratelimit-limit": "2"})
        return await all_sent(budget, [(0.0, 0.0)] * 3)

    assert in_virtual_time(told()) == pytest.approx([0.0, 0.0, WINDOW])


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("auth/access_token", "sign-in"),
        ("blueprints/service/entities/bulk", "entities"),
        ("blueprints/service/bulk/entities/delete", "entities"),
        ("blueprints/entities/datasource-entities", "entities"),
        ("entities/search", "entities"),
        ("blueprints/service/entities/a", "entities"),
        ("blueprints/entities", "others"),
        ("blueprints", "others"),
        ("integration/a/resync-state", "others"),
    ],
)
def test_the_family_of_a_route(path: str, family: str) -> None:
    assert family_of(path.split("/")) == family


def test_the_limits_that_port_documents() -> None:
    assert (LIMITS["entities"], LIMITS["others"], LIMITS["sign-in"]) == (35_000, 15_000, 100)
