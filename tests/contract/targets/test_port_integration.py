"""The integration object: registration, the mapping stored there, the state of a sync."""

from __future__ import annotations

import json

import msgspec
import pytest

from contract.targets.port_builders import blueprint, definition, relation, stand
from fairlead.model.errors import BadMapping, BadUsage, NotPermitted, NotThere, Retry
from fairlead.targets.pacing import Timing
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.target import PortTarget
from port_api import Fault, PortApi, VirtualClock
from port_api.state import Object

MAPPING = """
deleteDependentEntities: true
resources:
  - kind: project
    selector: {query: "true"}
    port: {entity: {mappings: {identifier: .id, blueprint: '"project"'}}}
"""
BLUEPRINTS = [blueprint("project"), blueprint("service", relations={"project": relation("project")})]


async def mapping_of(target: PortTarget) -> str | None:
    """The mapping that is stored at Port; None where there is no integration."""
    stored = await target.integration.stored()
    return None if stored is None else stored.mapping


async def test_a_new_integration_gets_its_defaults_in_oceans_order(port: PortApi, target: PortTarget) -> None:
    integration = target.integration
    assert await mapping_of(target) is None
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
    text = await mapping_of(target)
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
    assert await mapping_of(target) == '{"resources": []}'
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
    assert await mapping_of(target) == ""
    assert port.state.blueprints == {}


async def test_a_registration_of_somebody_elses_is_taken_over(port: PortApi, target: PortTarget) -> None:
    port.state.integrations["my-azure"] = {"config": {"a": 1}}
    port.fail(Fault(404, method="GET", path="/v1/integration"))
    await target.integration.register()
    assert await mapping_of(target) == '{"a": 1}'


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


async def test_when_the_next_sync_is_due_is_told_in_minutes(port: PortApi, target: PortTarget) -> None:
    await target.integration.register()
    await target.integration.report_resync(
        "running", started=1_800_000_000.0, next_resync=1_800_007_200.0, interval=7200
    )
    stored = await target.integration.stored()
    assert stored is not None
    assert stored.resync_state is not None
    assert stored.resync_state.status == "running"
    state = port.state.integrations["my-azure"]["resyncState"]
    assert isinstance(state, dict)
    assert (state["nextResync"], state["intervalInMinuets"]) == ("2027-01-15T10:00:00.000Z", 120)


async def test_a_wish_for_a_sync(port: PortApi, target: PortTarget, clock: VirtualClock) -> None:
    integration = target.integration
    with pytest.raises(NotThere):
        await integration.newest_request()
    port.state.integrations["my-azure"] = {"config": {}}
    assert await integration.newest_request() is None
    clock.pass_by(60)
    await integration.store_mapping({"resources": []})
    assert await integration.newest_request() == clock.now() == 1_800_000_060.0


async def test_examples_are_shown_without_secrets_and_once(port: PortApi, target: PortTarget) -> None:
    integration = target.integration
    with pytest.raises(NotThere):
        await integration.show_examples("project", [b'{"id": 1}'])
    await integration.register()
    await integration.show_examples("test/run", [b'{"id": 1, "token": "abc"}'] * 7)
    await integration.show_examples("build", [])
    assert port.told.examples == {"test/run": [{"id": 1, "token": "[REDACTED]"}] * 5}
    port.fail(Fault(503, times=9, path="/examples"))
    with pytest.raises(Retry):
        await integration.show_examples("project", [b'{"id": 1}'])
    assert len(port.requests("POST", "/project/examples")) == 2


async def test_only_what_differs_is_brought_up_to_date(
    port: PortApi, settings: PortSettings, timing: Timing
) -> None:
    hook = {"type": "WEBHOOK", "url": "https://here.example/resync"}
    told = msgspec.structs.replace(settings, changelog_destination=hook, incremental_sync=True)
    target = PortTarget(told, timing=timing)
    port.state.integrations["my-azure"] = {
        "config": {},
        "installationAppType": "azure-devops",
        "version": "0.9.0",
        "actionsProcessingEnabled": True,
        "incrementalSyncEnabled": True,
        "processingMode": "dsp",
    }
    for _ in range(2):
        await target.integration.register()
    await target.close()
    (patch,) = port.requests("PATCH")
    assert patch.json == {"version": "1.2.3", "actionsProcessingEnabled": False, "changelogDestination": hook}
    assert port.state.integrations["my-azure"]["processingMode"] == "dsp"


async def test_what_the_settings_do_not_say_is_left_alone(port: PortApi, target: PortTarget) -> None:
    stored: Object = {
        "config": {},
        "installationAppType": "azure-devops",
        "version": "1.2.3",
        "incrementalSyncEnabled": True,
        "changelogDestination": {"type": "KAFKA"},
    }
    port.state.integrations["my-azure"] = stored
    await target.integration.register()
    assert port.requests("PATCH") == []


@pytest.mark.parametrize("kind", ["Saas", "SaasOauth2"])
async def test_an_integration_that_port_runs_itself_is_refused(
    port: PortApi, target: PortTarget, kind: str
) -> None:
    port.state.integrations["my-azure"] = {"config": {}, "installationType": kind}
    with pytest.raises(BadUsage, match="Port itself runs") as caught:
        await target.integration.register()
    assert "another identifier" in caught.value.advice
    assert port.requests("PATCH") == []


async def test_a_role_that_may_not_is_told(port: PortApi, target: PortTarget) -> None:
    port.fail(Fault(403, path="/v1/integration"))
    with pytest.raises(NotPermitted, match="the integration"):
        await target.integration.stored()
