"""An installation of Port's one-shot script changes its command and nothing else: four variables, then one sync."""

from __future__ import annotations

import json

import pytest

from azure_devops_sandbox import Sandbox, Sizes, running, seeded
from contract.cli.conftest import Shell
from contract.cli.test_sync import listed
from fairlead.mapping import presets
from port_api import PortApi
from port_api.state import StoredEntity
from truth import compare, truth_of

BLUEPRINTS = [
    "azure_devops_project",
    "azure_devops_repository",
    "azure_devops_pipeline",
    "azure_devops_work_item",
]
OCEAN_AGENT = "port-ocean/azure-devops/0.9.9/my-azure-devops-integration/exporter"
READING = ("/search", "/datasource-entities", "/access_token")


@pytest.fixture
def script(bare: Shell, sandbox: Sandbox, port: PortApi) -> Shell:
    """The script's four variables, and where the stand-in for Port is."""
    bare.environment |= {
        "PORT_CLIENT_ID": port.client_id,
        "PORT_CLIENT_SECRET": port.client_secret,
        "AZURE_DEVOPS_ORG_ID": sandbox.url,
        "AZURE_DEVOPS_APP_PASSWORD": sandbox.pat,
        "FAIRLEAD_PORT__BASE_URL": port.url,
    }
    return bare


def lines(port: PortApi) -> list[str]:
    """What Port holds of the script's blueprints, as an export's lines."""
    shown = [entity.shown() for entity in port.state.every_entity() if entity.blueprint in BLUEPRINTS]
    names = ("blueprint", "identifier", "title", "properties", "relations")
    return [json.dumps({name: entity[name] for name in names}) for entity in shown]


def written(port: PortApi) -> list[str]:
    """Requests that change something at Port."""
    return [
        f"{one.method} {one.path}"
        for one in port.ledger
        if one.method != "GET" and not one.path.endswith(READING)
    ]


async def test_four_variables_fill_port_as_the_script_did(
    script: Shell, port: PortApi, sandbox: Sandbox
) -> None:
    planned = await script.run("plan")
    assert (planned.code, written(port)) == (2, []), planned.err
    done = await script.run("sync", "--json")
    assert done.code == 0, done
    assert compare(lines(port), truth_of(sandbox.organization, "port-script")).differing == {}
    assert sorted(port.state.blueprints) == sorted(BLUEPRINTS)
    made = [one for one in written(port) if one.startswith("POST") and one.endswith("/blueprints")]
    assert len(made) == len(BLUEPRINTS)
    # The script was no integration: Port is told of none, and of no sync.
    assert port.state.integrations == {}
    assert {one.split()[1].split("/")[2] for one in written(port)} == {"blueprints"}
    secrets = (port.client_secret, sandbox.pat)
    assert not any(secret in text for secret in secrets for text in (done.out, done.err, planned.out))


async def test_a_second_sync_sends_nothing(script: Shell, port: PortApi) -> None:
    first = await script.run("sync", "--json")
    sent = len(written(port))
    second = await script.run("sync", "--json")
    assert (first.code, second.code) == (0, 0), second
    assert second.value["change_counts"] == {}
    assert len(written(port)) == sent


async def test_what_the_script_has_written_is_kept(script: Shell, port: PortApi, sandbox: Sandbox) -> None:
    """Its blueprints, changed by hand since, and its entities, one of which has changed at Azure DevOps."""
    assert (await script.run("sync")).code == 0
    project = port.state.blueprints["azure_devops_project"]
    project["title"] = "Ours"
    for entity in port.state.every_entity():
        entity.datasource = "python-requests/2.31.0"
    (stale, *_) = port.state.entities["azure_devops_project"].values()
    stale.properties["visibility"] = "public"
    foreign = StoredEntity("x", "azureDevopsProject", OCEAN_AGENT, "2026-01-01", "2026-01-01")
    port.state.blueprints["azureDevopsProject"] = json.loads(presets.load("port").blueprints_text)[0]
    port.state.entities["azureDevopsProject"] = {"x": foreign}
    (script.directory / ".fairlead" / "catalog.db").unlink()
    done = await script.run("sync", "--full", "--json")
    assert done.code == 0, done
    (delivery,) = listed(done.value, "delivery")
    assert (delivery["upserted"], delivery["deleted"]) == (1, 0)
    assert stale.identifier in port.state.entities["azure_devops_project"]
    assert compare(lines(port), truth_of(sandbox.organization, "port-script")).differing == {}
    assert project["title"] == "Ours"
    assert port.state.entities["azureDevopsProject"] == {"x": foreign}


async def test_what_is_deleted_goes_with_proof(script: Shell, port: PortApi, sandbox: Sandbox) -> None:
    """The script deleted nothing; what somebody else wrote to its blueprints stays."""
    assert (await script.run("sync")).code == 0
    repositories = port.state.entities["azure_devops_repository"]
    (gone, *_) = repositories
    theirs = StoredEntity("theirs", "azure_devops_repository", "a-person", "2026-01-01", "2026-01-01")
    repositories["theirs"] = theirs
    sandbox.organization.changes.delete_repository(gone)
    done = await script.run("sync", "--full", "--json")
    assert done.code == 0, done
    assert listed(done.value, "delivery")[0]["deleted"] == 1
    assert gone not in repositories
    assert repositories.pop("theirs") == theirs
    assert compare(lines(port), truth_of(sandbox.organization, "port-script")).differing == {}


async def test_a_mapping_that_port_keeps_for_an_integration_is_not_the_script_s(
    script: Shell, port: PortApi
) -> None:
    port.state.integrations["azure-devops-resources"] = {
        "identifier": "azure-devops-resources",
        "config": {"resources": []},
    }
    checked = await script.run("mapping", "check")
    assert checked.code == 0
    assert "the preset port-script with the preset port-script" in checked.out
    assert [one.path for one in port.ledger] == []


async def test_without_ports_variables_the_catalog_is_filled(
    script: Shell, port: PortApi, sandbox: Sandbox
) -> None:
    del script.environment["PORT_CLIENT_ID"], script.environment["PORT_CLIENT_SECRET"]
    done = await script.run("sync", "--json")
    assert (done.code, done.value["delivery"]) == (0, []), done
    exported = await script.run("export", "--what", "entities")
    truth = truth_of(sandbox.organization, "port-script")
    assert compare(exported.out.splitlines(), truth).differing == {}
    assert done.value["entities"] == len(truth)
    assert port.ledger == []


async def test_any_dialect_may_choose_the_script_s_preset(shell: Shell, sandbox: Sandbox) -> None:
    assert (await shell.run("sync", "--preset", "port-script")).code == 0
    exported = await shell.run("export", "--what", "entities")
    assert compare(exported.out.splitlines(), truth_of(sandbox.organization, "port-script")).differing == {}


async def test_one_number_in_two_organizations_is_told(bare: Shell, sandbox: Sandbox) -> None:
    """Pipelines and work items go by their numbers, so that two organizations meet in them."""
    async with running(seeded(2, Sizes.preset("tiny"))) as other:
        named = [("here", sandbox), ("there", other)]
        connections = [
            {"name": name, "organization_url": one.url, "personal_access_token": one.pat}
            for name, one in named
        ]
        (bare.directory / "fairlead.yaml").write_text(json.dumps({"connections": connections}))
        first = await bare.run("sync", "--preset", "port-script", "--json")
        assert first.code == 0, first
        second = await bare.run("sync", "--preset", "port-script", "--json")
    met = {"pipeline": "azure_devops_pipeline", "work-item": "azure_devops_work_item"}
    told = [text for text in first.warnings if "by more than one record" in text]
    assert len(told) == len(met)
    for text, (kind, blueprint) in zip(told, met.items(), strict=True):
        assert f"({kind}): " in text
        assert f": {blueprint} " in text
        assert " of here" in text
        assert " of there" in text
    assert not [text for text in second.warnings if "by more than one record" in text]


@pytest.mark.parametrize(
    ("wrong", "code", "told"),
    [
        ({"AZURE_DEVOPS_ORG_ID": ""}, 64, "AZURE_DEVOPS_APP_PASSWORD is set and AZURE_DEVOPS_ORG_ID is not"),
        ({"AZURE_DEVOPS_ORG_ID": "my org"}, 64, "AZURE_DEVOPS_ORG_ID is no organization's name"),
        ({"PORT_CLIENT_ID": ""}, 64, "Port's client id is not set"),
        (
            {"PORT_CLIENT_SECRET": ""},
            64,
            "PORT_CLIENT_ID and PORT_CLIENT_SECRET: Port needs both, or neither",
        ),
        ({"AZURE_DEVOPS_APP_PASSWORD": "wrong-token"}, 77, ""),
        ({"AZURE_DEVOPS_APP_PASSWORD": ""}, 77, "no token is given"),
    ],
)
async def test_wrong_variables_are_told(
    script: Shell, port: PortApi, wrong: dict[str, str], code: int, told: str
) -> None:
    script.environment |= wrong
    done = await script.run("sync")
    assert done.code == code, done
    assert told in done.err
    assert "Traceback" not in done.err
    assert "wrong-token" not in done.out + done.err
    assert written(port) == []
    assert not (script.directory / ".fairlead").exists()


async def test_a_wrong_credential_of_port_leaves_the_catalog_filled(script: Shell, port: PortApi) -> None:
    script.environment["PORT_CLIENT_SECRET"] = "wrong-secret"
    done = await script.run("sync", "--json")
    assert done.code == 5, done
    assert done.value["entities"]
    assert listed(done.value, "delivery")[0]["down"]
    assert "wrong-secret" not in done.out + done.err
