"""Port refuses the credential, is out of reach, or has other blueprints: told, exit code 5, nothing lost."""

from __future__ import annotations

import json

import pytest

from azure_devops_sandbox import Sandbox
from contract.cli.conftest import Done, Shell
from contract.cli.test_sync import BLUEPRINTS, MAPPING, entities, listed
from port_api import Fault, PortApi
from port_api.state import Object, section


async def settled(image: Shell, port: PortApi) -> int:
    """An installation whose mapping is stored at Port, after its first sync. How many projects there are."""
    (image.directory / "m.yml").write_text(MAPPING)
    (image.directory / "b.json").write_text(json.dumps(BLUEPRINTS))
    done = await image.run("sync", "--mapping", "m.yml", "--blueprints", "b.json")
    assert done.code == 0, done
    done = await image.run("sync")
    assert done.code == 0, done
    return len(port.state.entities["project"])


def renamed(sandbox: Sandbox, name: str) -> str:
    """Gives a project another name. Its id."""
    (project, *_) = sandbox.organization.projects
    sandbox.organization.changes.rename_project(project, name)
    return project


def delivery(done: Done) -> dict[str, object]:
    (one,) = listed(done.value, "delivery")
    return one


async def test_a_credential_that_is_revoked_between_syncs(
    image: Shell, port: PortApi, sandbox: Sandbox
) -> None:
    """The mapping of the last run from there is used, so the catalog is current; the rest goes when Port lets us in."""
    await settled(image, port)
    project = renamed(sandbox, "Renamed")
    secret, port.client_secret = port.client_secret, "another"
    port.revoke_token()
    done = await image.run("sync", "--json")
    assert done.code == 5, done
    assert done.value["change_counts"] == {"update": {"read": 1}}
    assert "the mapping is the one that Port gave to the last run" in str(done.value["warnings"])
    one = delivery(done)
    assert "refuses the client id or secret" in str(one["down"])
    assert one["advice"]
    told = await image.run("runs", "3")
    assert str(one["advice"]) in told.out
    assert "due" in (await image.run("explain", "project", project)).out
    assert (await image.run("sync")).code == 5, "nothing is due, and Port still refuses us"
    for command in ("plan", "mapping check", "doctor"):
        assert (await image.run(*command.split())).code == 77, command
    port.client_secret = secret
    mended = await image.run("sync", "--json")
    assert mended.code == 0, mended
    assert delivery(mended)["upserted"] == 1
    assert port.entity("project", project)["title"] == "Renamed"


async def test_a_refused_credential_without_an_earlier_run(image: Shell, port: PortApi) -> None:
    port.client_secret = "another"
    done = await image.run("sync", "--json")
    assert done.code == 5, done
    error = done.value["error"]
    assert isinstance(error, dict)
    assert error["type"] == "TargetRejected"
    assert "nothing was changed" in error["message"]
    assert "client secret" in error["advice"]
    assert error["exit_code"] == 5
    assert entities(image) == 0
    for command in ("plan", "mapping check", "doctor"):
        assert (await image.run(*command.split())).code == 77, command


async def test_a_file_is_no_mapping_from_port(image: Shell, port: PortApi) -> None:
    """What a file made is not taken for what Port keeps: that could be something else altogether."""
    (image.directory / "m.yml").write_text(MAPPING)
    (image.directory / "b.json").write_text(json.dumps(BLUEPRINTS))
    assert (await image.run("sync", "--mapping", "m.yml", "--blueprints", "b.json", "--no-deliver")).code == 0
    port.client_secret = "another"
    assert (await image.run("sync", "--json")).code == 5
    assert entities(image) > 0


@pytest.mark.long  # Port's retries take half a minute
async def test_port_that_fails_while_the_mapping_is_read(
    image: Shell, port: PortApi, sandbox: Sandbox
) -> None:
    count = await settled(image, port)
    project = renamed(sandbox, "Renamed")
    port.down = True
    done = await image.run("sync", "--json")
    assert done.code == 5, done
    assert "cannot be reached" in str(delivery(done)["down"])
    port.down = False
    mended = await image.run("sync", "--json")
    assert (mended.code, delivery(mended)["upserted"], mended.value["entities"]) == (0, 1, count)
    assert port.entity("project", project)["title"] == "Renamed"


async def test_the_doctor_tells_how_port_stands(image: Shell, port: PortApi) -> None:
    first = await image.run("doctor", "--json")
    assert first.code == 0, first
    told = first.value["port"]
    assert isinstance(told, dict)
    assert (told["registered"], told["mapping"], told["missing"]) == (False, False, [])
    assert "azureDevopsProject" in told["coming"]
    assert port.requests("POST", "/blueprints") == [], "it only looks"
    await settled(image, port)
    done = await image.run("doctor")
    assert done.code == 0, done
    assert (
        f"port: {port.url}\n  organization org_test\n  integration ado: there, keeps its mapping\n"
        in done.out
    )
    section(port.state.blueprints["project"], "schema")["properties"] = {}
    done = await image.run("doctor")
    assert done.code == 3, done
    assert "  missing at Port: row 1 (project): the property visibility of project" in done.out
    port.client_secret = "another"
    port.revoke_token()
    done = await image.run("doctor")
    assert done.code == 77, done
    assert "fabrikam: " in done.out, "the connections are told all the same"
    assert "refuses the client id or secret" in done.out


async def test_a_right_that_is_missing(image: Shell, port: PortApi) -> None:
    """A role that may read the mapping, and may not write entities."""
    await settled(image, port)
    port.state.entities["project"].clear()
    (image.directory / ".fairlead" / "catalog.db").unlink()
    body = b'{"ok": false, "error": "missing_permissions", "message": "not allowed"}'
    port.fail(Fault(403, times=100, path="/entities/bulk", body=body))
    done = await image.run("sync", "--json")
    assert done.code == 5, done
    (why,) = listed(delivery(done), "refusals")
    assert why["advice"] == "give the Port credential a role that may write entities of this blueprint"
    assert why["count"] == done.value["entities"]


def property_removed(blueprint: Object) -> None:
    section(blueprint, "schema")["properties"] = {}


def type_changed(blueprint: Object) -> None:
    section(blueprint, "schema")["properties"] = {"visibility": {"type": "number"}}


def enum_changed(blueprint: Object) -> None:
    section(blueprint, "schema")["properties"] = {"visibility": {"type": "string", "enum": ["open", "shut"]}}


@pytest.mark.parametrize("change", [property_removed, type_changed, enum_changed])
async def test_a_blueprint_that_was_changed_at_port(
    image: Shell, port: PortApi, sandbox: Sandbox, change: object
) -> None:
    await settled(image, port)
    project = renamed(sandbox, "Renamed")
    blueprint = port.state.blueprints["project"]
    before = dict(blueprint)
    blueprint["schema"] = dict(section(blueprint, "schema"))
    assert callable(change)
    change(blueprint)
    done = await image.run("sync")
    assert done.code == 5, done
    assert "1 of project, properties.visibility: " in done.out
    assert f"    {project}: 422 blueprint_schema_mismatch: " in done.out
    explained = await image.run("explain", "project", project, "--json")
    (one,) = listed(explained.value, "deliveries")
    assert (one["state"], one["field"]) == ("refused", "properties.visibility")
    assert one["advice"]
    assert (await image.run("sync")).code == 5, "it stays due, and is told again"
    blueprint.update(before)
    mended = await image.run("sync", "--json")
    assert (mended.code, delivery(mended)["upserted"]) == (0, 1)
    assert port.entity("project", project)["title"] == "Renamed"
    (one,) = listed((await image.run("explain", "project", project, "--json")).value, "deliveries")
    assert (one["state"], one["error"]) == ("delivered", "")


async def test_a_blueprint_that_was_deleted_at_port(image: Shell, port: PortApi, sandbox: Sandbox) -> None:
    """Nothing is read: a row without its blueprint would take its entities away."""
    count = await settled(image, port)
    blueprint, stored = port.state.blueprints.pop("project"), port.state.entities.pop("project")
    done = await image.run("sync", "--json")
    assert done.code == 5, done
    error = done.value["error"]
    assert isinstance(error, dict)
    assert "Port has no blueprint project" in error["message"]
    assert error["advice"].startswith("create the blueprint project at Port again")
    assert entities(image) == count
    doctor = await image.run("doctor")
    assert doctor.code == 1, doctor
    assert "row 1 (project): Port has no blueprint project" in doctor.out
    port.state.blueprints["project"], port.state.entities["project"] = blueprint, stored
    renamed(sandbox, "Renamed")
    assert delivery(await image.run("sync", "--json"))["upserted"] == 1


async def test_an_organization_over_its_limit(image: Shell, port: PortApi) -> None:
    port.state.entity_limit = 1
    (image.directory / "m.yml").write_text(MAPPING)
    (image.directory / "b.json").write_text(json.dumps(BLUEPRINTS))
    done = await image.run("sync", "--mapping", "m.yml", "--blueprints", "b.json")
    assert done.code == 5, done
    assert "of project: the organization is over a limit of its plan at Port" in done.out
    port.state.entity_limit = None
    assert (await image.run("sync")).code == 0
