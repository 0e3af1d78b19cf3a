"""Delivery through trouble: seeded catalogs, seeded changes, seeded faults, and what Port holds in the end.

`SEEDS=n` sets how many seeds are played, `SEED=n` plays one and prints what struck it.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fault.delivery_story import Story, played

SEEDS = int(os.environ.get("SEEDS", "30"))
ONE = os.environ.get("SEED", "")
CHUNK = 10
CHUNKS = [range(start, min(start + CHUNK, SEEDS)) for start in range(0, SEEDS, CHUNK)]
MEMORY = Path("/dev/shm")


async def story(seed: int) -> Story:
    """Plays a seed with its catalog in memory, if there is such a place: durability is not looked at here."""
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as name:
        return await played(seed, Path(name))


@pytest.mark.skipif(bool(ONE), reason="SEED plays one schedule")
@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
async def test_port_holds_what_the_catalog_holds(seeds: range) -> None:
    stories = [await story(seed) for seed in seeds]
    struck = sum((one.struck for one in stories), Counter[str]())
    sent = sum(one.sent for one in stories)
    least = sum(one.least for one in stories)
    sys.stdout.write(
        f"{len(stories)} seeds, {sum(struck.values())} faults, {sent} entities sent, least {least}\n"
    )
    wrong = [line for one in stories for line in one.wrong]
    assert not wrong, "\n".join(wrong)


@pytest.mark.skipif(not ONE, reason="SEED=n plays one schedule")
async def test_one_seed() -> None:
    one = await story(int(ONE))
    sys.stdout.write(f"{one}\n")
    assert not one.wrong


async def test_every_trouble_strikes_in_the_first_seeds() -> None:
    """A schedule that strikes nothing would prove nothing."""
    struck = sum([(await story(seed)).struck for seed in range(12)], Counter[str]())
    assert {
        "429 after",
        "429 reset",
        "500",
        "503",
        "401",
        "reset",
        "413",
        "html",
        "lost",
        "cut",
        "207",
    } <= set(struck)
    assert struck["slow"] > 0
    assert struck["killed"] > 0
