"""Records: bodies, references, states."""

from __future__ import annotations

import random

from contract.catalog.builders import digest, record
from contract.catalog.conftest import Open
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.records import RecordState
from fairlead.model.stored import RecordWrite, StoredRecord


async def test_a_record_comes_back_as_it_was_put(catalog: Catalog) -> None:
    row = RecordWrite(
        1,
        4,
        "work-item",
        "1|é\x00",
        "p",
        None,
        9,
        b"s" * 16,
        b"",
        RecordState.UNSEEN,
        2,
        1_700_000_000.123456,
        "jq: boom",
    )
    await catalog.write(lambda w: w.put_records([row]))
    stored = StoredRecord(
        1,
        "work-item",
        "1|é\x00",
        "p",
        None,
        9,
        b"s" * 16,
        b"",
        RecordState.UNSEEN,
        2,
        1_700_000_000.123456,
        "jq: boom",
    )
    assert await catalog.lookup(4, "work-item", ["1|é\x00", "1|é", "absent"]) == {"1|é\x00": stored}
    assert await catalog.lookup(4, "unknown kind", ["1|é"]) == {}
    assert await catalog.lookup(5, "work-item", ["1|é\x00"]) == {}
    assert await catalog.lookup(4, "work-item", []) == {}


async def test_a_job_sees_its_own_writes(catalog: Catalog) -> None:
    def job(w: CatalogWriter) -> dict[str, StoredRecord]:
        w.put_records([record(1, "a")])
        return w.records(1, "repository", ["a"])

    assert (await catalog.write(job))["a"].id == 1


async def test_a_sample_of_living_records(catalog: Catalog) -> None:
    rows = [record(number, key) for number, key in ((1, "c"), (2, "a"), (3, "b"), (4, "d"))]
    await catalog.write(lambda w: w.put_records(rows))
    await catalog.write(lambda w: w.set_states([(2, RecordState.GONE, 0, 0.0, "")]))
    kind = rows[0].kind
    assert await catalog.sample(rows[0].connection, kind, 2) == [3, 1]
    assert await catalog.sample(rows[0].connection, kind, 9) == [3, 1, 4]
    assert await catalog.sample(rows[0].connection, "unknown kind", 9) == []


async def test_many_records_at_once(catalog: Catalog) -> None:
    keys = [f"r{number}" for number in range(1000)]
    await catalog.write(
        lambda w: w.put_records([record(w.new_ids("record", 1), key, body=key.encode()) for key in keys])
    )
    found = await catalog.lookup(1, "repository", keys)
    assert {key: one.id for key, one in found.items()} == {key: place for place, key in enumerate(keys, 1)}
    bodies = await catalog.bodies([*range(1000, 0, -1), 5000])
    assert [body.body.decode() for body in bodies] == keys[::-1]


async def test_bodies_references_and_extras_come_back(catalog: Catalog) -> None:
    references = (("__project", "project", "p1", True), ("__projectId", "project", "p1", False))
    rows = [
        record(1, "a", body=b'{"id":"a"}', references=references, extra=b'"__includedFiles":{}'),
        record(2, "b", body=b""),
        record(3, "c", body=random.Random(1).randbytes(3000)),
        record(4, "d"),
    ]
    await catalog.write(lambda w: w.put_records(rows))
    bodies = await catalog.alive(1, "repository")
    assert [(b.record.key, b.body, b.references, b.extra) for b in bodies] == [
        ("a", b'{"id":"a"}', references, b'"__includedFiles":{}'),
        ("b", b"", (), b""),
        ("c", rows[2].body, (), b""),
    ]


async def test_a_record_without_a_new_body_keeps_body_and_references(catalog: Catalog) -> None:
    references = (("__project", "project", "p1", True),)
    await catalog.write(
        lambda w: w.put_records([record(1, "a", body=b"{}", references=references, extra=b"x")])
    )
    await catalog.write(lambda w: w.put_records([record(1, "a", number=8, state=RecordState.GONE)]))
    (body,) = await catalog.bodies([1])
    assert (body.body, body.references, body.extra) == (b"{}", references, b"x")
    assert body.record.state is RecordState.GONE
    assert body.record.number == 8


async def test_references_lead_back_to_those_who_refer(catalog: Catalog) -> None:
    def to(*projects: str) -> tuple[tuple[str, str, str, bool], ...]:
        return tuple((f"__{project}", "project", project, True) for project in projects)

    rows = [
        record(1, "a", body=b"{}", references=to("p1", "p2")),
        record(2, "b", body=b"{}", references=to("p1")),
        record(3, "c", body=b"{}", references=to("p1"), state=RecordState.GONE),
        record(4, "d", connection=2, body=b"{}", references=to("p1")),
    ]
    await catalog.write(lambda w: w.put_records(rows))
    assert await catalog.referring(1, "project", ["p1"]) == [1, 2]
    assert await catalog.referring(1, "project", ["p2", "p9", "p1"]) == [1, 2]
    assert await catalog.referring(1, "team", ["p1"]) == []
    await catalog.write(lambda w: w.put_records([record(1, "a", body=b"{}", references=to("p2", "p3"))]))
    assert await catalog.referring(1, "project", ["p1"]) == [2]
    assert await catalog.referring(1, "project", ["p3"]) == [1]


async def test_states_are_set_and_found(catalog: Catalog) -> None:
    await catalog.write(
        lambda w: w.put_records([record(n, f"r{n}", parent="p1" if n < 4 else "p2") for n in range(1, 6)])
    )
    await catalog.write(
        lambda w: w.set_states(
            [
                (2, RecordState.UNSEEN, 1, 1_700_000_000.5, ""),
                (3, RecordState.GONE, 0, 0.0, ""),
                (4, RecordState.ALIVE, 0, 0.0, "jq"),
            ]
        )
    )
    unseen = await catalog.states(1, "repository", [RecordState.UNSEEN])
    assert [(r.id, r.missing, r.missing_since) for r in unseen] == [(2, 1, 1_700_000_000.5)]
    both = await catalog.states(1, "repository", [RecordState.GONE, RecordState.UNSEEN])
    assert [r.id for r in both] == [2, 3]
    assert [r.id for r in await catalog.children(1, "repository", ["p1", "p1"])] == [1, 2]
    assert [r.frozen for r in await catalog.children(1, "repository", ["p2", "p3"])] == ["jq", ""]


async def test_old_bodies_can_be_read_after_the_dictionary_grew(open_: Open) -> None:
    def page(first: int, count: int) -> list[RecordWrite]:
        return [
            record(
                n,
                f"r{n}",
                body=b'{"id":%d,"hash":"%s","name":"repository"}' % (n, digest(str(n)).hex().encode()),
            )
            for n in range(first, first + count)
        ]

    async with open_() as catalog:
        await catalog.write(lambda w: w.put_records(page(1, 1)))
        await catalog.write(lambda w: w.put_records(page(2, 300)))
    async with open_() as catalog:
        await catalog.write(lambda w: w.put_records(page(302, 300)))
        bodies = await catalog.bodies(range(1, 602))
        assert [body.body for body in bodies] == [row.body for row in page(1, 601)]


async def test_ids_go_on_after_a_restart(open_: Open) -> None:
    async with open_() as catalog:
        assert await catalog.write(lambda w: w.new_ids("record", 10)) == 1
        await catalog.write(lambda w: w.put_records([record(10, "a")]))
    async with open_() as catalog:
        assert await catalog.write(lambda w: (w.new_ids("record", 2), w.new_ids("entity", 1))) == (11, 1)
