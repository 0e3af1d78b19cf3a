"""Credentials, scopes, and what permissions hide without a sign."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azure_devops_sandbox import START, Access, Organization, Permissions
from contract.sandbox.asking import Client


async def test_bad_credentials_get_the_sign_in_page(client: Client) -> None:
    reply = await client.get("/_apis/projects", token="wrong")
    assert (reply.status, reply.headers["Content-Type"]) == (203, "text/html; charset=utf-8")
    client.sandbox.settings.bad_credentials = "401"
    assert (await client.get("/_apis/projects", token="wrong")).status == 401
    client.sandbox.settings.bad_credentials = "302"
    moved = await client.get("/_apis/projects", token="wrong")
    assert (moved.status, moved.headers["Location"].endswith("/_signin")) == (302, True)
    suppressed = {"X-TFS-FedAuthRedirect": "Suppress"}
    assert (await client.get("/_apis/projects", token="wrong", headers=suppressed)).status == 401


@pytest.mark.parametrize("header", ["", "Basic", "Basic not-base64", "Negotiate abc", "Bearer wrong"])
async def test_headers_that_are_no_credential(client: Client, header: str) -> None:
    assert (await client.get("/_apis/projects", headers={"Authorization": header})).status == 203


async def test_a_token_may_come_as_bearer(client: Client) -> None:
    bearer = {"Authorization": f"Bearer {client.sandbox.pat}"}
    assert (await client.get("/_apis/projects", headers=bearer)).status == 200


async def test_a_token_expires_with_the_clock(client: Client, organization: Organization) -> None:
    organization.grant(Access("short", organization.owner, expires=START + timedelta(hours=1)))
    assert (await client.get("/_apis/projects", token="short")).status == 200
    organization.clock.advance(3_600)
    assert (await client.get("/_apis/projects", token="short")).status == 203


async def test_scopes(client: Client, organization: Organization) -> None:
    organization.grant(Access("narrow", organization.owner, frozenset({"vso.project", "vso.work_write"})))
    project = organization.live_projects()[0].id
    found = {
        path: (await client.get(path, token="narrow")).status
        for path in (
            "/_apis/projects",
            "/_apis/wit/fields",
            f"/{project}/_apis/work/boards",
            "/_apis/git/repositories",
            f"/{project}/_apis/policy/configurations",
            "/_apis/release/releases",
            "/_apis/connectionData",
            "/_apis/resourceAreas",
        )
    }
    assert list(found.values()) == [200, 200, 200, 401, 401, 401, 200, 200]
    assert (await client.ask("OPTIONS", "/_apis", token="wrong")).status == 200
    who = (await client.get("/_apis/connectionData", token="narrow")).json
    assert who["authenticatedUser"]["id"] == organization.owner.id
    assert who["instanceId"] == organization.instance_id


async def test_a_hidden_project_is_nowhere(client: Client, organization: Organization) -> None:
    project = next(
        one for one in organization.live_projects() if organization.of_project(organization.releases, one.id)
    )
    organization.changes.set_permissions(
        client.sandbox.pat, Permissions(hidden_projects=frozenset({project.id}))
    )
    for path in (
        "/_apis/projects",
        "/_apis/teams",
        "/_apis/git/repositories",
        "/_apis/release/releases?$top=100",
    ):
        reply = await client.get(path)
        assert reply.status == 200
        assert project.id.encode() not in reply.body
    items = organization.of_project(organization.work_items, project.id)
    query = (await client.wiql("SELECT [System.Id] FROM WorkItems")).json["workItems"]
    assert not {one.id for one in items} & {one["id"] for one in query}
    batch = {"ids": [items[0].id], "errorPolicy": "omit"}
    assert (await client.ask("POST", "/_apis/wit/workitemsbatch", batch)).rows == [None]
    assert (await client.get(f"/_apis/projects/{project.id}")).type_key == "ProjectDoesNotExistException"
    assert (await client.get(f"/{project.id}/_apis/git/repositories")).status == 404
    repository = organization.of_project(organization.repositories, project.id)[0]
    hidden = await client.get(f"/_apis/git/repositories/{repository.id}")
    assert hidden.type_key == "GitRepositoryNotFoundException"
    feed = (await client.get("/_apis/wit/reporting/workitemrevisions?$maxPageSize=1000")).json["values"]
    assert not {one.id for one in items} & {one["id"] for one in feed}


async def test_a_forbidden_project_is_listed_but_closed(client: Client, organization: Organization) -> None:
    project = organization.live_projects()[0]
    organization.changes.set_permissions(
        client.sandbox.pat, Permissions(forbidden_projects=frozenset({project.id}))
    )
    assert project.id.encode() in (await client.get("/_apis/projects")).body
    assert (await client.get(f"/_apis/projects/{project.id}")).status == 200
    for path in (f"/{project.id}/_apis/git/repositories", f"/_apis/projects/{project.id}/teams"):
        assert (await client.get(path)).status == 403
    assert project.id.encode() not in (await client.get("/_apis/git/repositories")).body


async def test_hidden_things_inside_a_project(client: Client, organization: Organization) -> None:
    project = next(
        one for one in organization.live_projects() if organization.of_project(organization.releases, one.id)
    )
    repository = organization.of_project(organization.repositories, project.id)[0]
    definition = organization.of_project(organization.release_definitions, project.id)[0]
    item = organization.changes.create_work_item(
        project.id, fields={"System.AreaPath": f"{project.name}\\Secret\\Deep"}
    )
    permissions = Permissions(
        hidden_repositories=frozenset({repository.id}),
        hidden_teams=frozenset({project.default_team}),
        hidden_areas=frozenset({f"{project.name}\\Secret"}),
        hidden_definitions=frozenset({definition.id}),
    )
    organization.changes.set_permissions(client.sandbox.pat, permissions)
    assert repository.id.encode() not in (await client.get(f"/{project.id}/_apis/git/repositories")).body
    assert (await client.get(f"/_apis/git/repositories/{repository.id}/items?path=/README.md")).status == 404
    assert project.default_team.encode() not in (await client.get("/_apis/teams")).body
    assert (await client.get(f"/{project.id}/{project.default_team}/_apis/work/boards")).status == 404
    assert (await client.get(f"/_apis/wit/workitems/{item.id}")).status == 404
    found = (await client.wiql("SELECT [System.Id] FROM WorkItems", project.id)).json["workItems"]
    assert item.id not in {one["id"] for one in found}
    releases = (await client.get(f"/{project.id}/_apis/release/releases?$top=100")).rows
    assert definition.id not in {one["releaseDefinition"]["id"] for one in releases}
    assert (await client.get(f"/{project.id}/_apis/release/definitions/{definition.id}")).status == 404
    organization.changes.set_permissions(client.sandbox.pat)
    assert repository.id.encode() in (await client.get(f"/{project.id}/_apis/git/repositories")).body
