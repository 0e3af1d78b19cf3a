"""A run killed at any moment continues where it was: nothing is lost, and almost nothing is asked twice.

`KILLS=100 pytest tests/fault/test_kill.py -s` prints the distribution.
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairlead.mapping import presets
from fault.processes import Installation, ServedSandbox, installed, served_sandbox

SIZES = ("--preset", "medium", "--seed", "11", "--repositories", "840", "--latency-ms", "3")
START_UP = 2
"""Requests of every start: who the token is of (`connectionData`), once for the connection and once for the run."""

MORE = 1.02
SHORT = 6
LONG = 100


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody killed: what it cost and what it made."""

    requests: int
    seconds: float
    export: bytes


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSandbox]:
    with served_sandbox(tmp_path_factory.mktemp("sandbox"), *SIZES) as served:
        yield served


@pytest.fixture(scope="module")
def undisturbed(sandbox: ServedSandbox, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    fresh = _installed(tmp_path_factory.mktemp("undisturbed") / "it", sandbox)
    sandbox.reset()
    began = time.monotonic()
    done = fresh.run("sync", "--full", "--json")
    seconds = time.monotonic() - began
    assert done.returncode == 0, done.stderr.decode()
    return Undisturbed(sandbox.requests(), seconds, fresh.export())


def _installed(directory: Path, sandbox: ServedSandbox) -> Installation:
    """With preset `standard`, which reads most kinds; but for its windows of time, which would move meanwhile."""
    preset = presets.load("standard")
    assert preset.mapping_text.count("minTimeInDays: 30") == 2
    directory.mkdir()
    (directory / "mapping.yml").write_text(
        preset.mapping_text.replace("minTimeInDays: 30", "minTimeInDays: 9999")
    )
    (directory / "blueprints.json").write_text(preset.blueprints_text)
    return installed(
        directory,
        sandbox,
        FAIRLEAD_MAPPING_FILE=str(directory / "mapping.yml"),
        FAIRLEAD_BLUEPRINTS_FILE=str(directory / "blueprints.json"),
    )


def _killed(process: subprocess.Popen[bytes], sandbox: ServedSandbox, after: int) -> bool:
    """Kills the process as soon as the sandbox has counted so many requests; whether it still ran."""
    while process.poll() is None:
        if sandbox.requests() >= after:
            process.send_signal(signal.SIGKILL)
            return process.wait() == -signal.SIGKILL
        time.sleep(0.003)
    return False


@pytest.mark.parametrize(
    "kills", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]
)
def test_a_killed_run_continues(
    sandbox: ServedSandbox, undisturbed: Undisturbed, tmp_path: Path, kills: int
) -> None:
    assert undisturbed.requests >= 1_500
    rng = random.Random(kills)
    extra: list[float] = []
    for place in range(int(os.environ.get("KILLS", kills))):
        one = _installed(tmp_path / str(place), sandbox)
        sandbox.reset()
        # From the very first request to after the last one: what is settled and reported after it can be cut as well.
        moment = rng.randrange(1, undisturbed.requests + 1)
        cut = _killed(one.start("sync", "--full"), sandbox, moment)
        done = one.run("sync", "--full", "--json")
        assert done.returncode == 0, done.stderr.decode()
        total = sandbox.requests()
        assert one.export() == undisturbed.export, f"killed at request {moment}"
        most = undisturbed.requests * MORE + START_UP
        if cut:
            extra.append((total - undisturbed.requests) / undisturbed.requests * 100)
            assert total <= most, f"killed at request {moment}: {total} requests, at most {most:.0f}"
    sys.stdout.write(_told(extra, undisturbed))
    assert extra, "no run was cut"


def _told(extra: list[float], undisturbed: Undisturbed) -> str:
    spread = sorted(extra)
    middle = statistics.median(spread) if spread else 0.0
    return (
        f"\n{len(spread)} kills of runs of {undisturbed.requests} requests ({undisturbed.seconds:.1f} s): "
        f"extra requests in %: least {spread[0]:.2f}, median {middle:.2f}, most {spread[-1]:.2f}\n"
        if spread
        else "no kills\n"
    )
