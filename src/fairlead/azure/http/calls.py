"""One request as a value, and its URL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

import msgspec

from fairlead.model.kinds import Route

Query = tuple[tuple[str, str], ...]
"""Query parameters in the order they are sent, values unencoded."""

_SLOT = re.compile(r"\{(\w+)\}")


class Call(msgspec.Struct, frozen=True):
    """One request: the route, what fills its path, its query and body (JSON).

    `accept`: *json* answers are checked for shape; *bytes* are a file's content, read up to `limit` bytes.
    `attempts` overrides the usual number of attempts (0 = the usual one). `proves`: a 401 to it speaks for the
    credential itself, because it needs no scope. `may_be_empty`: a 204, or null in place of an object, is a good
    answer, with an empty body.
    """

    route: Route
    fill: Mapping[str, str] = {}
    query: Query = ()
    body: bytes = b""
    accept: Literal["json", "bytes"] = "json"
    limit: int = 0
    attempts: int = 0
    proves: bool = False
    may_be_empty: bool = False

    @property
    def label(self) -> str:
        """The method and path template: what requests are counted and shown by, free of names and secrets."""
        return f"{self.route.method} {self.route.path.partition('?')[0]}"


def target(call: Call) -> str:
    """The call's path and query below a host, percent-encoded: a space is %20, a slash in a name %2F.

    A missing path value is a defect of the caller (KeyError).
    """
    path, _, fixed = call.route.path.partition("?")
    filled = _SLOT.sub(lambda slot: quote(call.fill[slot[1]], safe=""), path)
    pairs = [f"{quote(name, safe='$.')}={quote(value, safe='')}" for name, value in call.query]
    if fixed:
        pairs.insert(0, fixed)
    if call.route.version:
        pairs.append(f"api-version={call.route.version}")
    return filled + ("?" + "&".join(pairs) if pairs else "")
