"""A pool of worker processes that run jq: the only I/O of this room, and the only clock.

libjq holds the interpreter's lock, reads files and the environment, cannot be interrupted and can abort its
process. So it lives in children with an empty environment and hard limits (memory, files, processes, time); a child
that dies is replaced by the next request. Linux and macOS only: the limits are POSIX's.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import msgspec

_WORKER = str(Path(__file__).with_name("worker.py"))
_REQUEST = struct.Struct(">IIId")
_ANSWER = struct.Struct(">BI")
_OUT_OF_MEMORY = 86
_EXIT_SECONDS = 10.0
"""How long a child may take between closing its pipe and being gone, while the system frees its memory."""


class Limits(msgspec.Struct, frozen=True):
    """`seconds` of processor time per page (four times that by the clock), bytes of memory and of one answer."""

    seconds: float = 10.0
    memory: int = 512 << 20
    answer: int = 32 << 20


Why = Literal["time", "memory", "crash"]


class WorkerDied(Exception):
    """The program killed its worker. `reason` is for people, `why` for deciding what to try next."""

    def __init__(self, reason: str, why: Why = "crash") -> None:
        super().__init__(reason)
        self.reason = reason
        self.why: Why = why


class ProgramFailed(Exception):
    """The program does not compile, the page is not JSON, or there is not exactly one result."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PoolClosed(Exception):
    """A request to a pool that is closed, or closed while the request ran."""


class WorkerPool:
    """`size` children, started on demand, one request each at a time.

    `environment` is all that programs see in `env`. Use it as an async context manager: leaving it ends all
    children, also those at work. A cancelled request costs its child.
    """

    def __init__(
        self, size: int, limits: Limits | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        if size < 1:
            raise ValueError("a pool has at least one worker")
        self.size = size
        self.limits = limits or Limits()
        self._environment = dict(environment or {})
        self._busy: set[_Child] = set()
        self._idle: list[_Child] = []
        self._turns = asyncio.Semaphore(size)
        self._open = False

    async def __aenter__(self) -> Self:
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        for child in self._idle:
            child.end()
        self._idle.clear()
        for child in self._busy:
            child.kill()  # its request sees the end of the pipe and does the rest
        for _ in range(self.size):
            await self._turns.acquire()
        for _ in range(self.size):
            self._turns.release()

    async def run(self, program: str, page: bytes, *, paths: bytes = b"", seconds: float = 0.0) -> bytes:
        """The JSON that `program` makes of `page` (a JSON array of records); an empty page only compiles.

        `paths` are the parts of each record that the program looks at (see `worker.pruner`), "" for all;
        `seconds` is a shorter time limit than the pool's. Raises ProgramFailed, WorkerDied or PoolClosed.
        """
        async with self._turns:
            if not self._open:
                raise PoolClosed("the pool of jq workers is closed")
            child = self._idle.pop() if self._idle else _Child(self.limits, self._environment)
            self._busy.add(child)
            limit = min(seconds or self.limits.seconds, self.limits.seconds)
            done = False
            try:
                status, answer = await child.ask(program.encode(), paths, page, limit)
                done = True
            except OSError:
                reason = await child.last_words(limit)
                if not self._open:
                    raise PoolClosed("the pool of jq workers was closed") from None
                raise reason from None
            finally:
                self._busy.discard(child)
                if done and self._open:
                    self._idle.append(child)
                else:
                    child.end()
        if status:
            raise ProgramFailed(answer.decode("utf-8", "replace"))
        return bytes(answer)


class _Child:
    """One worker process and our end of the socket that is its standard input and output."""

    def __init__(self, limits: Limits, environment: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self._socket = ours
        arguments = [str(limits.memory), str(limits.answer), *environment]
        try:
            # A session of its own: Ctrl-C at the terminal is for the parent, which ends its children in order.
            self._process = subprocess.Popen(
                [sys.executable, "-I", _WORKER, *arguments],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                env=dict(environment),
                cwd="/",
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()

    async def ask(self, program: bytes, paths: bytes, page: bytes, seconds: float) -> tuple[int, bytearray]:
        """The status and bytes of the answer. A child that is gone is an OSError."""
        loop = asyncio.get_running_loop()
        head = _REQUEST.pack(len(program), len(paths), len(page), seconds)
        await loop.sock_sendall(self._socket, b"".join((head, program, paths, page)))
        status, size = _ANSWER.unpack(await self._receive(loop, _ANSWER.size))
        return status, await self._receive(loop, size)

    async def _receive(self, loop: asyncio.AbstractEventLoop, size: int) -> bytearray:
        buffer = bytearray(size)
        view, at = memoryview(buffer), 0
        while at < size:
            read = await loop.sock_recv_into(self._socket, view[at:])
            if not read:
                raise ConnectionResetError
            at += read
        view.release()
        return buffer

    async def last_words(self, seconds: float) -> WorkerDied:
        """Why the child died, told from how it ended."""
        try:
            code = await asyncio.to_thread(self._process.wait, _EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            return WorkerDied("closed its pipe without ending")
        if code in (-signal.SIGPROF, -signal.SIGALRM):
            return WorkerDied(f"took longer than the time limit of {seconds:g} s", "time")
        if code in (-signal.SIGABRT, _OUT_OF_MEMORY):
            return WorkerDied("needs more memory than allowed", "memory")
        if code == -signal.SIGSEGV:
            return WorkerDied("crashed jq: nested or recursive without end", "memory")
        if code < 0:
            return WorkerDied(f"was ended by signal {signal.Signals(-code).name}")
        return WorkerDied(f"ended its worker with exit code {code}")

    def kill(self) -> None:
        """End the process; whoever waits for its answer reads the end of the pipe."""
        self._process.kill()

    def end(self) -> None:
        """Kill and reap; also when it is dead already."""
        self._socket.close()
        self._process.kill()
        self._process.wait()
