"""What this process and its workers have used so far."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def usage() -> tuple[float, int]:
    """CPU seconds, and the sum of the peaks of memory in bytes; of this process, its dead and its living children.

    The living are counted where the system tells of them (`/proc`), elsewhere when they end.
    """
    own, dead = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime + dead.ru_utime + dead.ru_stime
    peak = own.ru_maxrss * _RSS_UNIT
    for child in _children():
        child_seconds, child_peak = _of(child)
        seconds += child_seconds
        peak += child_peak
    return seconds, peak


def _children() -> Iterator[str]:
    for path in Path("/proc/self/task").glob("*/children"):
        try:
            yield from path.read_text().split()
        except OSError:
            continue  # the thread has ended


def _of(process: str) -> tuple[float, int]:
    """CPU seconds and peak bytes of a living process; nothing of one that has ended meanwhile."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0, 0
    # The name, in parentheses, may hold blanks: fields are counted after it. 14 and 15 of the whole are the times.
    fields = stat.rpartition(")")[2].split()
    peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), "0")
    return (int(fields[11]) + int(fields[12])) / _TICK, int(peak) * 1024
