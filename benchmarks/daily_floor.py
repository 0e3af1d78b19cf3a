"""The floor of preset `standard`: the kinds that it reads beside those of Port's default mapping."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec
import orjson
from benchmarks.floor import Floor, Found, Json, run

DAYS = 30
"""How far preset `standard` looks back for closed pull requests and for builds."""

STATES = ("active", "completed", "abandoned")


class _Page(msgspec.Struct, frozen=True):
    value: list[msgspec.Raw] | None = None
    items: list[msgspec.Raw] | None = None
    members: list[msgspec.Raw] | None = None
    continuation_token: str | None = msgspec.field(default=None, name="continuationToken")


def _listed(body: bytes) -> list[bytes]:
    page = msgspec.json.decode(body, type=_Page)
    return [bytes(raw) for raw in page.value or page.items or page.members or ()]


class DailyFloor(Floor):
    """One read of one organization, people and what happens every day included."""

    async def read(self) -> Found:
        """Everything."""
        found = await super().read()
        teams = (found.sizes.teams, self.requests["team-member"])
        sizes = msgspec.structs.replace(found.sizes, daily=found.sizes.daily | {"team-member": teams})
        return msgspec.structs.replace(found, sizes=sizes)

    async def more(self) -> dict[str, tuple[int, int]]:
        """Each kind by the listing that answers most at once."""
        projects = [project["id"] for project in self.projects.values()]
        counts = await asyncio.gather(
            self._users(),
            asyncio.gather(*(self._pull_requests(state) for state in STATES)),
            asyncio.gather(*(self._pipelines(project) for project in projects)),
            asyncio.gather(*(self._builds(project) for project in projects)),
            asyncio.gather(*(self._listing("environment", _environments(project)) for project in projects)),
        )
        users, *others = counts
        found = {"user": users}
        for kind, parts in zip(("pull-request", "pipeline", "build", "environment"), others, strict=True):
            found[kind] = sum(parts)
        return {kind: (count, self.requests[kind]) for kind, count in found.items()}

    async def team(self, team: Json) -> None:
        """Its members."""
        base = f"_apis/projects/{team['projectId']}/teams/{team['id']}/members?$top=1000"
        members, _ = await self.get("team-member", base)
        await self.keep("team", b"[" + orjson.dumps({**team, "__members": _json(members)}) + b"]")

    async def _listing(self, kind: str, path: str) -> int:
        count = 0
        for body in await self.pages(kind, path):
            rows = _listed(body)
            count += len(rows)
            await self.keep_all(kind, rows)
        return count

    async def _users(self) -> int:
        count, token = 0, ""
        while True:
            path = "_apis/userentitlements?api-version=7.1"
            body, _ = await self.get("user", path + (f"&continuationToken={quote(token)}" if token else ""))
            rows = _listed(body)
            count += len(rows)
            await self.keep_all("user", rows)
            token = msgspec.json.decode(body, type=_Page).continuation_token or ""
            if not token:
                return count

    async def _pull_requests(self, state: str) -> int:
        since = quote(f"{datetime.now(UTC) - timedelta(days=DAYS):%Y-%m-%dT%H:%M:%SZ}")
        closed = f"&searchCriteria.queryTimeRangeType=closed&searchCriteria.minTime={since}"
        path = f"_apis/git/pullrequests?searchCriteria.status={state}&$top=1000"
        count = 0
        while True:
            body, _ = await self.get(
                "pull-request", f"{path}&$skip={count}{closed if state != 'active' else ''}"
            )
            rows = _listed(body)
            count += len(rows)
            await self.keep_all("pull-request", rows)
            if len(rows) < 1000:
                return count

    async def _pipelines(self, project: str) -> int:
        definitions = await self.pages(
            "pipeline", f"{project}/_apis/build/definitions?includeAllProperties=true&$top=1000"
        )
        repository = {
            one["id"]: one.get("repository")
            for body in definitions
            for one in map(orjson.loads, _listed(body))
        }
        count = 0
        for body in await self.pages("pipeline", f"{project}/_apis/pipelines?$top=1000"):
            rows = [orjson.loads(row) for row in _listed(body)]
            count += len(rows)
            whole = [
                {**row, "__projectId": project, "__repository": repository.get(row["id"])} for row in rows
            ]
            await self.keep_all("pipeline", [orjson.dumps(row) for row in whole])
        return count

    async def _builds(self, project: str) -> int:
        since = quote(f"{datetime.now(UTC) - timedelta(days=DAYS):%Y-%m-%dT%H:%M:%SZ}")
        path = f"{project}/_apis/build/builds?queryOrder=queueTimeAscending&$top=1000&minTime={since}"
        return await self._listing("build", path)


def _environments(project: str) -> str:
    return f"{project}/_apis/distributedtask/environments?$top=1000"


def _json(body: bytes) -> object:
    return orjson.loads(body).get("value")


if __name__ == "__main__":
    found = asyncio.run(run(sys.argv[1], sys.argv[2], DailyFloor))
    sys.stdout.buffer.write(orjson.dumps(msgspec.to_builtins(found)))
