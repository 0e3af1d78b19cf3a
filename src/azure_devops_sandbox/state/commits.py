"""The history of a repository: commits, what they changed, and where branches part.

A repository that is only remembered here has one commit behind each head that nothing was committed on since; from
then on every commit is kept with its files. A clone's history is what its git says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .entries import Entry, entries_of

ChangeType = Literal["add", "edit", "delete", "rename", "edit, rename", "delete, sourceRename"]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did something and when."""

    name: str
    mail: str
    date: datetime


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; `message` is whole."""

    id: str
    tree_id: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit did to a path; a renamed one tells the `source` path."""

    path: str
    type: ChangeType
    entry: Entry
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A commit that is remembered here, with its files."""

    commit: Commit
    tree: Mapping[str, bytes]


def changes_between(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Change]:
    """Yield what changed from one tree of files to the next, by path; of folders those that came or went.

    A file that went while one of the same content came was renamed.
    """
    old, new = entries_of(before), entries_of(after)
    gone = {path: old[path] for path in old if path not in new}
    moved = {one.object_id: path for path, one in gone.items() if one.kind == "blob"}
    sources = {
        path: moved.pop(one.object_id)
        for path, one in new.items()
        if path not in old and one.kind == "blob" and one.object_id in moved
    }
    for path in sorted({*old, *new}):
        if path in sources:
            yield Change(path, "rename", new[path], sources[path])
        elif path not in old:
            yield Change(path, "add", new[path])
        elif path not in new:
            moved_away = path in sources.values()
            yield Change(path, "delete, sourceRename" if moved_away else "delete", old[path])
        elif old[path] != new[path] and new[path].kind != "tree":
            yield Change(path, "edit", new[path])
