"""Runs Fairlead through its front door, and the floor beside it, and reads what they say."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from benchmarks.floor import TOKEN, Found
from benchmarks.observing import Cost, observe
from benchmarks.parts import Picture, picture
from benchmarks.results import FloorRun, Sync
from benchmarks.sampling import Samples
from benchmarks.serving import PAT, Served, command

ROOT = Path(__file__).parent.parent


class _Reading(msgspec.Struct, frozen=True):
    records: int


class Report(msgspec.Struct, frozen=True):
    """What is looked at of `fairlead sync --json`."""

    entities: int
    readings: list[_Reading]
    change_counts: dict[str, dict[str, int]]
    request_count: int
    cpu_seconds: float


class Failed(RuntimeError):
    """A run that did not end well."""


class Bench(msgspec.Struct, frozen=True):
    """Where runs happen: a sandbox, a folder of their own, a preset, and how long one may take."""

    served: Served
    folder: Path
    preset: str
    timeout: float

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's settings: a FAIRLEAD_ or OCEAN__ variable would change what is measured."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.folder),
            "FAIRLEAD_AZURE__ORGANIZATION_URL": self.served.url,
            "FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN": PAT,
        }

    def _run(self, arguments: Sequence[str], name: str, **more: str) -> tuple[Cost, bytes]:
        output = self.folder / f"{name}.out"
        cost = observe(
            arguments, environment={**self._environment(), **more}, folder=self.folder, output=output,
            timeout=self.timeout,
        )  # fmt: skip
        if cost.exit_code:
            said = output.with_name(output.name + ".err").read_text(encoding="utf-8")[-2000:]
            raise Failed(f"{name} ended with exit code {cost.exit_code}:\n{said}")
        return cost, output.read_bytes()

    def _arguments(self, catalog: Path) -> list[str]:
        address = f"sqlite:///{catalog}"
        return ["sync", "--full", "--json", "--catalog", address, "--preset", self.preset]

    def sync(self, catalog: Path) -> Sync:
        """One full sync into this catalog."""
        self.served.forget_requests()
        before = self.served.cpu()
        cost, printed = self._run(
            [*command("fairlead", "fairlead.cli.main:run"), *self._arguments(catalog)], catalog.stem
        )
        served = self.served.cpu() - before
        report = msgspec.json.decode(printed, type=Report)
        return Sync(
            cost=cost,
            entities=report.entities,
            records=sum(reading.records for reading in report.readings),
            changes=sum(sum(reasons.values()) for reasons in report.change_counts.values()),
            reported=report.request_count,
            reported_cpu=report.cpu_seconds,
            routes=self.served.requests(),
            sandbox_cpu=served,
        )

    def floor(self) -> FloorRun:
        """One run of the floor."""
        database = self.folder / "floor.db"
        database.unlink(missing_ok=True)
        module = "benchmarks.daily_floor" if self.preset == "standard" else "benchmarks.floor"
        arguments = [sys.executable, "-m", module, self.served.url, str(database)]
        cost, printed = self._run(arguments, "floor", PYTHONPATH=str(ROOT), **{TOKEN: PAT})
        found = msgspec.json.decode(printed, type=Found)
        return FloorRun(cost, found.sizes, found.requests, found.entities)

    def sampled(self, catalog: Path) -> tuple[Cost, Picture]:
        """One full sync into this catalog, its main process sampled."""
        output = self.folder / "samples.json"
        arguments = [sys.executable, "-m", "benchmarks.sampling", str(output), *self._arguments(catalog)]
        cost, _ = self._run(arguments, "sampled", PYTHONPATH=str(ROOT))
        return cost, picture(msgspec.json.decode(output.read_bytes(), type=Samples))
