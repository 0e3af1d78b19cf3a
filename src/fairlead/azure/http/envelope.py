"""Takes answers apart without decoding the records in them: each stays the bytes that the service sent.

msgspec refuses texts with half a surrogate pair (`\\ud800` alone), which Azure DevOps stores and sends. Such a page is
mended first: the lone half becomes U+FFFD, as jq would read it. Bytes that are not UTF-8 are mended likewise.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from fairlead.model.errors import IncompleteReading

T = TypeVar("T")

_SURROGATES = re.compile(
    rb"\\\\|\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


class _List(msgspec.Struct, frozen=True):
    value: list[msgspec.Raw] | None = None
    members: list[msgspec.Raw] | None = None
    items: list[msgspec.Raw] | None = None
    count: int | None = None
    continuation_token: str | None = msgspec.field(default=None, name="continuationToken")

    def listed(self, what: str) -> list[msgspec.Raw]:
        """The objects, under whichever name the area and version give them (entitlements: `members` or `items`)."""
        found = next((one for one in (self.value, self.members, self.items) if one is not None), None)
        if found is None:
            raise IncompleteReading(f"{what}: an answer of another shape: it holds no list")
        return found


class Envelope(msgspec.Struct, frozen=True):
    """A list answer: its items as they came, and the token that some areas put into the body."""

    items: tuple[bytes, ...]
    token: str = ""


def mended(data: bytes) -> bytes:
    """The JSON with every lone surrogate and every byte outside UTF-8 replaced by U+FFFD."""
    text = data if data.isascii() else data.decode("utf-8", "replace").encode()
    return _SURROGATES.sub(lambda found: rb"\ufffd" if found[1] else found[0], text)


def decode(data: bytes, type_: type[T], what: str) -> T:
    """`data` as `type_`. IncompleteReading where it is not JSON or of another shape."""
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError as error:
        raise IncompleteReading(f"{what}: an answer of another shape: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return msgspec.json.decode(mended(data), type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise IncompleteReading(f"{what}: the answer is not JSON: {error}") from error


def split(body: bytes, what: str, *, counted: bool = True) -> Envelope:
    """The items of `{count, value: […]}`. IncompleteReading where the count does not fit (if it is `counted`)."""
    # A record is skipped, not decoded, so bytes outside UTF-8 would go unseen here and break whoever reads it.
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            body = mended(body)
    if body[:16].lstrip().startswith(b"["):  # some areas answer the items alone
        items = decode(body, list[msgspec.Raw], what)
        if not items:
            raise IncompleteReading(f"{what}: an empty array came in place of a list")
        return Envelope(tuple(bytes(item) for item in items))
    envelope = decode(body, _List, what)
    items = envelope.listed(what)
    if counted and envelope.count is not None and envelope.count != len(items):
        raise IncompleteReading(f"{what}: {len(items)} items came, {envelope.count} were announced")
    return Envelope(tuple(bytes(item) for item in items), envelope.continuation_token or "")


def merged(older: bytes, newer: bytes, what: str) -> bytes:
    """The members of two objects, the newer's values winning, each value as it came."""
    parts = decode(older, dict[str, msgspec.Raw], what) | decode(newer, dict[str, msgspec.Raw], what)
    return msgspec.json.encode(parts)


def without(body: bytes, names: frozenset[str], what: str) -> bytes:
    """The object without the named members."""
    parts = decode(body, dict[str, msgspec.Raw], what)
    return msgspec.json.encode({name: value for name, value in parts.items() if name not in names})
