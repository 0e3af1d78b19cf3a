"""Asks a running sandbox, and names one request per route."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from azure_devops_sandbox import Organization, Sandbox


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return orjson.loads(self.body)

    @property
    def rows(self) -> list[Any]:
        """The rows of a listing."""
        found = self.json["value"]
        assert isinstance(found, list)
        return found

    @property
    def token(self) -> str | None:
        """The continuation token of a listing."""
        return self.headers.get("x-ms-continuationtoken")

    @property
    def type_key(self) -> str:
        """The key of an error."""
        return str(self.json["typeKey"])


def basic(token: str) -> dict[str, str]:
    """Return the header for a personal access token."""
    return {"Authorization": "Basic " + base64.b64encode(f"anyone:{token}".encode()).decode()}


class Client:
    """A client of one sandbox."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self._session = session

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request to a path below the organization; a POST gets an api-version."""
        if method == "POST" and "api-version" not in path:
            path += ("&" if "?" in path else "?") + "api-version=7.1"
        async with self._session.request(
            method,
            self.sandbox.url + path,
            data=None if body is None else orjson.dumps(body),
            headers={**basic(self.sandbox.pat if token is None else token), **(headers or {})},
            allow_redirects=False,
        ) as response:
            return Reply(response.status, dict(response.headers), await response.read())

    async def get(self, path: str, **more: Any) -> Reply:
        """Send a GET."""
        return await self.ask("GET", path, **more)

    async def wiql(self, query: str, project: str = "", more: str = "") -> Reply:
        """Run a query."""
        path = f"{'/' + project if project else ''}/_apis/wit/wiql?api-version=7.1{more}"
        return await self.ask("POST", path, {"query": query})

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Send a control request, which must be done."""
        data = None if body is None else orjson.dumps(body)
        async with self._session.request(method, f"{self.sandbox.control_url}/{path}", data=data) as response:
            content = await response.read()
            assert response.status == 200, content
            return orjson.loads(content)


@asynccontextmanager
async def asking(sandbox: Sandbox) -> AsyncIterator[Client]:
    """Open a client that keeps no more connections than it needs."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=4)) as session:
        yield Client(sandbox, session)


@dataclass(frozen=True, slots=True)
class Case:
    """A request with the operation of the official files that it belongs to."""

    route: str
    area: str
    template: str
    path: str
    method: str = "GET"
    body: Any = None
    known: frozenset[str] = field(default_factory=frozenset)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


_O = "/{organization}/_apis"
_P = "/{organization}/{project}/_apis"
_T = "/{organization}/{project}/{team}/_apis"
_REPOSITORY = f"{_P}/git/repositories/{{repositoryId}}"
# Where the service is known to send what its own files do not describe:
_IDENTITY = frozenset({"$[].identity.descriptor"})
"""A descriptor is sent as one text, not as the object of its class."""
_OPTIONS = frozenset(
    f"environments[].environmentOptions.{key}"
    for key in (
        "emailNotificationType",
        "emailRecipients",
        "enableAccessToken",
        "skipArtifactsDownload",
        "timeoutInMinutes",
    )
)
_RELEASE_ROW = frozenset({"$[].url", "$[].artifacts[].sourceId"} | {f"$[].{one}" for one in _OPTIONS})
"""Keys in every recorded release."""
_DEPLOYMENT_ROW = frozenset({"$[].release.url", "$[].release.webAccessUri", "$[]._links"})
"""Keys in every recorded deployment."""
_DEFINITION_ROW = frozenset({"$[].lastRelease.webAccessUri"})
"""A key in every recorded release definition."""
_DEFINITION = frozenset(
    {"$.environments[].deployPhases[].deploymentInput"} | {f"$.{one}" for one in _OPTIONS}
)
"""Keys in the recorded single release definition."""


def cases(organization: Organization) -> list[Case]:
    """Return at least one request for every route that the official files describe."""
    project = next(
        one for one in organization.live_projects() if organization.of_project(organization.releases, one.id)
    )
    p = project.id
    repositories = organization.of_project(organization.repositories, p)
    repository = next(one for one in repositories if one.default_branch and not one.disabled)
    r = f"/_apis/git/repositories/{repository.id}"
    policy = organization.of_project(organization.policies, p)[0]
    live = [one.id for one in organization.of_project(organization.work_items, p) if one.deleted is None][:50]
    binned = [one.id for one in organization.work_items.values() if one.deleted is not None]
    release = next(one for one in organization.of_project(organization.releases, p) if not one.deleted)
    board = next(
        one for one in organization.of_project(organization.boards, p) if one.team == project.default_team
    )
    ids = ",".join(map(str, live))
    query = "SELECT [System.Id], [System.Title] FROM WorkItems ORDER BY [System.ChangedDate] DESC"
    expand = "environments,artifacts,approvals,variables,tags"
    row = _RELEASE_ROW
    single = frozenset(place.replace("$[]", "$", 1) for place in row)
    batch = f"{_P}/wit/workitemsbatch"
    return [
        *(
            Case("projects.list", "core", f"{_O}/projects", f"/_apis/projects?stateFilter={one}")
            for one in ("all", "deleted")
        ),
        Case(
            "projects.get",
            "core",
            f"{_O}/projects/{{projectId}}",
            f"/_apis/projects/{p}?includeCapabilities=true",
        ),
        Case(
            "projects.properties",
            "core",
            f"{_O}/projects/{{projectId}}/properties",
            f"/_apis/projects/{p}/properties",
        ),
        Case("teams.list", "core", f"{_O}/projects/{{projectId}}/teams", f"/_apis/projects/{p}/teams"),
        Case(
            "teams.get",
            "core",
            f"{_O}/projects/{{projectId}}/teams/{{teamId}}",
            f"/_apis/projects/{p}/teams/{project.default_team}",
        ),
        Case(
            "teams.all",
            "core",
            f"{_O}/teams",
            "/_apis/teams?$expandIdentity=true&api-version=7.1-preview.3",
            known=_IDENTITY,
        ),
        Case(
            "repositories.list", "git", f"{_P}/git/repositories", "/_apis/git/repositories?includeLinks=true"
        ),
        *(
            Case(
                "repositories.get", "git", _REPOSITORY, f"/_apis/git/repositories/{one.id}?includeParent=true"
            )
            for one in (repository, *(one for one in organization.repositories.values() if one.parent))
        ),
        Case("refs.list", "git", f"{_REPOSITORY}/refs", f"{r}/refs?includeStatuses=true"),
        Case(
            "repositories.recycle-bin",
            "git",
            f"{_P}/git/recycleBin/repositories",
            f"/{p}/_apis/git/recycleBin/repositories",
        ),
        Case(
            "repositories.deleted",
            "git",
            f"{_P}/git/deletedrepositories",
            f"/{p}/_apis/git/deletedrepositories",
        ),
        Case(
            "items.get",
            "git",
            f"{_REPOSITORY}/items",
            f"{r}/items?scopePath=/&recursionLevel=full&includeContentMetadata=true&includeLinks=true",
        ),
        Case(
            "items.get",
            "git",
            f"{_REPOSITORY}/items?path={{path}}",
            f"{r}/items?path=/src/main.py&includeContent=true&$format=json",
        ),
        Case(
            "items.batch",
            "git",
            f"{_REPOSITORY}/itemsbatch",
            f"{r}/itemsbatch",
            "POST",
            {"itemDescriptors": [{"path": "/", "recursionLevel": "full"}, {"path": "/src/main.py"}]},
        ),
        Case(
            "git-policies.list",
            "git",
            f"{_P}/git/policy/configurations",
            f"/{p}/_apis/git/policy/configurations",
        ),
        Case("policies.list", "policy", f"{_P}/policy/configurations", f"/{p}/_apis/policy/configurations"),
        Case(
            "policies.get",
            "policy",
            f"{_P}/policy/configurations/{{configurationId}}",
            f"/{p}/_apis/policy/configurations/{policy.id}",
        ),
        Case("policy-types.list", "policy", f"{_P}/policy/types", f"/{p}/_apis/policy/types"),
        Case(
            "policy-types.get",
            "policy",
            f"{_P}/policy/types/{{typeId}}",
            f"/{p}/_apis/policy/types/{policy.type_id}",
        ),
        Case("wiql.query", "wit", f"{_T}/wit/wiql", "/_apis/wit/wiql", "POST", {"query": query}),
        Case(
            "work-items.batch",
            "wit",
            batch,
            "/_apis/wit/workitemsbatch",
            "POST",
            {"ids": live, "$expand": "all"},
        ),
        Case(
            "work-items.batch",
            "wit",
            batch,
            "/_apis/wit/workitemsbatch",
            "POST",
            {"ids": [*live, 999_999], "fields": ["System.Id", "System.Title"], "errorPolicy": "omit"},
        ),
        *(
            Case(
                "work-items.list",
                "wit",
                f"{_P}/wit/workitems",
                f"/_apis/wit/workitems?ids={ids}&$expand={one}",
            )
            for one in ("none", "relations", "fields", "links", "all")
        ),
        Case("work-items.get", "wit", f"{_P}/wit/workitems/{{id}}", f"/_apis/wit/workitems/{live[0]}"),
        Case("recycle-bin.list", "wit", f"{_P}/wit/recyclebin", "/_apis/wit/recyclebin"),
        Case(
            "recycle-bin.list",
            "wit",
            f"{_P}/wit/recyclebin?ids={{ids}}",
            f"/_apis/wit/recyclebin?ids={binned[0]}",
        ),
        Case("recycle-bin.get", "wit", f"{_P}/wit/recyclebin/{{id}}", f"/_apis/wit/recyclebin/{binned[0]}"),
        *(
            Case(
                "work-item-revisions.read",
                "wit",
                f"{_P}/wit/reporting/workitemrevisions",
                "/_apis/wit/reporting/workitemrevisions?includeDeleted=true",
                method,
                {"includeIdentityRef": True} if method == "POST" else None,
            )
            for method in ("GET", "POST")
        ),
        Case("fields.list", "wit", f"{_P}/wit/fields", "/_apis/wit/fields"),
        Case("boards.list", "work", f"{_T}/work/boards", f"/{p}/_apis/work/boards"),
        Case(
            "boards.get",
            "work",
            f"{_T}/work/boards/{{id}}",
            f"/{p}/{project.default_team}/_apis/work/boards/{board.id}",
        ),
        Case(
            "releases.list",
            "release",
            f"{_P}/release/releases",
            f"/_apis/release/releases?$expand={expand}",
            known=row,
        ),
        Case(
            "releases.get",
            "release",
            f"{_P}/release/releases/{{releaseId}}?",
            f"/{p}/_apis/release/releases/{release.id}",
            known=single,
        ),
        Case(
            "release-definitions.list",
            "release",
            f"{_P}/release/definitions",
            f"/{p}/_apis/release/definitions?$expand=environments,artifacts,triggers,variables,tags,lastRelease",
            known=_DEFINITION_ROW,
        ),
        Case(
            "release-definitions.get",
            "release",
            f"{_P}/release/definitions/{{definitionId}}",
            f"/{p}/_apis/release/definitions/{release.definition}",
            known=_DEFINITION,
        ),
        Case(
            "deployments.list",
            "release",
            f"{_P}/release/deployments",
            f"/{p}/_apis/release/deployments",
            known=_DEPLOYMENT_ROW,
        ),
    ]
