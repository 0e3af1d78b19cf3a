"""Short ways to write blueprints and payloads."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence

from fairlead.model.blueprints import Blueprint, Property, Relation
from fairlead.model.delivery import Outcome, Payload
from fairlead.model.entities import Body, Json
from fairlead.targets.port.target import PortTarget
from port_api import PortApi
from port_api.state import Object


def definition(identifier: str, *, relations: dict[str, Json] | None = None, **more: Json) -> dict[str, Json]:
    """A blueprint's JSON with the properties `url` (string) and `size` (number)."""
    schema: Json = {"properties": {"url": {"type": "string"}, "size": {"type": "number"}}, "required": []}
    return {
        "identifier": identifier,
        "title": identifier.title(),
        "schema": schema,
        "relations": relations or {},
        **more,
    }


def blueprint(identifier: str, *, relations: dict[str, Json] | None = None, **more: Json) -> Blueprint:
    """The same as a value of the model."""
    text = definition(identifier, relations=relations, **more)
    edges = {
        name: Relation(str(it["target"])) for name, it in (relations or {}).items() if isinstance(it, dict)
    }
    properties = {"url": Property("string"), "size": Property("number")}
    return Blueprint(identifier, identifier.title(), properties, edges, (), json.dumps(text).encode())


def relation(target: str, *, many: bool = False, required: bool = False) -> dict[str, Json]:
    return {"target": target, "title": target, "many": many, "required": required}


def payload(
    number: int,
    blueprint: str,
    identifier: str,
    *,
    title: str | None = None,
    properties: dict[str, Json] | None = None,
    relations: dict[str, Json] | None = None,
    cleared: tuple[str, ...] = (),
) -> Payload:
    body = Body(title=title, properties=properties or {}, relations=relations or {})
    return Payload(number, blueprint, identifier, body, cleared)


def stand(port: PortApi, *definitions: dict[str, Json]) -> None:
    """Puts blueprints into the stand-in without asking it."""
    for given in definitions:
        name = str(given["identifier"])
        stored: Object = dict(given)
        port.state.blueprints[name] = stored
        port.state.entities[name] = {}


def sent_entities(body: Json) -> list[Json]:
    """The list of entities of a bulk request."""
    assert isinstance(body, dict)
    entities = body["entities"]
    assert isinstance(entities, list)
    return entities


async def upserted(target: PortTarget, payloads: Sequence[Payload]) -> list[Outcome]:
    """One outcome for each payload, in their order."""
    return await _in_order(target.upsert(payloads), payloads)


async def deleted(target: PortTarget, payloads: Sequence[Payload]) -> list[Outcome]:
    """One outcome for each payload, in their order."""
    return await _in_order(target.delete(payloads), payloads)


async def _in_order(told: AsyncGenerator[list[Outcome], None], payloads: Sequence[Payload]) -> list[Outcome]:
    by_entity = {outcome.entity: outcome async for outcomes in told for outcome in outcomes}
    assert len(by_entity) == len(payloads)
    return [by_entity[payload.entity] for payload in payloads]
