"""Removing entities from Port: never by cascade."""

from __future__ import annotations

from contract.targets.port_builders import (
    definition,
    deleted,
    payload,
    relation,
    sent_entities,
    stand,
    upserted,
)
from fairlead.model.delivery import Outcome
from fairlead.targets.port.target import PortTarget
from port_api import Fault, PortApi

BULK = "/bulk/entities/delete"


async def test_deletes_in_batches_of_a_hundred_without_cascade(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    payloads = [payload(i, "service", f"e{i}") for i in range(250)]
    await upserted(target, payloads)
    assert await deleted(target, payloads) == [Outcome(i) for i in range(250)]
    sent = port.requests("POST", BULK)
    assert sorted(len(sent_entities(it.json)) for it in sent) == [50, 100, 100]
    assert {it.query["delete_dependents"] for it in sent} == {"false"}
    assert {it.agent for it in sent} == {"port-ocean/azure-devops/1.2.3/my-azure/exporter"}
    assert port.state.entities["service"] == {}


async def test_what_is_not_there_counts_as_removed(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    await upserted(target, [payload(1, "service", "there")])
    gone = [
        payload(1, "service", "there"),
        payload(2, "service", "never-there"),
        payload(3, "no-blueprint", "x"),
    ]
    assert await deleted(target, gone) == [Outcome(1), Outcome(2), Outcome(3)]


async def test_a_bare_404_hides_no_entity_that_is_there(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    payloads = [payload(i, "service", f"e{i}") for i in range(4)]
    await upserted(target, payloads[:3])
    port.fail(Fault(404, path=BULK))
    assert {outcome.error for outcome in await deleted(target, payloads)} == {""}
    assert port.state.entities["service"] == {}


async def test_dependents_of_others_keep_an_entity_and_only_it(port: PortApi, target: PortTarget) -> None:
    stand(
        port,
        definition("project"),
        definition("service", relations={"project": relation("project", required=True)}),
    )
    projects = [payload(i, "project", f"p{i}") for i in range(8)]
    await upserted(target, [*projects, payload(10, "service", "s", relations={"project": "p5"})])
    outcomes = await deleted(target, projects)
    assert [outcome.entity for outcome in outcomes if outcome.error] == [5]
    assert outcomes[5].error.startswith("403 has_dependents")
    assert outcomes[5].waits
    assert [entity.identifier for entity in port.state.every_entity()] == ["p5", "s"]
    assert {it.query["delete_dependents"] for it in port.requests("POST", BULK)} == {"false"}


async def test_an_optional_link_does_not_keep_an_entity(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"), definition("service", relations={"project": relation("project")}))
    await upserted(
        target, [payload(1, "project", "p"), payload(2, "service", "s", relations={"project": "p"})]
    )
    assert await deleted(target, [payload(1, "project", "p")]) == [Outcome(1)]
    assert port.entity("service", "s")["relations"] == {}
