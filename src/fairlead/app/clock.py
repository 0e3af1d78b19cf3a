"""Real time, for those who are given a clock."""

from __future__ import annotations

import time


class SystemClock:
    """The computer's clock."""

    def now(self) -> float:
        """Epoch seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()
