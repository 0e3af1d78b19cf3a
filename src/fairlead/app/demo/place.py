"""The demo's folder: whose it is while a demo runs, and what that demo tells others about itself."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from fairlead.app.settings.values import DEFAULT_CATALOG, Settings
from fairlead.model.errors import BadUsage

FOLDER = ".demo"
CATALOG = "catalog.db"


class Running(msgspec.Struct, frozen=True):
    """A demo that runs: the addresses of its page, of its organization and of that one's control interface, all empty
    while it starts, the token for the organization, and the seconds between two things that happen in it."""

    pid: int
    page: str = ""
    organization: str = ""
    control: str = ""
    token: str = ""
    live: float = 0.0


class Place:
    """The folder, held by this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalog_url = f"sqlite:///{folder / CATALOG}"
        self.ready_file = folder / "organization.json"

    def organization(self) -> bytes:
        """What the organization says when it is ready; nothing before."""
        return self.ready_file.read_bytes() if self.ready_file.exists() else b""

    def forget_organization(self) -> None:
        """There is none now."""
        self.ready_file.unlink(missing_ok=True)

    def tell(self, running: Running) -> None:
        """Tells others of the demo that runs here; nobody else on this computer may read its token."""
        note = _note(self.folder)
        part = note.with_suffix(".part")
        part.touch(0o600)
        part.write_bytes(msgspec.json.encode(running))
        part.replace(note)


@contextmanager
def held(directory: Path) -> Iterator[Place]:
    """The demo's folder below `directory`, made where it is not there, without the catalog of an earlier demo.

    BadUsage where a demo runs there already, or the folder cannot be made.
    """
    folder = directory / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BadUsage(f"the demo's folder {folder} cannot be used: {error.strerror}") from None
    try:
        if not _taken(lock):
            raise _second(running(directory))
        for left in folder.glob(f"{CATALOG}*"):
            left.unlink()
        place = Place(folder)
        place.tell(Running(os.getpid()))
        yield place
        _note(folder).unlink(missing_ok=True)
    finally:
        os.close(lock)


def running(directory: Path) -> Running | None:
    """The demo that runs in the folder below `directory`, None where none does."""
    folder = directory / FOLDER
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except OSError:
        return None
    try:
        if _taken(lock):
            return None
        return msgspec.json.decode(_note(folder).read_bytes(), type=Running)
    except (OSError, msgspec.DecodeError):
        return None
    finally:
        os.close(lock)


def or_demo(settings: Settings) -> Settings:
    """The settings, looking at the demo's catalog where no other is configured and none is there yet."""
    own, demos = settings.directory / DEFAULT_CATALOG, settings.directory / FOLDER / CATALOG
    if settings.catalog_url != f"sqlite:///{own}" or own.exists() or not demos.exists():
        return settings
    return msgspec.structs.replace(settings, catalog_url=f"sqlite:///{demos}")


def _taken(lock: int) -> bool:
    """Takes the lock; False where another process holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _note(folder: Path) -> Path:
    return folder / "running.json"


def _second(other: Running | None) -> BadUsage:
    if other is None or not other.page:
        return BadUsage(
            "a demo is starting in this folder already", advice="wait for its address, or stop it"
        )
    return BadUsage(
        f"a demo runs in this folder already, at {other.page}",
        advice=f"open that address; Ctrl-C where it was started stops it (it is process {other.pid})",
    )
