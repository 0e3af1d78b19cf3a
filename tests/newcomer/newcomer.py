"""Does what the README says, as somebody who has just heard of Fairlead: `make newcomer`.

The repository is cloned into an empty folder, with an empty home and a path that holds Python, git, make, a shell and
the few tools that make's recipes use, and nothing else. Then the README's commands are run without a terminal, the
demo's page is opened, its catalog counted, what it proposes to try is tried, and all is stopped.

Prints the seconds of every step. Fails above 180 s in total, on any program that came from elsewhere, and on anything
that does not do what it says. Needs nothing but Python's standard library.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 180.0
ENTITIES = 10_000
TOOLS = ("git", "make", "sh", "rm", "touch", "date", "dirname")
"""Beside Python. Recipes and `./fairlead` use the last four."""

KEPT = re.compile(
    r"(?i)(https?|no|all)_proxy|.*_ca_certs?|.*_ca_bundle|.*_cainfo|ssl_cert_(file|dir)|(pip|uv|npm_config)_.*"
)
"""Variables that tell where the network and its certificates are: a newcomer has those too."""

CACHE = re.compile(r"(?i).*cache.*")
MARK = "FAIRLEAD_NEWCOMER"


class Failed(Exception):
    """A newcomer would have given up here."""


class Machine:
    """An empty folder, an empty home, and a path with only what is allowed."""

    def __init__(self, room: Path) -> None:
        self.clone = room / "fairlead"
        self.mark = uuid.uuid4().hex
        self.seen: set[str] = set()
        self.tools = [_found(name) for name in TOOLS]
        tools, home = room / "bin", room / "home"
        tools.mkdir()
        home.mkdir()
        for tool in self.tools:
            (tools / tool.name).symlink_to(tool)
        # Python finds its library from where it really is: a link would lead it astray in a virtual environment.
        python = tools / "python3"
        python.write_text(f'#!/bin/sh\nexec {shlex.quote(str(PYTHON))} "$@"\n')
        python.chmod(0o755)
        kept = {n: v for n, v in os.environ.items() if KEPT.fullmatch(n) and not CACHE.fullmatch(n)}
        self.environment = kept | {"PATH": str(tools), "HOME": str(home), "LANG": "C.UTF-8", MARK: self.mark}

    def run(self, *command: str, folder: Path | None = None, expect: int = 0, **more: str) -> str:
        """Runs a command to its end; what it says. Failed where it ends otherwise than expected."""
        done = subprocess.run(
            command,
            cwd=folder or self.clone,
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
        said = done.stdout.decode(errors="replace")
        if done.returncode != expect:
            raise Failed(f"{shlex.join(command)} ended with {done.returncode}, not {expect}:\n{said}")
        return said

    def processes(self) -> Iterator[Path]:
        """The processes that were started here and are alive (where the system tells of them)."""
        wanted = f"{MARK}={self.mark}".encode()
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if wanted in path.read_bytes().split(b"\0"):
                    yield path.parent
            except OSError:
                continue

    def watch(self) -> None:
        """Notes which programs run."""
        for process in self.processes():
            try:
                self.seen.add(str((process / "exe").readlink()))
            except OSError:
                continue

    def strangers(self) -> list[str]:
        """Programs that ran and that nobody had allowed."""
        allowed = {str(PYTHON), *(str(tool.resolve()) for tool in self.tools)}
        places = (str(self.clone), self.run("git", "--exec-path", folder=self.clone).strip())
        return sorted(exe for exe in self.seen if exe not in allowed and not exe.startswith(places))


PYTHON = Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def _found(name: str) -> Path:
    place = shutil.which(name)
    if place is None:
        raise Failed(f"this machine has no {name}")
    return Path(place)


class Clock:
    """Prints how long each step took, and ends it all when the newcomer's patience is at its end."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._last = self.began

    def step(self, what: str) -> None:
        """A step has ended."""
        now = time.monotonic()
        say(f"{now - self._last:6.1f} s  {what}")
        self._last = now
        self.check()

    def check(self) -> None:
        """Failed once the whole takes too long."""
        if self.total > SECONDS:
            raise Failed(f"it takes longer than {SECONDS:.0f} s")

    @property
    def total(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began


def say(text: str) -> None:
    """A line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def commands(readme: str) -> list[str]:
    """The commands of the README up to the part for developers."""
    blocks = re.findall(r"```sh\n(.*?)```", readme.partition("## Developing")[0], re.DOTALL)
    return [
        line for block in blocks for line in block.splitlines() if line.strip() and not line.startswith("#")
    ]


class Demo:
    """`make demo`, running beside us."""

    def __init__(self, machine: Machine, command: str) -> None:
        self.lines: list[str] = []
        self.errors: list[str] = []
        self.process = subprocess.Popen(
            shlex.split(command), cwd=machine.clone, env=machine.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self._heard = threading.Condition()
        for stream, lines in ((self.process.stdout, self.lines), (self.process.stderr, self.errors)):
            threading.Thread(target=self._hear, args=(stream, lines), daemon=True).start()

    def _hear(self, stream: Iterator[str], lines: list[str]) -> None:
        for line in stream:
            with self._heard:
                lines.append(line.rstrip("\n"))
                self._heard.notify_all()

    def line(self, begins: str, clock: Clock) -> str:
        """Waits for the line that begins so. Failed where the demo ends before, or it takes too long."""
        while True:
            with self._heard:
                for line in self.lines:
                    if line.startswith(begins):
                        return line
                self._heard.wait(0.2)
            clock.check()
            if self.process.poll() is not None:
                raise Failed("the demo ended:\n" + "\n".join([*self.lines, *self.errors]))

    def stop(self) -> None:
        """Ctrl-C: every process of the terminal's foreground hears it."""
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            raise Failed("the demo does not stop at Ctrl-C") from None

    def tries(self) -> list[str]:
        """The commands under *Try*."""
        start = next(at for at, line in enumerate(self.lines) if line.startswith("Try "))
        found = []
        for line in self.lines[start:]:
            if not line.startswith(("Try ", " " * 10)):
                break
            found.append(line[10:].partition("    ")[0])
        return found


def get(url: str) -> bytes:
    """The answer of a server on this computer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        content: bytes = answer.read()
    return content


def waited(clock: Clock, demo: Demo, true: Callable[[], bool], what: str) -> None:
    """Waits until it is true."""
    while not true():
        if demo.process.poll() is not None:
            raise Failed(f"the demo ended before {what}")
        time.sleep(0.2)
        clock.check()


@contextmanager
def watched(machine: Machine) -> Iterator[None]:
    """Looks at what runs, ten times a second."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            machine.watch()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def newcomer(machine: Machine, clock: Clock) -> None:
    """The whole visit."""
    machine.run("git", "clone", "--quiet", str(ROOT), str(machine.clone), folder=machine.clone.parent)
    clock.step("git clone")
    wanted = commands((machine.clone / "README.md").read_text(encoding="utf-8"))
    if not wanted or wanted[0] != "make demo":
        raise Failed(f"the README does not begin with make demo: {wanted}")
    demo = Demo(machine, wanted[0])
    try:
        visit(machine, clock, demo)
        for command in wanted[1:]:
            other(machine, clock, command)
        demo.stop()
        clock.step("Ctrl-C")
    finally:
        if demo.process.poll() is None:
            os.killpg(demo.process.pid, signal.SIGKILL)
    waited_out(machine)


def visit(machine: Machine, clock: Clock, demo: Demo) -> None:
    """The demo: its stages, its page, its catalog, and what it proposes to try."""
    for stage in ("[1/4]", "[2/4]", "[3/4]", "[4/4]"):
        clock.step(f"make demo: {demo.line(stage, clock)}")
    demo.line("Yours ", clock)
    for line in demo.lines[demo.lines.index(demo.line("Catalog ", clock)) :]:
        say(f"          {line}")
    clock.step("make demo: second sync")
    address = demo.line("Open ", clock).split()[1]
    waited(clock, demo, lambda: b"/assets/" in get(address), "its page was built")
    clock.step(f"page at {address} (built meanwhile)")
    entities = json.loads(get(f"{address}/api/status"))["catalog"]["entities"]
    if entities < ENTITIES:
        raise Failed(f"the demo's catalog has {entities:,} entities, and should have {ENTITIES:,}")
    for command in demo.tries():
        machine.run(*shlex.split(command))
        clock.step(command)


def other(machine: Machine, clock: Clock, command: str) -> None:
    """Another command of the README. The organization that it names is not there: the demo's stands in for it."""
    words = shlex.split(command)
    if "YOUR-ORG" not in command:
        machine.run(*words)
        clock.step(command)
        return
    if "no token is given" not in machine.run(*words, expect=77):
        raise Failed(f"{command} without a token does not say what is missing")
    running = json.loads((machine.clone / ".demo" / "running.json").read_text(encoding="utf-8"))
    words = [running["organization"] if "YOUR-ORG" in word else word for word in words]
    said = machine.run(*words, AZURE_DEVOPS_EXT_PAT=running["token"])
    if "next: " not in said:
        raise Failed(f"{command} does not say what is next:\n{said}")
    clock.step(f"{command} (the demo's organization in its place)")


def waited_out(machine: Machine) -> None:
    """Failed where a process stays behind."""
    until = time.monotonic() + 10
    while left := [process.name for process in machine.processes()]:
        if time.monotonic() > until:
            raise Failed(f"processes stay behind: {', '.join(left)}")
        time.sleep(0.1)


def main() -> int:
    """0 where a newcomer would be content."""
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="newcomer-") as room:
        try:
            machine = Machine(Path(room))
            with watched(machine):
                newcomer(machine, clock)
            strangers = machine.strangers()
            if strangers:
                raise Failed(f"other programs were needed: {', '.join(strangers)}")
        except (Failed, OSError, subprocess.TimeoutExpired) as error:
            say(f"FAILED after {clock.total:.1f} s: {error}")
            return 1
    say(f"{clock.total:6.1f} s  in all (at most {SECONDS:.0f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
