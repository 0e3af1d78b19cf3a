"""Changes as a person, a program and a comparison see them: free of run ids and times."""

from __future__ import annotations

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


def document(report: RunReport) -> dict[str, object]:
    """The one JSON form of `plan`, `sync` and `runs`, without the list `changes`, which is streamed after it."""
    members: dict[str, object] = msgspec.to_builtins(report)
    members["change_counts"] = members.pop("changes")
    return members


def line(change: ChangeWrite) -> ChangeLine:
    """A stored change in its public form."""
    return ChangeLine(
        change.op,
        change.blueprint,
        change.identifier,
        msgspec.Raw(change.delta or b"{}"),
        change.cause,
        change.result,
    )
