"""Texts that PostgreSQL cannot hold. It refuses the character U+0000, which a name in Azure DevOps may contain.

U+0000 is stored as U+0001 U+0001, and U+0001 as U+0001 U+0002; nothing else changes, so that every other text reads in
SQL as it is, and the order of the bytes stays. Half a surrogate pair is refused as SQLite's driver refuses it.
"""

from __future__ import annotations


def storable(text: str) -> str:
    """The text as PostgreSQL can hold it."""
    if "\x00" in text or "\x01" in text:
        return text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")
    return text


def encode(text: str) -> bytes:
    """The bytes to store. UnicodeEncodeError for half a surrogate pair."""
    return storable(text).encode()


def decode(stored: bytes) -> str:
    """The text again."""
    text = stored.decode()
    if "\x01" in text:
        text = text.replace("\x01\x01", "\x00").replace("\x01\x02", "\x01")
    return text
