"""Blueprints that change over time: what the one at Port lacks is told, or added."""

from __future__ import annotations

import json

import msgspec
import pytest

from contract.targets.port_builders import blueprint, definition, payload, relation, stand
from fairlead.model.blueprints import Blueprint
from fairlead.model.entities import Json
from fairlead.targets.pacing import Timing
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.target import PortTarget
from port_api import Fault, PortApi
from port_api.state import Object, section

OLD: Json = {"properties": {"url": {"type": "string", "title": "Theirs"}}, "required": ["url"]}


def old(identifier: str = "service", **more: Json) -> dict[str, Json]:
    """A blueprint at Port as it was before `size` and the relation came."""
    return {**definition(identifier), "title": "Renamed", "schema": OLD, **more}


def new(*, required: bool = False) -> list[Blueprint]:
    links: dict[str, Json] = {"project": relation("project", required=required)}
    return [blueprint("service", relations=links), blueprint("project")]


@pytest.fixture
def extending(settings: PortSettings, timing: Timing) -> PortTarget:
    return PortTarget(msgspec.structs.replace(settings, extend_blueprints=True), timing=timing)


async def test_unasked_it_is_only_told(port: PortApi, target: PortTarget) -> None:
    stand(port, old(), definition("project"))
    before = json.dumps(port.state.blueprints)
    await target.prepare(new())
    assert json.dumps(port.state.blueprints) == before
    (notice,) = target.notices
    assert notice == (
        "the blueprint 'service' lacks properties size; relations project; entities that have them are refused: "
        "add them there, or set port.extend_blueprints"
    )


async def test_asked_for_it_is_added_and_nothing_else_is_changed(
    port: PortApi, extending: PortTarget
) -> None:
    own: Json = {"team": {"target": "service", "title": "Own", "many": False, "required": False}}
    stand(port, old(relations=own), definition("project"))
    await extending.prepare(new())
    stored = port.state.blueprints["service"]
    schema = section(stored, "schema")
    assert stored["title"] == "Renamed"
    assert section(schema, "properties") == {
        "url": {"type": "string", "title": "Theirs"},
        "size": {"type": "number"},
    }
    assert schema["required"] == ["url"]
    assert set(section(stored, "relations")) == {"team", "project"}
    assert extending.notices == []
    sent = len(port.ledger)
    await extending.prepare(new())
    assert [it.method for it in port.ledger[sent:]] == ["GET"]
    await extending.close()


async def test_then_an_entity_that_has_it_is_accepted(port: PortApi, extending: PortTarget) -> None:
    stand(port, old(), definition("project"))
    await extending.prepare(new())
    entity = payload(1, "service", "a", properties={"url": "x", "size": 3})
    outcomes = [outcome async for many in extending.upsert([entity]) for outcome in many]
    assert [outcome.error for outcome in outcomes] == [""]
    await extending.close()


async def test_a_required_relation_is_left_to_people(port: PortApi, extending: PortTarget) -> None:
    stand(port, old(), definition("project"))
    await extending.prepare(new(required=True))
    assert section(port.state.blueprints["service"], "relations") == {}
    assert "size" in section(section(port.state.blueprints["service"], "schema"), "properties")
    (notice,) = extending.notices
    assert "lacks relations project, which are required" in notice
    await extending.close()


async def test_a_name_in_the_ownership_is_no_property(port: PortApi, extending: PortTarget) -> None:
    stand(port, old(ownership={"type": "Inherited", "size": "x"}))
    await extending.prepare([blueprint("service")])
    assert "size" in section(section(port.state.blueprints["service"], "schema"), "properties")
    await extending.close()


async def test_a_name_that_port_computes_is_not_missing(port: PortApi, extending: PortTarget) -> None:
    computed: Object = {"size": {"calculation": "1", "type": "number"}}
    stand(port, old(calculationProperties=computed))
    await extending.prepare([blueprint("service")])
    assert port.requests("PATCH") == []
    assert extending.notices == []
    await extending.close()


async def test_ports_own_blueprints_are_never_changed(port: PortApi, extending: PortTarget) -> None:
    stand(port, old("_user"))
    await extending.prepare([blueprint("_user")])
    assert port.requests("PATCH") == []
    assert "lacks properties size" in extending.notices[0]
    await extending.close()


async def test_a_refused_addition_stops_nothing(port: PortApi, extending: PortTarget) -> None:
    stand(port, old(), definition("project"))
    port.fail(Fault(422, method="PATCH"))
    await extending.prepare(new())
    (notice,) = extending.notices
    assert "schema, relations of the blueprint 'service': 422" in notice
    await extending.close()
