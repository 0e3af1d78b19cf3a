"""What SQLite and the file system say, in the words of `CatalogUnusable`."""

from __future__ import annotations

import sqlite3

from fairlead.model.errors import CatalogUnusable

_KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        "disk is full",
        "the disk is full",
        "Free some space and start again: nothing of the last page was stored.",
    ),
    (
        "locked",
        "another program holds a lock on it",
        "Close the program that has the file open, then start again.",
    ),
    (
        "readonly",
        "it can only be read",
        "Give this user permission to write the file and its folder, or use another catalog.",
    ),
    (
        "not a database",
        "it is not a Fairlead catalog (not an SQLite file)",
        "Name another file; this one was not touched.",
    ),
    (
        "malformed",
        "the file is damaged",
        "Restore a backup, or move the file away: a full sync builds a new catalog.",
    ),
    (
        "unable to open",
        "the file cannot be opened",
        "Check that the folder exists and that this user may write to it.",
    ),
    ("disk i/o error", "the disk reported an error", "Check the disk and the mount, then start again."),
)


def unusable(path: str, error: sqlite3.Error | OSError) -> CatalogUnusable:
    """The error to raise for `error`; it names the catalog and what the person can do."""
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        advice = "Check that the folder exists and that this user may write to it."
        return CatalogUnusable(f"catalog {path}: {reason}", advice=advice)
    text = str(error)
    lower = text.lower()
    for mark, reason, advice in _KNOWN:
        if mark in lower:
            return CatalogUnusable(f"catalog {path}: {reason}", advice=advice)
    return CatalogUnusable(f"catalog {path}: {text}")


def is_fault(error: sqlite3.Error) -> bool:
    """Whether the error lies with the file or the disk, and not with a statement of ours."""
    if isinstance(error, sqlite3.OperationalError):
        return "syntax error" not in str(error)
    return type(error) is sqlite3.DatabaseError
