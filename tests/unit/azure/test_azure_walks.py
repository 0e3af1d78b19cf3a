"""Walks of listings against a server whose answers the test writes."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from aiohttp import web

from fairlead.azure import AzureSource
from fairlead.model.errors import IncompleteReading
from fairlead.model.readings import EVERY, Chain, Page
from unit.azure.scripted import answer, fetch, listing, numbers, parent, problem, reading

PROJECTS = Chain("project", EVERY)


async def walk(source: AzureSource, chain: Chain, limit: int = 20) -> list[Page]:
    pages: list[Page] = []
    cursor = None
    while len(pages) < limit:
        pages.append(await source.page(chain, fetch(chain.kind), {}, cursor, numbers()))
        if (cursor := pages[-1].next) is None:
            return pages
    raise AssertionError("the walk does not end")


def query(request: web.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.raw_path).query).items()}


async def test_an_empty_page_with_a_token_goes_on_and_tokens_are_encoded() -> None:
    pages = {
        "": listing({"id": "A"}, token="1 +/&="),
        "1 +/&=": listing(token="é%20"),
        "é%20": listing({"id": "b"}),
    }

    async def handle(request: web.Request) -> web.StreamResponse:
        return pages[query(request).get("continuationToken", "")]

    async with reading(handle) as (source, server):
        found = await walk(source, PROJECTS)
    assert [record.key for page in found for record in page.records] == ["a", "b"]
    assert "continuationToken=1%20%2B%2F%26%3D&" in server.paths[1]


@pytest.mark.parametrize("tokens", [["1", "1"], ["1", "2", "1"], ["1", "2", "3", "2"]])
async def test_a_token_that_comes_back_ends_the_walk_as_incomplete(tokens: list[str]) -> None:
    left = list(tokens)

    async def handle(_request: web.Request) -> web.StreamResponse:
        return listing({"id": "a"}, token=left.pop(0) if left else "9")

    async with reading(handle) as (source, server):
        with pytest.raises(IncompleteReading):
            await walk(source, PROJECTS)
        assert len(server.requests) == len(tokens)
        # A new walk begins with a clean memory.
        left[:] = ["1", ""]
        assert len(await walk(source, PROJECTS)) == 2


async def test_a_walk_may_be_taken_up_again_at_an_earlier_page() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        place = int(query(request).get("continuationToken", "0"))
        return listing({"id": str(place)}, token=str(place + 1) if place < 3 else "")

    async with reading(handle) as (source, _):
        for cursor in ("1", "2", "1", "2", "3"):
            page = await source.page(PROJECTS, fetch("project"), {}, cursor, numbers())
            assert [record.key for record in page.records] == [cursor]


async def test_a_token_in_the_body_is_followed() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        if "continuationToken" in query(request):
            return listing({"id": "b"})
        return answer({"count": 1, "value": [{"id": "a"}], "continuationToken": "x"})

    async with reading(handle) as (source, _):
        assert len(await walk(source, PROJECTS)) == 2


async def test_the_one_answer_of_repositories_must_be_whole() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return listing(token="more")

    async with reading(handle) as (source, _):
        with pytest.raises(IncompleteReading):
            await walk(source, Chain("repository", EVERY))


@pytest.mark.parametrize(
    ("total", "cap", "requests"),
    [(0, 1000, 1), (30, 1000, 2), (60, 20, 4), (250, 100, 4), (200, 100, 3), (1000, 1000, 2)],
)
async def test_teams_are_paged_whatever_the_servers_cap(total: int, cap: int, requests: int) -> None:
    teams = [{"id": f"t{n}", "projectId": "P"} for n in range(total)]

    async def handle(request: web.Request) -> web.StreamResponse:
        asked = query(request)
        start = int(asked["$skip"])
        return listing(*teams[start : start + min(cap, int(asked["$top"]))])

    async with reading(handle) as (source, server):
        pages = await walk(source, Chain("team", EVERY))
        assert sum(len(page.records) for page in pages) == total
        assert len(server.requests) == requests


def work_items(ids: list[int]) -> web.Response:
    return answer({"queryType": "flat", "workItems": [{"id": id_, "url": "u"} for id_ in ids]})


async def test_ids_are_walked_in_ranges_and_a_refused_top_is_halved() -> None:
    tops: list[int] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        top = int(query(request)["$top"])
        tops.append(top)
        if top > 10_000:
            return problem(400, "WorkItemTrackingQueryResultSizeLimitExceededException", "VS402337: too many")
        text = (await request.json())["query"]
        after = int(text.split("[System.Id] > ")[1].split()[0])
        return work_items(list(range(after + 1, min(after + top, 15_000) + 1)))

    async with reading(handle) as (source, _):
        pages = await walk(source, Chain("work-item", EVERY))
    assert [len(page.items) for page in pages] == [10_000, 5_000, 0]
    assert pages[0].next == "10000"
    assert tops == [20_000, 10_000] * 3


async def test_ids_out_of_order_are_incomplete() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return work_items([1, 3, 2])

    async with reading(handle) as (source, _):
        with pytest.raises(IncompleteReading, match="order"):
            await walk(source, Chain("work-item", EVERY))


async def test_a_batch_with_nulls_and_odd_texts() -> None:
    body = (
        b'{"count":3,"value":[{"id":1,"rev":2,"fields":{"System.TeamProject":"p \\u00e9","System.Title":"\\ud83d"}},'
        b'null,{"id":3,"rev":1,"fields":{"System.TeamProject":"P \xc3\x89"}}]}'
    )

    async def handle(_request: web.Request) -> web.StreamResponse:
        return answer(body)

    parents = {"project": {"k": parent("project", "k", {"id": "K", "name": "P É"})}}
    async with reading(handle) as (source, server):
        keys = [("1", "k"), ("2", "k"), ("3", "k")]
        found = await source.read(
            "work-item", fetch("work-item", expand=["Links", "Links"]), keys, parents, numbers()
        )
        sent = server.requests[0]
        assert sent.method == "POST"
    assert [(record.key, record.parent, record.version) for record in found.records] == [
        ("1", "k", 2),
        ("3", "k", 1),
    ]
    assert b'"System.Title":"\\ufffd"' in found.records[0].body
    assert [(key, why.why) for key, why in found.missing] == [("2", "not there")]


async def test_a_batch_that_is_refused_says_nothing_of_its_items() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return problem(404)

    async with reading(handle) as (source, _):
        for kind in ("work-item", "release"):
            found = await source.read(kind, fetch(kind), [("1", "k")], {}, numbers())
            assert [why.why for _, why in found.missing] == ["failed"]


async def test_tombstones_fall_back_from_form_to_form() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/org/_apis"):
            return problem(404)
        if request.path == "/org/p1/_apis/wit/recyclebin":
            return listing({"id": "1", "deletedDate": "2024-01-01T00:00:00Z"}, {"id": 2, "code": 404})
        if request.path == "/org/p1/_apis/git/deletedrepositories":
            return listing({"id": "R1"})
        return problem(403 if "p2" in request.path else 404)

    async with reading(handle) as (source, _):
        items = await source.removed(
            "work-item", [("1", "p1"), ("2", "p1"), ("3", "p2"), ("4", "")], {}, numbers()
        )
        repositories = await source.removed("repository", [("r1", "p1"), ("r2", "p2")], {}, numbers())
    assert items == {"1"}
    assert repositories == {"r1"}


async def test_a_feed_without_an_end_or_a_token_is_incomplete() -> None:
    replies = [
        {"values": [{"id": 1, "rev": 1, "fields": {}}], "isLastBatch": False, "continuationToken": "t"},
        {"values": [{"id": 1, "rev": 1, "fields": {}}], "isLastBatch": False, "continuationToken": "t"},
        {"values": [], "isLastBatch": False},
        {"values": [], "isLastBatch": True},
    ]

    async def handle(_request: web.Request) -> web.StreamResponse:
        return answer(replies.pop(0))

    async with reading(handle) as (source, server):
        first = await source.delta("work-item", "since:2024-01-01T00:00:00Z", {}, numbers())
        assert (first.changed, first.cursor, first.more) == (("1",), "token:t", True)
        for _ in range(2):
            with pytest.raises(IncompleteReading):
                await source.delta("work-item", first.cursor, {}, numbers())
        last = await source.delta("work-item", first.cursor, {}, numbers())
        assert (last.cursor, last.more) == ("token:t", False)
        assert query(server.requests[0])["startDateTime"] == "2024-01-01T00:00:00Z"
        assert query(server.requests[1])["continuationToken"] == "t"


async def test_boards_are_merged_over_their_listing() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/boards"):
            return listing({"id": "B", "name": "Stories", "url": "u", "only": "here"})
        return answer({"id": "B", "name": "Stories!", "columns": [{"id": "c", "stateMappings": {}}]})

    parents = {
        "project": {"p": parent("project", "p", {"id": "p", "name": "P"})},
        "team": {"t": parent("team", "t", {"id": "t"}, "p")},
    }
    async with reading(handle) as (source, server):
        (chain,) = source.chains("board", 0, parents)
        take = numbers()
        page = await source.page(chain, fetch("board"), parents, None, take)
        found = await source.complete("board", fetch("board"), page.items, parents, take)
        assert server.paths[1].startswith("/org/p/t/_apis/work/boards/b?")
    (board,) = found.records
    assert msgspec.json.decode(board.body) == {
        "id": "B", "name": "Stories!", "url": "u", "only": "here", "columns": [{"id": "c", "stateMappings": {}}]
    }  # fmt: skip
    assert (page.items[0].number, board.number, board.parent) == (1, 2, "t")


async def test_a_server_that_does_not_know_skip_is_noticed() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return listing({"id": "t1", "projectId": "P"}, {"id": "t2", "projectId": "P"})

    async with reading(handle) as (source, server):
        with pytest.raises(IncompleteReading, match="same page again"):
            await walk(source, Chain("team", EVERY))
        assert len(server.requests) == 2
