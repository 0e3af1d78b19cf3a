"""Where the next page of a list begins, as a text that a client hands back unread."""

from __future__ import annotations

import base64
import binascii

import msgspec

from fairlead.model.errors import BadUsage


class Position(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """After this entity, in the order of the bytes of (blueprint, identifier)."""

    blueprint: str
    identifier: str


def token_of(position: Position) -> str:
    """The position as a text for a URL or a body."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def position_of(token: str) -> Position:
    """The position of a text that `token_of` has made. BadUsage for any other."""
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        return msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=Position)
    except (binascii.Error, msgspec.DecodeError, UnicodeError) as error:
        raise BadUsage("the position is none that a page before has given") from error
