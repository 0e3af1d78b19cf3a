"""The catalog over HTTP: both dialects say what an export says."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import orjson
import pytest

from contract.api.conftest import Answer, Client
from fairlead.app.export import ExportRequest, export


async def exported(client: Client) -> dict[tuple[str, str], dict[str, object]]:
    """What `fairlead export` writes, by key."""
    blocks: list[bytes] = []
    await export(client.service.settings, ExportRequest("entities", "", "ndjson"), blocks.append)
    lines = [orjson.loads(line) for line in b"".join(blocks).splitlines()]
    return {(line["blueprint"], line["identifier"]): line for line in lines}


def plain(entity: Mapping[str, object]) -> dict[str, object]:
    """An entity of the API as an export has it: without instants and without what is not there."""
    times = ("createdAt", "updatedAt", "createdBy", "updatedBy")
    assert all(str(entity[name]) for name in times)
    return {name: value for name, value in entity.items() if name not in times and value is not None}


def path_of(blueprint: str, identifier: str) -> str:
    return f"/v1/blueprints/{quote(blueprint, safe='')}/entities/{quote(identifier, safe='')}"


async def test_every_entity_is_as_it_is_exported(synced: Client) -> None:
    expected = await exported(synced)
    assert len(expected) > 40
    listed: dict[tuple[str, str], dict[str, object]] = {}
    for name in {blueprint for blueprint, _ in expected}:
        rows = (await synced.get(f"/v1/blueprints/{name}/entities")).rows("entities")
        assert [row["identifier"] for row in rows] == [key for of, key in expected if of == name]
        assert (await synced.get(f"/v1/blueprints/{name}/entities-count"))["count"] == len(rows)
        listed |= {(name, str(row["identifier"])): plain(row) for row in rows}
    assert listed == expected
    for (blueprint, identifier), one in expected.items():
        answer = await synced.get(path_of(blueprint, identifier))
        assert answer["ok"] is True
        assert plain(answer.part("entity")) == one


async def test_pages_make_the_whole(synced: Client) -> None:
    expected = await exported(synced)
    name = max({blueprint for blueprint, _ in expected}, key=lambda one: sum(one == of for of, _ in expected))
    found: list[object] = []
    body: dict[str, object] = {"limit": 7}
    while True:
        page = await synced.post(f"/v1/blueprints/{name}/entities/search", body)
        found += [row["identifier"] for row in page.rows("entities")]
        if page["next"] is None:
            break
        assert len(page.rows("entities")) == 7
        body["from"] = page["next"]
    assert found == [identifier for blueprint, identifier in expected if blueprint == name]


async def test_blueprints_are_as_written_and_counted(synced: Client) -> None:
    blueprints = (await synced.get("/v1/blueprints")).rows("blueprints")
    overview = await synced.get("/api/catalog")
    expected = await exported(synced)
    assert [one["identifier"] for one in blueprints] == [
        one["identifier"] for one in overview.rows("blueprints")
    ]
    for one, line in zip(blueprints, overview.rows("blueprints"), strict=True):
        assert str(one.pop("createdAt")).endswith("Z")
        assert str(one.pop("updatedAt")).endswith("Z")
        assert line["definition"] == one
        assert (await synced.get(f"/v1/blueprints/{one['identifier']}")).part("blueprint")["schema"] == one[
            "schema"
        ]
    entities, stubs = overview["entities"], overview["stubs"]
    assert isinstance(entities, int)
    assert isinstance(stubs, int)
    assert entities + stubs == len(expected)


async def search(client: Client, *rules: object, path: str = "/v1/entities/search") -> Answer:
    return await client.post(path, {"combinator": "and", "rules": list(rules)})


def rule(name: str, operator: str, value: object = None) -> dict[str, object]:
    return {"property": name, "operator": operator, "value": value}


async def repository_of(client: Client) -> tuple[str, dict[str, object]]:
    """The blueprint of repositories in either preset, and its first entity."""
    expected = await exported(client)
    name = next(name for name, _ in expected if name.lower().endswith("repository"))
    return name, next(one for (of, _), one in expected.items() if of == name and "title" in one)


async def test_search_over_all_blueprints(synced: Client) -> None:
    expected = await exported(synced)
    name, one = await repository_of(synced)
    by_title = await search(synced, rule("$title", "=", one["title"]))
    assert by_title["matchingBlueprints"] == sorted(
        {of for (of, _), e in expected.items() if e.get("title") == one["title"]}
    )
    by_blueprint = await search(synced, rule("$blueprint", "=", name))
    assert len(by_blueprint.rows("entities")) == sum(of == name for of, _ in expected)
    assert (await search(synced, rule("$blueprint", "=", "nothing")))["matchingBlueprints"] == []
    everything = await search(synced)
    assert len(everything.rows("entities")) == len(expected)
    recent = await search(
        synced, rule("$createdAt", "between", {"preset": "lastDay"}), rule("$blueprint", "=", name)
    )
    assert len(recent.rows("entities")) == len(by_blueprint.rows("entities"))


async def test_relations_are_searched_both_ways(synced: Client) -> None:
    expected = await exported(synced)
    name, one = await repository_of(synced)
    relations = one["relations"]
    assert isinstance(relations, dict)
    project = relations["project"]
    same = {e["identifier"] for (of, _), e in expected.items() if of == name and e["relations"] == relations}
    path = f"/v1/blueprints/{name}/entities/search"
    found = await synced.post(path, {"query": {"rules": [rule("project", "=", project)]}})
    assert {row["identifier"] for row in found.rows("entities")} == same
    up = {"operator": "relatedTo", "blueprint": name, "value": one["identifier"], "direction": "upstream"}
    above = await search(synced, up)
    assert project in {row["identifier"] for row in above.rows("entities")}
    (of,) = {row["blueprint"] for row in above.rows("entities") if row["identifier"] == project}
    down = {"operator": "relatedTo", "blueprint": of, "value": [project], "direction": "downstream"}
    below = await search(synced, down, rule("$blueprint", "=", name))
    assert {row["identifier"] for row in below.rows("entities")} == same


async def test_only_the_fields_asked_for(synced: Client) -> None:
    name, one = await repository_of(synced)
    path = path_of(name, str(one["identifier"]))
    relations = one["relations"]
    assert isinstance(relations, dict)
    for spelling in (
        "include=identifier&include=project&include=nothing",
        "include=identifier,relations.project,nothing",
    ):
        assert (await synced.get(f"{path}?{spelling}")).part("entity") == {
            "identifier": one["identifier"],
            "properties": {"nothing": None},
            "relations": {"project": relations["project"]},
        }
    without = (await synced.get(f"{path}?exclude=title,properties.size,project")).part("entity")
    assert "title" not in without
    assert without["relations"] == {}
    found = await synced.post(
        f"/v1/blueprints/{name}/entities/search",
        {
            "include": ["title"],
            "query": {"combinator": "and", "rules": [rule("$identifier", "=", one["identifier"])]},
        },
    )
    assert found.rows("entities") == [{"title": one["title"]}]
    titled = (await synced.get(f"{path}?attach_title_to_relation=true")).part("entity")["relations"]
    assert isinstance(titled, dict)
    assert titled["project"]["identifier"] == relations["project"]
    assert titled["project"]["title"]


async def test_words_find_entities(synced: Client) -> None:
    _, one = await repository_of(synced)
    title = str(one["title"])
    for text in (title, title.upper(), title[:3], str(one["identifier"])):
        found = await synced.get(f"/api/search?q={quote(text)}&limit=100")
        assert one["identifier"] in {row["identifier"] for row in found.rows("results")}, text
    for text in ("", "%00", "%22", "*", "%ED%A0%80", "NOT", "(", quote("ß\u0301 🦄")):
        assert (await synced.get(f"/api/search?q={text}")).status == 200, text


async def test_an_entity_with_its_neighbors(synced: Client) -> None:
    expected = await exported(synced)
    name, one = await repository_of(synced)
    relations = one["relations"]
    assert isinstance(relations, dict)
    page = await synced.get(
        f"/api/entity?blueprint={name}&identifier={quote(str(one['identifier']), safe='')}"
    )
    assert plain(page.part("entity")) == one
    assert page["exists"] is True
    assert str(page["link"]).startswith("http")
    (edge,) = [edge for edge in page.rows("outgoing") if edge["relation"] == "project"]
    assert edge["identifier"] == relations["project"]
    target = expected[(str(edge["blueprint"]), str(edge["identifier"]))]
    assert edge["exists"] is ("title" in target)
    assert edge["title"] == target.get("title", "")
    project = f"/api/entity?blueprint={edge['blueprint']}&identifier={edge['identifier']}"
    whole = await synced.get(f"{project}&limit=1000")
    named = {(row["blueprint"], row["identifier"]) for row in whole.rows("incoming")}
    assert (name, one["identifier"]) in named
    assert whole["incomingCount"] == len(whole.rows("incoming"))
    second = await synced.get(f"{project}&limit=1&offset=1")
    assert second.rows("incoming") == whole.rows("incoming")[1:2]


async def test_explanations_are_the_command_lines(synced: Client) -> None:
    name, one = await repository_of(synced)
    asked = f"/api/explain?blueprint={name}&identifier={quote(str(one['identifier']), safe='')}"
    fields = {str(field["field"]) for field in (await synced.get(asked)).rows("fields")}
    assert "title" in fields
    (only,) = (await synced.get(f"{asked}&property=title")).rows("fields")
    assert only["value"] == one["title"]
    assert (await synced.get(f"{asked}&property=nothing")).status == 422
    gone = await synced.get(f"/api/explain?blueprint={name}&identifier=none")
    assert (gone.status, gone["known"]) == (200, False)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/blueprints/nothing",
        "/v1/blueprints/nothing/entities",
        "/v1/blueprints/nothing/entities-count",
        "/v1/blueprints/nothing/entities/one",
        "/v1/blueprints/a%2Fb/entities/one",
        "/v1/blueprints/%ff/entities/%00",
    ],
)
async def test_what_is_not_there(synced: Client, path: str) -> None:
    answer = await synced.get(path)
    assert (answer.status, answer["ok"], answer["error"]) == (404, False, "not_found")


async def test_nothing_is_an_answer(empty: Client) -> None:
    assert (await empty.get("/v1/blueprints"))["blueprints"] == []
    assert (await empty.get("/api/catalog")).value == {"entities": 0, "stubs": 0, "blueprints": []}
    assert (await search(empty))["entities"] == []
    assert (await empty.get("/api/search?q=a"))["results"] == []
    assert (await empty.get("/api/entity?blueprint=a&identifier=b")).status == 404


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"from": "garbage"}, "position"),
        ({"from": "é"}, "position"),
        ({"from": "WyJvdGhlciIsImEiXQ"}, "position"),
        ({"include": "title"}, "include"),
        ({"query": []}, "query"),
        ({"query": {"rules": [{}]}}, "rule 1"),
        ({"query": {"rules": [rule("a", "near", 1)]}}, "near"),
        ({"query": {"rules": [rule("$datasource", "=", 1)]}}, "$datasource"),
        ({"query": {"rules": [rule("a", "between", {"from": "x", "to": "y"})]}}, "rule 1"),
        ({"query": {"rules": [rule("a", "beginsWith", 1)]}}, "rule 1"),
        ({"query": {"rules": [rule("a", "=", 1), {"combinator": "xor", "rules": []}]}}, "rule 2"),
        ({"query": {"rules": [{"operator": "relatedTo", "value": "a"}]}}, "relatedTo"),
    ],
)
async def test_searches_that_cannot_be_meant(synced: Client, body: object, named: str) -> None:
    name, _ = await repository_of(synced)
    answer = await synced.post(f"/v1/blueprints/{name}/entities/search", body)
    assert (answer.status, answer["ok"], answer["error"]) == (422, False, "invalid_request")
    assert named in str(answer["message"])


async def test_deeply_nested_queries_are_refused(synced: Client) -> None:
    query: object = rule("a", "=", 1)
    for _ in range(400):
        query = {"combinator": "and", "rules": [query]}
    answer = await synced.post("/v1/entities/search", query)
    assert (answer.status, answer["error"]) == (422, "invalid_request")
    text = b'{"combinator":"and","rules":[{"property":"$title","operator":"=","value":"\\ud800"}]}'
    answer = await synced.ask(
        "POST", "/v1/entities/search", data=text, headers={"content-type": "application/json"}
    )
    assert answer.status == 422
