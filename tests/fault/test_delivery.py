"""Delivery through trouble: seeded catalogs, seeded changes, seeded faults, and what Port holds in the end.

`SEEDS=n` sets how many seeds are played, `SEED=n` plays one and prints what struck it.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fairlead.model.stored import Delivery
from fairlead.sync.sending import Sending
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


async def test_a_sender_that_notes_nothing_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge can see what it is there for: here what was accepted is sent again and again."""

    async def forget(self: Sending, rows: Sequence[Delivery]) -> None:
        pass

    monkeypatch.setattr(Sending, "_note", forget)
    wrong = [line for seed in range(3) for line in (await story(seed)).wrong]
    assert any("is sent again unchanged" in line for line in wrong)


async def test_a_sender_that_asks_for_no_proof_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """And here what an earlier installation left goes at once."""

    async def keep_nothing(*_: object) -> tuple[frozenset[int], int]:
        return frozenset(), 0

    monkeypatch.setattr("fairlead.sync.removals._kept", keep_nothing)
    wrong = [line for seed in range(12) for line in (await story(seed)).wrong]
    assert any("is removed without a proof" in line for line in wrong)


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
