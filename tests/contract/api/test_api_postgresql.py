"""A server whose catalog is PostgreSQL answers as one whose catalog is a file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import orjson

from azure_devops_sandbox import Sandbox
from contract.api.conftest import FULL, Client, served, settings_of
from postgres_server import PostgresServer

INSTANTS = {"createdAt", "updatedAt", "at", "started", "ended", "seconds", "savedAt", "readAt"}


def lasting(value: object) -> object:
    """What does not tell the time."""
    if isinstance(value, dict):
        return {name: lasting(part) for name, part in value.items() if name not in INSTANTS}
    return [lasting(part) for part in value] if isinstance(value, list) else value


async def told(client: Client) -> dict[str, object]:
    """What the API says about the catalog, from many sides."""
    paths = ["/v1/blueprints", "/api/catalog", "/api/runs/1/changes?limit=7"]
    overview = await client.get("/api/catalog")
    for one in overview.rows("blueprints"):
        name = one["identifier"]
        paths += [f"/v1/blueprints/{name}/entities", f"/v1/blueprints/{name}/entities-count"]
    answers: dict[str, object] = {path: lasting((await client.get(path)).value) for path in paths}
    results = (await client.get("/api/search?q=fabrikam%20fib&limit=100")).rows("results")
    assert 0 < len(results) < 100
    # Each engine has its own way to tell the best first.
    answers["search"] = sorted(orjson.dumps(lasting(one), option=orjson.OPT_SORT_KEYS) for one in results)
    everything = answers["/v1/blueprints/repository/entities"]
    assert isinstance(everything, dict)
    first = everything["entities"][0]["identifier"]
    entity = await client.get("/api/entity", params={"blueprint": "repository", "identifier": first})
    answers["entity"] = lasting(entity.value)
    for operator, value in (("contains", "E"), ("beginsWith", "F"), ("!=", first)):
        rule = {"property": "$title", "operator": operator, "value": value}
        body = {"query": {"combinator": "and", "rules": [rule]}, "limit": 50}
        found = await client.post("/v1/blueprints/repository/entities/search", body)
        assert found.rows("entities"), operator
        answers[operator] = lasting(found.value)
    return answers


async def test_the_same_answers(tmp_path: Path, sandbox: Sandbox, postgres: PostgresServer) -> None:
    postgres.execute("DROP SCHEMA IF EXISTS api CASCADE")
    postgres.execute("CREATE SCHEMA api")
    file = settings_of(tmp_path, sandbox)
    server = msgspec.structs.replace(file, catalog_url=postgres.url(search_path="api"))
    async with served(file) as one, served(server) as other:
        assert (await other.get("/api/status")).part("catalog")["entities"] == 0
        for client in (one, other):
            assert (await client.service.run(FULL)).exit_code == 0
        answers = await told(one)
        assert answers == await told(other)
        # The server goes and comes back; so do the connections.
        await asyncio.to_thread(postgres.restart)
        assert (await other.get("/api/catalog")).value is not None
        again = await other.service.run(FULL)
        assert (again.exit_code, again.changes) == (0, {})
