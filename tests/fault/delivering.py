"""A catalog with entities of a test's own, a stand-in for Port, and deliveries to it in virtual time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from fairlead.catalog.catalog import Catalog
from fairlead.model.blueprints import Blueprint, Property, Relation
from fairlead.model.entities import Body, EntityKey, Fragment, Json
from fairlead.model.reports import DeliveryReport
from fairlead.model.secrets import Secret
from fairlead.model.stored import ContributionWrite, EntityWrite
from fairlead.reconcile.canonical import digest, encode_body, encode_fragment
from fairlead.reconcile.merge import edges
from fairlead.sync.deliver import deliver_all
from fairlead.sync.delivery import DeliveryRules
from fairlead.targets.pacing import Timing
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.target import PortTarget
from port_api import PortApi, StoredEntity, VirtualClock

EVERYTHING = DeliveryRules(proved=True, unread=frozenset())
"""The rules of a run that read and proved everything."""

IDENTIFIER = "my-azure"
AGENT = f"port-ocean/azure-devops/0.11.0/{IDENTIFIER}/exporter"
"""As which Port's own integration of that identifier wrote."""


def schema(
    identifier: str,
    properties: Mapping[str, str],
    relations: Mapping[str, Relation] | None = None,
) -> Blueprint:
    """A blueprint with properties by type, and its definition as Port keeps it."""
    relations = relations or {}
    definition: dict[str, object] = {
        "identifier": identifier,
        "title": identifier,
        "schema": {"properties": {name: {"type": kind} for name, kind in properties.items()}, "required": []},
        "relations": {
            name: {"target": one.target, "many": one.many, "required": one.required}
            for name, one in relations.items()
        },
    }
    return Blueprint(
        identifier,
        identifier,
        {name: Property(kind) for name, kind in properties.items()},
        dict(relations),
        (),
        json.dumps(definition).encode(),
    )


@dataclass
class Installation:
    """One catalog and one Port. `bodies` is what the catalog holds, as the test put it there.

    With `contributes` a mapping speaks of every key of each blueprint.
    """

    catalog: Catalog
    port: PortApi
    clock: VirtualClock
    blueprints: dict[str, Blueprint]
    create_missing: bool = False
    timeout: float = 60.0
    contributes: bool = False
    bodies: dict[EntityKey, Body] = field(default_factory=dict)
    ids: dict[EntityKey, int] = field(default_factory=dict)

    async def put(self, entities: Mapping[EntityKey, Body | None]) -> None:
        """Brings entities of the catalog to these contents; None removes."""
        for key, body in entities.items():
            if body is None:
                self.bodies.pop(key, None)
            else:
                self.bodies[key] = body

        rows: list[EntityWrite] = []
        for key, body in entities.items():
            id_ = await self._id(key)
            text = encode_body(body) if body is not None else b""
            hash_ = digest(text) if text else b""
            lines = edges(body, self.blueprints.get(key.blueprint)) if body is not None else ()
            title = (body.title or "") if body is not None else ""
            rows.append(
                EntityWrite(id_, key.blueprint, key.identifier, title, text, hash_, hash_, edges=lines)
            )
        await self.catalog.write(lambda writer: writer.put_entities(rows))
        if self.contributes:
            for key, body in entities.items():
                if body is not None:
                    await self.contribute(key, self._whole(key, body))

    def _whole(self, key: EntityKey, body: Body) -> Body:
        """The body with null for every key that its blueprint has and it has not."""
        blueprint = self.blueprints[key.blueprint]
        properties = {**dict.fromkeys(blueprint.properties), **body.properties}
        relations = {**dict.fromkeys(blueprint.relations), **body.relations}
        return Body(title=body.title, properties=properties, relations=relations)

    async def contribute(self, key: EntityKey, fragment: Body) -> None:
        """Says that the mapping speaks of these keys of an entity, those included that are null."""
        given = Fragment(
            ("title",),
            fragment.title,
            properties=dict(fragment.properties),
            relations=dict(fragment.relations),
        )
        row = ContributionWrite(
            id=self.ids[key], source="sync", row="row", record=self.ids[key], item="", entity=self.ids[key],
            blueprint=key.blueprint, creates=True, hash=b"h" * 16, fragment=encode_fragment(given),
        )  # fmt: skip
        await self.catalog.write(lambda writer: writer.put_contributions([row]))

    async def _id(self, key: EntityKey) -> int:
        if key not in self.ids:
            known = await self.catalog.write(lambda writer: writer.entities([key]))
            if key in known:
                self.ids[key] = known[key].id
            else:
                self.ids[key] = await self.catalog.write(lambda writer: writer.new_ids("entity", 1))
        return self.ids[key]

    @asynccontextmanager
    async def target(self) -> AsyncIterator[PortTarget]:
        """Port as a target, with a session of its own."""
        settings = PortSettings(
            base_url=self.port.url,
            client_id=self.port.client_id,
            client_secret=Secret(self.port.client_secret),
            identifier=IDENTIFIER,
            create_missing_related_entities=self.create_missing,
            version="1.2.3",
            timeout=self.timeout,
        )
        target = PortTarget(settings, timing=Timing(self.clock.now, self.clock.sleep, lambda: 0.5))
        try:
            yield target
        finally:
            await target.close()

    async def deliver(self, rules: DeliveryRules = EVERYTHING) -> DeliveryReport:
        """One drain."""
        async with self.target() as target:
            (report,) = await deliver_all(self.catalog, [target], self.blueprints, rules)
        return report

    def at_port(self) -> dict[EntityKey, Body]:
        """What Port holds, as the catalog would say it."""
        return {
            EntityKey(one.blueprint, one.identifier): _body(one) for one in self.port.state.every_entity()
        }

    def stand(self, *entities: tuple[EntityKey, Body], agent: str = AGENT) -> None:
        """Puts entities into Port behind everybody's back, as written by `agent`."""
        for blueprint in self.blueprints.values():
            self.port.state.blueprints.setdefault(blueprint.identifier, json.loads(blueprint.definition))
            self.port.state.entities.setdefault(blueprint.identifier, {})
        for key, body in entities:
            instant = self.port.state.instant()
            stored = StoredEntity(key.identifier, key.blueprint, agent, instant, instant)
            stored.title, stored.icon, stored.team = body.title, body.icon, body.team
            stored.properties = json.loads(msgspec.json.encode(body.properties))
            stored.relations = json.loads(msgspec.json.encode(body.relations))
            self.port.state.entities[key.blueprint][key.identifier] = stored

    def writes(self, start: int = 0) -> list[str]:
        """Requests that write entities, from that place of the ledger on: method, path and status."""
        return [
            f"{one.path.removeprefix('/v1/blueprints/')} {one.status}"
            for one in self.port.ledger[start:]
            if one.path.endswith(("/entities/bulk", "/entities/delete"))
        ]

    def sent(self, start: int = 0) -> list[str]:
        """Identifiers of the entities in requests that write them, in order, from that place of the ledger on."""
        return [
            identifier
            for one in self.port.ledger[start:]
            if one.path.endswith(("/entities/bulk", "/entities/delete"))
            for identifier in identifiers_of(one.json)
        ]


def identifiers_of(body: object) -> Iterable[str]:
    """The identifiers of a bulk upsert or a bulk delete."""
    entities = body["entities"] if isinstance(body, dict) else []
    return [one["identifier"] if isinstance(one, dict) else one for one in entities]


def of(blueprint: str, identifier: str) -> EntityKey:
    """A key."""
    return EntityKey(blueprint, identifier)


def body(
    title: str | None = None,
    properties: dict[str, Json] | None = None,
    relations: dict[str, Json] | None = None,
) -> Body:
    """A content."""
    return Body(title=title, properties=properties or {}, relations=relations or {})


def _body(stored: StoredEntity) -> Body:
    title, icon = stored.title, stored.icon
    return Body(
        title=None if title is None else str(title),
        icon=None if icon is None else str(icon),
        team=stored.team,
        properties=dict(stored.properties),
        relations=dict(stored.relations),
    )
