"""Writes the catalog out, as NDJSON or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import Literal

import msgspec

from fairlead.app.configuring import mapping_of_last_run
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import export_blocks, reading_catalog

What = Literal["entities", "relations", "records", "contributions", "changes", "readings"]
Write = Callable[[bytes], object]

COLUMNS: dict[What, tuple[str, ...]] = {
    "entities": ("blueprint", "identifier", "title", "icon", "team", "properties", "relations"),
    "relations": ("blueprint", "identifier", "relation", "target_blueprint", "target"),
    "records": ("connection", "kind", "key", "parent", "version", "state", "references", "body"),
    "contributions": (
        "blueprint", "identifier", "source", "row", "connection", "kind", "key", "item", "creates", "fragment",
        "query", "resolved", "notes",
    ),
    "changes": ("run", "op", "blueprint", "identifier", "delta", "cause", "result", "state", "made"),
    "readings": ("run", "connection", "kind", "form", "spec", "started", "state", "reason"),
}  # fmt: skip
"""The columns of CSV, the same for every catalog; objects and lists stand in them as JSON."""


class ExportRequest(msgspec.Struct, frozen=True):
    """What to write. `blueprint` "" means all. Stubs are among the entities where the mapping makes them."""

    what: What
    blueprint: str
    form: Literal["ndjson", "csv"]


async def export(settings: Settings, request: ExportRequest, write: Write) -> None:
    """Writes everything asked for, in blocks. CatalogUnusable where there is no catalog."""
    async with reading_catalog(settings) as store:
        mapping = await mapping_of_last_run(store) if request.what == "entities" else None
        stubs = mapping.stubbed() if mapping else ()
        if request.form == "csv":
            write(_csv([COLUMNS[request.what]]))
        async with aclosing(export_blocks(store, request.what, request.blueprint or None, stubs)) as blocks:
            async for block in blocks:
                write(block if request.form == "ndjson" else as_csv(block, COLUMNS[request.what]))


_LINE = msgspec.json.Decoder(dict[str, msgspec.Raw])


def as_csv(block: bytes, columns: tuple[str, ...]) -> bytes:
    """Lines of JSON objects as lines of CSV (RFC 4180)."""
    rows = [_LINE.decode(line) for line in block.splitlines()]
    return _csv([[_cell(row.get(column)) for column in columns] for row in rows])


def _cell(value: msgspec.Raw | None) -> str:
    """Texts as they are, everything else as JSON; an absent value as nothing."""
    if value is None:
        return ""
    text = bytes(value)
    return msgspec.json.decode(text, type=str) if text.startswith(b'"') else text.decode()


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()
