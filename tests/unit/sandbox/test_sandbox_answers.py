"""Single answers: files, errors, versions, work items by id."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from azure_devops_sandbox import Organization, Sizes, running, seeded
from azure_devops_sandbox.state.records import Repository
from contract.sandbox.asking import Client, asking

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def repository(organization: Organization) -> Repository:
    """A repository with files."""
    project = organization.live_projects()[0]
    files = {"/README.md": "# Hello\n", "/docs/a b.md": "über", "/docs/deep/c.md": "c", "/empty.md": ""}
    found = organization.changes.create_repository(project.id, "100% R&D #1", files)
    organization.changes.set_file(found.id, "/latin.md", b"caf\xe9")
    organization.changes.create_branch(found.id, "topic/x")
    organization.changes.set_file(found.id, "/README.md", "# Topic\n", branch="topic/x")
    return found


async def test_files_are_raw_unless_json_is_asked(client: Client, repository: Repository) -> None:
    items = f"/_apis/git/repositories/{repository.id}/items"
    raw = await client.get(f"{items}?path=README.md")
    assert (raw.body, raw.headers["Content-Type"]) == (b"# Hello\n", "text/plain")
    assert (await client.get(f"{items}?path=/empty.md")).body == b""
    assert (await client.get(f"{items}?path=/latin.md")).body == b"caf\xe9"
    assert (await client.get(f"{items}?path={quote('/docs/a b.md')}")).body == "über".encode()
    stream = await client.get(f"{items}?path=README.md&$format=octetStream")
    assert stream.headers["Content-Type"] == "application/octet-stream"
    told = await client.get(f"{items}?path=README.md&includeContent=true&$format=json")
    assert told.json["content"] == "# Hello\n"
    accepted = await client.get(
        f"{items}?path=README.md", headers={"Accept": "application/json;api-version=7.1"}
    )
    assert accepted.json["gitObjectType"] == "blob"
    assert "content" not in accepted.json


async def test_versions_of_files(client: Client, repository: Repository) -> None:
    items = f"/_apis/git/repositories/{repository.id}/items?path=README.md"
    for version in ("versionType=Branch&version=topic/x", "versionDescriptor.version=topic%2Fx"):
        assert (await client.get(f"{items}&{version}")).body == b"# Topic\n"
    commit = repository.heads["refs/heads/topic/x"]
    assert (await client.get(f"{items}&versionType=commit&version={commit}")).body == b"# Topic\n"
    missing = await client.get(f"{items}&version=nowhere")
    assert (missing.status, missing.type_key) == (404, "GitUnresolvableToCommitException")


async def test_folders(client: Client, repository: Repository) -> None:
    items = f"/_apis/git/repositories/{repository.id}/items"

    async def paths(query: str) -> list[str]:
        return [one["path"] for one in (await client.get(f"{items}?{query}")).rows]

    assert await paths("scopePath=/docs") == ["/docs"]
    assert await paths("scopePath=/docs&recursionLevel=oneLevel") == ["/docs", "/docs/a b.md", "/docs/deep"]
    full = ["/docs", "/docs/a b.md", "/docs/deep", "/docs/deep/c.md"]
    assert await paths("scopePath=/docs&recursionLevel=Full") == full
    assert await paths("path=/docs&recursionLevel=full") == full
    assert await paths("scopePath=/README.md") == ["/README.md"]
    batch = await client.ask(
        "POST",
        f"/_apis/git/repositories/{repository.id}/itemsbatch",
        {
            "itemDescriptors": [
                {"path": "/README.md", "version": "main", "versionType": "branch"},
                {"path": "/docs"},
            ]
        },
    )
    assert [[one["path"] for one in group] for group in batch.rows] == [["/README.md"], ["/docs"]]


async def test_what_is_not_there(client: Client, organization: Organization, repository: Repository) -> None:
    project = organization.live_projects()[0].id
    empty = organization.changes.create_repository(project, "empty")
    git = "/_apis/git/repositories"
    organization.changes.disable_repository(
        (disabled := organization.changes.create_repository(project, "off", {"/a": "a"})).id
    )
    cases = {
        f"{git}/{NOBODY}": (404, "GitRepositoryNotFoundException"),
        f"{git}/{disabled.id}/items?path=/a": (404, "GitRepositoryNotFoundException"),
        f"{git}/{disabled.id}": (404, "GitRepositoryNotFoundException"),
        f"{git}/{repository.id}/items?path=/nope.md": (404, "GitItemNotFoundException"),
        f"{git}/{repository.id}/items?scopePath=/nope&recursionLevel=full": (404, "GitItemNotFoundException"),
        f"{git}/{empty.id}/items?path=/README.md": (404, "GitItemNotFoundException"),
        f"/_apis/projects/{NOBODY}": (404, "ProjectDoesNotExistException"),
        "/_apis/projects/No%20Such%20Project": (404, "ProjectDoesNotExistWithNameException"),
        "/No%20Such%20Project/_apis/git/repositories": (404, "ProjectDoesNotExistWithNameException"),
        f"/_apis/projects/{project}/teams/{NOBODY}": (404, "TeamNotFoundException"),
        f"/{project}/_apis/policy/configurations/99999": (404, "PolicyConfigurationNotFoundException"),
        f"/{project}/_apis/policy/types/{NOBODY}": (404, "PolicyTypeNotFoundException"),
        f"/{project}/_apis/work/boards/{NOBODY}": (404, "BoardDoesNotExistException"),
        f"/{project}/No%20Team/_apis/work/boards": (404, "TeamNotFoundException"),
        "/_apis/wit/workitems/99999": (404, "WorkItemUnauthorizedAccessException"),
        "/_apis/wit/workitems?ids=1,99999": (404, "WorkItemUnauthorizedAccessException"),
        "/_apis/wit/recyclebin/1": (404, "WorkItemUnauthorizedAccessException"),
        "/_apis/wit/recyclebin?ids=1": (404, "WorkItemUnauthorizedAccessException"),
        "/_apis/release/releases/99999": (404, "ReleaseNotFoundException"),
        f"/{project}/_apis/release/definitions/99999": (404, "ReleaseDefinitionNotFoundException"),
        "/_apis/nothing": (404, "HttpException"),
        f"/{project}/_apis/projects": (404, "HttpException"),
        "/_apis/policy/configurations": (404, "HttpException"),
        "/_apis/projects?$top=many": (400, "VssPropertyValidationException"),
        "/_apis/release/releases?minCreatedTime=soon": (400, "VssPropertyValidationException"),
        "/_apis/wit/workitems?ids=": (400, "VssPropertyValidationException"),
        "/_apis/wit/workitems/1?$expand=much": (400, "VssPropertyValidationException"),
    }
    for path, (status, key) in cases.items():
        reply = await client.get(path)
        assert (reply.status, reply.type_key) == (status, key), path
        assert set(reply.json) == {
            "$id", "innerException", "message", "typeName", "typeKey", "errorCode", "eventId",
        }  # fmt: skip
    assert (await client.get(f"{git}/{empty.id}/refs")).rows == []


async def test_versions_of_the_api(client: Client) -> None:
    projects = "/_apis/projects?api-version="
    for fine in ("7.1", "5.0", "7.1-preview.4", "7.2-preview.1"):
        assert (await client.get(projects + fine)).status == 200
    for bad in ("7.2", "9.9", "new"):
        reply = await client.get(projects + bad)
        key = "VssInvalidPreviewVersionException" if bad == "7.2" else "VssVersionOutOfRangeException"
        assert (reply.status, reply.type_key) == (400, key)
    assert (await client.get("/_apis/teams?api-version=7.1")).type_key == "VssInvalidPreviewVersionException"
    assert (await client.get("/_apis/teams?api-version=7.1-preview.3")).status == 200
    headers = {"Accept": "application/json;api-version=9.9"}
    assert (await client.get("/_apis/projects", headers=headers)).status == 400
    bare = await client.ask("POST", "/_apis/wit/wiql?api-version=", {"query": "x"})
    assert bare.type_key == "VssVersionOutOfRangeException"


async def test_names_of_projects(client: Client, organization: Organization) -> None:
    project = organization.live_projects()[0]
    old = project.name
    organization.changes.rename_project(project.id, "Größer & besser (100%)")
    for name in (old, old.upper(), project.name, project.id, project.id.upper()):
        reply = await client.get(f"/_apis/projects/{quote(name, safe='')}")
        assert reply.json["name"] == project.name
        assert (await client.get(f"/{quote(name, safe='')}/_apis/git/repositories")).status == 200
    organization.changes.create_project(old)
    assert (await client.get(f"/_apis/projects/{quote(old)}")).json["id"] != project.id
    properties = await client.get(
        f"/_apis/projects/{project.id}/properties?keys=System.Current*,System.MSPROJ"
    )
    assert {one["name"] for one in properties.rows} == {"System.CurrentProcessTemplateId", "System.MSPROJ"}


async def test_batches_of_work_items(client: Client, organization: Organization) -> None:
    batch = "/_apis/wit/workitemsbatch"
    organization.changes.delete_work_item(2)
    omitted = await client.ask(
        "POST", batch, {"ids": [1, 2, 99_999, 3], "errorPolicy": "Omit", "$expand": "All"}
    )
    assert [one and one["id"] for one in omitted.rows] == [1, None, None, 3]
    assert "_links" in omitted.rows[0]
    failed = await client.ask("POST", batch, {"ids": [1, 99_999]})
    assert (failed.status, "99999" in failed.json["message"]) == (404, True)
    many = await client.ask("POST", batch, {"ids": list(range(1, 202))})
    assert "VS403474" in many.json["message"]
    both = await client.ask("POST", batch, {"ids": [1], "fields": ["System.Id"], "$expand": "relations"})
    assert both.type_key == "ConflictingParametersException"
    chosen = await client.ask(
        "POST", batch, {"ids": [1], "fields": ["system.title", "System.Rev", "System.Nothing"]}
    )
    assert set(chosen.rows[0]["fields"]) == {"System.Title", "System.Rev"}
    unreadable: tuple[object, ...] = ({}, {"ids": ["x"]}, {"ids": [1], "fields": "System.Id"}, [])
    for wrong in unreadable:
        assert (await client.ask("POST", batch, wrong)).status == 400
    mine = organization.work_items[1].project
    other = next(one.id for one in organization.live_projects() if one.id != mine)
    assert (await client.get(f"/{mine}/_apis/wit/workitems/1")).status == 200
    assert (await client.get(f"/{other}/_apis/wit/workitems/1")).status == 404


async def test_queries_over_the_wire(client: Client, organization: Organization) -> None:
    default = "[System.State] NOT IN ('Closed','Done','Removed') OR [System.ChangedDate] >= @today - 7"
    found = await client.wiql(f"SELECT [System.Id] FROM WorkItems WHERE {default} ORDER BY [System.Id] Asc")
    assert len(found.json["workItems"]) == 120
    assert found.json["columns"][0]["referenceName"] == "System.Id"
    first = await client.wiql("SELECT [System.Id] FROM WorkItems", more="&$top=3")
    assert [one["id"] for one in first.json["workItems"]] == [1, 2, 3]
    project = organization.live_projects()[0]
    inside = await client.wiql(
        "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project", project.id
    )
    whole = await client.wiql("SELECT [System.Id] FROM WorkItems", project.id)
    assert inside.json["workItems"] == whole.json["workItems"] != []
    assert project.id in inside.json["workItems"][0]["url"]
    bad = await client.wiql("SELECT [System.Id] FROM WorkItems WHERE [Custom.Nothing] = 1")
    assert (bad.status, bad.json["message"][:7]) == (400, "TF51005")
    assert (await client.ask("POST", "/_apis/wit/wiql", {})).status == 400


async def test_too_many_results_are_an_error() -> None:
    organization = seeded(1, Sizes(2, 0, 0, 2, 1, 20_001, 0, 0, 0))
    async with running(organization) as sandbox, asking(sandbox) as client:
        reply = await client.wiql("SELECT [System.Id] FROM WorkItems")
        assert (reply.status, reply.json["message"][:8]) == (400, "VS402337")
        fine = await client.wiql("SELECT [System.Id] FROM WorkItems", more="&$top=19999")
        assert len(fine.json["workItems"]) == 19_999


async def test_policies_of_a_branch(
    client: Client, organization: Organization, repository: Repository
) -> None:
    changes, project = organization.changes, repository.project
    for policy in list(organization.policies):
        changes.delete_policy(policy)

    def scope(kind: str, ref: str | None, repository_id: str | None) -> dict[str, object]:
        return {"scope": [{"refName": ref, "matchKind": kind, "repositoryId": repository_id}]}

    main = changes.create_policy(project, settings=scope("Exact", "refs/heads/main", repository.id)).id
    everywhere = changes.create_policy(project, settings=scope("Exact", "refs/heads/main", None)).id
    prefix = changes.create_policy(project, settings=scope("Prefix", "refs/heads/topic", repository.id)).id
    default = changes.create_policy(project, settings=scope("DefaultBranch", None, repository.id)).id
    changes.create_policy(project, settings=scope("Exact", "refs/heads/main", NOBODY))

    async def ids(query: str) -> set[int]:
        reply = await client.get(
            f"/{project}/_apis/git/policy/configurations?repositoryId={repository.id}{query}"
        )
        return {one["id"] for one in reply.rows}

    assert await ids("") == {main, everywhere, prefix, default}
    assert await ids("&refName=refs/heads/main") == {main, everywhere, default}
    assert await ids("&refName=refs/heads/topic/x") == {prefix}
    gone = changes.delete_policy(main).id
    assert (await client.get(f"/{project}/_apis/policy/configurations/{gone}")).json["isDeleted"]
    assert main not in await ids("")
