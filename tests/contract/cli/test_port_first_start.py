"""A first start of an installation of Port's image: what Port is given, and what happens where it was cut off."""

from __future__ import annotations

import json

import pytest
import yaml

from azure_devops_sandbox import Sandbox
from contract.cli.conftest import Shell, variables_of_the_image
from contract.cli.ocean_server import ocean
from contract.cli.test_sync import BLUEPRINTS, MAPPING
from port_api import PortApi, integrations

TEAM = {
    "identifier": "squad",
    "title": "Squad",
    "schema": {"properties": {}, "required": []},
    "relations": {"project": {"target": "project", "title": "Project", "required": False, "many": False}},
}


@pytest.fixture
def image(bare: Shell, sandbox: Sandbox, port: PortApi) -> Shell:
    """The variables of Port's image."""
    bare.environment |= variables_of_the_image(sandbox, port)
    return bare


def fill(image: Shell, **more: str) -> None:
    """The folder of resources, with a mapping, blueprints and `more` files."""
    folder = image.directory / ".port" / "resources"
    folder.mkdir(parents=True)
    texts = {"port-app-config.yml": MAPPING, "blueprints.json": json.dumps([*BLUEPRINTS, TEAM]), **more}
    for name, text in texts.items():
        (folder / name).write_text(text)


async def test_the_folder_is_what_a_new_installation_starts_with(image: Shell, port: PortApi) -> None:
    page = {"identifier": "p", "title": "P", "type": "dashboard", "widgets": []}
    lost = [{"blueprint": "nowhere", "data": [{"identifier": "s", "title": "S", "rules": []}]}]
    fill(image, **{"pages.json": json.dumps([page]), "scorecards.yml": json.dumps(lost)})
    done = await image.run("sync")
    assert done.code == 0, done
    assert sorted(port.state.blueprints) == ["project", "squad"]
    assert port.resources.pages == {"p": page}
    assert (
        "the scorecard 's' of the blueprint 'nowhere' was not created: 404 not_found" in done.out + done.err
    )
    assert port.state.integrations["ado"]["arePortResourcesInitialized"] is True
    again = await image.run("sync")
    assert again.code == 0
    assert "was not created" not in again.out + again.err


async def test_a_folder_without_blueprints_is_for_those_at_port(image: Shell, port: PortApi) -> None:
    fill(image)
    (image.directory / ".port" / "resources" / "blueprints.json").unlink()
    port.state.blueprints["project"] = json.loads(json.dumps(BLUEPRINTS[0]))
    port.state.entities["project"] = {}
    for _ in range(2):
        done = await image.run("sync")
        assert done.code == 0, done
    assert list(port.state.blueprints) == ["project"]
    assert port.state.every_entity()


async def test_a_folder_that_lacks_a_blueprint_is_to_be_mended_itself(image: Shell, port: PortApi) -> None:
    fill(image, **{"blueprints.json": json.dumps([TEAM])})
    done = await image.run("sync")
    assert (done.code, port.state.blueprints) == (1, {}), done
    assert "there is no blueprint project" in done.err
    assert "blueprints: squad" in done.err
    assert "at Port" not in done.err


async def test_a_start_that_was_cut_off_is_gone_on_with(image: Shell, port: PortApi) -> None:
    """Killed between two blueprints: Port stores the mapping, and only one of them."""
    fill(image)
    assert (await image.run("sync")).code == 0
    del port.state.integrations["ado"]["arePortResourcesInitialized"]
    del port.state.blueprints["squad"], port.state.entities["squad"]
    done = await image.run("sync")
    assert done.code == 0, done
    assert port.state.blueprints["squad"]["relations"] == TEAM["relations"]
    assert port.state.integrations["ado"]["arePortResourcesInitialized"] is True


async def test_blueprints_that_users_have_changed_hold(image: Shell, port: PortApi) -> None:
    """As an older image leaves it, which makes no note: the default mapping, and blueprints as users like them."""
    fill(image)
    assert (await image.run("sync")).code == 0
    del port.state.integrations["ado"]["arePortResourcesInitialized"]
    del port.state.blueprints["squad"], port.state.entities["squad"]
    schema = port.state.blueprints["project"]["schema"]
    assert isinstance(schema, dict)
    schema["properties"] = {"visibility": {"type": "string"}, "own": {"type": "string"}}
    before = json.dumps(port.state.blueprints)
    done = await image.run("sync")
    assert done.code == 0, done
    assert json.dumps(port.state.blueprints) == before
    assert "lacks" not in done.out + done.err


async def test_an_empty_start_waits_for_a_mapping(image: Shell, port: PortApi) -> None:
    image.environment["OCEAN__CREATE_PORT_RESOURCES_ORIGIN"] = "Empty"
    done = await image.run("sync")
    assert done.code == 1
    assert "Port's integration ado has no mapping" in done.err
    assert port.state.integrations["ado"]["createPortResourcesOrigin"] == "Empty"
    assert port.state.blueprints == {}


async def test_what_port_provides_is_used_at_once(image: Shell, port: PortApi) -> None:
    port.state.organization_flags.append("USE_PROVISIONED_DEFAULTS")
    port.state.blueprints["project"] = json.loads(json.dumps(BLUEPRINTS[0]))
    port.state.entities["project"] = {}
    port.resources.provides["azure-devops"] = yaml.safe_load(MAPPING)
    done = await image.run("sync")
    assert done.code == 0, done
    assert list(port.state.blueprints) == ["project"]
    assert port.state.every_entity()


async def test_a_property_that_came_later_is_told_and_added_on_request(image: Shell, port: PortApi) -> None:
    fill(image)
    files = ("--mapping", ".port/resources/port-app-config.yml", "--blueprints", "b.json")
    (image.directory / "b.json").write_text(json.dumps(BLUEPRINTS))
    assert (await image.run("sync", *files)).code == 0
    (image.directory / "b.json").write_text(json.dumps(BLUEPRINTS).replace('"visibility"', '"reach"'))
    mapping = image.directory / ".port" / "resources" / "port-app-config.yml"
    mapping.write_text(MAPPING.replace("visibility: .visibility", "reach: .visibility"))
    told = await image.run("sync", *files)
    assert told.code == 5, told
    assert "port: the blueprint 'project' lacks properties reach" in told.out + told.err
    image.environment["FAIRLEAD_PORT__EXTEND_BLUEPRINTS"] = "true"
    done = await image.run("sync", *files)
    assert done.code == 0, done
    assert "lacks" not in done.out + done.err
    assert all("reach" in one.properties for one in port.state.every_entity())


async def test_the_image_that_stays_takes_what_port_provides(image: Shell, port: PortApi) -> None:
    image.environment["OCEAN__EVENT_LISTENER"] = '{"type": "ONCE"}'
    port.state.organization_flags.append("USE_PROVISIONED_DEFAULTS")
    port.state.blueprints["project"] = json.loads(json.dumps(BLUEPRINTS[0]))
    port.state.entities["project"] = {}
    port.resources.provides["azure-devops"] = yaml.safe_load(MAPPING)
    done = await image.run("ocean")
    assert done.code == 0, done
    assert port.state.integrations["ado"]["createPortResourcesOrigin"] == "Port"
    assert list(port.state.blueprints) == ["project"]


async def test_the_image_that_stays_waits_for_the_mapping_of_an_empty_start(
    image: Shell, port: PortApi
) -> None:
    image.environment["OCEAN__CREATE_PORT_RESOURCES_ORIGIN"] = "Empty"
    image.environment["OCEAN__EVENT_LISTENER"] = '{"type": "POLLING", "interval": 0.2}'
    async with ocean(image) as server:
        await server.until_ready()
        port.state.blueprints["project"] = json.loads(json.dumps(BLUEPRINTS[0]))
        port.state.entities["project"] = {}
        integrations.set_config(port.state, "ado", {"config": yaml.safe_load(MAPPING)})
        await server.runs(1)
        done = await server.stop()
    assert done.code == 0, done
    assert port.state.every_entity()
