"""Creating blueprints at Port."""

from __future__ import annotations

import pytest

from contract.targets.port_builders import blueprint, definition, payload, relation, stand, upserted
from fairlead.model.entities import Json
from fairlead.model.errors import Retry, TargetRejected
from fairlead.targets.port.pacing import ATTEMPTS
from fairlead.targets.port.target import PortTarget
from port_api import Fault, PortApi

MIRROR: Json = {"projectUrl": {"path": "project.url", "title": "Project URL"}}
PROJECT = blueprint("project")
SERVICE = blueprint("service", relations={"project": relation("project")}, mirrorProperties=MIRROR)


async def test_absent_ones_are_created_bare_then_linked(port: PortApi, target: PortTarget) -> None:
    counting: Json = {
        "services": {"target": "service", "title": "n", "calculationSpec": {"calculationBy": "entities"}}
    }
    project = blueprint("project", aggregationProperties=counting)
    await target.prepare([SERVICE, project])
    steps = [(it.method, it.path.removeprefix("/v1/"), it.status) for it in port.ledger]
    assert steps == [
        ("POST", "auth/access_token", 200),
        ("GET", "blueprints", 200),
        ("POST", "blueprints", 201),
        ("POST", "blueprints", 201),
        ("PATCH", "blueprints/service", 200),
        ("PATCH", "blueprints/project", 200),
        ("PATCH", "blueprints/service", 200),
    ]
    assert list(port.state.blueprints) == ["project", "service"]
    stored = port.state.blueprints["service"]
    assert stored["relations"] == {"project": relation("project")}
    assert stored["mirrorProperties"] == MIRROR
    assert port.state.blueprints["project"]["aggregationProperties"] == counting
    bare = port.requests("POST", "/v1/blueprints")[1].json
    assert isinstance(bare, dict)
    assert sorted(bare) == ["identifier", "schema", "title"]
    assert {it.agent for it in port.ledger[2:]} == {"port-ocean/azure-devops/1.2.3/my-azure/exporter"}


async def test_existing_ones_are_never_changed(port: PortApi, target: PortTarget) -> None:
    own = definition("project", icon="Star")
    stand(port, own)
    await target.prepare([PROJECT, SERVICE])
    assert port.state.blueprints["project"] == own
    assert {it.path for it in port.requests("PATCH")} == {"/v1/blueprints/service"}
    written = len(port.ledger)
    await target.prepare([PROJECT, SERVICE])
    assert [it.method for it in port.ledger[written:]] == ["GET"]


@pytest.mark.parametrize("schema", [None, {"properties": None}])
async def test_a_blueprint_of_others_without_properties_does_not_stop_a_delivery(
    port: PortApi, target: PortTarget, schema: Json
) -> None:
    stand(port, definition("theirs", schema=schema))
    await target.prepare([blueprint("service")])
    assert "service" in port.state.blueprints


async def test_numbers_go_as_text_where_the_blueprint_at_port_says_text(
    port: PortApi, target: PortTarget
) -> None:
    """What Port has stored counts, not what we would have created; a format is not a text that takes anything."""
    kept = definition("project")
    text: Json = {"type": "string"}
    kept["schema"] = {
        "properties": {"url": {"type": "string", "format": "url"}, "size": text, "odd": {"type": ["x"]}}
    }
    stand(port, kept)
    await target.prepare([PROJECT, SERVICE])
    outcomes = await upserted(
        target,
        [
            payload(1, "project", "p", properties={"size": 7}),
            payload(2, "project", "q", properties={"url": 7}),
            payload(3, "service", "s", properties={"url": 7, "size": 1.5}),
            payload(4, "service", "t", properties={"url": True}),
        ],
    )
    assert [bool(outcome.error) for outcome in outcomes] == [False, True, False, True]
    assert port.state.entities["project"]["p"].properties == {"size": "7"}
    assert port.state.entities["service"]["s"].properties == {"url": "7", "size": 1.5}


async def test_circles_are_created_too(port: PortApi, target: PortTarget) -> None:
    circle = [
        blueprint("a", relations={"b": relation("b")}),
        blueprint("b", relations={"a": relation("a"), "b": relation("b")}),
    ]
    await target.prepare(circle)
    assert port.state.blueprints["a"]["relations"] == {"b": relation("b")}


async def test_a_refused_definition_leaves_nothing_half_made(port: PortApi, target: PortTarget) -> None:
    dangling = blueprint("team", relations={"owner": relation("absent")})
    with pytest.raises(TargetRejected, match=r"relations of the blueprint 'team': 404 not_found"):
        await target.prepare([SERVICE, PROJECT, dangling])
    assert port.state.blueprints == {}


async def test_an_outage_midway_leaves_nothing_half_made_where_port_comes_back(
    port: PortApi, target: PortTarget
) -> None:
    port.fail(Fault(503, times=ATTEMPTS, method="PATCH"))
    with pytest.raises(Retry):
        await target.prepare([PROJECT, SERVICE])
    assert port.state.blueprints == {}
    await target.prepare([PROJECT, SERVICE])
    assert port.state.blueprints["service"]["mirrorProperties"] == MIRROR


async def test_one_that_somebody_else_just_created_is_left_alone(port: PortApi, target: PortTarget) -> None:
    taken = b'{"ok": false, "error": "identifier_taken", "message": "taken"}'
    port.fail(Fault(409, method="POST", path="/v1/blueprints", body=taken))
    await target.prepare([PROJECT])
    assert port.requests("PATCH") == port.requests("DELETE") == []


async def test_one_whose_creation_was_not_answered_is_ours(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"))
    port.fail(
        Fault(
            200,
            method="GET",
            path="/v1/blueprints",
            body=b'{"ok": true, "blueprints": [{"identifier": "project"}]}',
        )
    )
    port.fail(Fault(502, method="POST", path="/v1/blueprints"))
    stand(port, definition("service"))
    await target.prepare([PROJECT, SERVICE])
    assert port.state.blueprints["service"]["relations"] == {"project": relation("project")}
