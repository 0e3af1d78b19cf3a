"""What `fairlead ocean` answers: events of service hooks, probes, metrics."""

from __future__ import annotations

import asyncio
import json
import signal

import pytest
from prometheus_client.parser import text_string_to_metric_families

from contract.cli.conftest import Shell
from contract.cli.ocean_server import EVENT, listener, ocean, states, until
from port_api import PortApi
from port_api.faults import Fault
from postgres_server import PostgresServer


async def test_events_are_signed_in_with_the_secret(image: Shell) -> None:
    listener(image, "WEBHOOKS_ONLY")
    image.environment["OCEAN__INTEGRATION__CONFIG__WEBHOOK_SECRET"] = "of-the-hooks"
    image.environment["OCEAN__INTEGRATION__CONFIG__WEBHOOK_AUTH_USERNAME"] = "hooks"
    async with ocean(image) as server:
        await server.until_ready()

        async def status(
            sign_in: tuple[str, str] | None, body: bytes = EVENT, authorization: str = ""
        ) -> int:
            headers = {"Authorization": authorization} if authorization else None
            told = await server.ask(
                "POST", "/integration/webhook", body=body, headers=headers, sign_in=sign_in
            )
            return told.status

        right = ("hooks", "of-the-hooks")
        assert await status(None) == 401
        assert await status(("hooks", "wrong")) == 401
        assert await status(("port", "of-the-hooks")) == 401
        assert await status(None, authorization="Basic !") == 401
        assert await status(None, authorization="Bearer of-the-hooks") == 401
        assert await status(right, b"{") == 400
        assert await status(right, b'{"publisherId": "tfs"}') == 400
        assert await status(right, b" " * (1 << 20) + EVENT) == 413
        assert await server.runs() == []
        assert await status(right) == 200
        assert await server.runs(1) == [("incremental", "done")]
        ended = await server.stop()
    assert "of-the-hooks" not in ended.out + ended.err


async def test_an_event_that_was_acknowledged_survives_a_kill(image: Shell, port: PortApi) -> None:
    listener(image, "WEBHOOKS_ONLY")
    async with ocean(image) as server:
        await server.until_ready()
        assert (await server.ask("POST", "/integration/webhook", body=EVENT)).status == 200
        await server.stop(signal.SIGKILL)
    async with ocean(image) as server:
        assert await server.runs(1) == [("incremental", "done")]
        assert (await server.stop()).code == 0
    async with ocean(image) as server:
        await server.until_ready()
        await asyncio.sleep(1)
        assert len(await server.runs()) == 1


async def test_an_event_that_cannot_be_noted_is_not_acknowledged(image: Shell) -> None:
    listener(image, "WEBHOOKS_ONLY")
    async with ocean(image) as server:
        await server.until_ready()
        folder = image.directory / ".fairlead"
        folder.rename(image.directory / "gone")
        folder.write_text("in the way")
        told = await server.ask("POST", "/integration/webhook", body=EVENT)
        assert (told.status, told.headers["Retry-After"]) == (503, "30")
        folder.unlink()
        (image.directory / "gone").rename(folder)
        assert (await server.ask("POST", "/integration/webhook", body=EVENT)).status == 200
        assert await server.runs(1) == [("incremental", "done")]


async def test_probes_and_metrics(image: Shell, port: PortApi) -> None:
    port.fail(Fault(503, times=2, path="/v1/integration/ado"))
    listener(image, "POLLING")
    async with ocean(image) as server:
        live = await server.ask("GET", "/health/live")
        assert (live.status, json.loads(live.text)["check"]) == (200, "live")
        assert json.loads(live.text)["core_version"]
        assert live.headers["X-Request-ID"]
        assert float(live.headers["X-Process-Time"]) >= 0
        assert (await server.ask("GET", "/health/ready")).status == 503
        await server.until_ready()
        await server.runs(1)
        for path in ("/docs", "/openapi.json", "/metrics/"):
            assert (await server.ask("GET", path)).status == 200
        assert (await server.ask("HEAD", "/health/live")).status == 200
        for path in ("/", "/api/status", "/v1/blueprints", "/isHealthy", "/integration"):
            assert (await server.ask("GET", path)).status == 404
        text = (await server.ask("GET", "/metrics")).text
        values = {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
    entities = len(port.state.entities["project"])
    assert values["fairlead_entities",] == entities
    assert values["object_count", "extract", "project", "raw_extracted"] == entities
    assert values["object_count", "__runtime__", "load", "loaded"] == entities
    assert values["success", "__runtime__", "resync"] == 1
    assert values["success", "extract", "project"] == 1
    assert values["fairlead_runs_total", "completed"] == 1
    assert values["fairlead_pending_deliveries", "port"] == 0
    assert ("rate_limit_wait_seconds", "__runtime__", "azure-devops", "extract") in values


@pytest.mark.long
async def test_events_during_a_sync_make_one_more(image: Shell, port: PortApi) -> None:
    listener(image, "POLLING", interval=600)
    port.latency = 0.3
    async with ocean(image) as server:
        await until(lambda: "running" in states(port))
        told = await asyncio.gather(
            *(server.ask("POST", "/integration/webhook", body=EVENT) for _ in range(50))
        )
        assert {reply.status for reply in told} == {200}
        assert "completed" not in states(port)
        port.latency = 0.0
        assert await server.runs(2) == [("full", "done"), ("incremental", "done")]


@pytest.mark.long
async def test_events_with_the_catalog_on_a_server(image: Shell, postgres: PostgresServer) -> None:
    postgres.execute("DROP SCHEMA IF EXISTS ocean CASCADE")
    postgres.execute("CREATE SCHEMA ocean")
    image.environment["FAIRLEAD_CATALOG_URL"] = postgres.url(search_path="ocean")
    listener(image, "WEBHOOKS_ONLY")
    async with ocean(image) as server:
        await server.until_ready()
        assert (await server.ask("POST", "/integration/webhook", body=EVENT)).status == 200
        await server.stop(signal.SIGKILL)
    async with ocean(image) as server:
        assert await server.runs(1) == [("incremental", "done")]
        ended = await server.stop()
    assert (ended.code, "no catalog" in ended.err) == (0, False), ended
