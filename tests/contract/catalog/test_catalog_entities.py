"""Contributions, entities, edges, changes, stubs."""

from __future__ import annotations

from contract.catalog.builders import all_of, change, contribution, digest, entity, record
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.changes import Cause
from fairlead.model.entities import EntityKey
from fairlead.model.stored import SharedEntity, StoredContribution, StoredEntity


async def test_an_entity_comes_back_with_what_is_desired(catalog: Catalog) -> None:
    row = entity(1, "a/é/\x00", properties={"x": 1.5}, desired=b"d" * 16)
    await catalog.write(lambda w: w.put_entities([row]))
    key = EntityKey("service", "a/é/\x00")
    stored = StoredEntity(1, "service", "a/é/\x00", row.body, row.hash, b"d" * 16, b"", "")
    assert await catalog.write(
        lambda w: w.entities([key, EntityKey("team", "a"), EntityKey("service", "a/é/")])
    ) == {key: stored}
    assert await catalog.write(lambda w: w.entities_by_id([1, 2])) == {1: stored}


async def test_an_entity_without_body_stays_as_a_tombstone_without_edges(catalog: Catalog) -> None:
    await catalog.write(lambda w: w.put_entities([entity(1, "a", edges=[("owner", "team", "t1")])]))
    assert await all_of(catalog.stubs(["team"])) == [EntityKey("team", "t1")]
    await catalog.write(lambda w: w.put_entities([entity(1, "a", exists=False, edges=None)]))
    assert await all_of(catalog.stubs(["team"])) == []
    found = await catalog.write(lambda w: w.entities([EntityKey("service", "a")]))
    assert found[EntityKey("service", "a")].body == b""
    assert await catalog.counts(["team"]) == (0, 0)


async def test_edges_are_replaced_or_kept(catalog: Catalog) -> None:
    await catalog.write(
        lambda w: w.put_entities([entity(1, "a", edges=[("owner", "team", "t1"), ("owner", "team", "t1")])])
    )
    await catalog.write(lambda w: w.put_entities([entity(1, "a", properties={"x": 1}, edges=None)]))
    assert await all_of(catalog.stubs(["team"])) == [EntityKey("team", "t1")]
    await catalog.write(lambda w: w.put_entities([entity(1, "a", edges=[("owner", "team", "t2")])]))
    assert await all_of(catalog.stubs(["team"])) == [EntityKey("team", "t2")]


async def test_stubs_are_what_edges_miss(catalog: Catalog) -> None:
    edges = [("owner", "team", "t1"), ("owner", "team", "ü"), ("uses", "service", "b"), ("on", "page", "p")]
    await catalog.write(
        lambda w: w.put_entities([entity(1, "a", edges=edges), entity(2, "t1", blueprint="team")])
    )
    stubs = [EntityKey("service", "b"), EntityKey("team", "ü")]
    assert await all_of(catalog.stubs(["team", "service", "unknown"])) == stubs
    assert await catalog.counts(["team", "service"]) == (2, 2)
    await catalog.write(
        lambda w: w.put_entities([entity(3, "b"), entity(2, "t1", blueprint="team", exists=False)])
    )
    assert await all_of(catalog.stubs(["team", "service"])) == [
        EntityKey("team", "t1"),
        EntityKey("team", "ü"),
    ]
    assert await catalog.counts(["team", "service"]) == (2, 2)


async def test_pending_is_what_differs(catalog: Catalog) -> None:
    rows = [
        entity(1, "as desired"),
        entity(2, "to update", desired=b"d" * 16),
        entity(3, "to create", exists=False, desired=b"d" * 16),
        entity(4, "to delete", desired=b""),
        entity(5, "deleted", exists=False),
    ]
    await catalog.write(lambda w: w.put_entities(rows))
    assert [one.id for one in await catalog.pending(0, 10)] == [2, 3, 4]
    assert [one.id for one in await catalog.pending(2, 1)] == [3]
    assert [one.identifier for one in await catalog.entities_of_blueprint("service")] == [
        "as desired",
        "to create",
        "to delete",
        "to update",
    ]
    assert await catalog.entities_of_blueprint("team") == []


async def test_entities_of_a_blueprint_in_many_blocks(catalog: Catalog) -> None:
    rows = [entity(n, f"e{n:05d}", exists=n % 2 == 0, edges=None) for n in range(1, 5001)]
    await catalog.write(lambda w: w.put_entities(rows))
    assert [one.id for one in await catalog.entities_of_blueprint("service")] == list(range(2, 5001, 2))


async def test_contributions_by_record_entity_and_row(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> None:
        w.put_records([record(1, "a"), record(2, "b")])
        w.put_entities([entity(7, "x")])
        w.put_contributions(
            [
                contribution(1, 1, 7),
                contribution(2, 2, 7, row="row-2", creates=False),
                contribution(3, 2, 0, item="i", query=b'{"combinator":"and"}'),
            ]
        )

    await catalog.write(fill)
    first = contribution(1, 1, 7)
    stored = StoredContribution(
        1,
        "row-1",
        1,
        "",
        7,
        "service",
        "x",
        True,
        first.hash,
        first.fragment,
        b"",
        b"",
        b"",
        1,
        "repository",
        "a",
    )
    assert await catalog.write(lambda w: w.contributions_of_records([1])) == [stored]
    assert [c.id for c in await catalog.write(lambda w: w.contributions_of_records([2, 1, 2, 9]))] == [
        1,
        2,
        3,
    ]
    of_entity = await catalog.write(lambda w: w.contributions_of_entities([7]))
    assert [(c.id, c.creates, c.identifier) for c in of_entity] == [(1, True, "x"), (2, False, "x")]
    (open_,) = await catalog.unresolved()
    assert (open_.id, open_.entity, open_.identifier, open_.query) == (3, 0, "", b'{"combinator":"and"}')
    assert await catalog.rows_in_use() == {"row-1", "row-2"}
    rows = ["row-1", "row-2", "unknown"]
    assert [c.id for c in await catalog.contributions_of_rows(rows, 0, 2)] == [1, 2]
    assert [c.id for c in await catalog.contributions_of_rows(rows, 2, 2)] == [3]

    await catalog.write(lambda w: w.delete_contributions([1, 3]))
    assert await catalog.rows_in_use() == {"row-2"}
    assert await catalog.unresolved() == []


async def test_a_contribution_is_replaced_by_id(catalog: Catalog) -> None:
    await catalog.write(lambda w: w.put_contributions([contribution(1, 1, 0, query=b"{}")]))
    await catalog.write(lambda w: w.put_contributions([contribution(1, 1, 5)]))
    (found,) = await catalog.write(lambda w: w.contributions_of_records([1]))
    assert (found.entity, found.query) == (5, b"")


async def test_one_change_per_entity_and_run(catalog: Catalog) -> None:
    await catalog.write(lambda w: w.put_changes([change(1, 2, "b"), change(1, 1, "a"), change(2, 1, "a")]))
    renamed = change(1, 1, "a", "update", cause=Cause("remapped", "repository", "a", renamed_from="z"))
    await catalog.write(lambda w: w.put_changes([renamed]))
    assert await all_of(catalog.changes(1)) == [renamed, change(1, 2, "b")]
    assert await catalog.write(lambda w: w.changes_of(1, [1, 3])) == {1: renamed}
    await catalog.write(lambda w: w.drop_changes(1, [1, 3]))
    assert await all_of(catalog.changes(1)) == [change(1, 2, "b")]
    assert await all_of(catalog.changes(2)) == [change(2, 1, "a")]


async def test_a_runs_changes_are_streamed_in_blocks_by_blueprint_and_identifier(
    catalog: Catalog,
) -> None:
    await catalog.write(lambda w: w.put_changes([change(1, n, f"e{n}") for n in range(1, 2001)]))
    found = [one.identifier for one in await all_of(catalog.changes(1))]
    assert found == sorted((f"e{n}" for n in range(1, 2001)), key=str.encode)
    assert await catalog.change_counts(1) == [("create", "read", "applied", 2000)]


async def test_entities_that_more_than_one_record_makes_through_one_row(catalog: Catalog) -> None:
    """Not counted: several items of one record, records of different rows, patches, what another run changed."""

    def fill(w: CatalogWriter) -> None:
        one, two = (w.save_connection(f"i-{name}", name, f"https://{name}", b"") for name in ("one", "two"))
        w.put_records(
            [record(1, "7", connection=one), record(2, "7", connection=two), record(3, "8", connection=two)]
        )
        w.put_entities([entity(n, f"e{n}") for n in range(1, 8)])
        w.put_contributions(
            [
                contribution(1, 1, 1),
                contribution(2, 2, 1),
                contribution(3, 1, 2, item="b"),
                contribution(4, 3, 2),
                contribution(5, 1, 3, item="c"),
                contribution(6, 1, 3, item="d"),
                contribution(7, 1, 4, item="e"),
                contribution(8, 2, 4, row="row-2"),
                contribution(9, 1, 5, item="f"),
                contribution(10, 2, 5, item="f", creates=False),
                contribution(11, 1, 6, item="g"),
                contribution(12, 2, 6, item="g"),
                contribution(13, 1, 7, row="row-3"),
                contribution(14, 3, 7, row="row-3"),
            ]
        )
        w.put_changes([change(1, n, f"e{n}") for n in (1, 2, 3, 4, 5, 7)])

    await catalog.write(fill)
    assert await catalog.shared_entities(1) == [
        SharedEntity("row-1", 2, EntityKey("service", "e1"), "repository", (("one", "7"), ("two", "7"))),
        SharedEntity("row-3", 1, EntityKey("service", "e7"), "repository", (("one", "7"), ("two", "8"))),
    ]
    assert await catalog.shared_entities(2) == []


async def test_an_entity_is_explained(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> None:
        w.put_records([record(1, "a", number=12)])
        w.put_entities(
            [entity(1, "x", edges=[("owner", "team", "t")]), entity(2, "y", edges=[("uses", "service", "x")])]
        )
        w.put_contributions([contribution(1, 1, 1)])
        w.put_changes([change(3, 1, "x")])
        reading = w.open_reading(3, 1, "repository", "listing", "", 10, 500.0)
        w.mark_page(reading, "0:p1", "p1", 0, None, ())
        w.end_reading(reading, "proved", "")

    await catalog.write(fill)
    told = await catalog.explain(EntityKey("service", "x"))
    assert told.entity is not None
    assert told.entity.hash == digest(told.entity.body)
    assert [edge.identifier for edge in told.edges] == ["t"]
    assert [(edge.name, edge.blueprint, edge.identifier) for edge in told.incoming] == [
        ("uses", "service", "y")
    ]
    assert [(one.run, one.op, one.made) for one in told.changes] == [(3, "create", 1_700_000_000.5)]
    (one,) = told.contributions
    assert one.record is not None
    assert (one.record.key, one.record.verified) == ("a", 500.0)

    stub = await catalog.explain(EntityKey("team", "t"))
    assert (stub.entity, stub.stub, len(stub.incoming)) == (None, True, 1)
    nothing = await catalog.explain(EntityKey("team", "nobody"))
    assert (nothing.entity, nothing.stub, nothing.changes) == (None, False, ())


async def test_an_absence_is_explained_by_the_records_that_caused_it(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> None:
        w.save_connection("i-1", "one", "https://a", b"")
        w.put_records([record(1, "a", number=12)])
        w.put_entities([entity(1, "x", exists=False, edges=None)])
        cause = Cause("gone", "repository", "a", "row-1", "recycle bin")
        w.put_changes([change(1, 1, "x"), change(2, 1, "x", "delete", cause=cause)])

    await catalog.write(fill)
    told = await catalog.explain(EntityKey("service", "x"))
    assert [(one.op, one.cause.reason) for one in told.changes] == [("delete", "gone"), ("create", "read")]
    assert [(one.kind, one.key, one.verified) for one in told.absent_records] == [("repository", "a", 0.0)]


async def test_status_counts_what_waits(catalog: Catalog) -> None:
    rows = [entity(1, "a"), entity(2, "b", desired=b"d"), entity(3, "t", blueprint="team")]
    await catalog.write(lambda w: w.put_entities(rows))
    await catalog.write(lambda w: w.put_contributions([contribution(1, 1, 0, query=b"{}")]))
    await catalog.due("port", "service", 0, 10)
    status = await catalog.status()
    assert status.entities == {"service": 2, "team": 1}
    assert (status.pending, status.held, status.unresolved) == (1, 0, 1)
    assert status.targets == (("port", 3, 0),)
