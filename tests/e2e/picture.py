"""Takes the README's picture of the page: home, with the demo behind it. `make picture` runs it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from e2e.browsing import executable, launched, opened
from fault.processes import BIN, PATIENCE

PICTURE = Path(__file__).parents[2] / "docs/images/page.png"


def take(chromium: str, url: str) -> None:
    """Home, when everything on it is there."""
    with launched(chromium) as browser, opened(browser, url) as (page, _):
        page.goto("/")
        expect(page.get_by_role("region", name="Last runs").get_by_role("row").nth(1)).to_be_visible()
        expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
        page.evaluate("document.fonts.ready")
        page.screenshot(path=PICTURE)


def main() -> int:
    """Starts a demo of its own, and ends it."""
    chromium = executable()
    if chromium is None:
        sys.stderr.write("error: there is no Chromium on this machine (apt-get install chromium)\n")
        return 69
    with tempfile.TemporaryDirectory() as folder:
        command = [str(BIN / "fairlead"), "demo", "--port", "0"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as demo:
            try:
                assert demo.stdout is not None
                url = next(line.split()[1] for line in demo.stdout if line.startswith("Open "))
                take(chromium, url)
            finally:
                demo.terminate()
                demo.wait(PATIENCE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
