"""No wrong delete: random organizations, random histories, one trouble in one sync, and what is left.

Played in turn with Port's default mapping and with a row for every kind. `SEEDS=n` sets how many seeds are
played, `SEED=n` plays one and prints its story, `PRESET=every-kind` with every kind.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fairlead.model.changes import Reason
from fairlead.model.records import RecordState
from fairlead.model.stored import StoredRecord
from fairlead.sync.absence import Absence, Verdict
from fault.product import EVERY_KIND, Rules, rules_of
from fault.story import Story, played

SEEDS = int(os.environ.get("SEEDS", "60"))
ONE = os.environ.get("SEED", "")
CHUNK = 20
PRESETS = ("port", EVERY_KIND)
CHUNKS = [range(start, min(start + CHUNK, SEEDS)) for start in range(0, SEEDS, CHUNK)]
AT_ONCE = 3
"""Stories that are played at a time: each waits for its disk and its workers now and then."""

MEMORY = Path("/dev/shm")


@pytest.fixture
def directory() -> Iterator[Path]:
    """Where the catalogs go: memory, if there is such a place, because no durability is looked at here."""
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as name:
        yield Path(name)


async def _all(seeds: range, directory: Path, rules: Rules) -> list[Story]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(seed: int) -> Story:
        async with turns:
            return await played(seed, directory, rules)

    return await asyncio.gather(*map(one, seeds))


@pytest.mark.skipif(bool(ONE), reason="SEED plays one story")
@pytest.mark.parametrize(
    ("preset", "seeds"),
    [(PRESETS[place % len(PRESETS)], seeds) for place, seeds in enumerate(CHUNKS)],
    ids=lambda one: one if isinstance(one, str) else f"{one[0]}-{one[-1]}",
)
async def test_no_wrong_delete(preset: str, seeds: range, directory: Path, small_pages: None) -> None:
    began = time.monotonic()
    async with rules_of(preset) as rules:
        stories = await _all(seeds, directory, rules)
    wrong = [story for story in stories if story.wrong]
    seconds = time.monotonic() - began
    syncs = sum(story.syncs for story in stories)
    sys.stdout.write(f"{len(stories)} seeds, {syncs} syncs, {seconds:.1f} s\n")
    assert not wrong, "\n\n".join(map(str, wrong))


@pytest.mark.skipif(bool(ONE), reason="SEED plays one story")
async def test_a_careless_engine_is_caught(
    directory: Path, small_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stories can see a wrong delete: an engine that takes what is not listed for gone makes many."""

    async def takes_for_gone(self: Absence, batch: Sequence[StoredRecord]) -> Verdict:
        await self._retire(batch, RecordState.GONE, Reason.GONE, "not listed")
        return Verdict(gone=len(batch))

    monkeypatch.setattr(Absence, "_batch", takes_for_gone)
    async with rules_of("port") as rules:
        stories = await _all(range(2 * CHUNK), directory, rules)
    caught = [story for story in stories if any("WRONG DELETES" in one for one in story.wrong)]
    assert len(caught) >= 3, "\n\n".join(map(str, stories))


@pytest.mark.skipif(not ONE, reason="SEED=n plays the story of one seed and prints it")
async def test_one_seed(directory: Path, small_pages: None) -> None:
    async with rules_of(os.environ.get("PRESET", "port")) as rules:
        story = await played(int(ONE), directory, rules)
    sys.stdout.write(f"{story}\n")
    assert not story.wrong
