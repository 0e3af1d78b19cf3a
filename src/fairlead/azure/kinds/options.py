"""What a fetch-spec's options say, in the forms that kinds ask for."""

from __future__ import annotations

from fairlead.model.kinds import FetchSpec


def texts(fetch: FetchSpec, name: str) -> tuple[str, ...]:
    """An option as distinct texts: a list, or a comma list. Nothing where rows disagree (a null or a list among the
    values)."""
    value = fetch.option(name)
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list | tuple) and all(isinstance(part, str) and part for part in value):
        return tuple(dict.fromkeys(value))
    return ()


def single(fetch: FetchSpec, name: str) -> str:
    """The one text that all rows agree on, "" where they do not."""
    values = texts(fetch, name)
    return values[0] if len(values) == 1 else ""


def number(fetch: FetchSpec, name: str, default: int) -> int:
    """An option as a whole number, `default` where it is none."""
    value = fetch.option(name)
    return value if isinstance(value, int) else default
