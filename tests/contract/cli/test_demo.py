"""`fairlead demo` as a person meets it: what it says, what it serves, and that nothing of it stays behind."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contract.cli.conftest import Shell
from fairlead.app.demo.place import running

MARK = "DEMO_OF_TEST"
SECONDS = 90


class Demo:
    """A demo that has told its address."""

    def __init__(self, process: asyncio.subprocess.Process, lines: list[str], mark: str) -> None:
        self.process = process
        self.lines = lines
        self.mark = mark

    @property
    def url(self) -> str:
        """Its page."""
        return next(line for line in self.lines if line.startswith("Open ")).split()[1]

    def processes(self) -> list[int]:
        """All that it has started, itself among them, as far as they are alive."""
        wanted = f"{MARK}={self.mark}".encode()
        return [
            int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if wanted in _read(path)
        ]

    async def gone(self) -> bool:
        """Whether every process of it ends within some seconds."""
        for _ in range(100):
            if not self.processes():
                return True
            await asyncio.sleep(0.1)
        return False


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@asynccontextmanager
async def started(shell: Shell, *arguments: str, until: str = "Yours ") -> AsyncIterator[Demo]:
    """A demo that has said so much."""
    mark = uuid.uuid4().hex
    shell.environment[MARK] = mark
    process = await shell.start("demo", *arguments)
    del shell.environment[MARK]
    assert process.stdout is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(SECONDS):
            while not any(line.startswith(until) for line in lines):
                line = await process.stdout.readline()
                assert line, (lines, await process.communicate())
                lines.append(line.decode().rstrip())
        yield Demo(process, lines, mark)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def get(url: str) -> tuple[int, bytes]:
    def asked() -> tuple[int, bytes]:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.netloc, timeout=10)
        try:
            connection.request("GET", parts.path or "/")
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    return await asyncio.to_thread(asked)


def number(text: str, line: str) -> int:
    found = re.search(text, line)
    assert found, line
    return int(found[1].replace(",", ""))


async def test_once(bare: Shell) -> None:
    done = await bare.run("demo", "--once")
    assert done.code == 0, done.err
    organization, first, catalog, again, *rest = done.out.splitlines()
    assert organization.startswith('[3/4] sandbox organization "contoso": 12 projects, ')
    assert first.startswith("[4/4] first sync   project 12 ✓  repository ")
    entities = number(r"Catalog   ([\d,]+) entities, \d+ blueprints", catalog)
    assert re.search(r"· ([\d,]+) of \1 scopes proved complete ·", catalog)
    fewest = number(r"\(fewest possible: ([\d,]+)\)", catalog)
    assert 0 < fewest <= number(r"([\d,]+) requests", catalog) <= 1.2 * fewest
    assert again.startswith("Again     nothing changed, 0 writes, ")
    assert rest[-1].startswith("Yours ")
    exported = await bare.run("export")
    assert "the demo's" in exported.err
    report = (await bare.run("runs", "1", "--json")).value
    assert report["entities"] == entities
    assert isinstance(report["stubs"], int)
    assert len(exported.out.splitlines()) == entities + report["stubs"]
    assert sorted(path.name for path in bare.directory.iterdir()) == [".demo"]


async def test_once_for_a_program(bare: Shell) -> None:
    told = (await bare.run("demo", "--once", "--json")).value
    assert told["url"] == ""
    assert isinstance(told["again"], dict)
    assert told["again"]["change_counts"] == {}
    assert isinstance(told["example"], list)
    explained = await bare.run("explain", *told["example"])
    assert explained.code == 0, explained.err


async def test_served(bare: Shell) -> None:
    """One demo for all of it: it takes some seconds to start."""
    async with started(bare, "--port", "0") as demo:
        status, body = await get(demo.url)
        assert (status, body[:15].lower()) == (200, b"<!doctype html>")
        status, body = await get(f"{demo.url}/api/status")
        before = json.loads(body)["catalog"]["entities"]
        assert before == number(r"([\d,]+) entities", demo.lines[2])

        second = await bare.run("demo")
        assert second.code == 64
        assert f"a demo runs in this folder already, at {demo.url}" in second.err

        example = next(line for line in demo.lines if line.startswith("Try ")).split()[3:]
        explained = await bare.run("explain", *example)
        assert (explained.code, explained.out.splitlines()[0]) == (0, " ".join(example[:2]))

        await _breaks(bare, before)

        demo.process.send_signal(signal.SIGINT)
        _, said = await asyncio.wait_for(demo.process.communicate(), 10)
        assert demo.process.returncode == 0
        assert said.decode().splitlines()[-1] == "stopped"
        assert "Traceback" not in said.decode()
        assert await demo.gone()
    assert not (bare.directory / ".demo" / "running.json").exists()


async def _breaks(shell: Shell, before: int) -> None:
    broken = await shell.run("demo", "break")
    assert broken.code == 0, broken.err
    hiding, catalog, why, *doubts, healed = broken.out.splitlines()
    assert hiding.startswith('Hiding    project "')
    entities = number(r"([\d,]+) entities before", catalog)
    assert entities >= before
    assert catalog == f"Catalog   {entities:,} entities before, {entities:,} after: nothing deleted"
    assert why.startswith("Why ")
    assert any("Access denied" in line for line in doubts)
    assert healed.startswith(f"Healed    {entities:,} entities · ")
    assert re.search(r"· ([\d,]+) of \1 scopes proved complete · nothing changed$", healed)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_nothing_stays_behind(bare: Shell, how: signal.Signals) -> None:
    """Stopped while it syncs for the first time, and builds the page."""
    async with started(bare, "--port", "0", until="[3/4]") as demo:
        assert len(demo.processes()) >= 2
        demo.process.send_signal(how)
        _, said = await asyncio.wait_for(demo.process.communicate(), SECONDS)
        assert "Traceback" not in said.decode()
        assert demo.process.returncode == (-how if how is signal.SIGKILL else 0)
        assert await demo.gone()
    assert running(bare.directory) is None


async def test_a_taken_port_is_left_to_whoever_has_it(bare: Shell) -> None:
    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    other = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    async with other, started(bare, "--port", str(port), until="[3/4]") as demo:
        assert demo.process.stderr is not None
        said = await asyncio.wait_for(demo.process.stderr.readline(), SECONDS)
    assert number(rf"port {port} is taken: using (\d+)", said.decode()) > port


@pytest.mark.long
async def test_break_starts_a_demo_where_none_runs(bare: Shell) -> None:
    told = await bare.run("demo", "break", "--json")
    assert told.code == 0, told.err
    assert told.value["hidden"] != told.value["healed"]
