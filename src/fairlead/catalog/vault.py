"""Credentials at rest: Fernet, with a key that is never in the catalog itself.

The key comes from the settings, or from a file that is made at the first use with mode 0600: beside an SQLite catalog,
or in a folder of the machine for a server's. Several keys, newest first, let a key be replaced: what an older one
sealed still opens, and `rotate` seals it anew.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from fairlead.catalog.address import is_server, sqlite_path
from fairlead.model.errors import BadUsage, CatalogUnusable
from fairlead.model.secrets import Secret


class Vault:
    """Seals and opens credentials. BadUsage for a key that is not 32 bytes of URL-safe base64."""

    def __init__(self, keys: Sequence[Secret]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key.reveal()) for key in keys])
        except ValueError as error:
            raise BadUsage(
                "the key of the credential store cannot be used",
                advice="A key is 32 random bytes in URL-safe base64; without one, Fairlead makes its own.",
            ) from error

    def seal(self, secret: Secret) -> bytes:
        """The credential, encrypted; empty for an empty one."""
        return self._fernet.encrypt(secret.reveal().encode()) if secret else b""

    def open(self, sealed: bytes) -> Secret:
        """The credential again. CatalogUnusable when no key opens it."""
        if not sealed:
            return Secret("")
        try:
            return Secret(self._fernet.decrypt(sealed).decode())
        except InvalidToken as error:
            raise _wrong_key() from error

    def rotate(self, sealed: bytes) -> bytes:
        """The same credential, sealed with the newest key. CatalogUnusable when no key opens it."""
        if not sealed:
            return b""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken as error:
            raise _wrong_key() from error


def open_vault(url: str, key: Secret | None, folder: Path) -> Vault:
    """The vault of a catalog, with `key` (several separated by commas, newest first) or with its key file.

    Makes the file where there is none: `<catalog>.key`, or `catalog.key` in `folder` for a catalog on a server.
    BadUsage for an unusable key or URL; CatalogUnusable when the file cannot be read or made.
    """
    if key:
        return Vault([Secret(part.strip()) for part in key.reveal().split(",") if part.strip()])
    if is_server(url):
        return Vault([Secret(line) for line in _key_file(folder / "catalog.key").split()])
    path = sqlite_path(url)
    return Vault([Secret(line) for line in _key_file(path.with_name(path.name + ".key")).split()])


def _key_file(path: Path) -> str:
    try:
        if not path.exists():
            _make(path)
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogUnusable(
            f"key file {path}: {error}",
            advice="Give this user access to the file, or set the key in the settings.",
        ) from error


def _make(path: Path) -> None:
    """Writes a new key whole or not at all; a key that another process made meanwhile is kept."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        Path(name).unlink()


def _wrong_key() -> CatalogUnusable:
    return CatalogUnusable(
        "a stored credential was sealed with another key",
        advice="Put the key file back where it was, or run `fairlead connect` again.",
    )
