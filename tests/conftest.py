"""What tests of several folders stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from postgres_server import PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests that ask for it, started when the first does."""
    # Not pytest's folder: the path of a socket has at most 107 bytes.
    with TemporaryDirectory(prefix="fl-pg-") as folder:
        server = PostgresServer(Path(folder))
        yield server
        server.stop()
