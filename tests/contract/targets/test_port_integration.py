"""The integration object: registration, the mapping stored there, the state of a sync."""

from __future__ import annotations

import json

import pytest

from contract.targets.port_builders import blueprint, definition, relation, stand
from fairlead.model.errors import BadMapping, NotPermitted, NotThere
from fairlead.targets.port.target import PortTarget
from port_api import Fault, PortApi

MAPPING = """
deleteDependentEntities: true
resources:
  - kind: project
    selector: {query: "true"}
    port: {entity: {mappings: {identifier: .id, blueprint: '"project"'}}}
"""
BLUEPRINTS = [blueprint("project"), blueprint("service", relations={"project": relation("project")})]


async def test_a_new_integration_gets_its_defaults_in_oceans_order(port: PortApi, target: PortTarget) -> None:
    integration = target.integration
    assert await integration.stored_mapping() is None
    await target.resources.initialize(MAPPING, BLUEPRINTS)
    steps = [(it.method, it.path.removeprefix("/v1/")) for it in port.ledger]
    assert steps == [
        ("POST", "auth/access_token"),
        ("GET", "integration/my-azure"),
        ("GET", "integration/my-azure"),
        ("POST", "integration"),
        ("PATCH", "integration/my-azure/config"),
        ("GET", "blueprints"),
        ("POST", "blueprints"),
        ("POST", "blueprints"),
        ("PATCH", "blueprints/service"),
        ("PATCH", "integration/my-azure"),
    ]
    stored = port.state.integrations["my-azure"]
    assert stored["arePortResourcesInitialized"] is True
    assert (stored["installationAppType"], stored["version"]) == ("azure-devops", "1.2.3")
    text = await integration.stored_mapping()
    assert text is not None
    assert json.loads(text)["resources"][0]["kind"] == "project"
    blueprints = json.loads(await integration.stored_blueprints())
    assert [it["identifier"] for it in blueprints] == ["project", "service"]
    assert {it.agent for it in port.requests(path="integration")} == {
        "port-ocean/azure-devops/1.2.3/my-azure"
    }


async def test_what_users_have_stored_stays(port: PortApi, target: PortTarget) -> None:
    own = definition("project", icon="Star")
    stand(port, own)
    port.state.integrations["my-azure"] = {
        "config": {"resources": []},
        "installationAppType": "azure-devops",
        "version": "0.0.1",
    }
    await target.resources.initialize(MAPPING, BLUEPRINTS)
    assert await target.integration.stored_mapping() == '{"resources": []}'
    assert port.state.blueprints == {"project": own}
    assert port.state.integrations["my-azure"]["version"] == "1.2.3"


async def test_defaults_are_given_once(port: PortApi, target: PortTarget) -> None:
    await target.resources.initialize(MAPPING, BLUEPRINTS)
    port.state.blueprints.clear()
    sent = len(port.ledger)
    await target.resources.initialize(MAPPING, BLUEPRINTS)
    assert [(it.method, it.path) for it in port.ledger[sent:]] == [("GET", "/v1/integration/my-azure")]
    assert port.state.blueprints == {}


async def test_registering_alone_gives_no_defaults(port: PortApi, target: PortTarget) -> None:
    await target.integration.register()
    assert port.state.integrations["my-azure"]["config"] == {}
    assert await target.integration.stored_mapping() is None
    assert port.state.blueprints == {}


async def test_a_registration_of_somebody_elses_is_taken_over(port: PortApi, target: PortTarget) -> None:
    port.state.integrations["my-azure"] = {"config": {"a": 1}}
    port.fail(Fault(404, method="GET", path="/v1/integration"))
    await target.integration.register()
    assert await target.integration.stored_mapping() == '{"a": 1}'


async def test_a_registration_whose_answer_is_lost_is_found(port: PortApi, target: PortTarget) -> None:
    port.fail(Fault(0, method="POST", path="/v1/integration", arrives=True))
    await target.integration.register()
    assert len(port.requests("POST", "/v1/integration")) == 1
    assert port.state.integrations["my-azure"]["version"] == "1.2.3"


@pytest.mark.parametrize("text", ["", "- a", "a: [", '"text"'])
async def test_a_text_that_is_no_mapping_sends_nothing(port: PortApi, target: PortTarget, text: str) -> None:
    with pytest.raises(BadMapping):
        await target.resources.initialize(text, [])
    assert port.ledger == []


async def test_the_state_of_a_sync_is_shown(port: PortApi, target: PortTarget) -> None:
    integration = target.integration
    with pytest.raises(NotThere):
        await integration.report_resync("running", started=1_800_000_000.0)
    await integration.register()
    await integration.report_resync("running", started=1_800_000_000.0)
    await integration.report_resync("completed", started=1_800_000_000.0, ended=1_800_000_012.5)
    state = port.state.integrations["my-azure"]["resyncState"]
    assert isinstance(state, dict)
    assert state["status"] == "completed"
    assert state["lastResyncStart"] == "2027-01-15T08:00:00.000Z"
    assert state["lastResyncEnd"] == "2027-01-15T08:00:12.500Z"


async def test_a_role_that_may_not_is_told(port: PortApi, target: PortTarget) -> None:
    port.fail(Fault(403, path="/v1/integration"))
    with pytest.raises(NotPermitted, match="the integration"):
        await target.integration.stored_mapping()
