"""What PostgreSQL, its driver and the network say, in the words of `CatalogUnusable`."""

from __future__ import annotations

import asyncpg

from fairlead.model.errors import CatalogUnusable

ERRORS: tuple[type[Exception], ...] = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What the driver raises."""

_LOST = "Check that PostgreSQL runs at the host and port of the catalog's URL, then start again: what was stored stays."

_KNOWN: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (
        (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError),
        "the server refused the user or the password",
        "Mend the catalog's URL; a password in it is percent-encoded, and PGPASSWORD is read too.",
    ),
    (
        (asyncpg.InvalidCatalogNameError,),
        "the server has no such database",
        "Create it (createdb), or name another; Fairlead makes the tables itself.",
    ),
    (
        (asyncpg.InsufficientPrivilegeError,),
        "the user may not do that there",
        "Give the user a database, or a schema, of its own.",
    ),
    (
        (asyncpg.ReadOnlySQLTransactionError,),
        "the server can only be read",
        "Name the primary server, not a standby.",
    ),
    (
        (asyncpg.DiskFullError,),
        "the server's disk is full",
        "Free some space and start again: nothing of the last page was stored.",
    ),
    (
        (asyncpg.TooManyConnectionsError,),
        "the server has no connection to spare",
        "Fairlead needs about five: raise max_connections, or end others.",
    ),
    (
        (asyncpg.CannotConnectNowError,),
        "the server is starting or stopping",
        "Try again in a moment.",
    ),
    (
        (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError, asyncpg.DeadlockDetectedError),
        "another program holds a lock on it, or an administrator set a limit",
        "Close the program that has its tables locked, then start again.",
    ),
    (
        (asyncpg.DataCorruptedError, asyncpg.IndexCorruptedError),
        "the data is damaged",
        "Restore a backup, or name an empty database: a full sync builds a new catalog.",
    ),
)

_CLASSES = ("08", "53", "57", "58", "XX")
"""Classes of SQLSTATE that lie with the server: connection, resources, operator, system, internal."""


def fault(place: str, error: BaseException) -> CatalogUnusable | None:
    """The error to raise for `error`; None where it lies with a statement of ours, or is none of the driver's."""
    for kinds, reason, advice in _KNOWN:
        if isinstance(error, kinds):
            return CatalogUnusable(f"catalog {place}: {reason} ({error})", advice=advice)
    reason = _reason(error)
    return CatalogUnusable(f"catalog {place}: {reason}", advice=_LOST) if reason else None


def refusal(place: str, error: Exception) -> CatalogUnusable:
    """As `fault`, for what stopped the opening of a catalog: a statement of ours is not to blame then."""
    return fault(place, error) or CatalogUnusable(
        f"catalog {place}: the server refused: {error}",
        advice="Mend the catalog's URL, or the server's settings.",
    )


def _reason(error: BaseException) -> str:
    """What happened to the connection, "" where nothing did."""
    if isinstance(error, asyncpg.PostgresError):
        lost = (error.sqlstate or "")[:2] in _CLASSES
        return f"the server stopped the work ({error})" if lost else ""
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
        return "the connection to the server was lost"
    if isinstance(error, TimeoutError):
        return "the server does not answer"
    if isinstance(error, OSError):
        return f"the server cannot be reached: {error.strerror or error}"
    return ""
