"""An explanation as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

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
        yield f"{field.field}: {msgspec.json.encode(field.value).decode()}"
        yield from (f"  {line}" for line in _origin(field))
    if explanation.deliveries:
        yield ""
    for delivery in explanation.deliveries:
        yield f"target {delivery.target}: {delivery.state}"
        yield from (f"  {line}" for line in (delivery.field, delivery.error, delivery.advice) if line)
    if explanation.history:
        yield ""
    for past in explanation.history:
        yield f"run {past.run}, {instant(past.at)}: {past.state} {past.op} ({past.reason})"


def _origin(field: FieldOrigin) -> Iterator[str]:
    for source in field.sources:
        word = "from" if source.wins else "overruled:"
        yield f"{word} {source.kind} {source.record} of {source.connection}, read {instant(source.read_at)}"
        row = f"row {source.position}" if source.position else "a row that is no longer in the mapping"
        yield f"  {row}: {source.expression}"
        if source.note:
            yield f"  it gave nothing: {source.note}"
        if source.frozen:
            yield f"  kept as it was: {source.frozen}"
    for violation in field.violations:
        yield f"does not fit the blueprint: {violation}"
