"""A catalog and a model of it in plain dictionaries go through the same writes and must stay the same."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable
from pathlib import Path

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contract.catalog.builders import all_of, digest
from fairlead.catalog import open_catalog
from fairlead.catalog.export import export_entities, export_relations
from fairlead.model.entities import EntityKey
from fairlead.model.stored import Edge, EntityWrite

BLUEPRINTS = ("service", "Team", "äpfel", "\U0001f34e")
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)
keys = st.builds(EntityKey, st.sampled_from(BLUEPRINTS), names)
edges = st.lists(
    st.builds(Edge, st.sampled_from(["owner", "uses"]), st.sampled_from(BLUEPRINTS), names), max_size=4
)
writes = st.dictionaries(keys, st.tuples(st.booleans(), st.none() | edges, names, st.booleans()), max_size=12)


def in_bytes(key: EntityKey) -> tuple[bytes, bytes]:
    return key.blueprint.encode(), key.identifier.encode()


class CatalogMachine(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.path = str(Path(self.folder.name) / "catalog.db")
        self.catalog = open_catalog(self.path)
        self.ids: dict[EntityKey, int] = {}
        self.bodies: dict[EntityKey, bytes] = {}
        self.edges: dict[EntityKey, frozenset[Edge]] = {}
        self.pending: set[EntityKey] = set()

    @rule(changes=writes)
    def put(self, changes: dict[EntityKey, tuple[bool, list[Edge] | None, str, bool]]) -> None:
        rows = []
        for key, (exists, links, title, held_back) in changes.items():
            if key not in self.ids:
                self.ids[key] = self.runner.run(self.catalog.write(lambda w: w.new_ids("entity", 1)))
            body = orjson.dumps({"title": title, "relations": {"x": [title]}}) if exists else b""
            hash_ = digest(body) if exists else b""
            desired = digest("something else") if held_back else hash_
            rows.append(
                EntityWrite(
                    self.ids[key],
                    key.blueprint,
                    key.identifier,
                    title,
                    body,
                    hash_,
                    desired,
                    edges=None if links is None else tuple(links),
                )
            )
            self.bodies[key] = body
            if not exists:
                self.edges[key] = frozenset()
            elif links is not None:
                self.edges[key] = frozenset(links)
            self.pending = self.pending | {key} if held_back else self.pending - {key}
        self.runner.run(self.catalog.write(lambda w: w.put_entities(rows)))

    @rule()
    def fail(self) -> None:
        def job(w: object) -> None:
            raise ValueError("taken back")

        outcome = self.runner.run(_outcome(self.catalog.write(job)))
        assert isinstance(outcome, ValueError)

    @rule()
    def reopen(self) -> None:
        self.runner.run(self.catalog.close())
        self.catalog = open_catalog(self.path)

    @invariant()
    def the_same(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.compare())

    async def compare(self) -> None:
        existing = {key for key, body in self.bodies.items() if body}
        targets = {EntityKey(e.blueprint, e.identifier) for key in existing for e in self.edges.get(key, ())}
        stubs = targets - existing
        found = await self.catalog.write(lambda w: w.entities(list(self.ids)))
        assert {key: entity.body for key, entity in found.items()} == self.bodies
        assert await all_of(self.catalog.stubs(BLUEPRINTS)) == sorted(stubs, key=in_bytes)
        assert await self.catalog.counts(BLUEPRINTS) == (len(existing), len(stubs))
        assert {
            EntityKey(e.blueprint, e.identifier) for e in await self.catalog.pending(0, 10_000)
        } == self.pending

        lines = b"".join(await all_of(export_entities(self.catalog, stubs=BLUEPRINTS[:2]))).splitlines()
        exported = [orjson.loads(line) for line in lines]
        wanted = existing | {stub for stub in stubs if stub.blueprint in BLUEPRINTS[:2]}
        assert [(line["blueprint"], line["identifier"]) for line in exported] == [
            (key.blueprint, key.identifier) for key in sorted(wanted, key=in_bytes)
        ]
        relations = b"".join(await all_of(export_relations(self.catalog))).splitlines()
        assert sorted(
            (r["blueprint"], r["identifier"], r["relation"], r["target_blueprint"], r["target"])
            for r in map(orjson.loads, relations)
        ) == sorted(
            (key.blueprint, key.identifier, edge.name, edge.blueprint, edge.identifier)
            for key in existing
            for edge in self.edges.get(key, ())
        )

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.catalog.close())
            self.runner.close()
            self.folder.cleanup()


async def _outcome(job: Awaitable[object]) -> object:
    (outcome,) = await asyncio.gather(job, return_exceptions=True)
    return outcome


CatalogMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
TestCatalogModel = CatalogMachine.TestCase
