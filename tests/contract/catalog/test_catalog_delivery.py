"""What targets are due."""

from __future__ import annotations

import msgspec

from contract.catalog.builders import entity
from fairlead.catalog.catalog import Catalog
from fairlead.model.stored import Delivery


def delivered(due: Delivery, *, error: str = "", attempts: int = 0) -> Delivery:
    """`due` after the target took it, or refused it with `error`."""
    return Delivery(
        due.target,
        due.entity,
        due.blueprint,
        due.identifier,
        due.body,
        due.desired_hash,
        due.delivered_hash if error else due.desired_hash,
        b"" if error else b'["title"]',
        attempts,
        error,
    )


async def due(catalog: Catalog, blueprint: str = "service") -> list[Delivery]:
    return await catalog.due("port", blueprint, 0, 100)


async def test_what_existed_before_a_target_is_due_to_it(catalog: Catalog) -> None:
    rows = [entity(1, "a"), entity(2, "b"), entity(3, "gone", exists=False), entity(4, "t", blueprint="team")]
    await catalog.write(lambda w: w.put_entities(rows))
    assert await due(catalog) == [
        Delivery("port", row.id, "service", row.identifier, row.body, row.hash, b"", b"", 0, "")
        for row in rows[:2]
    ]
    assert [one.identifier for one in await due(catalog, "team")] == ["t"]
    assert [one.entity for one in await catalog.due("port", "service", 1, 1)] == [2]


async def test_what_was_delivered_is_due_again_when_it_changes(catalog: Catalog) -> None:
    await due(catalog)
    await catalog.write(lambda w: w.put_entities([entity(1, "a")]))
    (first,) = await due(catalog)
    await catalog.write(lambda w: w.mark_delivered([delivered(first)]))
    assert await due(catalog) == []
    changed = entity(1, "a", properties={"x": 1})
    await catalog.write(lambda w: w.put_entities([changed]))
    (again,) = await due(catalog)
    assert (again.delivered_hash, again.desired_hash, again.keys) == (
        first.desired_hash,
        changed.hash,
        b'["title"]',
    )


async def test_a_delivered_entity_that_is_deleted_is_due_without_a_body(catalog: Catalog) -> None:
    await catalog.write(lambda w: w.put_entities([entity(1, "a")]))
    (first,) = await due(catalog)
    await catalog.write(lambda w: w.mark_delivered([delivered(first)]))
    await catalog.write(lambda w: w.put_entities([entity(1, "a", exists=False)]))
    (gone,) = await due(catalog)
    assert (gone.body, gone.desired_hash, gone.delivered_hash) == (b"", b"", first.desired_hash)
    await catalog.write(lambda w: w.mark_delivered([delivered(gone)]))
    assert await due(catalog) == []
    await catalog.write(lambda w: w.put_entities([entity(1, "a")]))
    assert [one.delivered_hash for one in await due(catalog)] == [b""]


async def test_an_entity_that_came_and_went_undelivered_is_not_due(catalog: Catalog) -> None:
    await due(catalog)
    await catalog.write(lambda w: w.put_entities([entity(1, "a")]))
    await catalog.write(lambda w: w.put_entities([entity(1, "a", exists=False)]))
    assert await due(catalog) == []


async def test_a_refusal_is_kept_and_stays_due_until_the_entity_changes(catalog: Catalog) -> None:
    await catalog.write(lambda w: w.put_entities([entity(1, "a")]))
    (first,) = await due(catalog)
    await catalog.write(lambda w: w.mark_delivered([delivered(first, error="no such blueprint", attempts=3)]))
    (refused,) = await due(catalog)
    assert (refused.attempts, refused.error, refused.delivered_hash) == (3, "no such blueprint", b"")
    await catalog.write(lambda w: w.put_entities([entity(1, "a", properties={"x": 1})]))
    (changed,) = await due(catalog)
    assert (changed.attempts, changed.error) == (0, "no such blueprint")
    assert (await catalog.status()).targets == (("port", 1, 1),)


async def test_what_is_found_at_a_target_and_stays_there_counts_as_due_only_once_it_was_refused(
    catalog: Catalog,
) -> None:
    await due(catalog)
    await catalog.write(lambda w: w.put_entities([entity(1, "stub", exists=False), entity(2, "a")]))
    found = Delivery("port", 1, "service", "stub", b"", b"", b"found", b"[]", 0, "")
    await catalog.write(lambda w: w.mark_delivered([found]))
    assert (await catalog.status()).targets == (("port", 1, 0),)
    refused = msgspec.structs.replace(found, error="something requires it")
    await catalog.write(lambda w: w.mark_delivered([refused]))
    assert (await catalog.status()).targets == (("port", 2, 1),)


async def test_an_entity_that_changed_while_it_was_delivered_stays_due(catalog: Catalog) -> None:
    await catalog.write(lambda w: w.put_entities([entity(1, "a")]))
    (first,) = await due(catalog)
    await catalog.write(lambda w: w.put_entities([entity(1, "a", properties={"x": 1})]))
    await catalog.write(lambda w: w.mark_delivered([delivered(first)]))
    assert [one.delivered_hash for one in await due(catalog)] == [first.desired_hash]


async def test_targets_do_not_share_what_is_due(catalog: Catalog) -> None:
    await catalog.write(lambda w: w.put_entities([entity(1, "a")]))
    (first,) = await due(catalog)
    await catalog.write(lambda w: w.mark_delivered([delivered(first)]))
    assert [one.entity for one in await catalog.due("files", "service", 0, 10)] == [1]
    assert await due(catalog) == []
