"""Windows of five minutes: one for requests about entities, one for all others, one for sign-ins."""

from __future__ import annotations

import math
from collections.abc import Callable

WINDOW = 300.0


class Windows:
    """Counts requests by family. A window begins with the first request after the end of the one before."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._used: dict[str, tuple[float, int]] = {}

    def count(self, path: str, limit: int | None) -> dict[str, str]:
        """Counts a request; the headers that tell of its window, none where there is no limit."""
        family = _family(path)
        start, used = self._used.get(family, (0.0, 0))
        if self._now() >= start + WINDOW:
            start, used = self._now(), 0
        self._used[family] = (start, used + 1)
        if limit is None:
            return {}
        return {
            "x-ratelimit-period": str(int(WINDOW)),
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(0, limit - used - 1)),
            "x-ratelimit-reset": str(math.ceil(start + WINDOW)),
        }

    def is_over(self, path: str, limit: int | None) -> bool:
        """Whether the request that was counted last is one too many."""
        return limit is not None and self._used[_family(path)][1] > limit


def _family(path: str) -> str:
    if path.startswith("/v1/auth/"):
        return "sign-in"
    return "entities" if "entities" in path else "others"
