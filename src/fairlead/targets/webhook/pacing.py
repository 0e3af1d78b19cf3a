"""How long to wait before a destination is asked again. Pure: the clock, the sleep and the dice are arguments."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

import msgspec

ATTEMPTS = 4
FIRST_WAIT = 0.5
"""Seconds before the second attempt; doubled for each further one (3.5 s in all without a wish of the receiver)."""

LONGEST_WAIT = 60.0
"""Seconds. Who asks for more is told with the next run."""


class Timing(msgspec.Struct, frozen=True):
    """The clock (epoch seconds), the sleep (seconds) and the dice (0 ≤ n < 1)."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


def is_passing(status: int) -> bool:
    """Whether a refusal with this status may pass by itself."""
    return status in {408, 429} or status >= 500


def backoff(attempt: int, chance: float) -> float:
    """Seconds to wait after the failed attempt number `attempt` (from 0), 10 % to either side by chance."""
    return FIRST_WAIT * 2.0**attempt * (0.9 + 0.2 * chance)


def asked_wait(headers: Mapping[str, str], now: float) -> float:
    """Seconds that `Retry-After` asks for (a number, or a date in HTTP's form), 0 without it."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
