"""What the demo says."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairlead.app.demo.breaking import RunSeen, Target
    from fairlead.app.demo.showing import Shown
    from fairlead.model.reports import ReadingReport, RunReport

FIRST = ("project", "repository")
KINDS_SHOWN = 5


def seconds(value: float) -> str:
    """3.9 s, 1 s."""
    return f"{value:.1f} s".replace(".0 s", " s")


def organization_line(name: str, objects: Mapping[str, int], took: float) -> str:
    """The third stage: the organization is there."""
    return (
        f'[3/4] sandbox organization "{name}": {objects.get("projects", 0):,} projects, '
        f"{objects.get('repositories', 0):,} repositories   {seconds(took)}"
    )


def sync_line(report: RunReport) -> str:
    """The fourth stage: what was read, the first kinds of it."""
    found = [reading for reading in report.readings if reading.records]
    found.sort(key=lambda reading: (0,) if reading.kind in FIRST else (1, -reading.records))
    kinds = "  ".join(map(_kind, found[:KINDS_SHOWN]))
    more = " …" if len(found) > KINDS_SHOWN else ""
    return f"[4/4] first sync   {kinds}{more}   {seconds(report.seconds)}"


def _kind(reading: ReadingReport) -> str:
    mark = "✓" if reading.proved == reading.scopes else "(incomplete)"
    return f"{reading.kind} {reading.records:,} {mark}"


def catalog_lines(shown: Shown) -> Iterator[str]:
    """What the two syncs came to."""
    first, again = shown.first, shown.again
    proved, scopes = _scopes(first.readings)
    yield (
        f"Catalog   {first.entities:,} entities, {shown.blueprints} blueprints · {proved:,} of {scopes:,} scopes "
        f"proved complete · {first.request_count:,} requests (fewest possible: {shown.fewest:,})"
    )
    written = sum(sum(reasons.values()) for reasons in again.changes.values())
    what = f"{written:,} changed" if written else "nothing changed"
    yield f"Again     {what}, {written:,} writes, {seconds(again.seconds)}"


def open_line(address: str, folder: str) -> str:
    """Where the page is."""
    return f"Open      {address}   Ctrl-C stops · data in {folder}/"


def next_lines(program: str, shown: Shown, catalog: str, *, served: bool) -> Iterator[str]:
    """What to try next. `catalog` is named where commands would look at another one."""
    tries = []
    if shown.example:
        flag = ["--catalog", catalog] if catalog else []
        tries.append(f"{program} explain {shlex.join([*shown.example, *flag])}")
    if served:
        tries.append(
            f"{program} demo break    hides a project behind 403s in mid-sync: watch nothing be deleted"
        )
    for label, line in zip(("Try", *[""] * len(tries)), tries, strict=False):
        yield f"{label:10}{line}"
    yield (
        f"Yours     {program} connect https://dev.azure.com/YOUR-ORG --test-only    tests the token, writes nothing"
    )


REASON = 100
"""Characters of a reason that are shown; `fairlead runs RUN` has all of them."""


def hiding_line(project: Target) -> str:
    """What is about to be broken."""
    return (
        f'Hiding    project "{project.name}" ({project.repositories:,} repositories): '
        "403 from the middle of a full sync on"
    )


def hidden_lines(project: Target, seen: RunSeen) -> Iterator[str]:
    """What that did to the catalog, and why that is nothing."""
    went = f"{seen.deleted:,} deleted" if seen.deleted else "nothing deleted"
    yield f"Catalog   {project.entities:,} entities before, {seen.entities:,} after: {went}"
    yield "Why       only a reading that has seen everything may say that something is gone. These have not:"
    width = max((len(reading.kind) for reading in seen.doubtful), default=0)
    for reading in seen.doubtful:
        yield f"          {reading.kind:{width}}  {_doubt(reading)}"


def _doubt(reading: ReadingReport) -> str:
    missed = reading.scopes - reading.proved
    parts = [f"{missed:,} of {reading.scopes:,} scopes not read"] if missed else []
    parts += [f"{reading.unseen:,} records not shown: kept"] if reading.unseen else []
    reasons = [_short(reason) for reason in reading.reasons[:1]]
    return ": ".join([", ".join(parts), *reasons])


def _short(reason: str) -> str:
    return reason if len(reason) <= REASON else reason[: REASON - 1] + "…"


def healed_line(seen: RunSeen) -> str:
    """The catalog after the next full sync."""
    proved, scopes = _scopes(seen.readings)
    return (
        f"Healed    {seen.entities:,} entities · {proved:,} of {scopes:,} scopes proved complete · "
        f"{f'{seen.changed:,} changed' if seen.changed else 'nothing changed'}"
    )


def _scopes(readings: Iterable[ReadingReport]) -> tuple[int, int]:
    """Walks proved, and walks made."""
    found = tuple(readings)
    return sum(one.proved for one in found), sum(one.scopes for one in found)
