"""A worker process: jq over pages, inside limits. Started as a script by `pool`, never imported by it.

A request on standard input is `>IId`: bytes of program and page, seconds of processor time; then both. The page is
a JSON array of records, empty to compile only. The answer on standard output is `>BI`: a status (0 good, 1 failed)
and bytes; then the JSON or the reason. End of input ends the process, so it never outlives its parent.

The program gives one output per page. libjq cannot be interrupted and may abort: time and memory limits kill the
process, and the parent starts another.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import Protocol

import jq
import msgspec
import orjson

REQUEST = struct.Struct(">IIId")
ANSWER = struct.Struct(">BI")
GOOD, FAILED = 0, 1
OUT_OF_MEMORY = 86
"""Exit code of a worker that ran out of memory in Python's part of the work."""
WALL = 4
"""Seconds of the clock allowed per second of processor time, on a machine with other work to do."""

Prune = Callable[[bytes], bytes]


class Program(Protocol):
    """What is used of a compiled jq program."""

    def input_text(self, text: str) -> Results:
        """Run it over a text."""


class Results(Protocol):
    """A program's outputs for one text."""

    def __iter__(self) -> Results: ...
    def __next__(self) -> object: ...


def main() -> None:
    """Serve until the input ends. Arguments: memory and answer limits in bytes, then names kept in `env`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory, most = int(sys.argv[1]), int(sys.argv[2])
    for name in set(os.environ) - set(sys.argv[3:]):
        del os.environ[name]
    os.chdir("/")
    for which, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (limit, limit))
    try:
        _serve(most)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _serve(most: int) -> None:
    programs: dict[bytes, Program] = {}
    prunes: dict[bytes, Prune] = {}
    while True:
        head = _read(REQUEST.size)
        program_size, paths_size, page_size, seconds = REQUEST.unpack(head)
        program, paths, page = _read(program_size), _read(paths_size), _read(page_size)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, seconds * WALL)
        status, answer = _answer(programs, prunes, program, paths, page)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if len(answer) > most:
            status, answer = FAILED, f"the result is larger than {most} bytes".encode()
        _write(ANSWER.pack(status, len(answer)) + answer)


def _answer(
    programs: dict[bytes, Program], prunes: dict[bytes, Prune], program: bytes, paths: bytes, page: bytes
) -> tuple[int, bytes]:
    try:
        compiled = programs.get(program)
        if compiled is None:
            compiled = programs[program] = jq.compile(program.decode())
        if not page:
            return GOOD, b""
        if paths:
            prune = prunes.get(paths)
            if prune is None:
                prune = prunes[paths] = pruner(paths)
            page = prune(page)
        return GOOD, _run(compiled, page)
    except (ValueError, RecursionError) as error:
        return FAILED, str(error).encode("utf-8", "replace") or type(error).__name__.encode()


def _run(program: Program, page: bytes) -> bytes:
    text = page.decode("utf-8", "replace")
    try:
        results = list(program.input_text(text))
    except ValueError as error:
        if "surrogate" not in str(error):
            raise
        results = list(program.input_text(_ESCAPE.sub(_mended, text)))
    if len(results) != 1:
        raise ValueError("the program stopped before its end (halt)" if not results else "not one JSON text")
    return encode(results[0])


def encode(value: object) -> bytes:
    """JSON of a jq result; integers beyond 64 bits become floating-point numbers, as in jq itself."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


_HIGH, _LOW = r"\\u[dD][89abAB][0-9a-fA-F]{2}", r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(rf"(?P<pair>{_HIGH}{_LOW})|(?P<half>{_HIGH}|{_LOW})|\\.")


def _mended(match: re.Match[str]) -> str:
    """Half a surrogate pair stands for nothing and stops jq's parser: U+FFFD takes its place."""
    return "\\ufffd" if match["half"] else match.group()


def pruner(paths: bytes) -> Prune:
    """A function that leaves only the given paths of each record of a page.

    `paths` is JSON: nested objects of keys, with null for a value that is kept whole. Values are copied byte for
    byte. A page in which a path leads through something that is no object is given back as it was: jq says
    what is wrong with it.
    """
    record = _shape(msgspec.json.decode(paths, type=dict[str, object]))
    decoder, encoder = msgspec.json.Decoder(list[record]), msgspec.json.Encoder()  # type: ignore[valid-type]  # a made class

    def prune(page: bytes) -> bytes:
        try:
            return encoder.encode(decoder.decode(page))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return page

    return prune


def _shape(tree: dict[str, object]) -> type[msgspec.Struct]:
    fields: list[tuple[str, object, object]] = []
    for at, (name, inner) in enumerate(tree.items()):
        kept: object = msgspec.Raw | msgspec.UnsetType
        if isinstance(inner, dict):
            kept = _shape(inner) | None | msgspec.UnsetType
        fields.append((f"f{at}", kept, msgspec.field(default=msgspec.UNSET, name=name)))
    return msgspec.defstruct("Shape", fields, omit_defaults=True)


def _read(size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = os.read(0, min(size - len(parts), 1 << 20))
        if not part:
            os._exit(0)
        parts += part
    return bytes(parts)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(1, view) :]
        except BrokenPipeError:
            os._exit(0)


if __name__ == "__main__":
    main()
