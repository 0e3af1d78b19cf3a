"""What a target refused in one drain, as the report tells it."""

from __future__ import annotations

from fairlead.model.announcements import Announcement
from fairlead.model.delivery import Outcome
from fairlead.model.reports import RefusalReport, RefusedEntity
from fairlead.model.stored import Delivery

REASONS = 20
"""So many reasons are told; all entities are counted."""

EXAMPLES = 3
"""So many entities are named for each."""


class _Reason:
    def __init__(self) -> None:
        self.count = 0
        self.examples: list[RefusedEntity] = []


class Refusals:
    """Counts refused entities by what is wrong with them: ten thousand with one mistake are one line."""

    def __init__(self) -> None:
        self.count = 0
        self.entities: set[int] = set()
        self._reasons: dict[tuple[str, str, str], _Reason] = {}

    def add(self, due: Delivery | Announcement, outcome: Outcome) -> None:
        """The target refuses this entity."""
        self.count += 1
        self.entities.add(due.entity)
        key = (due.blueprint, outcome.field, outcome.advice)
        if key not in self._reasons and len(self._reasons) == REASONS:
            return
        reason = self._reasons.setdefault(key, _Reason())
        reason.count += 1
        if len(reason.examples) < EXAMPLES:
            reason.examples.append(RefusedEntity(due.identifier, outcome.error))

    def told(self) -> tuple[RefusalReport, ...]:
        """The reasons, in the order in which they were met."""
        return tuple(
            RefusalReport(blueprint, field, advice, reason.count, tuple(reason.examples))
            for (blueprint, field, advice), reason in self._reasons.items()
        )
