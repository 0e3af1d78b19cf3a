"""An installation changes its image and keeps its environment, its mapping and its entities at Port."""

from __future__ import annotations

import shutil

import pytest

from azure_devops_sandbox import Action, Fault, Sandbox
from contract.cli.conftest import Done, Shell
from contract.cli.test_sync import listed
from port_api import PortApi, StoredEntity
from port_api.state import section

OCEAN = "port-ocean/azure-devops/0.11.0/ado/exporter"


def delivery(done: Done) -> dict[str, object]:
    (one,) = listed(done.value, "delivery")
    return one


def sent(port: PortApi, start: int) -> list[str]:
    """Identifiers in requests that write entities, from that place of the ledger on."""
    found: list[str] = []
    for one in port.ledger[start:]:
        if one.path.endswith(("/entities/bulk", "/entities/delete")):
            entities = one.json["entities"] if isinstance(one.json, dict) else []
            assert isinstance(entities, list)
            found += [str(each["identifier"]) if isinstance(each, dict) else str(each) for each in entities]
    return found


@pytest.fixture
async def taken(image: Shell, port: PortApi) -> Shell:
    """Port as its own integration left it, and an installation without a catalog."""
    assert (await image.run("sync")).code == 0
    for entity in port.state.every_entity():
        entity.datasource = OCEAN
    shutil.rmtree(image.directory / ".fairlead")
    return image


async def test_the_first_sync_writes_only_real_differences(
    taken: Shell, port: PortApi, sandbox: Sandbox
) -> None:
    repositories = port.state.entities["azureDevopsRepository"]
    gone, kept, *_ = repositories
    foreign = StoredEntity("foreign", "azureDevopsRepository", "terraform", "2026-01-01", "2026-01-01")
    repositories["foreign"] = foreign
    repositories["leftover"] = StoredEntity(
        "leftover", "azureDevopsRepository", OCEAN, "2026-01-01", "2026-01-01", title="Gone long ago"
    )
    section(section(port.state.blueprints["azureDevopsRepository"], "schema"), "properties")["tier"] = {
        "type": "string"
    }
    repositories[kept].properties["tier"] = "a person's"
    sandbox.organization.changes.delete_repository(gone)
    sandbox.organization.changes.rename_repository(kept, "Another name")
    start, before = len(port.ledger), len(port.state.every_entity())
    done = await taken.run("sync", "--json")
    assert done.code == 0, done
    told = delivery(done)
    assert told["deleted"] == before - len(port.state.every_entity())
    assert {gone, "leftover"} <= set(sent(port, start))
    assert set(repositories).isdisjoint({gone, "leftover"})
    assert (told["adopted"], told["upserted"]) == (int(str(done.value["entities"])) - 1, 1)
    assert repositories["foreign"] == foreign
    assert repositories[kept].title == "Another name"
    assert repositories[kept].properties["tier"] == "a person's"


async def test_without_a_volume_every_start_takes_over(taken: Shell, port: PortApi) -> None:
    for _ in range(2):
        start = len(port.ledger)
        done = await taken.run("sync", "--json")
        assert done.code == 0, done
        told = delivery(done)
        assert (told["upserted"], told["deleted"], told["adopted"]) == (0, 0, done.value["entities"])
        assert sent(port, start) == []
        shutil.rmtree(taken.directory / ".fairlead")


async def test_a_reading_that_failed_deletes_nothing_of_before(
    taken: Shell, port: PortApi, sandbox: Sandbox
) -> None:
    """Repositories of a project may not be read: they are not in the new catalog, and stay at Port."""
    before = len(port.state.every_entity())
    sandbox.faults.add(Fault(action=Action.FORBIDDEN, route="repositories.list"))
    done = await taken.run("sync", "--json")
    assert done.code == 3, done
    told = delivery(done)
    assert told["deleted"] == 0
    assert "did not read and prove everything" in str(told["notes"])
    assert len(port.state.every_entity()) == before


async def test_a_mapping_edit_sends_what_it_touches(taken: Shell, port: PortApi) -> None:
    await taken.run("sync")
    config = section(port.state.integrations["ado"], "config")
    resources = config["resources"]
    assert isinstance(resources, list)
    (row,) = [one for one in resources if isinstance(one, dict) and one["kind"] == "work-item"]
    mappings = section(section(section(row, "port"), "entity"), "mappings")
    items = port.state.entities["azureDevopsWorkItem"]
    touched = min(items)
    number = touched.rpartition("/")[2]
    mappings["title"] = f'if .id == {number} then "Edited" else .fields."System.Title" end'
    start = len(port.ledger)
    assert (await taken.run("sync")).code == 0
    assert sent(port, start) == [touched]
    assert items[touched].title == "Edited"
    del section(mappings, "properties")["reason"]
    start = len(port.ledger)
    assert (await taken.run("sync")).code == 0
    assert sorted(sent(port, start)) == sorted(items)
    assert all("reason" not in one.properties for one in items.values())
    start = len(port.ledger)
    assert (await taken.run("sync")).code == 0
    assert sent(port, start) == []
