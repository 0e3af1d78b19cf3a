"""How long to wait before asking Port again. Pure: the clock, the sleep and the dice are arguments.

Port names its wish in `Retry-After` or in `x-ratelimit-reset` (in this order). A number up to 10000 is a count of
seconds, a larger one an instant (epoch seconds); dates in ISO or HTTP form are instants.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

RETRIED = frozenset({408, 429, 502, 503, 504})
"""Statuses that pass by themselves. 500 is not among them: Port answers it for what it cannot process."""

ATTEMPTS = 6
FIRST_WAIT = 0.5
"""Seconds before the second attempt; doubled for each further one (15.5 s in all without a wish of the server)."""

LONGEST_WAIT = 330.0
"""Seconds. Port counts requests in windows of five minutes, so no reasonable wish is longer."""

_LARGEST_COUNT = 10_000.0


class Timing(msgspec.Struct, frozen=True):
    """The clock (epoch seconds), the sleep (seconds) and the dice (0 ≤ n < 1)."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


def backoff(attempt: int, chance: float) -> float:
    """Seconds to wait after the failed attempt number `attempt` (from 0), 10 % to either side by chance."""
    return FIRST_WAIT * 2.0**attempt * (0.9 + 0.2 * chance)


def asked_wait(headers: Mapping[str, str], now: float) -> float:
    """Seconds that the server asks to wait, 0 where it asks for nothing or its words mean nothing."""
    for name in ("Retry-After", "x-ratelimit-reset"):
        wish = _wish(headers.get(name, ""), now)
        if wish > 0:
            return wish
    return 0.0


def is_exhausted(headers: Mapping[str, str]) -> bool:
    """Whether the answer says that the next request of this window will be refused."""
    return headers.get("x-ratelimit-remaining", "").strip() == "0"


def _wish(text: str, now: float) -> float:
    try:
        number = float(text)
    except ValueError:
        instant = _instant(text.strip())
        return 0.0 if instant is None else max(0.0, instant - now)
    if not math.isfinite(number) or number < 0:
        return 0.0
    return number if number <= _LARGEST_COUNT else max(0.0, number - now)


def _instant(text: str) -> float | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None
