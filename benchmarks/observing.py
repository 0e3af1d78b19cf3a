"""Runs a command and watches its process tree: wall time, CPU of the main process and of its workers, memory.

Memory is the proportional set size: what is private, and of what is shared this process's part. It is summed over the
tree every tenth of a second. Linux only (`/proc`).
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

EVERY = 0.1
_TICK = 1 / os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


class Cost(msgspec.Struct, frozen=True):
    """What a command took. Seconds; memory in bytes, the peak of the sum over all its processes."""

    wall: float
    cpu_main: float
    cpu_workers: float
    memory: int
    memory_main: int
    exit_code: int

    @property
    def cpu(self) -> float:
        """CPU seconds of the whole tree."""
        return self.cpu_main + self.cpu_workers


class Stat(msgspec.Struct, frozen=True):
    """A line of `/proc/<pid>/stat`: the parent, own CPU seconds, and those of children that ended and were awaited."""

    parent: int
    own: float
    ended: float


def parse_stat(text: str) -> Stat:
    """The fields behind the command's name, which may hold blanks and brackets."""
    fields = text.rpartition(")")[2].split()
    user, system, child_user, child_system = (int(field) for field in fields[11:15])
    return Stat(int(fields[1]), (user + system) * _TICK, (child_user + child_system) * _TICK)


def stat_of(pid: int) -> Stat | None:
    """A process's line, None for one that has gone."""
    try:
        return parse_stat((_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


def cpu_of(pid: int) -> float:
    """CPU seconds of one process so far."""
    stat = stat_of(pid)
    return stat.own if stat else 0.0


def tree_of(root: int, stats: Mapping[int, Stat]) -> list[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for pid, stat in stats.items():
        children.setdefault(stat.parent, []).append(pid)
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def parse_pss(rollup: str) -> int:
    """The bytes of the line `Pss:` of smaps_rollup."""
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _pss(pid: int) -> int:
    try:
        return parse_pss((_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii"))
    except OSError:
        return 0


class _Watch:
    """What has been seen of a tree so far."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.memory = 0
        self.memory_main = 0
        self.workers: dict[int, float] = {}

    def look(self) -> None:
        stats = {
            int(path.name): stat
            for path in _PROC.iterdir()
            if path.name.isdigit() and (stat := stat_of(int(path.name))) is not None
        }
        tree = tree_of(self.root, stats)
        sizes = {pid: _pss(pid) for pid in tree}
        if sum(sizes.values()) > self.memory:
            self.memory, self.memory_main = sum(sizes.values()), sizes[self.root]
        self.workers.update({pid: stats[pid].own for pid in tree if pid != self.root and pid in stats})


def observe(
    arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, output: Path, timeout: float
) -> Cost:
    """Runs a command to its end. Standard output goes to `output`, standard error to the same name with `.err`.

    TimeoutError, with the whole tree ended, for a command that takes longer than `timeout` seconds.
    """
    began = time.monotonic()
    with output.open("wb") as out, output.with_name(output.name + ".err").open("wb") as err:
        process = subprocess.Popen(
            list(arguments), env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            start_new_session=True,
        )  # fmt: skip
    watch, ending = _Watch(process.pid), os.pidfd_open(process.pid)
    try:
        while not select.select([ending], [], [], EVERY)[0]:
            if time.monotonic() - began > timeout:
                raise TimeoutError(f"{arguments[0]} took longer than {timeout:.0f} s")
            watch.look()
        wall = time.monotonic() - began
    finally:
        os.close(ending)
        if not _has_ended(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    # A process that has ended but was not waited for still shows its times, those of its children apart.
    last = stat_of(process.pid) or Stat(0, 0.0, 0.0)
    process.wait()
    workers = max(last.ended, sum(watch.workers.values()))
    return Cost(wall, last.own, workers, watch.memory, watch.memory_main, process.returncode)


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
