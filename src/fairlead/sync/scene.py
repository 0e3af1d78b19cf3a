"""What a run carries through all its steps: the configuration in use, the rules of the house, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

import msgspec

from fairlead.model.blueprints import Blueprint

DAY = 86_400.0


class Clock(Protocol):
    """Time, by argument."""

    def now(self) -> float:
        """Epoch seconds."""

    def monotonic(self) -> float:
        """Seconds that never go back."""


class Policy(msgspec.Struct, frozen=True):
    """Rules that a preset or a setting chooses.

    `leaving`: whether a record that leaves its kind's filter takes its contributions along. A record that stays
    unseen without proof is removed after `unseen_listings` proved listings and `unseen_seconds`. A run that was cut
    off is continued within `resume_seconds`. A delta starts `overlap_seconds` before the listing it follows.
    `in_work` bounds what is fetched but not yet stored, in requests.
    """

    leaving: Literal["remove", "keep"] = "keep"
    unseen_listings: int = 3
    unseen_seconds: float = 7 * DAY
    resume_seconds: float = 6 * 3600.0
    overlap_seconds: float = 300.0
    in_work: int = 15


class Scene(msgspec.Struct, frozen=True):
    """What applying needs beside the records. `positions` gives each mapping row's place by its hash; `apply` is False
    for a plan: what differs stays pending."""

    run: int
    positions: Mapping[str, int]
    blueprints: Mapping[str, Blueprint]
    apply: bool


Usage = Callable[[], tuple[float, int]]
"""CPU seconds of this process and its workers so far, and the peak of memory in bytes."""
