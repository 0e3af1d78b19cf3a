"""Builds, their first commits and stages, against a server whose answers the test writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import jq
import msgspec
import pytest
from aiohttp import web

from fairlead.azure import AzureSource
from fairlead.azure.kinds.build import KIND, STAGE, earliest
from fairlead.model.errors import IncompleteReading
from fairlead.model.readings import Item
from fairlead.model.records import Record
from unit.azure.scripted import answer, fetch, listing, numbers, parent, problem, reading

P = "p-1"
PARENTS = {"project": {key: parent("project", key, {"id": key, "name": key}) for key in (P, "p-2")}}
WHOLE = fetch("build", enrichWithFirstCommit=True, stages=True)
BUILD = {
    "id": 7,
    "status": "completed",
    "sourceVersion": "abc",
    "repository": {"id": "r-1", "type": "TfsGit"},
}
TIMELINE = {"records": [{"id": "s-1", "type": "Stage", "name": "Build"}, {"id": "j", "type": "Job"}]}
CHANGES = [
    {"id": "late", "timestamp": "2026-03-01T00:30:00+02:00"},
    {"id": "early", "timestamp": "2026-02-28T22:00:00.5Z"},
    {"id": "undated"},
]
Answers = dict[str, Callable[[], web.Response]]


async def completed(answers: Answers, build: dict[str, object] | None = None) -> tuple[Record, list[str]]:
    """A build, completed by these answers, by how their paths end; and the paths asked for."""

    async def handle(request: web.Request) -> web.StreamResponse:
        for end, give in answers.items():
            if request.path.endswith(end):
                return give()
        return problem(404, "BuildNotFoundException")

    item = Item(f"{P}/7", P, msgspec.json.encode(build or BUILD), 1)
    async with reading(handle) as (source, server):
        (one,) = (await source.complete("build", WHOLE, [item], PARENTS, numbers())).records
    return one, [request.path for request in server.requests]


def extra(one: Record) -> dict[str, object]:
    found: dict[str, object] = msgspec.json.decode(b"{" + one.extra + b"}")
    return found


async def test_the_first_commit_is_the_earliest_by_its_time() -> None:
    one, _ = await completed({"/changes": lambda: listing(*CHANGES), "/timeline": lambda: answer(TIMELINE)})
    # As text the other one comes first.
    assert extra(one) == {
        "__firstCommit": {
            "id": "early",
            "timestamp": "2026-02-28T22:00:00.5Z",
            "__sha": "early",
            "__timestamp": "2026-02-28T22:00:00.5Z",
            "__commitCount": 3,
        },
        "__stages": [{"id": "s-1", "type": "Stage", "name": "Build"}],
    }
    assert not one.failure
    assert len(one.source_hash) == 16


@pytest.mark.parametrize("changes", [listing, lambda: problem(404), lambda: problem(403)])
async def test_without_changes_the_commit_that_was_built_stands_in(
    changes: Callable[[], web.Response],
) -> None:
    commit = {"commitId": "abc", "committer": {"date": "2026-03-01T01:00:00Z"}, "author": {"date": "x"}}
    one, _ = await completed(
        {"/changes": changes, "/commits/abc": lambda: answer(commit), "/timeline": lambda: answer(TIMELINE)}
    )
    first = extra(one)["__firstCommit"]
    assert isinstance(first, dict)
    assert (first["__sha"], first["__timestamp"], first["__commitCount"]) == (
        "abc",
        "2026-03-01T01:00:00Z",
        1,
    )


@pytest.mark.parametrize(
    "build", [BUILD, {**BUILD, "repository": {"id": "a/b", "type": "GitHub"}}, {"id": 7}]
)
async def test_a_build_without_any_commit_is_still_a_build(build: dict[str, object]) -> None:
    one, _ = await completed({"/changes": listing, "/timeline": lambda: answer(TIMELINE)}, build)
    assert extra(one)["__firstCommit"] is None
    assert not one.failure


async def test_a_first_commit_that_only_fails_now_freezes_the_build() -> None:
    one, _ = await completed({"/changes": lambda: problem(500), "/timeline": lambda: answer(TIMELINE)})
    assert "first commit could not be read" in one.failure


@pytest.mark.parametrize("none", [lambda: web.Response(status=204), lambda: answer(b"null")])
async def test_a_build_that_never_started_has_no_stages(none: Callable[[], web.Response]) -> None:
    one, _ = await completed({"/changes": listing, "/timeline": none})
    assert extra(one)["__stages"] == []


@pytest.mark.parametrize(
    "bad",
    [
        lambda: problem(500),
        lambda: problem(404),
        lambda: problem(403),
        lambda: answer({}),
        lambda: answer({"records": None}),
        lambda: answer({"records": [{"type": 1}]}),
        lambda: answer(b""),
    ],
)
async def test_a_timeline_that_cannot_be_read_is_not_an_empty_one(bad: Callable[[], web.Response]) -> None:
    one, _ = await completed({"/changes": listing, "/timeline": bad})
    assert not one.failure
    assert extra(one).keys() == {"__firstCommit", "__stagesFailure"}
    assert one.source_hash == b""  # listed unchanged, it is read again
    with pytest.raises(ValueError, match="its timeline: "):
        jq.compile(STAGE.items).input_value({"id": 7, **extra(one)}).all()


def test_a_build_whose_timeline_was_not_asked_for_has_no_known_stages() -> None:
    with pytest.raises(ValueError, match="its timeline was not read"):
        jq.compile(STAGE.items).input_value({"id": 7}).all()


def test_stages_know_their_build_without_its_stages() -> None:
    build = {"id": 7, "__project": {"id": P}, "__stages": TIMELINE["records"]}
    first, _ = jq.compile(STAGE.items).input_value(build).all()
    assert first == {
        **TIMELINE["records"][0],
        "__project": {"id": P},
        "__build": {"id": 7, "__project": {"id": P}},
    }
    assert jq.compile(STAGE.key).input_value(first).first() == "s-1"
    assert jq.compile(STAGE.items).input_value({**build, "__stages": []}).all() == []


async def test_one_build_is_one_of_its_project() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        project = request.path.split("/")[2]
        return listing(*([{"id": 7, "of": project}] if "7" in request.query["buildIds"] else []))

    keys = [(f"{P}/7", P), ("p-2/7", "p-2"), (f"{P}/8", P)]
    async with reading(handle) as (source, server):
        found = await source.read("build", fetch("build"), keys, PARENTS, numbers())
        assert {one.key: json.loads(one.body)["of"] for one in found.records} == {f"{P}/7": P, "p-2/7": "p-2"}
        assert [(key, one.why) for key, one in found.missing] == [(f"{P}/8", "not there")]
        assert len(server.requests) == 2


async def test_a_list_of_ids_that_fails_says_nothing_of_its_builds() -> None:
    for failure in (problem(403), problem(404), problem(400)):

        async def handle(_request: web.Request, failure: web.Response = failure) -> web.StreamResponse:
            return failure

        async with reading(handle) as (source, _):
            found = await source.read("build", fetch("build"), [(f"{P}/7", P)], PARENTS, numbers())
        assert {one.why for _, one in found.missing} <= {"failed", "not permitted"}


async def test_only_what_is_marked_as_deleted_is_gone() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        assert request.query["deletedFilter"] == "onlyDeleted"
        return listing({"id": 7, "deleted": True}, {"id": 8})

    async with reading(handle) as (source, _):
        keys = [(f"{P}/{id_}", P) for id_ in (7, 8, 9)]
        assert await source.removed("build", keys, PARENTS, numbers()) == {f"{P}/7"}
        runs = [(f"{P}/3/{id_}", f"{P}/3") for id_ in (7, 8)]
        assert await source.removed("pipeline-run", runs, PARENTS, numbers()) == {f"{P}/3/7"}


def test_the_window() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC).timestamp()

    def start(days: object) -> datetime | None:
        return earliest(msgspec.structs.replace(fetch("build", minTimeInDays=days), instant=now))

    assert start((30, 7)) == datetime(2026, 1, 31, tzinfo=UTC)
    assert start((None, 30)) is None  # a row that does not bound it reads all
    assert start(None) is None
    spec = msgspec.structs.replace(fetch("build", minTimeInDays=(1,)), instant=now)
    rows = [
        b'{"id":1,"queueTime":"2026-03-01T00:00:00Z"}',
        b'{"id":2,"queueTime":"2026-02-28T23:59:59Z"}',
        b'{"id":3}',
    ]
    assert [KIND.fits(spec, raw) for raw in rows] == [True, False, True]
    assert ("minTime", "2026-03-01T00:00:00Z") in KIND.query(spec, "")
    assert KIND.query(fetch("build"), "") == (("queryOrder", "queueTimeAscending"),)


async def _delta(source: AzureSource, cursor: str) -> tuple[set[str], str, list[str]]:
    delta = await source.delta("build", cursor, PARENTS, numbers())
    assert not delta.more
    return set(delta.changed), delta.cursor, [scope for scope, _ in delta.behind]


async def test_a_delta_tells_what_finished_since_and_what_is_not_finished() -> None:
    forbidden = True

    async def handle(request: web.Request) -> web.StreamResponse:
        if "/p-2/" in request.path:
            return problem(403) if forbidden else listing()
        if "minTime" not in request.query:
            return listing({"id": 3, "status": "inProgress"})
        return listing({"id": 1, "status": "completed", "finishTime": "2026-03-02T10:00:00Z"})

    async with reading(handle) as (source, server):
        begun = source.start_cursor("build", datetime(2026, 3, 1, tzinfo=UTC).timestamp())
        changed, cursor, behind = await _delta(source, begun)
        assert (changed, behind) == ({f"{P}/1", f"{P}/3"}, ["p-2"])
        forbidden = False
        server.requests.clear()
        await _delta(source, cursor)
        starts = {
            request.path.split("/")[2]: request.query["minTime"]
            for request in server.requests
            if "minTime" in request.query
        }
        # The project that could not be asked goes on where it was.
        assert starts == {P: "2026-03-02T09:55:00Z", "p-2": "2026-02-28T23:55:00Z"}
        assert {r.query["statusFilter"] for r in server.requests} == {
            "completed",
            "inProgress,notStarted,cancelling,postponed",
        }


async def test_a_delta_that_fails_moves_nothing() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return answer({"value": "no list"})

    async with reading(handle) as (source, _):
        with pytest.raises(IncompleteReading):
            await _delta(source, source.start_cursor("build", 0))


async def test_runs_change_with_their_builds() -> None:
    parents = {**PARENTS, "pipeline": {f"{P}/3": parent("pipeline", f"{P}/3", {"id": 3}, P)}}

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/runs"):
            return listing({"id": 1})
        if request.path.endswith("/runs/1"):
            return answer({"id": 1, "resources": {}})
        rows = [{"id": 1, "definition": {"id": 3}}, {"id": 2, "definition": {"id": 9}}, {"id": 4}]
        return listing(*(rows if "minTime" in request.query and P in request.path else []))

    async with reading(handle) as (source, server):
        (chain,) = source.chains("pipeline-run", 0, parents)
        page = await source.page(chain, fetch("pipeline-run"), parents, None, numbers())
        assert [one.key for one in page.records] == [f"{P}/3/1"]
        delta = await source.delta("pipeline-run", source.start_cursor("pipeline-run", 0), parents, numbers())
        assert delta.changed == (f"{P}/3/1",)
        found = await source.read(
            "pipeline-run", fetch("pipeline-run"), [(f"{P}/3/1", "")], parents, numbers()
        )
        assert [(one.key, one.parent, one.body) for one in found.records] == [
            (f"{P}/3/1", f"{P}/3", b'{"id":1}')
        ]
        assert server.requests[-1].path.endswith(f"/{P}/_apis/pipelines/3/runs/1")
