"""What there is to tell destinations of changes."""

from __future__ import annotations

import msgspec

from contract.catalog.builders import change, entity
from contract.catalog.conftest import Open
from fairlead.catalog.catalog import Catalog
from fairlead.model.changes import Cause


async def test_a_bookmark_is_kept(catalog: Catalog, open_: Open) -> None:
    assert await catalog.telling.bookmark("webhook:a") is None
    await catalog.write(lambda w: w.put_bookmark("webhook:a", 3, 0))
    await catalog.write(lambda w: w.put_bookmark("webhook:b", 1, 9))
    await catalog.write(lambda w: w.put_bookmark("webhook:a", 3, 17))
    await catalog.close()
    async with open_() as again:
        assert await again.telling.bookmark("webhook:a") == (3, 17)
        assert await again.telling.bookmark("webhook:b") == (1, 9)


async def test_applied_changes_come_in_order_of_run_and_entity(catalog: Catalog) -> None:
    planned = msgspec.structs.replace(change(2, 4, "d"), state="planned")
    rows = [
        change(2, 1, "a", "update"),
        change(1, 2, "b"),
        change(1, 1, "a"),
        planned,
        change(3, 1, "a", "update"),
    ]
    await catalog.write(lambda w: w.put_changes(rows))

    async def places(run: int, entity_: int, limit: int) -> list[tuple[int, int]]:
        found = await catalog.telling.applied_after(run, entity_, limit)
        return [(one.run, one.entity) for one in found]

    assert await places(0, 0, 100) == [(1, 1), (1, 2), (2, 1), (3, 1)]
    assert await places(1, 1, 2) == [(1, 2), (2, 1)]
    assert await places(1, 2, 100) == [(2, 1), (3, 1)]
    assert await places(3, 1, 100) == []
    (first, *_) = await catalog.telling.applied_after(0, 0, 1)
    assert (first.blueprint, first.identifier, first.op, first.made) == (
        "service",
        "a",
        "create",
        1_700_000_000.5,
    )
    assert first.cause == Cause("read", "repository", "a", "row-1")


async def test_history_is_what_is_now_and_what_came_later(catalog: Catalog) -> None:
    rows = [change(1, 1, "a"), change(2, 1, "a", "update"), change(3, 1, "a", "update"), change(3, 2, "b")]
    held = msgspec.structs.replace(change(4, 1, "a", "update"), state="held")
    await catalog.write(lambda w: w.put_changes([*rows, held]))
    now = entity(1, "a")
    await catalog.write(lambda w: w.put_entities([now, entity(2, "b", exists=False)]))
    found = await catalog.telling.history(1, [1, 2, 9])
    assert [one.run for one in found[1].later] == [3, 2]
    assert (found[1].body, found[2].body, found[9].body) == (now.body, b"", b"")
    assert ([one.run for one in found[2].later], found[9].later) == ([3], ())


async def test_a_rename_is_found_by_the_old_identifier(catalog: Catalog) -> None:
    rows = [
        change(run, id_, new, "rename", cause=Cause("read", renamed_from=old))
        for run, id_, old, new in ((2, 2, "a", "b"), (3, 3, "x", "y"), (4, 4, "a", "c"))
    ]
    await catalog.write(lambda w: w.put_changes(rows))

    async def renamed(identifier: str, run: int, blueprint: str = "service") -> str | None:
        found = await catalog.telling.renamed_away(blueprint, identifier, run)
        return found.identifier if found else None

    assert [await renamed("a", run) for run in (1, 2, 4)] == ["b", "c", None]
    assert [await renamed("x", 1), await renamed("b", 1), await renamed("a", 1, "team")] == ["y", None, None]
