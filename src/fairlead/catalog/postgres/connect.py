"""Connections to the server: their settings, the lease, and the schema."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from typing import TypeAlias

import asyncpg

from fairlead.catalog.postgres.texts import decode, encode
from fairlead.catalog.sql import load_migrations
from fairlead.model.errors import BadUsage, CatalogMissing, CatalogOutdated, CatalogUnusable
from fairlead.model.secrets import Secret

_OLDEST = 13
_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 300.0
"""A server that has not answered a statement for so long is taken for lost."""

_LEASE_WAIT = "2s"
"""A process that was killed lets go of the lease when the server notices, which may take an instant."""

_LEASE = 0x464C4431
"""The first part of the lease's advisory lock ("FLD1"); the second is the schema."""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def connect(url: str, password: Secret | None, *, read_only: bool) -> Connection:
    """A connection with our settings; `password` where it is not in the URL. BadUsage for a URL that cannot be meant;
    else what the driver raises."""
    try:
        connection = await asyncpg.connect(
            url,
            password=password.reveal() if password else None,
            timeout=_CONNECT_SECONDS,
            command_timeout=_ANSWER_SECONDS,
            statement_cache_size=1000,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
            server_settings={
                "application_name": _own_name(),
                "default_transaction_read_only": "on" if read_only else "off",
                # Statements are short and use indexes: compiling one costs more than running it, and a page of an
                # index costs about what a page of a table does.
                "jit": "off",
                "random_page_cost": "1.1",
                # A process on a machine that is gone gives the lease back after a minute and a half.
                "tcp_keepalives_idle": "60",
                "tcp_keepalives_interval": "10",
                "tcp_keepalives_count": "3",
            },
        )
    except ValueError:
        # Its words may quote a part of a password that was taken for a port.
        raise BadUsage(
            "the catalog's URL cannot be used: host, port or a setting after the ? is wrong",
            advice="Give postgresql://user:password@host:port/database, user and password percent-encoded.",
        ) from None
    await connection.set_type_codec(
        "text", schema="pg_catalog", encoder=encode, decoder=decode, format="binary"
    )
    return connection


def _own_name() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


async def recognize(connection: Connection, place: str) -> int:
    """The version of the schema, 0 where there is nothing yet. CatalogUnusable for a server that does not do, and for
    tables that are not ours."""
    major = connection.get_server_version().major
    encoding = connection.get_settings().server_encoding
    if major < _OLDEST:
        raise CatalogUnusable(
            f"catalog {place}: the server is PostgreSQL {major}", advice=f"Fairlead needs {_OLDEST} or newer."
        )
    if encoding != "UTF8":
        raise CatalogUnusable(
            f"catalog {place}: the database's encoding is {encoding}",
            advice="Create one with the encoding UTF8.",
        )
    schema = await connection.fetchval("SELECT oid FROM pg_namespace WHERE nspname = current_schema()")
    if schema is None:
        raise CatalogUnusable(
            f"catalog {place}: there is no such schema", advice="Create it, or name another in search_path."
        )
    # An extension's tables are nobody's data.
    tables = await connection.fetch(
        "SELECT relname::text FROM pg_class WHERE relnamespace = $1 AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        " AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid"
        " AND deptype = 'e')",
        schema,
    )
    if not tables:
        return 0
    if not any(name == "fairlead_schema" for (name,) in tables):
        raise CatalogUnusable(
            f"catalog {place}: it holds another program's tables",
            advice="Name another database or schema; this one was not touched.",
        )
    return int(await connection.fetchval("SELECT version FROM fairlead_schema"))


async def prepare_writing(connection: Connection, place: str) -> None:
    """Takes the lease and brings the schema up to date. CatalogUnusable, with nothing changed."""
    # A setting of the server or the user may have turned durability off.
    await connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    await recognize(connection, place)
    await _lease(connection, place)
    await migrate(connection, place, load_migrations("postgres"))


async def check_reading(connection: Connection, place: str) -> None:
    """Refuses what is no catalog of this version. CatalogMissing where there is none yet."""
    version = await recognize(connection, place)
    if not version:
        raise CatalogMissing(
            f"catalog {place}: there is none yet", advice="Run a sync first, or name another database."
        )
    known = len(load_migrations("postgres"))
    _check(version, known, place)
    if version < known:
        raise CatalogOutdated(
            f"catalog {place}: its schema is of an older Fairlead",
            advice="Run any command that writes once (such as a sync): it brings the catalog up to date.",
        )


async def migrate(connection: Connection, place: str, scripts: Sequence[str]) -> None:
    """Runs the scripts that the schema has not seen yet, each in one transaction. CatalogUnusable for a newer one."""
    version = await recognize(connection, place)
    _check(version, len(scripts), place)
    for number in range(version + 1, len(scripts) + 1):
        async with connection.transaction():
            await connection.execute(scripts[number - 1], timeout=None)
            if number == 1:
                await connection.execute("CREATE TABLE fairlead_schema (version integer NOT NULL)")
                await connection.execute("INSERT INTO fairlead_schema (version) VALUES (0)")
            await connection.execute("UPDATE fairlead_schema SET version = $1", number)


def _check(version: int, known: int, place: str) -> None:
    if version > known:
        raise CatalogUnusable(
            f"catalog {place}: its schema is version {version}, this program knows {known}",
            advice="Use the Fairlead that wrote it, or a newer one.",
        )


async def _lease(connection: Connection, place: str) -> None:
    """One process writes a schema: an advisory lock of the very connection that writes, which the server drops with
    it. Writes cannot outlive the lease."""
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = '{_LEASE_WAIT}'")
            await connection.execute("SELECT pg_advisory_lock($1, hashtext(current_schema()))", _LEASE)
    except asyncpg.LockNotAvailableError:
        holder = await connection.fetchval(
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
            " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1"
            " AND l.objid::bigint = hashtext(current_schema())::bigint & 4294967295"
            " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            _LEASE,
        )
        raise CatalogUnusable(
            f"catalog {place}: {holder or 'another process'} is writing it",
            advice="Stop that process, or let it do the work: one process writes a catalog at a time.",
        ) from None
