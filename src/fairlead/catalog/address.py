"""What a catalog URL names. No message quotes a server's URL whole: it may hold a password."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from fairlead.model.errors import BadUsage

_ADVICE = "Give a path, sqlite:////absolute/path.db, or postgresql://user:password@host:port/database."
_SERVERS = ("postgresql", "postgres")


def is_server(url: str) -> bool:
    """Whether the URL names a PostgreSQL server."""
    return url.partition("://")[0] in _SERVERS and "://" in url


def server_place(url: str) -> str:
    """A server's catalog for messages: hosts, database and schema, without user and password.

    BadUsage for a URL that names no database, or in which user or password are not percent-encoded: their rest would
    be taken for something else.
    """
    try:
        parts = urlsplit(url)
        settings = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    except ValueError:
        raise BadUsage("the catalog's URL cannot be read", advice=_ADVICE) from None
    if parts.fragment or "#" in url or "@" in parts.path or parts.netloc.count("@") > 1:
        raise BadUsage(
            "the catalog's URL has a character in it that must be percent-encoded",
            advice="In user and password write / as %2F, @ as %40, : as %3A, # as %23, ? as %3F and % as %25.",
        )
    database = unquote(parts.path[1:])
    if not database:
        raise BadUsage("the catalog's URL names no database", advice=_ADVICE)
    place = f"postgresql://{parts.netloc.rpartition('@')[2]}/{database}"
    shown = [f"{name}={settings[name]}" for name in ("host", "search_path") if name in settings]
    return f"{place}?{'&'.join(shown)}" if shown else place


def sqlite_path(url: str) -> Path:
    """The file of `sqlite:////abs/path.db`, `sqlite:///relative.db` or a plain path. BadUsage for anything else."""
    if "://" not in url:
        if not url:
            raise BadUsage("the catalog URL is empty", advice=_ADVICE)
        return Path(url)
    parts = urlsplit(url)
    if parts.scheme != "sqlite":
        raise BadUsage(f"a catalog cannot be kept in {parts.scheme!r}", advice=_ADVICE)
    path = unquote(parts.path)
    if parts.netloc or len(path) < 2:
        raise BadUsage(f"the catalog URL {url!r} names no file", advice=_ADVICE)
    return Path(path[1:])
