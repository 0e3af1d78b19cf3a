"""Time, chance, and how servers write instants: what every target that waits for one needs. Pure."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec


class Timing(msgspec.Struct, frozen=True):
    """The clock (epoch seconds), the sleep (seconds) and the dice (0 ≤ n < 1)."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


def doubled(first: float, attempt: int, chance: float) -> float:
    """Seconds to wait after the failed attempt number `attempt` (from 0): `first`, doubled each time, 10 % to either
    side by chance."""
    return first * 2.0**attempt * (0.9 + 0.2 * chance)


def instant(text: str) -> float | None:
    """Epoch seconds of a date in ISO's or HTTP's form, by UTC where it names no zone; None for another text."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except (ValueError, OverflowError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None
