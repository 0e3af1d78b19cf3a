"""Serves the answers that Microsoft recorded, as they stand in the specifications' examples."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

ROOT = Path(__file__).parents[3]
SPECS = Path(os.environ.get("FAIRLEAD_SPECS") or ROOT.parent / "shared" / "specs")
EXAMPLES = SPECS / "azure-devops" / "specification"

PROJECTS = "core/7.1/httpExamples/projects/GET__projects.json"
TEAMS = "core/7.1/httpExamples/teams/GET__projects__projectId__teams.json"
REPOSITORIES = "git/7.1/httpExamples/repositories/GET__git_repositories.json"
POLICIES = "policy/7.1/httpExamples/configurations/GET__policy_configurations.json"
COLUMNS = "work/7.1/httpExamples/columns/GET__work_boards__boardId__columns.json"
WORK_ITEMS = "wit/7.1/httpExamples/workItems"
RELEASES = "release/7.1/httpExamples/releases/Query_ListAllReleases.json"
FILE = "git/7.1/httpExamples/items"

BOARD = "41688c28-a3fc-4811-977d-247a33f18a00"
"""Boards have no recorded answer of their own: this one holds the recorded columns, which are of this board."""

CONNECTED = {
    "authenticatedUser": {
        "id": "d291b0c4-a05c-4ea6-8df1-4b41d5f39eff",
        "providerDisplayName": "Jamal Hartnett",
    },
    "instanceId": "0f4b1c2d-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
}


def recorded(path: str) -> Any:
    """The body of a recorded answer."""
    document = json.loads((EXAMPLES / path).read_text(encoding="utf-8-sig"))
    return next(one["body"] for status, one in document["responses"].items() if status == "200")


def work_items() -> dict[int, Any]:
    """Every recorded work item of a list, by id; the fullest form wins, which the longest is."""
    found: dict[int, Any] = {}
    for path in sorted((EXAMPLES / WORK_ITEMS).glob("GET__wit_WorkItems_*.json")):
        body = recorded(f"{WORK_ITEMS}/{path.name}")
        for one in body.get("value", [body]):
            if len(json.dumps(one)) > len(json.dumps(found.get(one["id"], {}))):
                found[one["id"]] = one
    return found


def fields_of(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a recorded work item."""
    fields: Mapping[str, Any] = item["fields"]
    return fields


class RecordedServer:
    """Answers with recorded bodies, and remembers what was asked that nobody recorded."""

    def __init__(self) -> None:
        self.unknown: list[str] = []
        self._items = work_items()

    async def answer(self, request: web.Request) -> web.Response:
        """The answer of a route: by its path below the organization."""
        path = request.path.removeprefix("/fabrikam/").casefold()
        if path.endswith("_apis/wit/workitemsbatch"):
            asked = (await request.json())["ids"]
            return _listing([self._items.get(item) for item in asked])
        if path.endswith("_apis/wit/wiql"):
            after = int((await request.json())["query"].rpartition("[System.Id] > ")[2].split()[0])
            return web.json_response(
                {"workItems": [{"id": item} for item in sorted(self._items) if item > after]}
            )
        if path.endswith("/teams") and request.query.get("$skip", "0") != "0":
            return _listing([])  # all of the recorded ones are on the first page
        if path.endswith("/items"):
            return web.json_response(
                {"typeKey": "GitItemNotFoundException", "message": "TF401174: The item could not be found."},
                status=404,
            )
        body = self._body(path)
        if body is None:
            self.unknown.append(f"{request.method} {request.raw_path}")
            return web.json_response({"message": "nobody recorded this"}, status=404)
        return web.json_response(body)

    def _body(self, path: str) -> Any:
        whole = {
            "_apis/connectiondata": CONNECTED,
            "_apis/projects": recorded(PROJECTS),
            "_apis/git/repositories": recorded(REPOSITORIES),
            "_apis/release/releases": recorded(RELEASES),
        }
        if path in whole:
            return whole[path]
        if path.startswith("_apis/projects/"):
            return _of_project(path)
        if path.endswith("_apis/policy/configurations"):
            return recorded(POLICIES)
        if path.endswith("_apis/work/boards"):
            return {"count": 1, "value": [_BOARD]}
        if path.endswith(f"_apis/work/boards/{BOARD}"):
            return {**_BOARD, "columns": recorded(COLUMNS)["value"]}
        return None


_BOARD = {"id": BOARD, "name": "Stories", "url": "https://example.com/board"}


def _of_project(path: str) -> Any:
    """A project by id, or its teams."""
    project = path.split("/")[2]
    if not path.endswith("/teams"):
        return next((one for one in recorded(PROJECTS)["value"] if one["id"] == project), None)
    own = [one for one in recorded(TEAMS)["value"] if f"/{project}/" in one["url"]]
    return {"count": len(own), "value": own}


def _listing(items: list[Any]) -> web.Response:
    return web.json_response({"count": len(items), "value": items})


@asynccontextmanager
async def served() -> AsyncIterator[tuple[str, RecordedServer]]:
    """The recorded answers at an address."""
    server = RecordedServer()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/fabrikam", server
    finally:
        await runner.cleanup()
