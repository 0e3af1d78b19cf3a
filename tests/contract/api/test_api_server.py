"""The server itself: whom it answers, how it is described, what it serves beside the API, how it ends."""

from __future__ import annotations

import asyncio
import io
import json
import signal
import socket
import time
from pathlib import Path

import pytest

from contract.api.conftest import Client, served, settings_of
from contract.cli.conftest import Shell
from fairlead.api import page
from fairlead.api.application import document
from fairlead.api.guard import Guard

ROOT = Path(__file__).parents[3]


def test_the_file_that_describes_the_api_is_current() -> None:
    assert (ROOT / "openapi.json").read_bytes() == document(), "make openapi"


async def test_it_is_described_as_served(empty: Client) -> None:
    assert (await empty.get("/openapi.json")).value == json.loads((ROOT / "openapi.json").read_bytes())


async def test_an_empty_catalog_has_a_status(empty: Client) -> None:
    status = await empty.get("/api/status")
    assert status["catalog"] == {"entities": 0, "stubs": 0, "pending": 0, "held": 0, "unresolved": 0}
    assert status["proof"] == {"scopes": 0, "proved": 0, "at": None}
    assert (status["run"], status["last"], status["deliveries"]) == (None, None, [])


async def test_the_status_after_a_sync(synced: Client) -> None:
    status = await synced.get("/api/status")
    catalog, proof = status.part("catalog"), status.part("proof")
    assert catalog["entities"] == (await synced.get("/api/runs/1"))["entities"]
    assert proof["scopes"] == proof["proved"] != 0
    assert str(proof["at"]).endswith("Z")
    assert [one["name"] for one in status.rows("connections")] == ["acme"]
    assert status.part("last")["exitCode"] == 0


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8400", "1.2.3.4", "[::2]"]
)
async def test_another_name_is_refused(empty: Client, host: str) -> None:
    for path in ("/api/status", "/v1/blueprints", "/", "/openapi.json"):
        answer = await empty.get(path, headers={"host": host})
        assert answer.status in (400, 403), (host, path)
        assert b"version" not in answer.body


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8400", "127.1.2.3", "[::1]:8400"])
async def test_names_of_the_loopback_are_answered(empty: Client, host: str) -> None:
    assert (await empty.get("/api/status", headers={"host": host})).status == 200


def test_configured_names_are_answered() -> None:
    async def nothing(*_: object) -> None:
        return None

    guard = Guard(nothing, ["Catalog.Example.com"])
    assert guard.answers_to("catalog.example.com:443")
    assert not guard.answers_to("other.example.com")


async def test_every_answer_carries_the_headers(empty: Client) -> None:
    for path in ("/", "/api/status", "/api/nothing", "/v1/nothing", "/api/runs/x"):
        headers = (await empty.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
        assert headers["cache-control"] == "no-store"


async def test_both_dialects_say_what_is_not_there(empty: Client) -> None:
    ports = await empty.get("/v1/nothing")
    assert (ports.status, ports["ok"], ports["error"]) == (404, False, "not_found")
    ours = await empty.get("/api/nothing")
    assert (ours.status, ours["error"]) == (404, "NotThere")
    assert (await empty.ask("DELETE", "/api/status")).status == 405


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b"", "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b'{"mode":"full"}', "text/plain", 415),
        (b'{"mode":"full"}', "application/x-www-form-urlencoded", 415),
        (b'{"mode":"half"}', "application/json", 422),
        (b'{"mode":"full","kinds":["nonsense"]}', "application/json", 422),
        (b'{"mode":"full","more":1}', "application/json", 422),
        (b'"' + b"x" * (1 << 21) + b'"', "application/json", 413),
    ],
)
async def test_bodies_that_cannot_be_meant(empty: Client, body: bytes, kind: str, status: int) -> None:
    headers = {"content-type": kind}
    answer = await empty.ask("POST", "/api/runs", data=io.BytesIO(body), headers=headers)
    assert answer.status == status, answer
    assert answer["error"] == "BadUsage"


async def test_head_is_answered_without_a_body(empty: Client) -> None:
    for path in ("/", "/api/status"):
        answer = await empty.ask("HEAD", path)
        assert (answer.status, answer.body) == (200, b"")
    assert (await empty.ask("HEAD", "/api/events")).status == 405


async def test_long_answers_are_compressed(synced: Client) -> None:
    url = f"{synced.url}/api/runs/1/changes"
    async with synced.session.get(url, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        await answer.read()


async def test_the_placeholder_stands_in_for_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "none")
    async with served(settings_of(tmp_path)) as client:
        answer = await client.get("/entities/service/one")
        assert answer.status == 200
        assert b'http-equiv="refresh"' in answer.body


async def test_the_built_page_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = tmp_path / "page"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<p>the page")
    (built / "favicon.svg").write_text("<svg/>")
    (built / ".sources").write_text("hash")
    (built / "assets" / "index-abc.js").write_text("1")
    (tmp_path / "secret").write_text("no")
    monkeypatch.setattr(page, "PAGE", built)
    async with served(settings_of(tmp_path)) as client:
        asset = await client.get("/assets/index-abc.js")
        assert asset.body == b"1"
        assert "immutable" in asset.headers["cache-control"]
        assert (await client.get("/favicon.svg")).body == b"<svg/>"
        for deep in ("/", "/entities/a%2Fb", "/.sources", "/%2e%2e/secret", "/..%2fsecret", "/%00", "/apis"):
            answer = await client.get(deep)
            assert (answer.status, answer.body) == (200, b"<p>the page"), deep
            assert answer.headers["cache-control"] == "no-cache"
        for missing in ("/assets/old-abc.js", "/api", "/v1", "/api/x/y"):
            assert (await client.get(missing)).status == 404, missing


def until_exists(path: Path) -> None:
    while not path.exists():
        time.sleep(0.02)


async def started(shell: Shell, *flags: str) -> tuple[asyncio.subprocess.Process, dict[str, object]]:
    ready = shell.directory / "ready.json"
    process = await shell.start("serve", "--ready-file", str(ready), *flags)
    await asyncio.wait_for(asyncio.to_thread(until_exists, ready), 30)
    return process, json.loads(ready.read_text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_serve_ends_at_once_though_somebody_listens(tmp_path: Path, number: signal.Signals) -> None:
    import aiohttp

    shell = Shell(tmp_path)
    process, ready = await started(shell, "--port", "0")
    assert ready["pid"] == process.pid
    async with aiohttp.ClientSession() as session, session.get(f"{ready['url']}/api/events") as answer:
        assert (await answer.content.readline()) == b"event: status\n"
        before = time.monotonic()
        process.send_signal(number)
        done = await shell.ended(process)
        assert time.monotonic() - before < 2
    assert done.code == 0, done
    assert done.err == ""
    assert str(ready["url"]) in done.out
    assert not (tmp_path / "ready.json").exists()


async def test_a_taken_port_is_passed_over_and_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process, ready = await started(Shell(tmp_path), "--port", str(port))
        process.send_signal(signal.SIGTERM)
        done = await Shell(tmp_path).ended(process)
    assert ready["url"] != f"http://127.0.0.1:{port}"
    assert f"port {port} is taken" in done.err


async def test_an_address_that_others_reach_is_warned_of(tmp_path: Path) -> None:
    process, ready = await started(Shell(tmp_path), "--port", "0", "--host", "0.0.0.0")
    process.send_signal(signal.SIGTERM)
    done = await Shell(tmp_path).ended(process)
    assert done.code == 0
    assert str(ready["url"]).startswith("http://127.0.0.1:")
    assert "no sign-in" in done.err


async def test_a_host_that_is_not_ours(tmp_path: Path) -> None:
    done = await Shell(tmp_path).run("serve", "--host", "203.0.113.7")
    assert done.code == 64, done
    assert "Traceback" not in done.err
