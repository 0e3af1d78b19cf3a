"""Shows how far a run is: a live table on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fairlead.cli.output import Output
from fairlead.cli.tables import duration

if TYPE_CHECKING:
    from rich.table import Table

    from fairlead.model.reports import ProgressUpdate

EVERY = 10.0
"""Seconds between two lines of one kind where there is no terminal."""


def time_left(update: ProgressUpdate) -> float | None:
    """Seconds until the kind's walks are done if they go on as before; None while that cannot be told."""
    if update.finished or not update.walks_done or update.walks <= update.walks_done:
        return None
    return update.seconds / update.walks_done * (update.walks - update.walks_done)


def as_line(update: ProgressUpdate) -> str:
    """One kind's progress as a line."""
    parts = [f"{update.connection} {update.kind}: {update.records} records"]
    if update.walks > 1:
        parts.append(f"{update.walks_done} of {update.walks} listings")
    parts.append(f"{update.requests} requests")
    parts.append("done" if update.finished else duration(update.seconds))
    return ", ".join(parts)


class Lines:
    """A line when a kind begins to take long, and one when it is done."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._last: dict[tuple[str, str], float] = {}

    def __call__(self, update: ProgressUpdate) -> None:
        """Takes one update."""
        key = (update.connection, update.kind)
        before = self._last.setdefault(key, update.seconds)
        if update.finished or update.seconds - before >= EVERY:
            self._last[key] = update.seconds
            self._output.note(as_line(update))


class Board:
    """The newest update of every kind, as a table that is drawn again and again."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str], ProgressUpdate] = {}

    def __call__(self, update: ProgressUpdate) -> None:
        """Takes one update."""
        self._newest[(update.connection, update.kind)] = update

    def __rich__(self) -> Table:
        """The table as it stands."""
        from rich.table import Table

        board = Table.grid(padding=(0, 2))
        for update in self._newest.values():
            left = time_left(update)
            board.add_row(
                "[green]✓[/green]" if update.finished else "…",
                update.connection,
                update.kind,
                f"{update.records} records",
                f"{update.walks_done}/{update.walks} listings",
                f"{duration(left)} left" if left is not None else "",
            )
        if self._newest:
            newest = max(self._newest.values(), key=lambda update: update.seconds)
            rate = newest.requests / newest.seconds if newest.seconds else 0.0
            board.add_row(
                "", "", "", f"{newest.requests} requests", f"{rate:.1f}/s", duration(newest.seconds)
            )
        return board


@contextmanager
def shown(output: Output, *, passing: bool = False) -> Iterator[Callable[[ProgressUpdate], None]]:
    """Shows progress on standard error while a run goes on, and gives the function that takes updates. `passing`: the
    table goes when the run ends."""
    if output.stderr is not sys.stderr or not sys.stderr.isatty():
        yield Lines(output)
        return
    from rich.console import Console
    from rich.live import Live

    board = Board()
    with Live(board, console=Console(stderr=True), refresh_per_second=4, transient=passing):
        yield board
