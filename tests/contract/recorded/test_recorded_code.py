"""The pull requests and branches that Microsoft recorded: read, and mapped by preset `standard` and by the example."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web

from contract.recorded.recorded_answers import EXAMPLES, recorded
from fairlead.model.readings import EVERY, Chain
from fairlead.model.records import Record
from fault.product import EVERY_KIND, Rules, rules_of
from unit.azure.scripted import answer, fetch, numbers, parent, reading

FOLDER = "git/7.1/httpExamples"
LISTED = f"{FOLDER}/pullRequests/GET__git_repositories__repositoryId__pullRequests.json"
COMPLETED = f"{FOLDER}/pullRequests/GET__git_repositories__repositoryId__pullRequests_status-completed.json"
ONE = f"{FOLDER}/pullRequests/GET__git_repositories__repositoryId__pullRequests__pullRequestId_.json"
REFS = f"{FOLDER}/refs/GET__git_repositories__repositoryId__refs_heads.json"

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="needs Microsoft's recorded answers")


async def read(chain: Chain, body: Any) -> tuple[Record, ...]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return answer({"value": []} if request.query.get("$skip", "0") != "0" else body)

    parents = {"repository": {"r-1": parent("repository", "r-1", {"id": "r-1", "project": {"id": "p"}}, "p")}}
    async with reading(handle) as (source, _):
        spec = fetch(chain.kind, minTimeInDays=30, maxResults=1000)
        return (await source.page(chain, spec, parents, None, numbers())).records


async def mapped(rules: Rules, record: Record, **enriched: Any) -> list[Any]:
    text = {**json.loads(record.body), "__organizationUrl": "https://dev.azure.com/fabrikam", **enriched}
    (outcomes,) = await rules.mapper.map(record.kind, [json.dumps(text).encode()])
    assert [one.frozen for one in outcomes] == [""]
    return [one for outcome in outcomes for one in outcome.contributions]


@pytest.mark.parametrize(("path", "part"), [(LISTED, "active"), (COMPLETED, "completed")])
async def test_listed_pull_requests(path: str, part: str) -> None:
    found = await read(Chain("pull-request", EVERY, 0, part), recorded(path))
    expected = recorded(path)["value"]
    assert [one.key for one in found] == [str(one["pullRequestId"]) for one in expected]
    async with rules_of("standard") as rules:
        for record, raw in zip(found, expected, strict=True):
            (made,) = await mapped(rules, record)
            assert made.identifier == f"{raw['repository']['id']}/{raw['pullRequestId']}"
            assert made.fragment.properties["status"] == part
            assert made.fragment.properties["url"].endswith(
                f"/_git/{raw['repository']['name']}/pullrequest/{record.key}"
            )
            assert made.fragment.relations["creator"] == raw["createdBy"]["uniqueName"].lower()
            assert made.notes == ()


async def test_a_pull_request_read_by_id_maps_as_a_listed_one() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return answer(recorded(ONE))

    async with reading(handle) as (source, _):
        found = await source.read("pull-request", fetch("pull-request"), [("22", "r-1")], {}, numbers())
    listed = await read(Chain("pull-request", EVERY, 0, "active"), recorded(LISTED))
    (same,) = [one for one in listed if one.key == "22"]
    for preset in ("standard", EVERY_KIND):
        async with rules_of(preset) as rules:
            assert await mapped(rules, found.records[0]) == await mapped(rules, same)


async def test_branches() -> None:
    found = await read(Chain("branch", "r-1"), recorded(REFS))
    assert [one.key for one in found] == [
        f"r-1/{one['name'].removeprefix('refs/heads/')}" for one in recorded(REFS)["value"]
    ]
    repository = {"id": "r-1", "name": "a name", "webUrl": "https://x/_git/a", "project": {"name": "p"}}
    async with rules_of(EVERY_KIND) as rules:
        (made,) = await mapped(rules, found[0], __repository=repository)
    assert made.identifier == found[0].key
