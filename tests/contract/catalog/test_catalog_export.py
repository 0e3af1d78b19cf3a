"""Exports: the same bytes for the same catalog."""

from __future__ import annotations

import orjson

from contract.catalog.builders import all_of, change, contribution, entity, record
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
from fairlead.model.records import RecordState
from fairlead.model.stored import EntityWrite


def raw(id_: int, identifier: str, body: bytes, blueprint: str = "service") -> EntityWrite:
    return EntityWrite(id_, blueprint, identifier, "", body, b"h" * 16, b"h" * 16, edges=())


async def test_an_entity_has_sorted_keys_and_no_nulls(catalog: Catalog) -> None:
    properties = b'{"z":1.50,"a":null,"b":{"y":null,"x":"\xc3\xa9"}}'
    body = b'{"title":"T","team":["x"],"icon":"Git","properties":%b,"relations":{"r":["1"]}}' % properties
    await catalog.write(lambda w: w.put_entities([raw(1, "one", body), raw(2, "bare", b"{}")]))
    lines = b"".join(await all_of(export_entities(catalog)))
    assert lines.decode() == (
        '{"blueprint":"service","identifier":"bare","properties":{},"relations":{}}\n'
        '{"blueprint":"service","icon":"Git","identifier":"one","properties":{"b":{"x":"é","y":null},"z":1.5},'
        '"relations":{"r":["1"]},"team":["x"],"title":"T"}\n'
    )


async def test_entities_come_in_the_order_of_their_bytes_with_stubs_among_them(
    catalog: Catalog,
) -> None:
    # U+FF5E sorts after U+1F600 in UTF-16 and before it in UTF-8; "Z" before "a"; "ä" after "z".
    identifiers = ["a", "Z", "z", "ä", "\uff5e", "\U0001f600", "a/b", "a b"]
    edges = [
        ("uses", "service", "m"),
        ("uses", "service", "\ufb00"),
        ("owner", "Team", "t"),
        ("owner", "unknown", "u"),
    ]
    rows = [entity(n, identifier, edges=edges) for n, identifier in enumerate(identifiers, 1)]
    rows += [
        entity(90, "x", blueprint="äpfel"),
        entity(91, "x", blueprint="Team"),
        entity(92, "gone", exists=False),
    ]
    await catalog.write(lambda w: w.put_entities(rows))
    lines = b"".join(await all_of(export_entities(catalog, stubs=["service", "Team"]))).splitlines()
    keys = [(line["blueprint"], line["identifier"]) for line in map(orjson.loads, lines)]
    expected = [("service", i) for i in [*identifiers, "m", "\ufb00"]] + [
        ("äpfel", "x"),
        ("Team", "t"),
        ("Team", "x"),
    ]
    assert keys == sorted(expected, key=lambda key: (key[0].encode(), key[1].encode()))
    assert b'{"blueprint":"Team","identifier":"t","properties":{},"relations":{}}' in lines
    only = b"".join(
        await all_of(export_entities(catalog, blueprint="Team", stubs=["service", "Team"]))
    ).splitlines()
    assert len(only) == 2
    assert len(b"".join(await all_of(export_entities(catalog))).splitlines()) == len(expected) - 3


async def test_a_long_export_is_one_state_of_the_catalog(catalog: Catalog) -> None:
    await catalog.write(
        lambda w: w.put_entities([entity(n, f"e{n:05d}", edges=None) for n in range(1, 2001)])
    )
    seen = 0
    async for block in export_entities(catalog):
        seen += len(block.splitlines())
        await catalog.write(lambda w: w.put_entities([entity(n, f"f{n:05d}", edges=None) for n in (9000,)]))
    assert seen == 2000


async def test_an_export_may_be_left_early(catalog: Catalog) -> None:
    await catalog.write(
        lambda w: w.put_entities([entity(n, f"e{n:05d}", edges=None) for n in range(1, 2001)])
    )
    for stubs in ((), ("service",)):
        async for block in export_entities(catalog, stubs=stubs):
            assert block
            break


async def test_relations(catalog: Catalog) -> None:
    edges = [("z", "team", "t"), ("a", "team", "ü"), ("a", "team", "b")]
    await catalog.write(
        lambda w: w.put_entities([entity(2, "b", edges=edges[:1]), entity(1, "a", edges=edges)])
    )
    lines = [orjson.loads(line) for line in b"".join(await all_of(export_relations(catalog))).splitlines()]
    assert [
        (one["identifier"], one["relation"], one["target_blueprint"], one["target"]) for one in lines
    ] == [
        ("a", "a", "team", "b"),
        ("a", "a", "team", "ü"),
        ("a", "z", "team", "t"),
        ("b", "z", "team", "t"),
    ]


async def test_records(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> None:
        w.save_connection("i", "acme", "https://a", b"")
        references = (("__project", "project", "p", True),)
        w.put_records(
            [
                record(1, "b", body=b'{\n "id": 1.50\n}', references=references, extra=b'"x":1'),
                record(2, "a", state=RecordState.GONE),
                record(3, "c", kind="build", body=b"{}"),
            ]
        )

    await catalog.write(fill)
    assert b"".join(await all_of(export_records(catalog))).decode().splitlines() == [
        '{"body":{},"connection":"acme","key":"c","kind":"build","parent":"p1","references":[],"state":"alive","version":7}',
        '{"connection":"acme","key":"a","kind":"repository","parent":"p1","references":[],"state":"gone","version":7}',
        '{"body":{"id":1.50},"connection":"acme","key":"b","kind":"repository","parent":"p1",'
        '"references":[["__project","project","p",true]],"state":"alive","version":7}',
    ]


async def test_contributions(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> None:
        w.save_connection("i", "acme", "https://a", b"")
        w.put_records([record(1, "a")])
        w.put_entities([entity(1, "x")])
        w.put_contributions(
            [
                contribution(2, 1, 1, row="r2"),
                contribution(1, 1, 1, row="r1"),
                contribution(3, 1, 0, row="r3", query=b"{}"),
            ]
        )

    await catalog.write(fill)
    lines = [
        orjson.loads(line) for line in b"".join(await all_of(export_contributions(catalog))).splitlines()
    ]
    assert [(one["identifier"], one["row"], one["key"]) for one in lines] == [
        ("", "r3", "a"),
        ("x", "r1", "a"),
        ("x", "r2", "a"),
    ]
    assert lines[0]["query"] == {}
    assert "query" not in lines[1]


async def test_changes_and_readings(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> None:
        w.put_changes([change(1, 2, "b", "update"), change(1, 1, "a")])
        w.open_reading(1, 1, "build", "listing", "s", 5, 9.5)

    await catalog.write(fill)
    lines = [orjson.loads(line) for line in b"".join(await all_of(export_changes(catalog))).splitlines()]
    assert [(one["op"], one["identifier"], one.get("delta")) for one in lines] == [
        ("create", "a", None),
        ("update", "b", {"title": ["a", "b"]}),
    ]
    assert lines[0]["cause"] == {"reason": "read", "kind": "repository", "record": "a", "row": "row-1"}
    assert b"".join(await all_of(export_readings(catalog))).decode() == (
        '{"connection":"","form":"listing","kind":"build","reason":"","run":1,"spec":"s","started":9.5,"state":"open"}\n'
    )
