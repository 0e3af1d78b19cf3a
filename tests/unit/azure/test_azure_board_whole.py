"""A board's answer that is short of its columns is not read whole; its columns must not look deleted."""

from __future__ import annotations

import msgspec
import pytest
from aiohttp import web

from fairlead.model.readings import Item
from unit.azure.scripted import answer, fetch, listing, numbers, parent, reading

PARENTS = {"team": {"t1": parent("team", "t1", {"id": "t1"}, "p1")}}
COLUMN = {"id": "c1", "name": "New", "stateMappings": {"Bug": "New"}}
WHOLE = {"id": "B1", "name": "Stories", "columns": [COLUMN, {"id": "c2", "stateMappings": {}}]}

SHORT = [
    {"id": "B1"},
    {"id": "B1", "columns": None},
    {"id": "B1", "columns": []},
    {"id": "B1", "columns": {}},
    {"id": "B1", "columns": [None]},
    {"id": "B1", "columns": [COLUMN, {"id": "c2"}]},
    {"id": "B1", "columns": [COLUMN, {"id": "c2", "stateMappings": None}]},
    {"id": "B1", "columns": [COLUMN, {"id": "c2", "stateMappings": ["Bug"]}]},
    {"id": "B1", "columns": [{"stateMappings": {"Bug": "New"}}]},
    {**WHOLE, "id": "b2"},
    {**WHOLE, "id": None},
    {"columns": [COLUMN]},
    {},
    [],
]


@pytest.mark.parametrize("body", SHORT)
async def test_a_board_that_is_not_whole_has_failed(body: object) -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return answer(body)

    async with reading(handle) as (source, _):
        item = Item("b1", "t1", b'{"id":"B1","name":"Stories"}', 1)
        listed = await source.complete("board", fetch("board"), [item], PARENTS, numbers())
        point = await source.read("board", fetch("board"), [("b1", "t1")], PARENTS, numbers())
    for found in (listed, point):
        assert found.records == ()
        ((key, missing),) = found.missing
        assert (key, missing.why) == ("b1", "failed")
        assert "board b1" in missing.reason


async def test_a_whole_board_is_taken_whatever_the_case_of_its_id() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/boards"):
            return listing({"id": "b1", "name": "Stories"})
        return answer(WHOLE)

    async with reading(handle) as (source, _):
        item = Item("b1", "t1", b'{"id":"b1","name":"Stories"}', 1)
        listed = await source.complete("board", fetch("board"), [item], PARENTS, numbers())
        point = await source.read("board", fetch("board"), [("b1", "t1")], PARENTS, numbers())
    for found in (listed, point):
        (record,) = found.records
        assert (record.key, record.failure) == ("b1", "")
        assert msgspec.json.decode(record.body)["columns"] == WHOLE["columns"]
