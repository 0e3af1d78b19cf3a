"""The pool: children come and go, and none is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fairlead.mapping.pool import Limits, PoolClosed, ProgramFailed, WorkerDied, WorkerPool
from unit.mapping.builders import QUICK

PAGE = b'[{"a":1},{"a":2}]'
ENDLESS = "def f: f; f"


ELSEWHERE: set[int] = set()
"""Children that were there before a test: pools that other tests share."""


@pytest.fixture(autouse=True)
def _only_own_children() -> None:
    ELSEWHERE.clear()
    ELSEWHERE.update(children())


def children() -> set[int]:
    """Processes whose parent is this one, but for those of other tests."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.add(int(path.parent.name))
    return found - ELSEWHERE


def descriptors() -> list[str]:
    """What this process has open."""
    return [path.name for path in Path("/proc/self/fd").iterdir()]


async def test_bytes_in_and_out() -> None:
    async with WorkerPool(1, QUICK) as pool:
        assert await pool.run("map(.a)", PAGE) == b"[1,2]"
        assert await pool.run("map(.a + 1)", PAGE) == b"[2,3]"
        assert await pool.run("map(.a)", b"") == b""


async def test_only_what_is_looked_at_is_parsed() -> None:
    page = b'[{"a":{"b":1,"c":2},"d":3},{"a":null},{}]'
    paths = b'{"a":{"b":null}}'
    async with WorkerPool(1, QUICK) as pool:
        assert await pool.run(".", page, paths=paths) == b'[{"a":{"b":1}},{"a":null},{}]'
        assert await pool.run(".", b'[{"a":[1],"x":1}]', paths=paths) == b'[{"a":[1],"x":1}]'


async def test_failures() -> None:
    async with WorkerPool(1, QUICK) as pool:
        for program, page, message in (
            (".a |", PAGE, "syntax error"),
            (".", b"[1,", "parse error"),
            ("halt", PAGE, "stopped"),
            (".", b"1 2", "not one JSON text"),
            ('.[0].a + "x"', PAGE, "cannot be added"),
            ('"x" * 2000000', PAGE, "larger than"),
        ):
            with pytest.raises(ProgramFailed, match=message):
                await pool.run(program, page)
        assert await pool.run("length", PAGE) == b"2"


@pytest.mark.parametrize(
    ("program", "why"),
    [(ENDLESS, "time"), ('reduce range(60) as $i ("a"; . + .)', "memory"), ("def f: [f]; f", "memory")],
)
async def test_a_dead_worker_is_replaced(program: str, why: str) -> None:
    async with WorkerPool(1, Limits(seconds=0.5, memory=128 << 20)) as pool:
        with pytest.raises(WorkerDied) as caught:
            await pool.run(program, PAGE)
        assert caught.value.reason
        assert caught.value.why == why
        assert await pool.run("length", PAGE) == b"2"
        assert len(children()) == 1


async def test_a_worker_that_is_killed() -> None:
    async with WorkerPool(1, QUICK) as pool:
        await pool.run("length", PAGE)
        (child,) = children()
        os.kill(child, signal.SIGKILL)
        with pytest.raises(WorkerDied, match="SIGKILL"):
            await pool.run("length", PAGE)
        assert await pool.run("length", PAGE) == b"2"


async def test_cancellation_costs_the_child_and_nothing_else() -> None:
    async with WorkerPool(1, Limits(seconds=30)) as pool:
        await pool.run("length", PAGE)
        before = children()
        task = asyncio.create_task(pool.run(ENDLESS, PAGE))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await pool.run("length", PAGE) == b"2"
        assert not before & children()


async def test_leaving_ends_requests_and_children() -> None:
    async with WorkerPool(2, Limits(seconds=30)) as pool:
        tasks = [asyncio.create_task(pool.run(ENDLESS, PAGE)) for _ in range(4)]
        await asyncio.sleep(0.2)
        assert len(children()) == 2
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [PoolClosed] * 4
    assert children() == set()
    with pytest.raises(PoolClosed):
        await pool.run("length", PAGE)


async def test_workers_run_side_by_side_and_start_on_demand() -> None:
    async with WorkerPool(3) as pool:
        assert children() == set()
        await pool.run("length", PAGE)
        assert len(children()) == 1
        # Long enough that one worker cannot do all of it before the others have started.
        slow = "[limit(200000; repeat(1))] | length"
        answers = await asyncio.gather(*(pool.run(slow, PAGE) for _ in range(20)))
        assert set(answers) == {b"200000"}
        assert len(children()) == 3


async def test_ctrl_c_is_for_the_parent() -> None:
    async with WorkerPool(1, QUICK) as pool:
        await pool.run("length", PAGE)
        (child,) = children()
        assert os.getsid(child) == child
        os.kill(child, signal.SIGINT)
        assert await pool.run("length", PAGE) == b"2"


async def test_no_descriptor_is_leaked() -> None:
    async def use() -> None:
        async with WorkerPool(2, Limits(seconds=0.3)) as pool:
            await asyncio.gather(pool.run("length", PAGE), pool.run("length", PAGE))
            with pytest.raises(WorkerDied):
                await pool.run(ENDLESS, PAGE)

    await use()
    before = len(descriptors())
    await use()
    assert len(descriptors()) == before


def test_a_pool_has_a_worker() -> None:
    with pytest.raises(ValueError, match="at least one"):
        WorkerPool(0)


PARENT = """
import asyncio, os, sys
from fairlead.mapping.pool import Limits, WorkerPool
async def main():
    async with WorkerPool(2, Limits(seconds=2)) as pool:
        await asyncio.gather(pool.run("length", b"[]"), pool.run("length", b"[]"))
        busy = asyncio.create_task(pool.run("def f: f; f", b"[]"))
        await asyncio.sleep(0.1)
        print("ready", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


def test_children_do_not_outlive_a_killed_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        born = {
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/stat")
            if _parent_of(path) == parent.pid
        }
        parent.kill()
    assert len(born) == 2
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(_is_worker(child) for child in born):
        time.sleep(0.05)
    assert not any(_is_worker(child) for child in born)


def _parent_of(path: Path) -> int:
    try:
        return int(path.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _is_worker(child: int) -> bool:
    try:
        return "worker.py" in Path(f"/proc/{child}/cmdline").read_text()
    except OSError:
        return False
