"""What a target refused in one drain, as the report tells it."""

from __future__ import annotations

from fairlead.model.delivery import Outcome
from fairlead.model.stored import Delivery

SHOWN = 20


class Refusals:
    """Counts refused entities and keeps the first as examples."""

    def __init__(self) -> None:
        self.count = 0
        self.examples: list[str] = []

    def add(self, due: Delivery, outcome: Outcome) -> None:
        """The target refuses this entity."""
        self.count += 1
        if len(self.examples) < SHOWN:
            self.examples.append(f"{due.blueprint} {due.identifier}: {outcome.error}")
