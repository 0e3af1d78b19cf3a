"""Measures full syncs of organizations in the sandbox: `make bench`, or `python -m benchmarks --sizes 1000,20000`.

For every size one sandbox process, in which latency is set; then Fairlead through its front door into a new catalog,
once more into the same, and the floor beside it. The largest size that takes seconds is run once more under the
sampler, which says where the main process's time goes. docs/explanation/performance.md tells the method.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import jq
import msgspec
from benchmarks.aims import aims_of
from benchmarks.observing import Cost
from benchmarks.parts import Picture
from benchmarks.results import FloorRun, Measured, Results, Sync
from benchmarks.running import Bench
from benchmarks.serving import serving
from benchmarks.sizes import floor_of
from benchmarks.tables import text_of

LARGEST_SAMPLED = 20_000
_PROBE = "[.[] | {a: .a, b: (.b | ascii_downcase)}]"


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure full syncs.")
    parser.add_argument(
        "--sizes",
        default="1000,20000,100000",
        help="catalog entities under Port's default mapping, or presets of the sandbox (demo), comma list",
    )
    parser.add_argument("--latency", default="0,50", help="milliseconds that each answer waits, comma list")
    parser.add_argument("--preset", default="port")
    parser.add_argument(
        "--runs", type=int, default=1, help="full syncs per size and latency; the median counts"
    )
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds that one run may take")
    parser.add_argument("--no-floor", action="store_true", help="leave out the run without product code")
    parser.add_argument("--no-parts", action="store_true", help="leave out the sampled run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured as JSON")
    return parser.parse_args(list(given))


def measure(bench: Bench, size: int, latency: float, runs: int) -> Measured:
    """The full syncs of one size (0: as many entities as are found) at one latency, then one more of the unchanged
    organization."""
    bench.served.wait_for_each_answer(latency)
    full, catalog = list[Sync](), bench.folder / "full-0.db"
    for number in range(runs):
        catalog = _new(bench.folder / f"full-{number}.db")
        full.append(bench.sync(catalog))
    again = bench.sync(catalog)
    bench.served.wait_for_each_answer(0)
    return Measured(size or full[0].entities, latency, tuple(full), again)


def _organization(asked: str) -> list[str]:
    """The sandbox's arguments. What happens every day is dated back from now, and looked for from now back."""
    return ["--entities", asked] if asked.isdigit() else ["--preset", asked, "--start", "now"]


def _new(catalog: Path) -> Path:
    for path in catalog.parent.glob(catalog.name + "*"):
        path.unlink()
    return catalog


def run(given: Sequence[str]) -> int:
    """Measures and prints; returns 0 when every aim was reached, 1 otherwise."""
    options = arguments_of(given)
    given, latencies = options.sizes.split(","), [float(one) for one in options.latency.split(",")]
    numbers = [int(one) for one in given if one.isdigit()]
    to_sample = str(max((size for size in numbers if size <= LARGEST_SAMPLED), default=given[0]))
    sampled_size = 0
    measured, floors = list[Measured](), dict[int, FloorRun]()
    sampled: tuple[Cost, Picture] | None = None
    for asked in given:
        size = int(asked) if asked.isdigit() else 0
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with serving(_organization(asked), folder) as served:
                bench = Bench(served, folder, options.preset, options.timeout)
                for latency in latencies:
                    _tell(f"{asked} at {latency:g} ms")
                    measured.append(measure(bench, size, latency, options.runs))
                    size = measured[-1].size
                if not options.no_floor:
                    _tell(f"{asked}, the floor")
                    floors[size] = bench.floor()
                if asked == to_sample and not options.no_parts:
                    _tell(f"{asked}, sampled")
                    sampled_size = size
                    sampled = bench.sampled(_new(folder / "sampled.db"))
    start_up = _start_up(options.preset, options.timeout)
    least = {size: floor_of(floor.sizes) for size, floor in floors.items()}
    totals = {size: sum(kinds.values()) for size, kinds in least.items()}
    aims = aims_of(measured, totals, start_up.cost.cpu_main)
    results = Results(
        options.preset, _jq_probe(), measured, floors, least, sampled_size, sampled, start_up, aims
    )
    print(text_of(results))
    if options.json is not None:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    return 0 if all(aim.reached for aim in aims) else 1


def _start_up(preset: str, timeout: float) -> Sync:
    """A sync of an organization with nothing in it costs the start and the end of a run, and no more."""
    _tell("nothing at all")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(["--preset", "empty"], folder) as served:
            return Bench(served, folder, preset, timeout).sync(folder / "empty.db")


def _jq_probe() -> float:
    """Microseconds that the jq in use takes for a small record: nothing else tells how it was built."""
    program, page = jq.compile(_PROBE), "[" + ",".join(['{"a":1,"b":"XYZ"}'] * 4000) + "]"
    began = time.process_time()
    program.input_text(page).text()
    return (time.process_time() - began) / 4000 * 1e6


def _tell(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)
