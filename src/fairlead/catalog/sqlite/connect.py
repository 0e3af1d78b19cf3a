"""Opens the file: connections, their settings, and the schema."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from fairlead.catalog.sql import load_migrations
from fairlead.catalog.sqlite.faults import unusable
from fairlead.model.errors import CatalogMissing, CatalogOutdated, CatalogUnusable

APPLICATION = 0x464C4431
"""`PRAGMA application_id` of a catalog ("FLD1"), so that another program's database is never migrated."""

_PAGE = 4096
_WRITER_CACHE_KIB = 24 * 1024
_READER_CACHE_KIB = 4 * 1024
_BUSY_SECONDS = 10.0


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection in autocommit; `mode` as in SQLite's URIs: *ro*, *rw*, *rwc* or *immutable*."""
    query = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    return sqlite3.connect(
        f"file:{quote(str(path))}?{query}",
        uri=True,
        isolation_level=None,
        timeout=_BUSY_SECONDS,
        cached_statements=512,
        check_same_thread=False,
    )


def open_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes; creates or migrates the schema. CatalogUnusable, with the file untouched."""
    connection: sqlite3.Connection | None = None
    try:
        connection = connect(path, "rwc")
        connection.execute(f"PRAGMA page_size = {_PAGE}")
        _recognize(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        # The writer copies the log back itself, after it has answered its callers; a reset log is cut to nothing, so
        # that its size on disk is the work that waits.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA journal_size_limit = 0")
        migrate(connection, path, load_migrations("sqlite"))
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise unusable(str(path), error) from error
    except CatalogUnusable:
        if connection is not None:
            connection.close()
        raise
    return connection


def open_reader(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection that reads committed states. `read_only`: of a catalog that this process does not write."""
    connection: sqlite3.Connection | None = None
    try:
        connection = connect(path, "ro" if read_only else "rw")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise unusable(str(path), error) from error
    return connection


def open_foreign(path: Path) -> tuple[sqlite3.Connection, bool]:
    """A reading connection to a catalog that another process may be writing, and whether it is opened as immutable.

    Where the folder cannot be written (a read-only mount), SQLite cannot make the log's index; without a log nobody
    writes, and the file is opened as immutable instead. CatalogUnusable as for `open_writer`; CatalogMissing where
    there is no file.
    """
    if not path.is_file():
        raise CatalogMissing(
            f"catalog {path}: there is no such file", advice="Run a sync first, or name another file."
        )
    immutable = False
    try:
        connection = open_reader(path, read_only=True)
    except CatalogUnusable:
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        connection, immutable = connect(path, "immutable"), True
    try:
        _recognize(connection, path)
        version = _version(connection)
        known = len(load_migrations("sqlite"))
        _check(version, known, path)
        if version < known:
            raise CatalogOutdated(
                f"catalog {path}: its schema is of an older Fairlead",
                advice="Run any command that writes once (such as a sync): it brings the catalog up to date.",
            )
    except sqlite3.Error as error:
        connection.close()
        raise unusable(str(path), error) from error
    except CatalogUnusable:
        connection.close()
        raise
    return connection, immutable


def migrate(connection: sqlite3.Connection, path: Path, scripts: list[str]) -> None:
    """Runs the scripts that the file has not seen yet, each in one transaction. CatalogUnusable for a newer schema."""
    _check(_version(connection), len(scripts), path)
    for number in range(_version(connection) + 1, len(scripts) + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _split(scripts[number - 1]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _split(script: str) -> list[str]:
    """The script's statements, one by one: `executescript` would commit between them."""
    found: list[str] = []
    text = ""
    for piece in script.split(";")[:-1]:
        text += piece + ";"
        # A semicolon inside a comment or a text does not complete a statement.
        if sqlite3.complete_statement(text):
            found.append(text.strip())
            text = ""
    return found


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check(version: int, known: int, path: Path) -> None:
    if version > known:
        raise CatalogUnusable(
            f"catalog {path}: its schema is version {version}, this program knows {known}",
            advice="Use the Fairlead that wrote it, or a newer one.",
        )


def _recognize(connection: sqlite3.Connection, path: Path) -> None:
    """Refuses a database that is not empty and not ours."""
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
    if tables and application != APPLICATION:
        raise CatalogUnusable(
            f"catalog {path}: it is another program's database",
            advice="Name another file; this one was not touched.",
        )
