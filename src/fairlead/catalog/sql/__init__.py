"""SQL as files: named statements per engine, and the migrations.

A file holds statements under lines `-- name: put_records`. Statements are valid SQL as they stand; two shapes can be
widened to several rows without changing what they mean: a `VALUES (?, ?)` group repeats, and the last `IN (?)` takes
several values. Values are always bound, never written into the text.
"""

from __future__ import annotations

import re
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_VALUES = re.compile(r"VALUES (\([?, ]+\))")
_ONE = "IN (?)"


class Statement:
    """One named statement. `many(n)` and `among(n)` are cached, so that SQLite's own statement cache hits."""

    __slots__ = ("_wide", "name", "text", "width")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        values = _VALUES.search(text)
        self.width = values.group(1).count("?") if values else 0
        self._wide: dict[int, str] = {1: text}

    def many(self, rows: int) -> str:
        """The statement with its `VALUES` group repeated `rows` times."""
        wide = self._wide.get(rows)
        if wide is None:
            wide = _VALUES.sub(
                lambda found: "VALUES " + ", ".join([found.group(1)] * rows), self.text, count=1
            )
            self._wide[rows] = wide
        return wide

    def among(self, values: int) -> str:
        """The statement with its last `IN (?)` taking `values` values."""
        wide = self._wide.get(values)
        if wide is None:
            before, _, after = self.text.rpartition(_ONE)
            wide = f"{before}IN ({', '.join('?' * values)}){after}"
            self._wide[values] = wide
        return wide


def load_statements(engine: str) -> dict[str, Statement]:
    """Every named statement of an engine's folder. ValueError for a name that occurs twice."""
    found: dict[str, Statement] = {}
    for entry in resources.files(__name__).joinpath(engine).iterdir():
        if not entry.name.endswith(".sql"):
            continue
        parts = _NAME.split(entry.read_text("utf-8"))
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            if name in found:
                raise ValueError(f"two statements are named {name}")
            found[name] = Statement(name, text.strip())
    return found


def load_migrations(engine: str) -> list[str]:
    """The scripts of `migrations/`, in order; the first takes an empty file to schema version 1."""
    folder = resources.files(__name__).joinpath(engine).joinpath("migrations")
    scripts = sorted((e.name, e.read_text("utf-8")) for e in folder.iterdir() if e.name.endswith(".sql"))
    for place, (name, _) in enumerate(scripts, start=1):
        if int(name.partition("_")[0]) != place:
            raise ValueError(f"migration {name} is not number {place}")
    return [text for _, text in scripts]
