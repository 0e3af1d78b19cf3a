"""Listings: their order, their pages, and the end of them."""

from __future__ import annotations

import pytest

from azure_devops_sandbox import Organization
from contract.sandbox.asking import Client


async def walk(client: Client, path: str) -> list[list[str]]:
    """Read a listing to its end by header tokens."""
    pages, token = [], None
    while True:
        reply = await client.get(path if token is None else f"{path}&continuationToken={token}")
        assert reply.status == 200, reply.body
        pages.append([str(one.get("id", one.get("name"))) for one in reply.rows])
        token = reply.token
        if token is None:
            return pages


def joined(pages: list[list[str]]) -> list[str]:
    """Put pages into one list."""
    return [one for page in pages for one in page]


async def test_projects_come_by_name_in_pages(client: Client, organization: Organization) -> None:
    pages = await walk(client, "/_apis/projects?$top=3")
    assert [len(one) for one in pages] == [3, 1]
    assert joined(pages) == [one.id for one in organization.live_projects()]
    skipped = await client.get("/_apis/projects?$top=3&$skip=3")
    assert [one["id"] for one in skipped.rows] == pages[1]


async def test_states_of_projects(client: Client, organization: Organization) -> None:
    async def states(name: str) -> set[str]:
        return {one["state"] for one in (await client.get(f"/_apis/projects?stateFilter={name}")).rows}

    assert await states("all") == {"wellFormed", "deleting", "createPending"}
    assert await states("deleted") == {"deleted"}
    assert await states("") == {"wellFormed"}
    for project in organization.projects.values():
        children = await client.get(f"/{project.id}/_apis/git/repositories")
        assert children.status == (200 if project.state == "wellFormed" else 404)
        teams = await client.get(f"/_apis/projects/{project.id}/teams")
        assert teams.status == (200 if project.state == "wellFormed" else 404)
        single = await client.get(f"/_apis/projects/{project.id}")
        assert single.status == (404 if project.state == "deleted" else 200)


async def test_teams_are_skipped_through_and_may_come_short(
    client: Client, organization: Organization
) -> None:
    first = await client.get("/_apis/teams?$top=4&$skip=0")
    assert first.token is None
    rest = await client.get("/_apis/teams?$top=4&$skip=4")
    assert {one["id"] for one in first.rows + rest.rows} == set(organization.teams)
    assert (await client.get("/_apis/teams?$top=4&$skip=6")).rows == []
    client.sandbox.settings.team_page_cap = 2
    assert len((await client.get("/_apis/teams?$top=4")).rows) == 2


async def test_releases_come_newest_first_with_the_next_id_as_token(
    client: Client, organization: Organization
) -> None:
    live = [str(one.id) for one in organization.releases.values() if not one.deleted]
    pages = await walk(client, "/_apis/release/releases?$top=10")
    assert joined(pages) == live[::-1]
    assert [len(one) for one in pages] == [10, 10, 5]
    assert joined(await walk(client, "/_apis/release/releases?$top=10&queryOrder=ascending")) == live
    assert len((await client.get("/_apis/release/releases?$top=500")).rows) == min(100, len(live))


async def test_a_release_deleted_between_pages_does_not_shift_the_rest(
    client: Client, organization: Organization
) -> None:
    first = await client.get("/_apis/release/releases?$top=10&queryOrder=ascending")
    organization.changes.delete_release(first.rows[0]["id"])
    rest = await client.get(
        f"/_apis/release/releases?$top=100&queryOrder=ascending&continuationToken={first.token}"
    )
    assert rest.rows[0]["id"] == first.rows[-1]["id"] + 1


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("statusFilter=abandoned", lambda one: one.status == "abandoned"),
        ("tagFilter=hotfix", lambda one: "hotfix" in one.tags),
        ("sourceBranchFilter=refs/heads/release/1.0", lambda one: one.branch == "refs/heads/release/1.0"),
        ("releaseIdFilter=3,5", lambda one: one.id in {3, 5}),
        ("definitionId=1", lambda one: one.definition == 1),
        ("minCreatedTime=2025-10-01T00:00:00Z", lambda one: one.created.isoformat() >= "2025-10-01"),
        ("maxCreatedTime=2025-10-01T00:00:00Z", lambda one: one.created.isoformat() <= "2025-10-01"),
        ("isDeleted=true", lambda one: False),
        ("unknownParameter=1", lambda one: True),
    ],
)
async def test_filters_of_releases(
    client: Client, organization: Organization, query: str, wanted: object
) -> None:
    assert callable(wanted)
    reply = await client.get(f"/_apis/release/releases?$top=100&{query}")
    assert {one["id"] for one in reply.rows} == {
        one.id for one in organization.releases.values() if wanted(one)
    }


async def test_deleted_releases_have_a_list_of_their_own(client: Client, organization: Organization) -> None:
    organization.changes.delete_release(4)
    assert [one["id"] for one in (await client.get("/_apis/release/releases?isDeleted=true")).rows] == [4]
    assert (await client.get("/_apis/release/releases/4")).type_key == "ReleaseNotFoundException"


async def test_policies_and_refs_page_by_token(client: Client, organization: Organization) -> None:
    project = next(
        one for one in organization.live_projects() if organization.of_project(organization.policies, one.id)
    )
    wanted = [str(one.id) for one in organization.of_project(organization.policies, project.id)]
    pages = await walk(client, f"/{project.id}/_apis/policy/configurations?$top=2")
    assert joined(pages) == wanted
    assert len(pages) == (len(wanted) + 1) // 2
    repository = organization.changes.create_repository(project.id, "many branches", {"/a": "a"})
    for number in range(5):
        organization.changes.create_branch(repository.id, f"topic/{number}")
    path = f"/_apis/git/repositories/{repository.id}/refs?filter=heads/topic"
    assert [len(one) for one in await walk(client, path + "&$top=2")] == [2, 2, 1]
    assert [len(one) for one in await walk(client, path)] == [5]


async def test_the_feed_goes_on_where_it_stopped(client: Client, organization: Organization) -> None:
    path = "/_apis/wit/reporting/workitemrevisions?includeDeleted=true&$maxPageSize=50"
    body = (await client.get(path)).json
    rows = list(body["values"])
    while not body["isLastBatch"]:
        body = (await client.get(body["nextLink"].removeprefix(client.sandbox.url))).json
        rows += body["values"]
    assert [(one["id"], one["rev"]) for one in rows] == [(one.id, one.rev) for one in organization.revisions]
    nothing = (await client.get(f"{path}&continuationToken={body['continuationToken']}")).json
    assert nothing["values"] == []
    assert nothing["isLastBatch"]
    organization.changes.update_work_item(1, title="Changed")
    organization.changes.delete_work_item(2)
    organization.changes.destroy_work_item(3)
    more = (await client.get(f"{path}&continuationToken={body['continuationToken']}")).json
    assert [(one["id"], one["fields"].get("System.IsDeleted")) for one in more["values"]] == [
        (1, None),
        (2, True),
    ]
    hidden = (await client.get("/_apis/wit/reporting/workitemrevisions?$maxPageSize=1000")).json["values"]
    assert not {2, 3} & {one["id"] for one in hidden}


async def test_the_feed_of_a_project_loses_what_moves_away(
    client: Client, organization: Organization
) -> None:
    item = organization.work_items[1]
    here = item.project
    there = next(one for one in organization.live_projects() if one.id != here)
    organization.changes.move_work_item(1, there.id)
    latest = "_apis/wit/reporting/workitemrevisions?includeLatestOnly=true&$maxPageSize=1000"

    async def ids(path: str) -> list[int]:
        return [one["id"] for one in (await client.get(path)).json["values"]]

    assert 1 not in await ids(f"/{here}/{latest}")
    assert 1 in await ids(f"/{there.id}/{latest}")
    assert 1 in await ids(f"/{latest}")
    moved = (await client.get("/_apis/wit/workitems/1")).json
    assert moved["fields"]["System.TeamProject"] == there.name
    assert moved["rev"] == item.rev


async def test_a_token_that_is_none_is_refused(client: Client) -> None:
    for path in ("/_apis/projects", "/_apis/release/releases", "/_apis/wit/reporting/workitemrevisions"):
        assert (await client.get(f"{path}?continuationToken=later")).status == 400
