"""Starts the sandbox in a process of its own, and asks its control interface."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from benchmarks.observing import cpu_of

PAT = "benchmark-personal-access-token"
SECONDS_TO_START = 180.0


def command(name: str, entry: str) -> list[str]:
    """An installed command of this interpreter's environment, or the same by its entry point `module:function`."""
    script = Path(sys.executable).parent / name
    if script.exists():
        return [str(script)]
    module, _, function = entry.partition(":")
    return [
        sys.executable,
        "-c",
        f"import sys; sys.argv[0] = {name!r}; from {module} import {function}; {function}()",
    ]


class Served(msgspec.Struct, frozen=True):
    """A running sandbox."""

    url: str
    control: str
    pid: int

    def _ask(self, path: str, body: object = None) -> dict[str, object]:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.control}/{path}", data), timeout=60
        ) as answer:
            found: dict[str, object] = json.loads(answer.read())
            return found

    def wait_for_each_answer(self, milliseconds: float) -> None:
        """From now on every answer waits so long."""
        self._ask("latency", {"milliseconds": milliseconds})

    def forget_requests(self) -> None:
        """Counts from zero."""
        self._ask("requests/reset", {})

    def requests(self) -> dict[str, int]:
        """Requests by route name, whatever their status."""
        answer = msgspec.convert(self._ask("requests"), _Ledger)
        found: dict[str, int] = {}
        for count in answer.counts:
            found[count.route] = found.get(count.route, 0) + count.count
        return found

    def cpu(self) -> float:
        """CPU seconds so far."""
        return cpu_of(self.pid)


class _Count(msgspec.Struct, frozen=True):
    route: str
    count: int


class _Ledger(msgspec.Struct, frozen=True):
    counts: list[_Count]


@contextmanager
def serving(size: Sequence[str], folder: Path) -> Iterator[Served]:
    """A sandbox of this size (arguments of `azure-devops-sandbox serve`) until the block ends."""
    ready, log = folder / "ready.json", folder / "sandbox.log"
    ready.unlink(missing_ok=True)
    start = [*command("azure-devops-sandbox", "azure_devops_sandbox.command:run"), "serve", *size]
    arguments = [*start, "--pat", PAT, "--ready-file", str(ready)]
    with log.open("wb") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=output, cwd=folder, env=dict(os.environ))
    try:
        _await(ready, process, log)
        answer = json.loads(ready.read_text(encoding="utf-8"))
        yield Served(answer["url"], answer["control"], process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(ready: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the sandbox did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
        time.sleep(0.05)
