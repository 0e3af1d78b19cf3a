"""An installation of Port's image changes its command and nothing else: its variables, its mapping, its catalog."""

from __future__ import annotations

import json

import pytest

from azure_devops_sandbox import Sandbox
from contract.cli.conftest import Shell
from contract.cli.test_sync import BLUEPRINTS, MAPPING, listed
from fairlead.mapping import presets
from port_api import Fault, PortApi, Recorded


def writes(port: PortApi) -> list[str]:
    return [
        f"{one.method} {one.path}"
        for one in port.ledger
        if one.method != "GET" and "access_token" not in one.path
    ]


async def test_a_plan_writes_nothing_at_port(image: Shell, port: PortApi) -> None:
    planned = await image.run("plan", "--json")
    assert planned.code == 2, planned.err
    assert writes(port) == []


async def test_a_sync_delivers(image: Shell, port: PortApi) -> None:
    done = await image.run("sync", "--preset", "standard", "--json")
    assert done.code == 0, done
    (delivery,) = listed(done.value, "delivery")
    assert (delivery["target"], delivery["refused"], delivery["down"]) == ("port", 0, "")
    assert delivery["upserted"] == done.value["entities"] == len(port.state.every_entity())
    again = await image.run("sync", "--preset", "standard", "--json")
    assert listed(again.value, "delivery")[0]["upserted"] == 0
    assert port.client_secret not in done.out + done.err


async def test_ports_own_mapping_is_accepted(image: Shell, port: PortApi) -> None:
    """It writes a project's revision, a number, into a text; the stand-in takes only the text. The enum of work item
    types has every type of Microsoft's processes."""
    done = await image.run("sync", "--json")
    assert done.code == 0, done
    projects = port.state.entities["azureDevopsProject"].values()
    assert projects
    assert all(str(project.properties["revision"]).isdigit() for project in projects)
    (image.directory / ".fairlead" / "catalog.db").unlink()
    anew = await image.run("sync", "--json")
    (delivery,) = listed(anew.value, "delivery")
    assert (delivery["upserted"], delivery["adopted"]) == (0, anew.value["entities"])


async def test_an_entity_that_port_refuses_is_named(image: Shell, port: PortApi) -> None:
    """Somebody has changed a blueprint at Port."""
    definition = json.loads(presets.load("port").blueprints_text)[0]
    definition["schema"]["properties"]["visibility"] = {"type": "boolean"}
    port.state.blueprints[definition["identifier"]] = definition
    done = await image.run("sync", "--json")
    assert done.code == 5, done
    (delivery,) = listed(done.value, "delivery")
    why = {one["field"]: one for one in listed(delivery, "refusals")}["properties.visibility"]
    assert why["blueprint"] == "azureDevopsProject"
    assert '. == "true"' in str(why["advice"])
    told = await image.run("runs", "1")
    assert f"{why['count']} of azureDevopsProject, properties.visibility: {why['advice']}" in told.out
    (one, *_) = listed(why, "examples")
    explained = await image.run("explain", "azureDevopsProject", str(one["identifier"]))
    assert (
        f"target port: refused\n  properties.visibility\n  {one['error']}\n  {why['advice']}" in explained.out
    )


async def test_no_deliver_leaves_port_alone_and_due(image: Shell, port: PortApi) -> None:
    assert (await image.run("sync", "--no-deliver", "--preset", "standard")).code == 0
    assert writes(port) == []
    done = await image.run("sync", "--json", "--preset", "standard")
    assert listed(done.value, "delivery")[0]["upserted"] == done.value["entities"]


async def test_the_mapping_that_is_stored_at_port_holds(
    image: Shell, port: PortApi, sandbox: Sandbox
) -> None:
    first = await image.run("sync", "--mapping", "m.yml", "--blueprints", "b.json")
    assert first.code == 64
    (image.directory / "m.yml").write_text(MAPPING)
    (image.directory / "b.json").write_text(json.dumps(BLUEPRINTS))
    assert (await image.run("sync", "--mapping", "m.yml", "--blueprints", "b.json")).code == 0
    checked = await image.run("mapping", "check")
    assert checked.code == 0, checked.err
    assert "Port's integration ado with Port's blueprints: 1 row, 1 blueprint, good" in checked.out
    stored = await image.run("sync", "--json")
    assert stored.code == 0
    assert stored.value["change_counts"] == {}


@pytest.mark.long  # Port's retries take half a minute
async def test_port_out_of_reach_does_not_stop_the_catalog(image: Shell, port: PortApi) -> None:
    port.down = True
    done = await image.run("sync", "--preset", "port", "--json")
    assert done.code == 5, done
    assert done.value["entities"]
    assert listed(done.value, "delivery")[0]["down"]


async def test_port_is_told_how_a_sync_goes_in_its_own_order(image: Shell, port: PortApi) -> None:
    done = await image.run("sync", "--preset", "standard", "--json")
    assert done.code == 0, done
    steps = [step for one in port.ledger if (step := _step(one))]
    order = ["running", "integration", "pending", "upsert", "reconciliation", "completed", "all"]
    assert list(dict.fromkeys(steps[steps.index("running") :])) == order
    assert port.told.messages()[0].startswith("run 1 has started")
    assert port.told.messages()[-1].startswith("run 1 has ended")
    assert any(line.startswith("project of ") for line in port.told.messages())
    assert port.told.states("project-0")[0] == "pending"
    assert port.told.states("project-0")[-1] == "completed"
    assert port.told.beats
    assert done.value["warnings"] == []


def _step(one: Recorded) -> str:
    """What a request is in a sync."""
    body = one.body.decode()
    if one.path.endswith("/resync-state"):
        return "running" if '"running"' in body else "completed"
    if one.path.endswith("/syncMetrics"):
        return "pending" if '"pending"' in body else "all"
    if "__reconciliation__" in one.path:
        return "reconciliation"
    if one.path.endswith("/entities/bulk"):
        return "upsert"
    return "integration" if (one.method, one.path) == ("GET", "/v1/integration/ado") else ""


async def test_raw_examples_are_shown_as_mapping_sees_them(image: Shell, port: PortApi) -> None:
    assert (await image.run("sync", "--preset", "standard")).code == 0
    assert {len(records) for records in port.told.examples.values()} <= set(range(1, 6))
    item = port.told.examples["work-item"][0]
    assert isinstance(item, dict)
    assert isinstance(item["__project"], dict)
    assert item["__organizationUrl"] == image.environment["OCEAN__INTEGRATION__CONFIG__ORGANIZATION_URL"]
    port.told.examples.clear()
    image.environment["OCEAN__SEND_RAW_DATA_EXAMPLES"] = "false"
    assert (await image.run("sync", "--preset", "standard")).code == 0
    assert port.told.examples == {}


async def test_a_sync_that_port_refuses_entities_of_has_failed_there(image: Shell, port: PortApi) -> None:
    port.fail(Fault(422, times=999, path="/entities/bulk"))
    assert (await image.run("sync", "--preset", "standard")).code == 5
    state = port.state.integrations["ado"]["resyncState"]
    assert isinstance(state, dict)
    assert state["status"] == "failed"
    assert any("port refuses" in line for line in port.told.messages("ERROR"))


async def test_a_run_that_cannot_be_told_is_not_harmed(image: Shell, port: PortApi) -> None:
    port.fail(Fault(404, times=999, path="/v1/logs"))
    port.fail(Fault(404, times=999, path="/v1/metrics"))
    done = await image.run("sync", "--preset", "standard", "--json")
    assert done.code == 0, done
    (warning,) = listed(done.value, "warnings")
    assert "not all of the run could be told" in str(warning)


async def test_an_integration_that_port_runs_itself_is_left_to_it(image: Shell, port: PortApi) -> None:
    port.state.integrations["ado"] = {"config": {}, "installationType": "Saas"}
    done = await image.run("sync", "--preset", "standard")
    assert done.code == 64, done
    assert "Port itself runs the integration 'ado'" in done.err
    assert writes(port) == []


async def test_a_refused_credential_of_port(image: Shell, port: PortApi) -> None:
    image.environment["OCEAN__PORT"] = json.dumps(
        {"client_id": port.client_id, "client_secret": "wrong-secret"}
    )
    done = await image.run("plan")
    assert done.code == 77, done
    assert "wrong-secret" not in done.out + done.err
