"""Throttling costs what the service asks for, no more; nothing leaks and nothing storms."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import web

from fairlead.azure import AzureSettings, BearerToken, Patience, connect
from fairlead.azure.http.budget import ByteBudget, Gate
from fairlead.azure.http.ledger import Ledger
from fairlead.azure.http.pauses import back_off, is_near_limit, retry_after, wish
from fairlead.model.errors import Throttled
from fairlead.model.secrets import Secret
from unit.azure.scripted import PAT, SOME_CALL, Server, Time, listing, numbers, problem, reading, serving


def throttled(seconds: str) -> web.Response:
    refused = problem(429, "RequestBlockedException", "TF400733: blocked")
    refused.headers["Retry-After"] = seconds
    return refused


async def test_one_429_costs_two_seconds() -> None:
    calls = 0

    async def handle(_request: web.Request) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        return throttled("2") if calls == 1 else listing()

    async with reading(handle) as (source, server):
        await source.hosts.send(SOME_CALL, numbers())
        assert server.time.passed == pytest.approx(2)
        assert source.traffic().throttled_seconds == pytest.approx(2)
        assert len(server.requests) == 2


async def test_a_429_pauses_all_requests_together_without_a_storm() -> None:
    servers: list[Server] = []

    async def handle(_request: web.Request) -> web.StreamResponse:
        return throttled("2") if servers[0].time.passed < 2 else listing()

    async with reading(handle) as (source, server):
        servers.append(server)
        server.time.lag = 0.05  # whatever is under way is answered before time moves on
        await asyncio.gather(*(source.hosts.send(SOME_CALL, numbers()) for _ in range(40)))
        refused = source.traffic().requests["GET _apis/things", 429]
        assert refused <= 15  # those that were under way; none of the rest was sent in vain
        assert server.time.passed == pytest.approx(2)
        assert len(server.requests) == 40 + refused


async def test_retry_after_on_a_good_answer_pauses_the_next_request_only() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        good = listing()
        good.headers["Retry-After"] = "7"
        return good

    async with reading(handle) as (source, server):
        await source.hosts.send(SOME_CALL, numbers())
        assert server.time.passed == 0
        assert len(server.requests) == 1
        await source.hosts.send(SOME_CALL, numbers())
        assert server.time.passed == pytest.approx(7)


async def test_throttling_that_does_not_end_is_given_up_within_the_bound() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return throttled("50")

    async with reading(handle, Patience(total_wait=200)) as (source, server):
        with pytest.raises(Throttled) as raised:
            await source.hosts.send(SOME_CALL, numbers())
        assert raised.value.seconds == 50
        assert server.time.passed <= 200
        assert len(server.requests) == 5


async def test_throttling_does_not_use_up_the_attempts_for_faults() -> None:
    replies = [throttled("1") for _ in range(5)] + [problem(503), problem(503), listing()]

    async def handle(_request: web.Request) -> web.StreamResponse:
        return replies.pop(0)

    async with reading(handle, Patience(attempts=3)) as (source, server):
        await source.hosts.send(SOME_CALL, numbers())
        assert server.time.passed == pytest.approx(5 + 0.75 + 1.5)


def gate(time: Time, most: int = 4) -> Gate:
    return Gate(most, time.clock, time.sleep, Ledger())


async def test_cancelled_waiters_leak_no_slot() -> None:
    time = Time()
    one = gate(time, 2)

    async def hold(forever: asyncio.Event) -> None:
        async with one.slot():
            await forever.wait()

    never = asyncio.Event()
    tasks = [asyncio.create_task(hold(never)) for _ in range(10)]
    await asyncio.sleep(0.01)
    assert one.in_flight == 2
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert one.in_flight == 0
    async with asyncio.timeout(1), one.slot():
        assert one.in_flight == 1


async def test_a_waiter_cancelled_in_a_pause_leaks_no_slot() -> None:
    time, entered = Time(), asyncio.Event()

    async def stuck(_seconds: float) -> None:
        entered.set()
        await asyncio.sleep(60)

    one = Gate(1, time.clock, stuck, Ledger())
    one.pause(60)

    async def wait() -> None:
        async with one.slot():
            pass

    task = asyncio.create_task(wait())
    await entered.wait()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    time.now += 61
    async with asyncio.timeout(1), one.slot():
        assert one.in_flight == 1
    assert one.in_flight == 0


def test_the_gate_halves_once_per_rest_and_grows_by_one_per_round() -> None:
    time = Time()
    one = gate(time, 8)
    one.slow_down()
    one.slow_down()
    assert one.allowed == 4
    time.now += 6
    one.slow_down()
    assert one.allowed == 2
    for _ in range(2):
        one.went_well()
    assert one.allowed == 3
    for _ in range(100):
        one.went_well()
    assert one.allowed == 8


async def test_bytes_in_flight_are_bounded_and_given_back() -> None:
    budget, order = ByteBudget(100), []
    release = asyncio.Event()

    async def hold(name: str, size: int) -> None:
        async with budget.reserve(size) as reservation:
            order.append(name)
            budget.settle(reservation, size + 10)
            await release.wait()

    tasks = [asyncio.create_task(hold(name, size)) for name, size in (("a", 60), ("b", 40), ("c", 500))]
    await asyncio.sleep(0.01)
    assert (order, budget.used) == (["a"], 70)
    tasks[1].cancel()
    release.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["a", "c"]
    assert budget.used == 0


async def test_a_refused_bearer_token_is_renewed_once() -> None:
    given: list[bool] = []

    async def provider(fresh: bool) -> Secret:
        given.append(fresh)
        return Secret("fresh" if fresh else "stale")

    async def handle(request: web.Request) -> web.StreamResponse:
        good = request.headers["Authorization"] == "Bearer fresh"
        return listing() if good else web.Response(status=401)

    async with serving(handle) as server:
        settings = AzureSettings(server.url, BearerToken(provider))
        source = connect(settings, clock=server.time.clock, sleep=server.time.sleep, random=lambda: 0.5)
        await source.hosts.send(SOME_CALL, numbers())
        await source.close()
    assert given == [False, True]
    assert PAT not in repr(settings)


def test_what_the_headers_ask_for() -> None:
    now = 1_700_000_000.0
    assert retry_after({"retry-after": "2.5"}, now) == 2.5
    assert retry_after({"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, now) == 10
    assert retry_after({"retry-after": "99999"}, now) == 360
    assert retry_after({"retry-after": "Tue, 14 Nov 2023 22:13:30 +9999999999999"}, now) == 0
    assert retry_after({"retry-after": "soon"}, now) == 0
    assert wish({"x-ratelimit-reset": str(now + 30)}, now) == 30
    assert wish({"x-ratelimit-reset": str(now - 30)}, now) == 0
    assert is_near_limit({"x-ratelimit-delay": "0.5"})
    assert is_near_limit({"x-ratelimit-remaining": "19", "x-ratelimit-limit": "200"})
    assert not is_near_limit({"x-ratelimit-remaining": "20", "x-ratelimit-limit": "200"})
    assert not is_near_limit({"x-ratelimit-remaining": "nan", "x-ratelimit-limit": "200"})
    assert [back_off(n, 1, 60, lambda: 0.0) for n in (1, 2, 8)] == [0.5, 1, 30]
    assert [back_off(n, 1, 60, lambda: 1.0) for n in (1, 2, 8)] == [1, 2, 60]
