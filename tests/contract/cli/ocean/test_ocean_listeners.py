"""`fairlead ocean` in the place of the image of Port's integration: listeners, schedule, mistakes."""

from __future__ import annotations

import json
import socket

import pytest

from azure_devops_sandbox import Sandbox
from contract.cli.conftest import Shell
from contract.cli.ocean_server import EVENT, MAPPING, integration, listener, ocean, states, until
from port_api import PortApi, integrations
from port_api.state import section


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


@pytest.mark.long
async def test_polling_follows_a_changed_mapping(image: Shell, port: PortApi) -> None:
    listener(image, "POLLING", interval=0.2)
    async with ocean(image) as server:
        await server.runs(1)
        changed = json.loads(json.dumps(MAPPING).replace('".name"', '".name + \\"!\\""'))
        integrations.set_config(port.state, "ado", {"config": changed})
        await server.runs(2)
    assert all(str(one.title).endswith("!") for one in port.state.entities["project"].values())


@pytest.mark.long
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


@pytest.mark.long
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


@pytest.mark.long
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


async def test_what_port_refuses_is_told_after_each_sync(image: Shell, port: PortApi) -> None:
    section(port.state.blueprints["project"], "schema")["required"] = ["url"]
    async with ocean(image) as server:
        await server.runs(1)
        ended = await server.stop()
    assert ended.code == 0, ended
    assert "full sync" in ended.out
    assert "a target refused an entity" in ended.out
    assert "of project, properties.url: " in ended.out


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
