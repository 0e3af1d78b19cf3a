"""What clients and records throw at the API: strange identifiers, and queries against a brute force."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest

from contract.api.conftest import Client, served, settings_of
from contract.catalog.builders import digest
from fairlead.app.browsing import listing
from fairlead.catalog import open_catalog
from fairlead.catalog.writer import CatalogWriter
from fairlead.mapping import presets
from fairlead.model.entities import Body, Json
from fairlead.model.stored import Edge, EntityWrite
from fairlead.reconcile.canonical import decode_body
from fairlead.reconcile.operators import Sense
from fairlead.reconcile.queries import Candidate, understood

STRANGE = [
    "a/b", "a//b/", "/", "%2F", "%", "a%20b", "a b", "a+b", "ä", "\U0001f600", "..", ".", "a?b=c", "a#b", "a&b=c",
    "\"'", "<script>", "search", "a\\b", "\x01", "x" * 1000,
]  # fmt: skip
BLUEPRINTS = {"a/b": {}, "service": {"project": "a/b", "uses": "service"}}


def written(blueprint: str) -> dict[str, object]:
    relations = {
        name: {"target": target, "many": name == "uses", "required": False}
        for name, target in BLUEPRINTS[blueprint].items()
    }
    properties = {name: {"type": "string"} for name in ("word", "tags", "count")}
    return {
        "identifier": blueprint,
        "title": blueprint,
        "schema": {"properties": properties},
        "relations": relations,
    }


def entities() -> list[EntityWrite]:
    """Services and projects with strange names, values of every type, and edges, some of them dangling."""
    chance = random.Random(7)
    rows: list[EntityWrite] = []
    for blueprint in BLUEPRINTS:
        for name in STRANGE:
            title = chance.choice(["Alpha beta", "ALPHA", "béta", "\u212aelvin", name])
            properties: dict[str, object] = {
                "word": chance.choice(["one", "ONE", "two", "", "2025-01-02T03:04:05Z", 7, None, True]),
                "tags": chance.choice([[], ["a", "b"], ["one"], "a", [1]]),
                "count": chance.choice([0, 1, 1.0, 2.5, "1", False]),
            }
            relations: dict[str, object] = {}
            edges: list[Edge] = []
            if blueprint == "service":
                project, uses = chance.choice([*STRANGE, "gone"]), chance.sample(STRANGE, 2)
                relations = {"project": project, "uses": uses}
                edges = [Edge("project", "a/b", project), *(Edge("uses", "service", one) for one in uses)]
            properties = {key: value for key, value in properties.items() if value is not None}
            body = orjson.dumps(
                {"properties": properties, "relations": relations, "title": title},
                option=orjson.OPT_SORT_KEYS,
            )
            rows.append(
                EntityWrite(
                    len(rows) + 1,
                    blueprint,
                    name,
                    title,
                    body,
                    digest(body),
                    digest(body),
                    edges=tuple(edges),
                )
            )
    return rows


@pytest.fixture
async def strange(tmp_path: Path) -> AsyncIterator[Client]:
    """A catalog of strange names."""
    settings = settings_of(tmp_path)
    blueprints = orjson.dumps([written(name) for name in BLUEPRINTS]).decode()

    def fill(writer: CatalogWriter) -> None:
        saved = writer.save_configuration(
            "h", presets.load("standard").mapping_text, blueprints, "standard", 1.0
        )
        writer.start_run("full", b"{}", saved, 1.0)
        writer.put_entities(entities())

    async with open_catalog(settings.catalog_url) as catalog:
        await catalog.write(fill)
    async with served(settings) as client:
        yield client


async def test_strange_names_are_found_encoded(strange: Client) -> None:
    listed = (await strange.get("/v1/blueprints/a%2Fb/entities")).rows("entities")
    assert {row["identifier"] for row in listed} == {*STRANGE, "gone"}
    for name in STRANGE:
        encoded = quote(name, safe="")
        answer = await strange.get(f"/v1/blueprints/a%2Fb/entities/{encoded}")
        assert answer.part("entity")["identifier"] == name
        ours = await strange.get(f"/api/entity?blueprint=a%2Fb&identifier={encoded}")
        assert ours.part("entity")["identifier"] == name
        assert (await strange.get(f"/api/explain?blueprint=a%2Fb&identifier={encoded}"))["exists"] is True
        assert (await strange.ask("HEAD", f"/v1/blueprints/a%2Fb/entities/{encoded}")).status == 200


async def test_a_plain_slash_works_where_the_identifier_ends_the_path(strange: Client) -> None:
    for name in ("a/b", "a//b/", "a+b"):
        answer = await strange.get(f"/v1/blueprints/service/entities/{name}")
        assert answer.part("entity")["identifier"] == name
    assert (await strange.get("/v1/blueprints/a/b")).status == 404


async def test_a_dangling_target_can_be_asked_for(strange: Client) -> None:
    gone = await strange.get("/api/entity?blueprint=a%2Fb&identifier=gone")
    assert (gone["exists"], gone["outgoing"], gone["link"]) == (False, [], None)
    assert gone["incomingCount"] == len(gone.rows("incoming")) > 0
    bare = (await strange.get("/v1/blueprints/a%2Fb/entities/gone")).part("entity")
    assert (bare["properties"], bare["relations"], bare["title"]) == ({}, {}, None)
    assert (await strange.get("/v1/blueprints/service/entities/gone")).status == 404
    assert (await strange.get("/api/catalog"))["stubs"] == 1


OPERATORS = [
    "=", "!=", ">", ">=", "<", "<=", "contains", "doesNotContains", "beginsWith", "doesNotBeginsWith", "endsWith",
    "doesNotEndsWith", "containsAny", "in", "notIn", "isEmpty", "isNotEmpty", "between", "notBetween",
]  # fmt: skip


def any_query(chance: random.Random, depth: int = 2) -> Json:
    if depth and chance.random() < 0.4:
        parts: list[Json] = [any_query(chance, depth - 1) for _ in range(chance.randint(0, 3))]
        return {"combinator": chance.choice(["and", "or"]), "rules": parts}
    operator = chance.choice(OPERATORS)
    name = chance.choice(
        ["word", "tags", "count", "project", "uses", "$identifier", "$title", "$blueprint", "nothing"]
    )
    words: list[Json] = ["one", "ON", "a", "alpha", "bé", "k", "", "1", "2025", "gone", *STRANGE[:14]]
    value: Json = chance.choice(words)
    if operator in ("containsAny", "in", "notIn"):
        value = chance.sample(words, chance.randint(0, 3))
    elif operator in ("between", "notBetween"):
        ranges: list[Json] = [{"from": 0, "to": 2}, {"from": "2020-01-01", "to": "2030-01-01T00:00:00Z"}]
        value = chance.choice(ranges)
    elif operator in ("=", "!=", ">", "<=") and chance.random() < 0.3:
        numbers: list[Json] = [1, 2.5, 0]
        others: list[Json] = [None, True, ["a", "b"]] if operator in ("=", "!=") else []
        value = chance.choice(numbers + others)
    return {"property": name, "operator": operator, "value": value}


async def test_narrowing_never_hides_a_match(strange: Client) -> None:
    """Whatever SQL leaves out would not have matched: each answer is what judging every entity gives."""
    chance = random.Random(11)
    candidates = [Candidate(row.blueprint, row.identifier, decode_body(row.body)) for row in entities()]
    candidates.append(Candidate("a/b", "gone", Body()))
    for _ in range(150):
        query: Json = {"combinator": "and", "rules": [any_query(chance), any_query(chance)]}
        judged = understood(query, Sense(fold=True))
        expected = {(one.blueprint, one.identifier) for one in candidates if judged.holds(one, {})}
        answer = await strange.post("/v1/entities/search", query)
        assert {(row["blueprint"], row["identifier"]) for row in answer.rows("entities")} == expected, query
        page = await strange.post("/v1/blueprints/service/entities/search", {"query": query, "limit": 1000})
        assert {row["identifier"] for row in page.rows("entities")} == {
            identifier for blueprint, identifier in expected if blueprint == "service"
        }, query


async def test_blocks_are_read_as_they_are_asked_for(
    strange: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "BLOCK", 4)
    listed = (await strange.get("/v1/blueprints/service/entities")).rows("entities")
    names = [str(row["identifier"]) for row in listed]
    assert names == sorted(STRANGE)
    found = await strange.post(
        "/v1/entities/search", {"rules": [{"property": "word", "operator": "isNotEmpty"}]}
    )
    assert len(found.rows("entities")) > 8
