"""Says where a process's CPU time goes, by part: `python -m benchmarks.sampling OUTPUT sync --full …`.

Runs the `fairlead` command in this process while a thread looks every millisecond where each other thread is, and how
much CPU time it has used since the last look. Not cProfile: that would see each thread alone and make small calls look
dear. What is written are CPU seconds by thread and stack.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

import msgspec

EVERY = 0.001
SWITCH = 0.0002
"""Seconds after which a busy thread lets the sampler in; the interpreter's own 5 ms would blur the picture."""


class Frame(msgspec.Struct, frozen=True):
    """A place in a stack."""

    file: str
    function: str
    line: int


class Sample(msgspec.Struct, frozen=True):
    """CPU seconds of a stack, innermost frame first."""

    thread: str
    stack: tuple[Frame, ...]
    seconds: float


class Samples(msgspec.Struct, frozen=True):
    """`before` are the CPU seconds that the interpreter took until sampling began."""

    before: float
    samples: tuple[Sample, ...]


class Sampler:
    """The looking thread."""

    def __init__(self) -> None:
        self._before = time.process_time()
        self._found: defaultdict[tuple[str, tuple[Frame, ...]], float] = defaultdict(float)
        self._frames: dict[tuple[str, str, int], Frame] = {}
        self._last: dict[int, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="sampler", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        sys.setswitchinterval(SWITCH)
        self._thread.start()

    def end(self) -> Samples:
        """Stops looking."""
        self._ended.set()
        self._thread.join()
        samples = tuple(Sample(thread, stack, seconds) for (thread, stack), seconds in self._found.items())
        return Samples(self._before, samples)

    def _look_on(self) -> None:
        own = threading.get_ident()
        while not self._ended.wait(EVERY):
            names = {thread.ident: thread.name for thread in threading.enumerate()}
            for ident, frame in sys._current_frames().items():
                if ident != own and ident in names:
                    self._note(ident, names[ident], frame)

    def _note(self, ident: int, name: str, frame: FrameType) -> None:
        try:
            now = time.clock_gettime(time.pthread_getcpuclockid(ident))
        except OSError:  # the thread has ended since
            return
        used = now - self._last.get(ident, 0.0 if name != "MainThread" else self._before)
        self._last[ident] = now
        if used > 0:
            self._found[name, tuple(self._stack(frame))] += used

    def _stack(self, frame: FrameType | None) -> list[Frame]:
        found = []
        while frame is not None:
            code = frame.f_code
            key = (code.co_filename, code.co_name, frame.f_lineno or 0)
            if key not in self._frames:
                self._frames[key] = Frame(*key)
            found.append(self._frames[key])
            frame = frame.f_back
        return found


def main(output: Path, arguments: list[str]) -> None:
    """Runs the command under the sampler, then ends as the command ends."""
    sampler = Sampler()
    sampler.start()
    sys.argv = ["fairlead", *arguments]
    try:
        from fairlead.cli.main import run

        run()
    finally:
        output.write_bytes(msgspec.json.encode(sampler.end()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
