"""Builds the page beside the demo, in a checkout: a process of its own, of the lowest priority."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

BUILDER = "hatch_build.py"
"""At the root of a checkout; an installed Fairlead brings its page along."""

LOWEST = 19


def checkout() -> Path | None:
    """The root of the checkout that this program runs from, None for an installed one."""
    root = Path(__file__).parents[4]
    return root if (root / BUILDER).is_file() else None


def clone() -> Path | None:
    """That checkout where it is a git clone, which the organization can serve as a repository of its own."""
    root = checkout()
    return root if root and (root / ".git").exists() else None


@asynccontextmanager
async def built(root: Path | None, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Builds the page of the checkout at `root` while the block runs, and stops at its end. That it cannot be built is
    said, and nothing more: the page says so too, and all else works."""
    if root is None or shutil.which("make") is None:
        yield
        return
    process = await asyncio.create_subprocess_exec(
        "make", "--silent", "--no-print-directory", "-C", str(root), "page",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    with suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PGRP, process.pid, LOWEST)
    watching = asyncio.create_task(_watch(process, say))
    try:
        yield
    finally:
        watching.cancel()
        if process.returncode is None:
            # Node and whatever else was started ends too: they are a group of their own.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _watch(process: asyncio.subprocess.Process, say: Callable[[str], None]) -> None:
    _, said = await process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").splitlines()
        say(next((line for line in lines if line.startswith("error: ")), "error: the page is not built"))
