"""The page as a person meets it: the real server on a catalog of a sandbox organization, in a real browser."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hatch_build
import pytest
from playwright.sync_api import Browser, Page

from e2e.browsing import executable, launched, opened
from fault.processes import PATIENCE, Installation, ServedSandbox, installed, served_sandbox

ROOT = Path(__file__).parents[2]

LATENCY = "40"
"""Milliseconds for each of the organization's answers: enough to see a sync go on, and no more."""


@dataclass(frozen=True)
class Site:
    """Where the page is, and the catalog's entities as the command line exports them."""

    url: str
    entities: list[dict[str, object]]

    def of(self, blueprint: str) -> list[dict[str, object]]:
        """The entities of one blueprint."""
        return [entity for entity in self.entities if entity["blueprint"] == blueprint]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium. It ends with this folder's tests: while it runs, no other event loop can."""
    path = executable()
    assert path is not None
    with launched(path) as found:
        yield found


@pytest.fixture(scope="package")
def built(browser: Browser) -> None:
    """The page of these sources; built at most once for them."""
    hatch_build.build(ROOT)


@pytest.fixture(scope="package")
def site(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A small organization, synced and served."""
    with served_sandbox(tmp_path_factory.mktemp("organization"), "--latency-ms", LATENCY) as sandbox:
        installation = installed(tmp_path_factory.mktemp("fairlead") / "here", sandbox)
        done = installation.run("sync")
        assert done.returncode == 0, done.stderr.decode()
        with serving(installation) as url:
            yield Site(url, [json.loads(line) for line in installation.export().splitlines()])


@pytest.fixture(scope="package")
def empty(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that knows no organization."""
    directory = tmp_path_factory.mktemp("nothing")
    with serving(Installation(directory, ServedSandbox("", "", ""), {})) as url:
        yield url


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A window; at its end nothing may have gone wrong in it."""
    with opened(browser, site.url) as (found, watch):
        yield found
        assert watch.wrong == []


@contextmanager
def serving(installation: Installation) -> Iterator[str]:
    """`fairlead serve`; its address."""
    ready = installation.directory / "served.json"
    process = installation.start("serve", "--port", "0", "--ready-file", str(ready))
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("fairlead serve did not start")
            time.sleep(0.05)
        yield str(json.loads(ready.read_text())["url"])
    finally:
        process.terminate()
        process.wait(PATIENCE)
