"""Texts as hostile as Azure DevOps allows: any length, any character."""

from __future__ import annotations

import pytest

from contract.catalog.builders import all_of, change, contribution, entity, record
from contract.catalog.conftest import Open
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.export import export_entities, export_relations
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.changes import Cause
from fairlead.model.entities import EntityKey
from fairlead.model.readings import Item
from fairlead.model.stored import EntityWrite

LONG = "x" * 4000
TEXTS = [
    "",
    "a",
    "a\x00",
    "a\x00\x00",
    "a\x00\x01",
    "a\x01",
    "a\x01\x00",
    "a\x01\x01\x02",
    "a\x02",
    "a/b",
    "é",
    "\U0001f600" * 600,
    "\uff5e",
    LONG,
    LONG + "\x00",
    LONG + "\x01",
    LONG + "a",
    LONG[:600] + "y",
    LONG[:500],
]
"""Each is another text; many begin alike for longer than an index can hold."""


async def test_every_text_is_a_name_of_its_own(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> None:
        w.put_entities(
            [
                entity(n, text, properties={"n": n}, edges=[("r", "team", text)])
                for n, text in enumerate(TEXTS, 1)
            ]
        )
        w.put_records([record(n, text, parent=text) for n, text in enumerate(TEXTS, 1)])

    await catalog.write(fill)
    keys = [EntityKey("service", text) for text in TEXTS]
    found = await catalog.write(lambda w: w.entities(keys))
    assert {key.identifier: one.id for key, one in found.items()} == {
        text: n for n, text in enumerate(TEXTS, 1)
    }
    records = await catalog.lookup(1, "repository", TEXTS)
    assert {key: one.id for key, one in records.items()} == {text: n for n, text in enumerate(TEXTS, 1)}
    for n, text in enumerate(TEXTS, 1):
        assert [one.id for one in await catalog.children(1, "repository", [text])] == [n]
        told = await catalog.explain(EntityKey("team", text))
        assert [edge.identifier for edge in told.incoming] == [text]


async def test_every_text_is_sorted_by_its_bytes(catalog: Catalog) -> None:
    edges = [("r", "team", text) for text in TEXTS]
    rows = [entity(n, text, edges=edges if n == 1 else ()) for n, text in enumerate(TEXTS, 1)]
    await catalog.write(lambda w: w.put_entities(rows))
    in_order = sorted(TEXTS, key=str.encode)
    assert [key.identifier async for key in catalog.stubs(["team"])] == in_order
    found = [one.identifier for one in await catalog.entities_of_blueprint("service")]
    assert found == [text for text in in_order if text]
    exported = b"".join(await all_of(export_entities(catalog)))
    await catalog.write(lambda w: w.put_entities(list(reversed(rows))))
    assert b"".join(await all_of(export_entities(catalog))) == exported
    assert len(b"".join(await all_of(export_relations(catalog))).splitlines()) == len(TEXTS)


@pytest.mark.parametrize("text", [TEXTS[4], LONG + "\x00", LONG + "a"])
async def test_any_column_takes_any_text(open_: Open, text: str) -> None:
    cause = Cause("read", text, text, text, text)

    def fill(w: CatalogWriter) -> int:
        reading = w.open_reading(1, 1, text, text, text, 1, 0.0)
        w.mark_page(reading, text, text, 0, text, [Item(text, text, b"", 1)])
        w.end_chain(reading, text, text, "incomplete", text)
        w.set_cursor(1, text, text, text)
        w.save_connection(text, text, text, b"")
        w.save_configuration("h", text, text, text, 0.0)
        w.put_records([record(1, text, kind=text, body=b"{}", references=((text, text, text, True),))])
        w.put_contributions([contribution(1, 1, 0, row=text, item=text, query=b'"\\u0000"')])
        w.put_entities([EntityWrite(1, text, text, text, b'{"title":"\\u0000"}', b"h", b"h", held=text)])
        w.put_changes([change(1, 1, text, cause=cause)])
        return reading

    async with open_() as catalog:
        reading = await catalog.write(fill)
    async with open_() as catalog:
        assert [(one.kind, one.form, one.spec) for one in await catalog.readings(1)] == [(text, text, text)]
        chain = (await catalog.chains(reading))[text]
        assert (chain.scope, chain.cursor, chain.reason) == (text, text, text)
        assert await catalog.items(reading, text) == [Item(text, text, b"", 1)]
        assert await catalog.cursor(1, text, text) == text
        assert [(one.instance, one.name) for one in await catalog.connections()] == [(text, text)]
        assert await catalog.configuration(1) == (text, text, text)
        (body,) = await catalog.alive(1, text)
        assert (body.record.key, body.references) == (text, ((text, text, text, True),))
        assert await catalog.referring(1, text, [text]) == [1]
        (open_one,) = await catalog.unresolved()
        assert (open_one.row, open_one.item, open_one.query) == (text, text, b'"\\u0000"')
        stored = (await catalog.write(lambda w: w.entities_by_id([1])))[1]
        assert (stored.body, stored.held) == (b'{"title":"\\u0000"}', text)
        assert [one.cause async for one in catalog.changes(1)] == [cause]
        assert await catalog.change_counts(1) == [("create", "read", "applied", 1)]


async def test_half_a_surrogate_pair_is_the_jobs_error(catalog: Catalog) -> None:
    def job(w: CatalogWriter) -> None:
        w.save_connection("before", "before", "", b"")
        w.put_entities([entity(1, "a"), EntityWrite(2, "service", "\ud800", "", b"{}", b"h", b"h")])

    with pytest.raises(UnicodeEncodeError):
        await catalog.write(job)
    with pytest.raises(UnicodeEncodeError):
        await catalog.write(lambda w: w.save_connection("\ud800", "", "", b""))
    await catalog.write(lambda w: w.put_records([record(1, "a")]))
    with pytest.raises(UnicodeEncodeError):
        await catalog.lookup(1, "repository", ["\ud800"])
    assert await catalog.connections() == []
    assert await catalog.counts([]) == (0, 0)


async def test_a_number_that_fits_no_column_is_the_jobs_error(catalog: Catalog) -> None:
    with pytest.raises(OverflowError):
        await catalog.write(lambda w: w.put_records([record(1, "a", number=2**63)]))
    assert await catalog.lookup(1, "repository", ["a"]) == {}
