"""Ends a command in order when it is told to stop: Ctrl-C, `kill`, a terminal that closes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import NoReturn, TypeVar

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

LOOK = 1.0
"""Seconds between two looks at the terminal."""

T = TypeVar("T")


async def unless_stopped(work: Coroutine[None, None, T]) -> T | None:
    """What the work returns, None where a signal, or the end of the terminal, has cancelled it.

    Only the first signal counts: ending in order takes a moment. One that whoever started us has set to be ignored
    (`nohup`) stays so.
    """
    task = asyncio.ensure_future(work)
    told: list[bool] = []

    def stop() -> None:
        if not told:
            told.append(True)
            task.cancel()

    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, stop)
    watching = asyncio.create_task(_terminal(stop))
    try:
        return await task
    except asyncio.CancelledError:
        if not told:
            raise
        return None
    finally:
        watching.cancel()


async def _terminal(stop: Callable[[], None]) -> NoReturn:
    """Stops when the terminal has gone. The system tells only its first process of that, which may be `make`."""
    ours = [number for number in (0, 1, 2) if _is_terminal(number)]
    nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    while True:
        await asyncio.sleep(LOOK)
        if not nohup and not all(map(_is_terminal, ours)):
            stop()


def _is_terminal(number: int) -> bool:
    with suppress(OSError):
        return os.isatty(number)
    return False
