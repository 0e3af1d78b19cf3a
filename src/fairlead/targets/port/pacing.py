"""How long to wait before asking Port again. Pure.

Port names its wish in `Retry-After` or in `x-ratelimit-reset` (in this order). A number up to 10000 is a count of
seconds, a larger one an instant (epoch seconds); dates in ISO or HTTP form are instants.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from fairlead.targets.pacing import doubled, instant

RETRIED = frozenset({408, 429, 502, 503, 504})
"""Statuses that pass by themselves. 500 is not among them: Port answers it for what it cannot process."""

ATTEMPTS = 10
ATTEMPTS_UNHEARD = 6
"""For a host that has not answered yet, or not for long: it may well be another than the one that is meant."""

ATTEMPTS_TELLING = 3
"""For what is told as a courtesy."""

FIRST_WAIT = 0.3
"""Seconds before the second attempt; doubled for each further one (9.3 s for six attempts, 153 s for ten, without a
wish of the server)."""

LONGEST_WAIT = 330.0
"""Seconds. Port counts requests in windows of five minutes, so no reasonable wish is longer."""

_LARGEST_COUNT = 10_000.0
_LARGEST_SKEW = 3600.0


def backoff(attempt: int, chance: float) -> float:
    """Seconds to wait after the failed attempt number `attempt` (from 0), 10 % to either side by chance."""
    return doubled(FIRST_WAIT, attempt, chance)


def asked_wait(headers: Mapping[str, str], now: float) -> float:
    """Seconds that the server asks to wait, 0 where it asks for nothing or its words mean nothing.

    The end of a window in which requests are left is no wish: Port names it in every answer.
    """
    names = ["Retry-After"]
    if headers.get("x-ratelimit-remaining", "0").strip() == "0":
        names.append("x-ratelimit-reset")
    for name in names:
        wait = seconds_until(headers, name, now)
        if wait is not None and wait > 0:
            return wait
    return 0.0


def seconds_until(headers: Mapping[str, str], name: str, now: float) -> float | None:
    """How far off the instant is that a header names, None for words without a meaning.

    Instants are by the server's clock, so they are held against its `Date`: ours may go wrong by minutes.
    """
    there = instant(headers.get("Date", ""))
    if there is None or abs(there - now) > _LARGEST_SKEW:
        there = now
    meant = _meant(headers.get(name, ""), there)
    return None if meant is None else meant - there


def _meant(text: str, now: float) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return instant(text.strip())
    if not math.isfinite(number) or number < 0:
        return None
    return now + number if number <= _LARGEST_COUNT else number
