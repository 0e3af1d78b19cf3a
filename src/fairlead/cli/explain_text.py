"""An explanation as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fairlead.cli.tables import instant

if TYPE_CHECKING:
    from fairlead.app.explain import Explanation, FieldOrigin


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """The entity, then each field with where its value comes from."""
    name = f"{explanation.blueprint} {explanation.identifier}"
    if not explanation.exists:
        yield f"{name} does not exist: {explanation.absence}"
    else:
        yield name
    for field in explanation.fields:
        yield ""
        yield f"{field.field}: {field.value}"
        yield from (f"  {line}" for line in _origin(field))
    for history in explanation.history:
        yield ""
        yield f"run {history.run} ({instant(history.at)}): {history.op}, {history.reason}"


def _origin(field: FieldOrigin) -> Iterator[str]:
    for source in field.sources:
        yield (
            f"{'from' if source.wins else 'not from'} {source.kind} {source.record} of {source.connection}, "
            f"read {instant(source.read_at)}"
        )
        yield f"  row {source.position} ({source.kind}): {source.expression}"
        if source.note:
            yield f"  {source.note}"
    for violation in field.violations:
        yield f"does not fit the blueprint: {violation}"
