"""Dates of the API, and the windows of time that count back from a reading's instant. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fairlead.model.kinds import FetchSpec


def instant(text: str) -> datetime | None:
    """A date of the API (0 to 7 digits of fraction, any zone or none = UTC), None where it is not one."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def written(moment: datetime) -> str:
    """A moment in UTC as a query asks for it, in whole seconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def days_back(fetch: FetchSpec, days: int) -> datetime:
    """The earliest moment of a window of so many days before the reading, in whole seconds."""
    return datetime.fromtimestamp(int(fetch.instant), UTC) - timedelta(days=days)
