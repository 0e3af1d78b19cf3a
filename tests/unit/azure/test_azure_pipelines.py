"""Pipelines with their repositories, and branches, against a server whose answers the test writes."""

from __future__ import annotations

import msgspec
from aiohttp import web

from fairlead.model.readings import Chain, Item
from fairlead.model.records import Record
from unit.azure.scripted import answer, fetch, listing, numbers, parent, problem, reading

P = "p-1"
PARENTS = {
    "project": {P: parent("project", P, {"id": P, "name": P})},
    "repository": {"r-1": parent("repository", "r-1", {"id": "r-1", "project": {"id": P}}, P)},
}
WITH_REPOSITORIES = fetch("pipeline", includeRepo=True)


def definition(id_: int) -> dict[str, object]:
    return {"id": id_, "project": {"id": P}, "repository": {"id": f"r-{id_}", "type": "TfsGit"}}


def items(*ids: int) -> list[Item]:
    return [Item(f"{P}/{id_}", P, msgspec.json.encode({"id": id_, "name": str(id_)}), 1) for id_ in ids]


def repository(one: Record) -> object:
    return msgspec.json.decode(b"{" + one.extra + b"}")["__repository"]


async def test_a_missing_definition_shifts_no_repository_to_another_pipeline() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        assert request.query["includeAllProperties"] == "true"
        assert request.query["definitionIds"] == "1,2,3,4"
        return listing(definition(3), definition(1), {"id": 4, "project": {"id": P}})

    async with reading(handle) as (source, server):
        found = await source.complete("pipeline", WITH_REPOSITORIES, items(1, 2, 3, 4), PARENTS, numbers())
        assert len(server.requests) == 1
    by_key = {one.key: one for one in found.records}
    for id_ in (1, 3):
        expected = {"id": f"r-{id_}", "type": "TfsGit", "project": {"id": P}}
        assert repository(by_key[f"{P}/{id_}"]) == expected
    assert repository(by_key[f"{P}/4"]) is None
    assert [key for key, one in by_key.items() if one.failure] == [f"{P}/2"]


async def test_definitions_that_cannot_be_read_freeze_their_pipelines() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return problem(403)

    async with reading(handle) as (source, _):
        found = await source.complete("pipeline", WITH_REPOSITORIES, items(1, 2), PARENTS, numbers())
    assert all("could not be read" in one.failure for one in found.records)
    assert len(found.records) == 2


async def test_a_pipeline_read_by_id_has_what_the_listing_shows() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("definitions"):
            return listing(definition(1))
        return answer({"id": 1, "name": "1", "configuration": {"path": "/x.yml"}})

    async with reading(handle) as (source, _):
        (one,) = (
            await source.read("pipeline", WITH_REPOSITORIES, [(f"{P}/1", P)], PARENTS, numbers())
        ).records
        (plain,) = (
            await source.read("pipeline", fetch("pipeline"), [(f"{P}/1", P)], PARENTS, numbers())
        ).records
    assert msgspec.json.decode(one.body) == {"id": 1, "name": "1"}
    assert repository(one)
    assert plain.extra == b""


REFS = [{"name": f"refs/heads/{name}", "objectId": "0"} for name in ("main", "main-2", "Main", "a/é b")]


async def test_a_branch_is_a_new_object_keyed_by_its_repository_and_name() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return listing(*({**ref, "creator": {"id": "u"}, "url": "x"} for ref in REFS))

    async with reading(handle) as (source, server):
        page = await source.page(Chain("branch", "r-1"), fetch("branch"), PARENTS, None, numbers())
    assert [one.key for one in page.records] == ["r-1/main", "r-1/main-2", "r-1/Main", "r-1/a/é b"]
    assert msgspec.json.decode(page.records[3].body) == {
        "name": "a/é b",
        "refName": "refs/heads/a/é b",
        "objectId": "0",
    }
    assert server.paths == ["/org/_apis/git/repositories/r-1/refs?filter=heads/&$top=1000&api-version=7.1"]


def statistics(name: str) -> web.Response:
    return answer({"name": name, "commit": {"commitId": "0"}, "aheadCount": 0, "behindCount": 0})


async def test_a_branch_is_asked_for_by_name_and_compared_with_itself() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        name = request.query["name"]
        assert request.query["baseVersionDescriptor.version"] == name
        if name in {"main", "a/é b"}:
            return statistics(name)
        if name == "MAIN":  # a server that looks at no case gives another branch
            return statistics("main")
        return problem(404, "GitUnresolvableToCommitException", "TF401175: it could not be resolved")

    async with reading(handle) as (source, _):
        keys = [(f"r-1/{name}", "r-1") for name in ("main", "mai", "a/é b", "MAIN")]
        found = await source.read("branch", fetch("branch"), keys, PARENTS, numbers())
    assert {one.key: msgspec.json.decode(one.body) for one in found.records} == {
        f"r-1/{name}": {"name": name, "refName": f"refs/heads/{name}", "objectId": "0"}
        for name in ("main", "a/é b")
    }
    assert [(key, one.why) for key, one in found.missing] == [
        ("r-1/mai", "not there"),
        ("r-1/MAIN", "not there"),
    ]


async def test_an_answer_without_a_commit_is_no_branch_and_no_absence() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return answer({"name": "main", "commit": None})

    async with reading(handle) as (source, _):
        found = await source.read("branch", fetch("branch"), [("r-1/main", "r-1")], PARENTS, numbers())
    assert [(key, one.why) for key, one in found.missing] == [("r-1/main", "failed")]


async def test_a_404_speaks_of_the_repository_not_of_the_branch() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return problem(404, "GitRepositoryNotFoundException", "TF401019: disabled, or gone, or hidden")

    async with reading(handle) as (source, _):
        found = await source.read(
            "branch", fetch("branch"), [("r-1/main", "r-1"), ("r-9/main", "r-9")], PARENTS, numbers()
        )
    assert [(key, one.why) for key, one in found.missing] == [("r-1/main", "failed"), ("r-9/main", "failed")]
