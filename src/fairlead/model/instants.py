"""Instants as Port writes them, and as we do."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(epoch: float) -> str:
    """An instant (epoch seconds) in UTC, ISO 8601 with milliseconds and `Z`."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
