"""`fairlead ocean` in the place of the image of Port's integration: listeners, schedule, hooks, probes, mistakes."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from azure_devops_sandbox import Sandbox
from contract.cli.conftest import Shell
from contract.cli.ocean_server import ocean, until
from port_api import PortApi, integrations
from port_api.faults import Fault
from port_api.state import Object

MAPPING: Object = {
    "resources": [
        {
            "kind": "project",
            "selector": {"query": "true"},
            "port": {
                "entity": {
                    "mappings": {"identifier": ".id", "title": ".name", "blueprint": '"project"'},
                }
            },
        }
    ]
}
BLUEPRINT: Object = {
    "identifier": "project",
    "title": "Project",
    "schema": {"properties": {"url": {"type": "string"}}, "required": []},
    "relations": {},
}
EVENT = json.dumps({"eventType": "git.push", "publisherId": "tfs", "resource": {}}).encode()


@pytest.fixture
async def port() -> AsyncIterator[PortApi]:
    async with PortApi() as one:
        one.state.blueprints["project"] = json.loads(json.dumps(BLUEPRINT))
        integrations.create(one.state, {"installationId": "ado", "config": MAPPING})
        yield one


@pytest.fixture
def image(bare: Shell, sandbox: Sandbox, port: PortApi) -> Shell:
    """The variables of the image of Port's integration."""
    bare.environment |= {
        "OCEAN__PORT": json.dumps({"client_id": port.client_id, "client_secret": port.client_secret}),
        "OCEAN__PORT__BASE_URL": port.url,
        "OCEAN__INTEGRATION__IDENTIFIER": "ado",
        "OCEAN__INTEGRATION__CONFIG__ORGANIZATION_URL": sandbox.url,
        "OCEAN__INTEGRATION__CONFIG__PERSONAL_ACCESS_TOKEN": sandbox.pat,
        "OCEAN__RUNTIME": "OnPrem",
        "OCEAN__PROCESS_EXECUTION_MODE": "single_process",
    }
    return bare


def listener(shell: Shell, kind: str, **options: object) -> None:
    shell.environment["OCEAN__EVENT_LISTENER"] = json.dumps({"type": kind} | options)


def states(port: PortApi) -> list[str]:
    return [json.loads(one.body)["status"] for one in port.requests("PATCH", "/resync-state")]


def integration(port: PortApi) -> Object:
    return port.state.integrations["ado"]


async def test_once_ends_with_the_sync(image: Shell, port: PortApi) -> None:
    listener(image, "ONCE")
    done = await image.run("ocean")
    assert done.code == 0, done
    assert "there was no catalog: history, undo and resuming need" in done.err
    assert states(port) == ["running", "completed"]
    assert port.state.entities["project"]
    again = await image.run("ocean")
    assert (again.code, "no catalog" in again.err) == (0, False)


async def test_once_tells_by_its_code_what_went_wrong(image: Shell, port: PortApi) -> None:
    listener(image, "ONCE")
    image.environment["OCEAN__INTEGRATION__CONFIG__PERSONAL_ACCESS_TOKEN"] = "wrong-token"
    done = await image.run("ocean")
    assert done.code == 77, done
    assert states(port)[-1] == "failed"


async def test_once_is_incremental_where_that_is_enabled(image: Shell, port: PortApi) -> None:
    listener(image, "ONCE")
    image.environment["OCEAN__INTEGRATION__INCREMENTAL_SYNC_ENABLED"] = "true"
    assert (await image.run("ocean")).code == 0
    (run,) = json.loads((await image.run("runs", "--json")).out)["runs"]
    assert run["mode"] == "incremental"
    assert integration(port)["incrementalSyncEnabled"] is True


async def test_polling_syncs_at_the_start_and_at_each_request(image: Shell, port: PortApi) -> None:
    integration(port)["changelogDestination"] = {"type": "KAFKA"}
    listener(image, "POLLING", interval=0.2)
    async with ocean(image) as server:
        await server.until_ready()
        assert await server.runs(1) == [("full", "done")]
        integrations.merge(port.state, "ado", {})
        assert len(await server.runs(2)) == 2
        # No request, no run.
        polls = len(port.requests("GET", "/resync-request"))
        await until(lambda: len(port.requests("GET", "/resync-request")) > polls + 5)
        assert len(await server.runs()) == 2
        ended = await server.stop()
    assert ended.code == 0, ended
    assert ended.out.count("full sync") == 2
    assert states(port) == ["running", "completed"] * 2
    assert integration(port)["changelogDestination"] == {}


async def test_polling_follows_a_changed_mapping(image: Shell, port: PortApi) -> None:
    listener(image, "POLLING", interval=0.2)
    async with ocean(image) as server:
        await server.runs(1)
        changed = json.loads(json.dumps(MAPPING).replace('".name"', '".name + \\"!\\""'))
        integrations.set_config(port.state, "ado", {"config": changed})
        await server.runs(2)
    assert all(str(one.title).endswith("!") for one in port.state.entities["project"].values())


async def test_without_a_sync_at_the_start_only_what_was_not_served_is(image: Shell, port: PortApi) -> None:
    """The stand-in has minted a request when it was made, which nobody has served yet."""
    listener(image, "POLLING", interval=0.2, resync_on_start=False)
    async with ocean(image) as server:
        assert await server.runs(1) == [("full", "done")]
        assert (await server.stop()).code == 0
    polls = len(port.requests("GET", "/resync-request"))
    async with ocean(image) as server:
        await until(lambda: len(port.requests("GET", "/resync-request")) > polls + 3)
        assert len(await server.runs()) == 1


async def test_the_schedule_is_kept_and_told(image: Shell, port: PortApi) -> None:
    listener(image, "POLLING", resync_on_start=True, interval=600)
    image.environment["OCEAN__SCHEDULED_RESYNC_INTERVAL"] = "0.05"
    async with ocean(image) as server:
        modes = [mode for mode, _ in await server.runs(2)]
        await server.stop()
    assert set(modes) == {"full"}
    state = integration(port)["resyncState"]
    assert isinstance(state, dict)
    assert state["nextResync"]
    assert state["intervalInMinuets"] == 0


async def test_incremental_syncs_by_the_clock(image: Shell) -> None:
    listener(image, "POLLING", interval=600)
    image.environment |= {
        "OCEAN__INTEGRATION__INCREMENTAL_SYNC_ENABLED": "true",
        "OCEAN__INTEGRATION__INCREMENTAL_SYNC_INTERVAL": "0.05",
    }
    async with ocean(image) as server:
        modes = [mode for mode, _ in await server.runs(3)]
    assert modes[0] == "full"
    assert "incremental" in modes


async def test_webhook_listener_is_told_by_port(image: Shell, port: PortApi) -> None:
    listener(image, "WEBHOOK", app_host="https://hooks.example.com/", resync_on_start=False)
    image.environment["OCEAN__PATH_PREFIX"] = "/ado"
    async with ocean(image) as server:
        await server.until_ready()
        assert integration(port)["changelogDestination"] == {
            "type": "WEBHOOK",
            "url": "https://hooks.example.com/resync",
        }
        assert (await server.ask("POST", "/resync", body=b'{"any": "thing"}')).status == 200
        assert await server.runs(1) == [("full", "done")]
        assert (await server.ask("POST", "/ado/resync")).status == 404
        assert (await server.ask("POST", "/ado/integration/webhook", body=EVENT)).status == 200
        assert await server.runs(2) == [("full", "done"), ("incremental", "done")]


async def test_webhooks_only_makes_no_full_sync(image: Shell, port: PortApi) -> None:
    integration(port)["changelogDestination"] = {"type": "KAFKA"}
    listener(image, "WEBHOOKS_ONLY")
    image.environment["OCEAN__SCHEDULED_RESYNC_INTERVAL"] = "0.01"
    async with ocean(image) as server:
        await server.until_ready()
        assert (await server.ask("POST", "/resync")).status == 404
        assert (await server.ask("POST", "/integration/webhook", body=EVENT)).status == 200
        assert await server.runs(1) == [("incremental", "done")]
    assert integration(port)["changelogDestination"] == {"type": "KAFKA"}


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
    assert await server.runs() == []
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


async def test_a_run_that_fails_ends_nothing(image: Shell, port: PortApi) -> None:
    listener(image, "POLLING", interval=0.2)
    async with ocean(image) as server:
        await server.runs(1)
        integrations.set_config(port.state, "ado", {"config": {"resources": [{"kind": "no-such-kind"}]}})
        await until(lambda: states(port)[-1] == "failed")
        integrations.set_config(port.state, "ado", {"config": MAPPING})
        await server.runs(2)
        ended = await server.stop()
    assert ended.code == 0, ended
    assert "the full sync failed" in ended.err


async def test_a_stop_cuts_the_run_off_and_tells_port(image: Shell, port: PortApi, sandbox: Sandbox) -> None:
    listener(image, "POLLING")
    port.latency = 0.5
    async with ocean(image) as server:
        await until(lambda: "running" in states(port))
        ended = await server.stop()
    assert ended.code == 0, ended
    assert states(port)[-1] == "aborted"


async def test_an_environment_of_our_own_dialect_serves_too(
    bare: Shell, sandbox: Sandbox, port: PortApi
) -> None:
    bare.environment |= {
        "FAIRLEAD_AZURE__ORGANIZATION_URL": sandbox.url,
        "FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN": sandbox.pat,
        "FAIRLEAD_PORT__CLIENT_ID": port.client_id,
        "FAIRLEAD_PORT__CLIENT_SECRET": port.client_secret,
        "FAIRLEAD_PORT__BASE_URL": port.url,
        "FAIRLEAD_PORT__INTEGRATION_IDENTIFIER": "ado",
    }
    async with ocean(bare) as server:
        assert await server.runs(1) == [("full", "done")]


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"OCEAN__EVENT_LISTENER": "{"}, 64, "OCEAN__EVENT_LISTENER is not JSON"),
        ({"OCEAN__EVENT_LISTENER": "POLLING"}, 64, "the variable for it is OCEAN__EVENT_LISTENER"),
        ({"OCEAN__EVENT_LISTENER": '{"type": "CARRIER_PIGEON"}'}, 64, "listeners: POLLING, KAFKA, WEBHOOK"),
        ({"OCEAN__EVENT_LISTENER": '{"type": "ACTIONS_ONLY"}'}, 64, "does not run Port's actions"),
        (
            {"OCEAN__EVENT_LISTENER": '{"type": "WEBHOOK"}'},
            64,
            "the address that Port reaches this server at",
        ),
        ({"OCEAN__EVENT_LISTENER": '{"type": "WEBHOOK", "app_host": "x"}'}, 64, "the address that Port"),
        ({"OCEAN__EVENT_LISTENER__INTERVAL": "0"}, 64, "OCEAN__EVENT_LISTENER__INTERVAL"),
        ({"OCEAN__EVENT_LISTENER__RESYNC_ON_START": "perhaps"}, 64, "OCEAN__EVENT_LISTENER__RESYNC_ON_START"),
        ({"OCEAN__SCHEDULED_RESYNC_INTERVAL": "daily"}, 64, "must be a number of minutes"),
        ({"OCEAN__PORT": "", "OCEAN__PORT__BASE_URL": ""}, 64, "Port's credentials are not set"),
        ({"OCEAN__INTEGRATION__CONFIG__ORGANIZATION_URL": ""}, 64, "no organization is connected"),
        ({"OCEAN__PORT": '{"client_id": "x", "client_secret": "wrong-one"}'}, 77, "error: "),
    ],
)
async def test_what_cannot_be_meant_is_said(
    image: Shell, given: dict[str, str], code: int, message: str
) -> None:
    image.environment |= given
    done = await image.run("ocean", "--port", "0")
    assert done.code == code, done
    assert message in done.err
    assert "Traceback" not in done.err
    assert "wrong-one" not in done.err


async def test_a_taken_port_is_an_error(image: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        number = taken.getsockname()[1]
        done = await image.run("ocean", "--port", str(number))
    assert done.code == 64, done
    assert f"port {number} of 0.0.0.0 cannot be used" in done.err


async def test_an_integration_that_port_runs_itself_is_left_to_it(image: Shell, port: PortApi) -> None:
    integration(port)["installationType"] = "Saas"
    done = await image.run("ocean", "--port", "0")
    assert done.code == 64, done
    assert "Port itself runs the integration" in done.err
