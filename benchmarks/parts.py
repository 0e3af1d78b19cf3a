"""Gives every stack of a sampled run to a part of the budget of design.md part 4."""

from __future__ import annotations

import re
from collections import defaultdict

import msgspec
from benchmarks.sampling import Frame, Samples

BUDGET: dict[str, float | None] = {
    "HTTP": 8,
    "split and version": 5,
    "splice": 2,
    "hashes": 10,
    "pipe to jq": 5,
    "decode": 10,
    "merge and diff": 25,
    "SQLite": 37,
    "zstd": 5,
    "rest": 5,
    "start-up": None,
}
"""Microseconds of CPU time per record in the main process; start-up has a budget of its own, for a whole run."""

JQ = 260.0
MAIN = 110.0
UNCHANGED = 30.0
START_UP = 1.5

Seconds = defaultdict[str, float]

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), part)
    for pattern, part in (
        (r"sync/splice\.py:", "splice"),
        (r"reconcile/canonical\.py:(digest|hash)|mapping/hashing\.py:|model/source\.py:", "hashes"),
        (r"azure/http/envelope\.py:", "split and version"),
        (r"asyncio/selector_events\.py:_?sock_|mapping/pool\.py:", "pipe to jq"),
        (r"fairlead/azure/http/|/aiohttp/|/yarl/|/multidict/|asyncio/(selector_events|sslproto)\.py:", "HTTP"),
        (r"fairlead/azure/", "split and version"),
        (r"fairlead/mapping/", "decode"),
        (r"catalog/queries/bodies\.py:|/zstandard/", "zstd"),
        (r"fairlead/catalog/|/sqlite3/", "SQLite"),
        (r"fairlead/reconcile/|sync/(apply|reconsider|settle|resolve|sink|replay|absence)\.py:", "merge and diff"),
        (r"fairlead/model/", "merge and diff"),
        (r"fairlead/cli/(syncing|output|progress|run_text)\.py:|fairlead/app/", "rest"),
    )
)  # fmt: skip


class Spot(msgspec.Struct, frozen=True):
    """A place and its CPU seconds."""

    place: str
    seconds: float


class Picture(msgspec.Struct, frozen=True):
    """CPU seconds of the main process by part and thread, and the places that took most, by line and by function."""

    parts: dict[str, float]
    threads: dict[str, float]
    lines: tuple[Spot, ...]
    functions: tuple[Spot, ...]


def _text(frame: Frame) -> str:
    return f"{frame.file}:{frame.function}"


def part_of(stack: tuple[Frame, ...]) -> str:
    """The part of the innermost frame that has one. What imports is start-up, whoever asked for it."""
    if any("importlib._bootstrap" in frame.file for frame in stack):
        return "start-up"
    for frame in stack:
        for rule, part in _RULES:
            if rule.search(_text(frame)):
                return part
    running = any(frame.file.endswith("base_events.py") or "threading" in frame.file for frame in stack)
    return "rest" if running else "start-up"


def short(file: str) -> str:
    """A path as people know it: inside the package, or the last two parts."""
    for root in ("site-packages/", "/src/"):
        if root in file:
            return file.rpartition(root)[2]
    return "/".join(file.split("/")[-2:])


def picture(samples: Samples, count: int = 40) -> Picture:
    """Adds the samples up. A line's time is its own; a function's includes what it calls, once in a stack."""
    parts: Seconds = defaultdict(float, {"start-up": samples.before})
    threads: Seconds = defaultdict(float)
    lines: Seconds = defaultdict(float)
    functions: Seconds = defaultdict(float)
    for sample in samples.samples:
        parts[part_of(sample.stack)] += sample.seconds
        threads[sample.thread] += sample.seconds
        leaf = sample.stack[0]
        lines[f"{short(leaf.file)}:{leaf.line} {leaf.function}"] += sample.seconds
        for place in {f"{short(frame.file)} {frame.function}" for frame in sample.stack}:
            functions[place] += sample.seconds
    return Picture(dict(parts), dict(threads), _most(lines, count), _most(functions, count))


def _most(found: Seconds, count: int) -> tuple[Spot, ...]:
    ordered = sorted(found.items(), key=lambda item: -item[1])
    return tuple(Spot(place, seconds) for place, seconds in ordered[:count])
