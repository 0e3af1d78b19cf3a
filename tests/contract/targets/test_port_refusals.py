"""A refused entity is told with its field and with what to do; Port's own words stay."""

from __future__ import annotations

from contract.targets.port_builders import definition, deleted, payload, relation, stand, upserted
from fairlead.model.entities import Json
from fairlead.targets.port.diagnosis import LIMIT_ADVICE
from fairlead.targets.port.target import PortTarget
from port_api import Fault, PortApi

BULK = "/entities/bulk"


def ticket(**more: Json) -> dict[str, Json]:
    """A blueprint with an enum, and relations to a project and to a user."""
    schema: Json = {"properties": {"state": {"type": "string", "enum": ["open", "done"]}}, "required": []}
    relations: dict[str, Json] = {"project": relation("project"), "author": relation("_user")}
    return {**definition("ticket", relations=relations), "schema": schema, **more}


async def test_a_value_outside_of_an_enum(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"), definition("_user"), ticket())
    payloads = [payload(i, "ticket", f"t{i}", properties={"state": "Open"}) for i in range(45)]
    outcomes = await upserted(target, payloads)
    assert {outcome.field for outcome in outcomes} == {"properties.state"}
    (advice,) = {outcome.advice for outcome in outcomes}
    assert "open, done" in advice
    assert "the blueprint ticket at Port" in advice
    (error,) = {outcome.error for outcome in outcomes}
    assert error.startswith('422 blueprint_schema_mismatch: property "state" must be equal to one of')
    assert error.endswith('(properties.state "Open" is none of the values of the blueprint\'s enum)')
    assert len(port.requests("GET", "/v1/blueprints/ticket")) == 1


async def test_a_blueprint_is_asked_for_again_in_the_next_delivery(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"), definition("_user"), ticket())
    refused = payload(1, "ticket", "t", properties={"state": "Open"})
    assert (await upserted(target, [refused]))[0].field == "properties.state"
    port.state.blueprints["ticket"]["schema"] = {"properties": {"other": {"type": "string"}}}
    await target.prepare([])
    (outcome,) = await upserted(target, [refused])
    assert "no such property" in outcome.error
    assert outcome.advice.startswith("add the property state to the blueprint ticket at Port")


async def test_a_missing_relation_names_it(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"), definition("_user"), ticket())
    absent, user = await upserted(
        target,
        [
            payload(1, "ticket", "a", relations={"project": "p"}),
            payload(2, "ticket", "b", relations={"author": "ann@contoso.com"}),
        ],
    )
    assert (absent.field, absent.waits) == ("relations.project", True)
    assert "createMissingRelatedEntities" in absent.advice
    assert user.field == "relations.author"
    assert user.advice.startswith("invite or create the user at Port")


async def test_a_blueprint_that_is_not_there(port: PortApi, target: PortTarget) -> None:
    (outcome,) = await upserted(target, [payload(1, "ticket", "t", relations={"project": "p"})])
    assert outcome.error.startswith("404 not_found")
    assert outcome.advice == "create the blueprint ticket at Port, or map to another blueprint"


async def test_an_organization_over_its_limit(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"))
    port.state.entity_limit = 2
    outcomes = await upserted(target, [payload(i, "project", f"p{i}") for i in range(5)])
    assert [bool(outcome.error) for outcome in outcomes] == [False, False, True, True, True]
    assert {outcome.advice for outcome in outcomes[2:]} == {LIMIT_ADVICE}
    assert port.requests("GET", "/v1/blueprints/project") == []


async def test_a_limit_that_refuses_a_whole_request_is_not_searched(
    port: PortApi, target: PortTarget
) -> None:
    stand(port, definition("project"))
    body = b'{"ok": false, "error": "limit", "message": "your plan is used up"}'
    port.fail(Fault(402, times=99, path=BULK, body=body))
    outcomes = await upserted(target, [payload(i, "project", f"p{i}") for i in range(20)])
    assert {outcome.advice for outcome in outcomes} == {LIMIT_ADVICE}
    assert len(port.requests("POST", BULK)) == 1


async def test_a_missing_right_is_told_without_asking(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"))
    body = b'{"ok": false, "error": "missing_permissions", "message": "no"}'
    port.fail(Fault(403, times=99, path=BULK, body=body))
    (outcome,) = await upserted(target, [payload(1, "project", "p")])
    assert "role" in outcome.advice
    assert port.requests("GET", "/v1/blueprints") == []


async def test_a_blueprint_that_cannot_be_asked_for_stops_nothing(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"))
    port.fail(Fault(503, times=99, method="GET", path="/v1/blueprints/project"))
    good, bad = await upserted(
        target, [payload(1, "project", "p"), payload(2, "project", "q", properties={"size": "big"})]
    )
    assert good.error == ""
    assert bad.error == '422 blueprint_schema_mismatch: property "size" is of another type'
    assert bad.field == "properties.size"
    assert bad.advice


async def test_a_removal_names_what_requires_the_entity(port: PortApi, target: PortTarget) -> None:
    required: dict[str, Json] = {"project": relation("project", required=True)}
    stand(port, definition("project"), definition("service", relations=required))
    await upserted(
        target, [payload(1, "project", "p"), payload(2, "service", "s", relations={"project": "p"})]
    )
    (outcome,) = await deleted(target, [payload(1, "project", "p")])
    assert outcome.error.startswith("403 has_dependents")
    assert outcome.advice.startswith("service s at Port require this one")
