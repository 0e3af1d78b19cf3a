"""How long to wait before a destination is asked again. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from fairlead.targets.pacing import doubled, instant

ATTEMPTS = 4
FIRST_WAIT = 0.5
"""Seconds before the second attempt; doubled for each further one (3.5 s in all without a wish of the receiver)."""

LONGEST_WAIT = 60.0
"""Seconds. Who asks for more is told with the next run."""


def is_passing(status: int) -> bool:
    """Whether a refusal with this status may pass by itself."""
    return status in {408, 429} or status >= 500


def backoff(attempt: int, chance: float) -> float:
    """Seconds to wait after the failed attempt number `attempt` (from 0), 10 % to either side by chance."""
    return doubled(FIRST_WAIT, attempt, chance)


def asked_wait(headers: Mapping[str, str], now: float) -> float:
    """Seconds that `Retry-After` asks for (a number, or a date), 0 without it."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    moment = instant(text)
    return 0.0 if moment is None else max(0.0, moment - now)
