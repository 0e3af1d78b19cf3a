"""Changes as a person, a program and a comparison see them: free of run ids and times."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fairlead.model.changes import Cause, Op
from fairlead.model.reports import RunReport
from fairlead.model.stored import ChangeWrite


class ChangeLine(msgspec.Struct, frozen=True):
    """One entity's difference. `delta` and `result` as in `model.changes.Change`.

    Whether it is planned, applied or held is not told, so that a plan and the run that follows it say the same.
    """

    op: Op
    blueprint: str
    identifier: str
    delta: msgspec.Raw
    cause: Cause
    result: str


class RunView(msgspec.Struct, frozen=True):
    """A run's report with its changes, in the order of the bytes of (blueprint, identifier)."""

    report: RunReport
    changes: tuple[ChangeLine, ...]

    def document(self) -> dict[str, object]:
        """The one JSON form of `plan`, `sync` and `runs`. `changes` is the list, `change_counts` the counts."""
        document: dict[str, object] = msgspec.to_builtins(self.report)
        document["change_counts"] = document.pop("changes")
        document["changes"] = self.changes
        return document


def lines(changes: Iterable[ChangeWrite]) -> tuple[ChangeLine, ...]:
    """Stored changes in their public form and order."""
    shown = [
        ChangeLine(
            change.op,
            change.blueprint,
            change.identifier,
            msgspec.Raw(change.delta or b"{}"),
            change.cause,
            change.result,
        )
        for change in changes
    ]
    shown.sort(key=lambda line: (line.blueprint.encode(), line.identifier.encode()))
    return tuple(shown)
