"""A process that writes is killed at random moments: what it said it stored is there, and nothing by halves."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from pathlib import Path

from contract.catalog.conftest import Open
from contract.catalog.kill_program import PAGE


async def killed_after(url: str, seconds: float) -> list[tuple[str, int]]:
    """Runs the program for `seconds` after its first line; what it printed."""
    program = Path(__file__).with_name("kill_program.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(program), url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    first = await process.stdout.readline()
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest = await process.stdout.read()
    assert await process.wait() == -signal.SIGKILL
    lines = (first + rest).decode().splitlines()
    if not rest.endswith(b"\n"):
        lines.pop()
    return [(word, int(value)) for word, value in map(str.split, lines)]


async def test_every_job_is_whole_or_absent_and_numbers_never_repeat(url: str, open_: Open) -> None:
    chance = random.Random(7)
    highest = pages = 0
    for _ in range(5):
        printed = await killed_after(url, chance.uniform(0.0, 0.3))
        numbers = [value for word, value in printed if word == "number"]
        assert numbers == sorted(set(numbers))
        assert not numbers or numbers[0] > highest
        highest = max([highest, *numbers])
        pages = max([pages, *(value for word, value in printed if word == "page")])

        async with open_() as catalog:
            chains = await catalog.chains(1)
            stored = chains["0:*"].pages if chains else 0
            assert stored >= pages
            pages = stored
            alive = await catalog.alive(1, "build")
            assert {one.record.key for one in alive} == {
                f"{page}-{n}" for page in range(pages) for n in range(PAGE)
            }
            assert await catalog.counts([]) == (pages * PAGE, 0)
            assert [item.key for item in await catalog.items(1, "0:*")] == [
                f"waits-{page}" for page in range(pages)
            ]
            number = catalog.numbers()()
            assert number > highest
            highest = number
    assert pages > 0
