"""How Azure DevOps writes ids, dates and URL segments.

Facts: dates are ISO 8601 in UTC with `Z`; work item tracking, core and release print up to three
fraction digits and cut trailing zeros, policy prints up to seven (recorded examples of the OpenAPI
files, areas `wit`, `release` and `policy`). GUIDs are lower case.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
import uuid
from datetime import UTC, datetime
from urllib.parse import quote

NULL_DATE = "0001-01-01T00:00:00"
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?(Z|[+-]\d\d:\d\d)?",
    re.IGNORECASE,
)


def guid(rng: random.Random) -> str:
    """Return a random version 4 GUID drawn from `rng`."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def derived_guid(*parts: object) -> str:
    """Return the GUID that belongs to these parts, always the same one."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest()
    return str(uuid.UUID(bytes=digest, version=4))


def security_id(guid: str) -> str:
    """Return the security id that belongs to a GUID, in the form of those of groups."""
    parts = [int(guid.replace("-", "")[place : place + 8], 16) for place in range(0, 32, 8)]
    return "S-1-9-1551374245-" + "-".join(map(str, parts))


def subject_descriptor(prefix: str, guid: str) -> str:
    """Return the descriptor that belongs to a GUID: its coded security id."""
    return f"{prefix}.{base64.urlsafe_b64encode(security_id(guid).encode()).decode().rstrip('=')}"


def is_guid(text: str) -> bool:
    """Tell whether a route segment is a GUID (of any case) and not a name."""
    return _GUID.fullmatch(text) is not None


def object_id(*parts: object) -> str:
    """Return a forty-digit Git object id that belongs to these parts."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=20).hexdigest()


def blob_id(content: bytes) -> str:
    """Return the id that Git gives to a file with this content."""
    return hashlib.sha1(b"blob %d\x00" % len(content) + content, usedforsecurity=False).hexdigest()


def date3(moment: datetime) -> str:
    """Write a date with up to three fraction digits."""
    return _written(moment, f"{moment.microsecond // 1000:03d}")


def date7(moment: datetime) -> str:
    """Write a date with up to seven fraction digits (the last one is derived from the others)."""
    micro = moment.microsecond
    return _written(moment, f"{micro:06d}{micro * 7 % 10}" if micro else "")


def _written(moment: datetime, fraction: str) -> str:
    digits = fraction.rstrip("0")
    return f"{moment.isoformat()[:19]}{'.' if digits else ''}{digits}Z"


def read_date(text: str) -> datetime:
    """Read a date of a query; a date without a zone is UTC. Raises ValueError."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a date: {text!r}")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    micro = int((fraction or "0").ljust(7, "0")[:6])
    base = datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro, tzinfo=UTC
    )
    if zone and zone.upper() != "Z":
        base = datetime.fromisoformat(base.isoformat().replace("+00:00", zone)).astimezone(UTC)
    return base


def segment(name: str) -> str:
    """Percent-encode a name for use as one segment of a path."""
    return quote(name, safe="")
