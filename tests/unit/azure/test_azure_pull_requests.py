"""Pull requests: the window of time and of the newest N, against a server whose answers the test writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from aiohttp import web

from fairlead.azure import AzureSource
from fairlead.azure.kinds.pull_request import KIND
from fairlead.model.errors import IncompleteReading, NotThere
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import EVERY, Chain
from fairlead.model.records import Record
from unit.azure.scripted import answer, fetch, listing, numbers, problem, reading

NOW = datetime(2026, 3, 2, 10, 0, 0, 700_000, tzinfo=UTC)
COMPLETED = Chain("pull-request", EVERY, 0, "completed")
ACTIVE = Chain("pull-request", EVERY, 0, "active")


def spec(**options: object) -> FetchSpec:
    return msgspec.structs.replace(
        fetch("pull-request", **({"minTimeInDays": 7, "maxResults": 2} | options)), instant=NOW.timestamp()
    )


def pull_request(
    id_: int, repository: str = "R-1", status: str = "completed", days: float = 1
) -> dict[str, object]:
    closed = {} if status == "active" else {"closedDate": (NOW - timedelta(days=days)).isoformat()}
    return {"pullRequestId": id_, "repository": {"id": repository}, "status": status, **closed}


def record(id_: int, repository: str = "r-1", status: str = "completed", days: float = 1) -> Record:
    body = msgspec.json.encode(pull_request(id_, repository, status, days))
    return Record("pull-request", str(id_), repository, body, None, 1, b"")


async def walked(
    source: AzureSource, chain: Chain, fetch_: FetchSpec, cursor: str | None = None
) -> list[str]:
    keys: list[str] = []
    for _ in range(20):
        page = await source.page(chain, fetch_, {}, cursor, numbers())
        keys += [one.key for one in page.records]
        if (cursor := page.next) is None:
            return keys
    raise AssertionError("the walk does not end")


async def test_a_listing_is_asked_for_part_by_part() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return listing()

    async with reading(handle) as (source, server):
        for chain in source.chains("pull-request", 0, {}):
            assert await walked(source, chain, spec()) == []
    asked = [dict(request.query) for request in server.requests]
    assert [one["searchCriteria.status"] for one in asked] == ["active", "completed", "abandoned"]
    assert [one.get("searchCriteria.queryTimeRangeType") for one in asked] == [None, "closed", "closed"]
    assert [one.get("searchCriteria.minTime") for one in asked] == [None, *["2026-02-23T10:00:00Z"] * 2]


async def test_of_each_repository_the_newest_are_taken_and_a_restart_counts_on() -> None:
    rows = [pull_request(id_, "R-1" if id_ % 2 else "R-2") for id_ in range(20, 0, -1)]

    async def handle(request: web.Request) -> web.StreamResponse:
        start = int(request.query["$skip"])
        return listing(*rows[start : start + 3])

    async with reading(handle) as (source, _):
        assert await walked(source, COMPLETED, spec()) == ["20", "19", "18", "17"]
        page = await source.page(COMPLETED, spec(), {}, None, numbers())
        assert [one.key for one in page.records] == ["20", "19", "18"]
        assert [one.parent for one in page.records] == ["r-2", "r-1", "r-2"]
        assert await walked(source, COMPLETED, spec(), page.next) == ["17"]
        assert len(await walked(source, COMPLETED, spec(maxResults=100))) == 20
        assert len(await walked(source, ACTIVE, spec(maxResults=1))) == 20


async def test_a_server_that_does_not_know_the_range_of_time_gives_too_much() -> None:
    rows = [pull_request(3, days=1), pull_request(2, days=8), pull_request(1, days=6.9)]

    async def handle(request: web.Request) -> web.StreamResponse:
        return listing(*rows) if request.query["$skip"] == "0" else listing()

    async with reading(handle) as (source, _):
        assert await walked(source, COMPLETED, spec()) == ["3", "1"]


async def test_a_server_that_does_not_know_skip_is_noticed_though_its_page_is_full() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return listing(*(pull_request(id_) for id_ in (5, 4, 3)))

    async with reading(handle) as (source, _):
        with pytest.raises(IncompleteReading, match="the same page"):
            await walked(source, COMPLETED, spec(maxResults=1))


async def test_a_server_without_the_organization_s_form_is_asked_by_project() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return problem(404, "VssResourceNotFoundException")

    async with reading(handle) as (source, _):
        with pytest.raises(NotThere):
            await walked(source, ACTIVE, spec())


async def test_what_is_stored_tells_what_is_beyond_the_window() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return problem(500)

    old, fresh, active = record(1, days=8), record(2, days=6), record(3, status="active")
    async with reading(handle) as (source, server):

        def beyond(*records: Record, near: tuple[Record, ...] = ()) -> frozenset[str]:
            return source.beyond("pull-request", spec(), records, near)

        assert beyond(old, fresh, active) == {"1"}
        newer = (record(7), record(8), record(9, "r-2"), record(10, status="abandoned"), record(11, days=9))
        assert beyond(fresh, active, near=(fresh, *newer)) == {"2"}
        assert beyond(record(7), near=(fresh, *newer)) == frozenset()
        assert beyond(record(5, "r-2"), near=newer) == frozenset()
        assert server.requests == []


def test_a_point_read_shows_no_more_than_the_listing() -> None:
    body = msgspec.json.encode(
        {**pull_request(1), "description": "é" * 500, "_links": {}, "artifactId": "vstfs:///x"}
    )
    shown = msgspec.json.decode(KIND.as_listed(spec(), body))
    assert shown["description"] == "é" * 400
    assert shown.keys() == {"pullRequestId", "repository", "status", "closedDate", "description"}
    short = msgspec.json.encode({**pull_request(1), "description": "short"})
    assert msgspec.json.decode(KIND.as_listed(spec(), short))["description"] == "short"


async def test_a_hidden_pull_request_is_not_there() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/1"):
            return answer(pull_request(1))
        return problem(404, "GitPullRequestNotFoundException")

    async with reading(handle) as (source, _):
        found = await source.read("pull-request", spec(), [("1", "r-1"), ("2", "r-1")], {}, numbers())
    assert [one.key for one in found.records] == ["1"]
    assert [(key, one.why) for key, one in found.missing] == [("2", "not there")]
