"""How long to wait: what the service's headers ask for, and the back-off between attempts. Pure.

Facts: reference part 3. The headers are absent far from the limit; values may be fractional; `Retry-After` may be
seconds or an HTTP date, and may come with a good answer, where it asks for a pause before the next request only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST = 360.0
"""Seconds: no single wish of the service is obeyed for longer (its own window is five minutes)."""

YELLOW = 0.1
"""Below this part of the budget the client slows down by itself."""


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def retry_after(headers: Mapping[str, str], now: float) -> float:
    """Seconds that `Retry-After` asks for, 0 without it. `now` in epoch seconds."""
    text = headers.get("retry-after")
    if text is None:
        return 0.0
    seconds = _number(text)
    if seconds is not None:
        return min(seconds, LONGEST)
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a year or a zone beyond all bounds
        return 0.0
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return min(max(instant.timestamp() - now, 0.0), LONGEST)


def wish(headers: Mapping[str, str], now: float) -> float:
    """Seconds that a refusing answer asks for: `Retry-After`, else until `X-RateLimit-Reset`, else 0."""
    seconds = retry_after(headers, now)
    if seconds > 0:
        return seconds
    reset = _number(headers.get("x-ratelimit-reset"))
    return min(max(reset - now, 0.0), LONGEST) if reset is not None else 0.0


def is_near_limit(headers: Mapping[str, str]) -> bool:
    """Whether the service says that it delays this identity, or that its budget is nearly spent."""
    if (_number(headers.get("x-ratelimit-delay")) or 0.0) > 0:
        return True
    remaining, limit = (
        _number(headers.get("x-ratelimit-remaining")),
        _number(headers.get("x-ratelimit-limit")),
    )
    return remaining is not None and limit is not None and limit > 0 and remaining < YELLOW * limit


def back_off(attempt: int, base: float, longest: float, random: Callable[[], float]) -> float:
    """Seconds before attempt number `attempt` + 1 (from 1): doubling from `base`, with the upper half at random,
    so that clients that failed together do not come back together."""
    full = min(base * 2.0 ** (attempt - 1), longest)
    return full * (0.5 + random() / 2)
