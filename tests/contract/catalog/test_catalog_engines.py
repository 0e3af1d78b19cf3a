"""Two engines, one catalog: what is written alike is exported alike, byte for byte."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

from contract.catalog.builders import all_of, change, contribution, entity, record
from contract.catalog.test_catalog_texts import TEXTS
from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.export import (
    export_changes,
    export_contributions,
    export_entities,
    export_readings,
    export_records,
    export_relations,
)
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.changes import Cause, Op
from fairlead.model.records import RecordState
from postgres_server import PostgresServer

OPS: tuple[Op, ...] = ("create", "update", "delete", "rename")
WORDS = [*TEXTS, *(f"Name {n}" for n in range(40)), *(f"näme/{n}" for n in range(40))]


def write(chance: random.Random, run: int, w: CatalogWriter) -> None:
    """Some of everything, by chance."""
    w.save_connection(f"i-{run}", f"connection {run % 2}{run}", "https://a", b"sealed")
    count = chance.randrange(1, 60)
    names = chance.sample(WORDS, count)
    blueprint = chance.choice(["service", "Team", "äpfel", "team"])
    first = {table: w.new_ids(table, count) for table in ("record", "contribution", "entity")}
    w.start_run("full", b"{}", 1, float(run))
    reading = w.open_reading(run, run, blueprint, "listing", "spec", run, float(run))
    w.mark_page(reading, "0:*", "*", 0, None, ())
    for n, name in enumerate(names):
        body = b'{"id":%d, "x": 1.50}' % n if chance.random() < 0.9 else None
        refs = ((f"__{name}", "project", name, bool(n % 2)),)
        state = chance.choice(list(RecordState))
        w.put_records([record(first["record"] + n, name, connection=run, kind=blueprint, state=state, body=body,
                              references=refs)])  # fmt: skip
        edges = [("owner", chance.choice(["Team", "team"]), chance.choice(WORDS)) for _ in range(3)]
        w.put_entities([entity(first["entity"] + n, f"{run} {name}", blueprint=blueprint, properties={"n": n},
                               edges=edges, exists=chance.random() < 0.8)])  # fmt: skip
        item = chance.choice(["", name])
        query = chance.choice([b"", b'"\\u0000"'])
        target = first["entity"] + n if not query else 0
        w.put_contributions(
            [contribution(first["contribution"] + n, first["record"] + n, target, item=item, query=query)]
        )
        cause = Cause(chance.choice(["read", "gone"]), "repository", name)
        w.put_changes([change(run, first["entity"] + n, name, chance.choice(OPS), cause=cause)])
    w.end_reading(reading, chance.choice(["proved", "incomplete"]), chance.choice(WORDS))


async def exported(catalog: Catalog) -> dict[str, bytes]:
    streams = {
        "entities": export_entities(catalog, stubs=["Team", "service"]),
        "relations": export_relations(catalog),
        "records": export_records(catalog),
        "contributions": export_contributions(catalog),
        "changes": export_changes(catalog),
        "readings": export_readings(catalog),
    }
    return {what: b"".join(await all_of(stream)) for what, stream in streams.items()}


async def test_exports_are_equal(tmp_path: Path, postgres: PostgresServer) -> None:
    postgres.execute("CREATE SCHEMA equal")
    found = []
    for url in (str(tmp_path / "c.db"), postgres.url(search_path="equal")):
        chance = random.Random(5)
        async with open_catalog(url, clock=lambda: 1_700_000_000.25) as catalog:
            for run in range(1, 9):
                await catalog.write(partial(write, chance, run))
            found.append((await exported(catalog), await catalog.status(), await catalog.counts(["Team"])))
    assert found[0][0].keys() == found[1][0].keys()
    for what, content in found[0][0].items():
        assert content.count(b"\n") >= 8, what
        assert content == found[1][0][what], what
    assert found[0][1:] == found[1][1:]
