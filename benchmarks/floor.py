"""The floor: only fetch, jq and insert, with none of Fairlead's code: `python -m benchmarks.floor URL DATABASE`.

aiohttp makes the requests that Port's default mapping cannot do without, two processes run the published jq, and
plain SQLite takes the entities. No retry, no limit, no history, no comparison, no proof: what those cost is the
difference to Fairlead. Prints the sizes found and the requests made as JSON; the token comes from the environment.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
import orjson
from benchmarks.expressions import FILES, WIQL
from benchmarks.floor_worker import mapped
from benchmarks.sizes import Sizes

TOKEN = "FLOOR_TOKEN"
IN_FLIGHT = 15
WORKERS = 2
PAGE = 200
Json = dict[str, Any]


class Found(msgspec.Struct, frozen=True):
    """What the floor prints: sizes, requests by kind, distinct entities."""

    sizes: Sizes
    requests: dict[str, int]
    entities: int


class Floor:
    """One read of one organization."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, pool: ProcessPoolExecutor, database: str
    ) -> None:
        self._session = session
        self._url = url
        self._pool = pool
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._mapping = asyncio.Semaphore(8)
        self._database = sqlite3.connect(database, isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE entity (blueprint TEXT, identifier TEXT, body BLOB, PRIMARY KEY (blueprint, identifier))",
        ):
            self._database.execute(statement)
        self.requests: Counter[str] = Counter()
        self.projects: Json = {}

    async def get(self, kind: str, path: str, body: object = None) -> tuple[bytes, str]:
        """One request: the answer's body, empty for a 404, and its continuation token."""
        self.requests[kind] += 1
        async with (
            self._slots,
            self._session.request(
                "GET" if body is None else "POST",
                f"{self._url}/{path}",
                json=body,
                skip_auto_headers=["User-Agent"],
            ) as answer,
        ):
            data = await answer.read()
            if answer.status != 404:
                answer.raise_for_status()
            return (b"" if answer.status == 404 else data), answer.headers.get("x-ms-continuationtoken", "")

    async def pages(self, kind: str, path: str) -> list[bytes]:
        """All pages of a listing with a token."""
        data, token = await self.get(kind, path)
        found = [data]
        while token:
            data, token = await self.get(kind, f"{path}&continuationToken={quote(token)}")
            found.append(data)
        return found

    async def keep(self, kind: str, page: bytes) -> None:
        """Maps a page and inserts what it gives."""
        projects = self.projects if kind == "work-item" else None
        async with self._mapping:
            loop = asyncio.get_running_loop()
            entities = orjson.loads(await loop.run_in_executor(self._pool, mapped, kind, page, projects))
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT INTO entity VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = json_patch(body, excluded.body)",
            [(entity["blueprint"], entity["identifier"], orjson.dumps(entity)) for entity in entities],
        )
        self._database.execute("COMMIT")

    async def keep_all(self, kind: str, objects: Sequence[bytes]) -> None:
        """Maps and inserts single objects, in pages."""
        parts = [objects[start : start + PAGE] for start in range(0, len(objects), PAGE)]
        await asyncio.gather(*(self.keep(kind, b"[" + b",".join(part) + b"]") for part in parts))

    async def read(self) -> Found:
        """Everything, each kind as soon as its parents are there."""
        await self.get("connection", "_apis/connectionData")
        listed = [
            one for page in await self.pages("project", "_apis/projects?$top=1000") for one in _values(page)
        ]
        self.projects = {one["name"]: one for one in listed}
        teams, repositories, work_items, releases, daily, _ = await asyncio.gather(
            self._teams(), self._repositories(), self._work_items(), self._releases(), self.more(),
            self._projects(listed),
        )  # fmt: skip
        readable = sum(bool(one.get("defaultBranch")) and not one.get("isDisabled") for one in repositories)
        sizes = Sizes(
            projects=len(listed), repositories=len(repositories), readable=readable, files=len(FILES),
            policy_pages=self.requests["repository-policy"], teams=len(teams),
            boards=self.requests["board"] - len(teams), work_items=work_items, releases=releases,
            daily=daily,
        )  # fmt: skip
        entities = self._database.execute("SELECT count(*) FROM entity").fetchone()[0]
        return Found(sizes, dict(self.requests), entities)

    async def more(self) -> dict[str, tuple[int, int]]:
        """What is read beside the kinds of Port's default mapping: records and pages by kind."""
        return {}

    async def team(self, _team: Json) -> None:
        """What is read of a team beside its boards."""

    async def _projects(self, listed: Sequence[Json]) -> None:
        answers = await asyncio.gather(
            *(self.get("project", f"_apis/projects/{one['id']}") for one in listed)
        )
        await self.keep_all("project", [body for body, _ in answers])

    async def _repositories(self) -> list[Json]:
        repositories = _values((await self.get("repository", "_apis/git/repositories"))[0])
        texts = await asyncio.gather(*(self._with_files(one) for one in repositories))
        await self.keep_all("repository", texts)
        await asyncio.gather(
            *(self._policies(project["id"], repositories) for project in self.projects.values())
        )
        return repositories

    async def _with_files(self, repository: Json) -> bytes:
        branch, files = (
            repository.get("defaultBranch", "").removeprefix("refs/heads/"),
            dict.fromkeys(FILES, ""),
        )
        if branch and not repository.get("isDisabled"):
            query = f"$format=octetStream&versionDescriptor.version={branch}"
            base = f"_apis/git/repositories/{repository['id']}/items?{query}"
            answers = await asyncio.gather(
                *(self.get("repository", f"{base}&path=/{path}") for path in FILES)
            )
            files = {
                path: body.decode(errors="replace") for path, (body, _) in zip(FILES, answers, strict=True)
            }
        return orjson.dumps({**repository, "__includedFiles": files})

    async def _policies(self, project: str, repositories: Sequence[Json]) -> None:
        own = [one for one in repositories if one["project"]["id"] == project]
        policies = [
            one
            for page in await self.pages(
                "repository-policy", f"{project}/_apis/policy/configurations?$top=1000"
            )
            for one in _values(page)
        ]
        pairs = [
            orjson.dumps({**policy, "__repository": repository})
            for policy in policies
            for repository in own
            if any(_covers(scope, repository) for scope in policy["settings"].get("scope", ()))
        ]
        await self.keep_all("repository-policy", pairs)

    async def _teams(self) -> list[Json]:
        teams: list[Json] = []
        while len(teams) % 100 == 0:
            page = _values((await self.get("team", f"_apis/teams?$top=100&$skip={len(teams)}"))[0])
            teams += page
            if not page:
                break
        boards = await asyncio.gather(*(self._boards(team) for team in teams))
        await asyncio.gather(*(self.team(team) for team in teams))
        await self.keep_all("board", [board for group in boards for board in group])
        return teams

    async def _boards(self, team: Json) -> list[bytes]:
        base = f"{team['projectId']}/{team['id']}/_apis/work/boards"
        listed = _values((await self.get("board", base))[0])
        answers = await asyncio.gather(*(self.get("board", f"{base}/{board['id']}") for board in listed))
        project = b',"__project":' + orjson.dumps({"id": team["projectId"]}) + b"}"
        return [body.rstrip()[:-1] + project for body, _ in answers]

    async def _work_items(self) -> int:
        ids: list[int] = []
        while len(ids) % 20_000 == 0:
            after = f"[System.Id] > {ids[-1] if ids else 0} AND ({WIQL})"
            query = f"SELECT [System.Id] FROM WorkItems WHERE {after} ORDER BY [System.Id] ASC"
            answer = (
                await self.get("work-item", "_apis/wit/wiql?$top=20000&api-version=7.1", {"query": query})
            )[0]
            page = [item["id"] for item in orjson.loads(answer)["workItems"]]
            ids += page
            if not page:
                break
        parts = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]
        await asyncio.gather(*(self._batch(part) for part in parts))
        return len(ids)

    async def _batch(self, ids: Sequence[int]) -> None:
        body = {"ids": ids, "$expand": "All", "errorPolicy": "Omit"}
        page, _ = await self.get("work-item", "_apis/wit/workitemsbatch?api-version=7.1", body)
        await self.keep("work-item", page)

    async def _releases(self) -> int:
        path, count, kept = "_apis/release/releases?$top=100&queryOrder=ascending", 0, []
        token = ""
        while True:
            page, token = await self.get(
                "release", path + (f"&continuationToken={quote(token)}" if token else "")
            )
            count += len(msgspec.json.decode(page, type=_Page).value)
            kept.append(asyncio.create_task(self.keep("release", page)))
            if not token:
                await asyncio.gather(*kept)
                return count


class _Page(msgspec.Struct, frozen=True):
    value: list[msgspec.Raw]


def _values(page: bytes) -> list[Json]:
    found: list[Json] = orjson.loads(page)["value"]
    return found


def _covers(scope: Json, repository: Json) -> bool:
    branch, ref = repository.get("defaultBranch"), scope.get("refName")
    if scope.get("repositoryId") not in {None, repository["id"]}:
        return False
    if scope.get("matchKind") == "DefaultBranch" or not ref or not branch:
        return True
    return str(branch).startswith(ref) if scope.get("matchKind") == "Prefix" else branch == ref


async def run(url: str, database: str, form: type[Floor] = Floor) -> Found:
    """Reads the organization at `url` into a new database."""
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=IN_FLIGHT),
            headers={"Authorization": aiohttp.encode_basic_auth("", os.environ[TOKEN])},
        ) as session:
            return await form(session, url, pool, database).read()


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(msgspec.to_builtins(asyncio.run(run(sys.argv[1], sys.argv[2])))))
