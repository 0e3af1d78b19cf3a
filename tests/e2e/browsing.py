"""A real browser, and a watch over what the page does in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome")

FLAGS = (
    "--no-sandbox",  # as root, in containers, there is no other way
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
)

Scheme = Literal["light", "dark"]

PATIENCE = 15_000.0
"""Milliseconds that anything may take to appear; nothing takes a tenth of it on a machine that is not busy."""

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")


def executable() -> str | None:
    """The machine's own Chromium."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """The browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Watch:
    """What went wrong in a browser's windows: errors of the page, answers that are errors, and requests to other hosts
    than the server's."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._host = urlsplit(url).netloc
        self.wrong: list[str] = []
        context.on("request", self._request)
        context.on("weberror", lambda error: self.wrong.append(f"{error.error}"))
        context.on("console", self._message)
        context.on("response", self._response)

    def _request(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme in ("http", "https", "ws", "wss") and place.netloc != self._host:
            self.wrong.append(f"asked another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status} {urlsplit(response.url).path}")

    def _message(self, message: ConsoleMessage) -> None:
        # The browser's own word for an answer that is an error; that is noted already.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.wrong.append(f"console: {message.text}")


@contextmanager
def opened(
    browser: Browser, url: str, scheme: Scheme = "light", width: int = 1440, height: int = 900
) -> Iterator[tuple[Page, Watch]]:
    """A new window of a person who was never here, with paths below `url`."""
    context = browser.new_context(
        base_url=url,
        color_scheme=scheme,
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    watch = Watch(context, url)
    try:
        yield context.new_page(), watch
    finally:
        context.close()


def audit(page: Page) -> list[str]:
    """What is wrong with the page for people who cannot see it well."""
    found = page.evaluate(AUDIT)
    assert isinstance(found, list)
    return found
