"""What a catalog URL names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from fairlead.model.errors import BadUsage

_ADVICE = "Give a path, or sqlite:////absolute/path.db."


def sqlite_path(url: str) -> Path:
    """The file of `sqlite:////abs/path.db`, `sqlite:///relative.db` or a plain path. BadUsage for anything else."""
    if "://" not in url:
        if not url:
            raise BadUsage("the catalog URL is empty", advice=_ADVICE)
        return Path(url)
    parts = urlsplit(url)
    if parts.scheme in {"postgresql", "postgres"}:
        raise BadUsage("a PostgreSQL catalog is not supported yet", advice=_ADVICE)
    if parts.scheme != "sqlite":
        raise BadUsage(f"a catalog cannot be kept in {parts.scheme!r}", advice=_ADVICE)
    path = unquote(parts.path)
    if parts.netloc or len(path) < 2:
        raise BadUsage(f"the catalog URL {url!r} names no file", advice=_ADVICE)
    return Path(path[1:])
