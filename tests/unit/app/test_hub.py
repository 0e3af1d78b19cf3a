"""What listeners hear, slow ones too."""

from __future__ import annotations

import asyncio

from fairlead.app.hub import KEPT, Hub, RunEnd, Turn
from fairlead.model.reports import ProgressUpdate


def progress(kind: str, records: int) -> ProgressUpdate:
    return ProgressUpdate(kind, "acme", records, 0, 1, False, 0, 0.0)


END = RunEnd(1, "done", None, None)


async def test_everyone_hears_what_is_published() -> None:
    hub = Hub()
    with hub.listening() as one, hub.listening() as other:
        hub.publish(Turn())
        assert await one.take(1) == await other.take(1) == [Turn()]
        assert await one.take(0.01) == []
    hub.publish(Turn())
    assert await one.take(0.01) == []


async def test_a_slow_listener_loses_progress_and_nothing_else() -> None:
    hub = Hub()
    with hub.listening() as slow:
        hub.publish(Turn())
        for records in range(10_000):
            hub.publish(progress("project", records))
            hub.publish(progress("build", records))
        hub.publish(END)
        hub.publish(Turn())
        hub.publish(progress("project", 1))
        assert await slow.take(1) == [
            Turn(),
            progress("project", 9_999),
            progress("build", 9_999),
            END,
            Turn(),
            progress("project", 1),
        ]


async def test_a_listener_who_has_gone_is_let_go() -> None:
    hub = Hub()
    with hub.listening() as gone:
        for _ in range(KEPT):
            hub.publish(END)
        assert await asyncio.wait_for(gone.take(1), 1) == [END] * KEPT
        for _ in range(KEPT + 1):
            hub.publish(END)
        assert await gone.take(1) is None


async def test_closing_ends_every_subscription() -> None:
    hub = Hub()
    with hub.listening() as before:
        waiting = asyncio.create_task(before.take(60))
        await asyncio.sleep(0)
        hub.close()
        assert await asyncio.wait_for(waiting, 1) is None
        with hub.listening() as after:
            assert await after.take(60) is None
