"""Fairlead and the sandbox as processes of their own, so that they can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

BIN = Path(sys.executable).parent
PATIENCE = 120.0
_OPEN = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class ServedSandbox:
    """A sandbox process: where it serves, and how it is steered."""

    url: str
    pat: str
    control: str

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """A request to the control interface, which the sandbox does not count."""
        data = None if body is None else json.dumps(body).encode()
        with _OPEN.open(Request(f"{self.control}/{path}", data, method=method), timeout=30) as answer:
            return json.loads(answer.read())

    def requests(self) -> int:
        """Requests answered since the last reset."""
        return int(self.ask("GET", "requests")["total"])

    def reset(self) -> None:
        """Begins to count anew."""
        self.ask("POST", "requests/reset")


@contextmanager
def served_sandbox(directory: Path, *options: str) -> Iterator[ServedSandbox]:
    """A sandbox process with these options of its command."""
    ready = directory / "ready.json"
    process = subprocess.Popen(
        [BIN / "azure-devops-sandbox", "serve", "--ready-file", ready, *options],
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.02)
        told = json.loads(ready.read_text())
        yield ServedSandbox(told["url"], told["pat"], told["control"])
    finally:
        process.terminate()
        process.wait(PATIENCE)


@dataclass(frozen=True)
class Installation:
    """Fairlead with a catalog of its own and one connection, all given by the environment."""

    directory: Path
    sandbox: ServedSandbox
    settings: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        """The environment of its commands: nothing of the caller's but the path."""
        own = {
            "FAIRLEAD_CATALOG_URL": f"sqlite:///{self.directory / 'catalog.db'}",
            "FAIRLEAD_AZURE__ORGANIZATION_URL": self.sandbox.url,
            "FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN": self.sandbox.pat,
            "NO_PROXY": "*",
            "HOME": str(self.directory),
        }
        return {"PATH": os.environ.get("PATH", ""), **own, **self.settings}

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Begins a command; its output is thrown away."""
        return subprocess.Popen(
            [BIN / "fairlead", *arguments],
            env=self.environment(),
            cwd=self.directory,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Carries a command out to its end."""
        return subprocess.run(
            [BIN / "fairlead", *arguments],
            env=self.environment(),
            cwd=self.directory,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )

    def export(self) -> bytes:
        """The whole catalog."""
        done = self.run("export", "--computed")
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return done.stdout


def installed(directory: Path, sandbox: ServedSandbox, **settings: str) -> Installation:
    """A new installation in a directory, which is made where it is not there."""
    directory.mkdir(exist_ok=True)
    return Installation(directory, sandbox, settings)
