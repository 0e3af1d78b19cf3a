"""Pull requests: lists, criteria, single ones, who may see them, and the verbs."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from azure_devops_sandbox import Access, Action, Fault, Organization, Permissions, Settings, Sizes, seeded
from azure_devops_sandbox.formats import date3
from azure_devops_sandbox.state.pull_requests import PullRequest
from azure_devops_sandbox.state.records import Repository
from contract.sandbox.asking import Client

ALL = "searchCriteria.status=all"


def readable(organization: Organization) -> list[PullRequest]:
    """Return the pull requests that can be read, newest first."""
    closed = {one.id for one in organization.repositories.values() if one.disabled or one.deleted}
    return [one for one in reversed(organization.pull_requests.values()) if one.repository not in closed]


@pytest.fixture
def repository(organization: Organization) -> Repository:
    """A repository with two branches, in a project that has more of them."""
    return next(one for one in organization.repositories.values() if len(one.heads) > 1 and not one.disabled)


async def numbers(client: Client, query: str = "", project: str = "", **more: Any) -> list[int]:
    """Return the numbers that the list gives."""
    reply = await client.get(f"{project}/_apis/git/pullrequests?{query}", **more)
    assert reply.status == 200, reply.body
    assert reply.token is None
    return [one["pullRequestId"] for one in reply.rows]


async def test_pages_newest_first_without_a_token(client: Client) -> None:
    organization = client.sandbox.organization
    repository = next(iter(readable(organization))).repository
    for number in range(110):
        organization.changes.create_pull_request(repository, f"Change {number}", f"feature/{number}")
    expected = [one.id for one in readable(organization)]
    active = [one.id for one in readable(organization) if one.status == "active"]
    assert await numbers(client) == active[:101]
    assert await numbers(client, "$top=5000") == active
    found: list[int] = []
    while len(page := await numbers(client, f"{ALL}&$top=40&$skip={len(found)}")) == 40:
        found += page
    assert found + page == expected
    assert await numbers(client, f"{ALL}&$top=40&$skip=5000") == []


async def test_criteria(client: Client, organization: Organization) -> None:
    every = readable(organization)
    one = next(each for each in every if each.status == "completed" and each.reviewers)
    for query, fits in (
        ("status=completed", lambda each: each.status == "completed"),
        ("status=Abandoned", lambda each: each.status == "abandoned"),
        ("status=notSet", lambda each: each.status == "active"),
        (
            f"status=all&searchCriteria.repositoryId={one.repository}",
            lambda each: each.repository == one.repository,
        ),
        (
            f"status=all&searchCriteria.creatorId={one.created_by.id.upper()}",
            lambda each: each.created_by is one.created_by,
        ),
        (
            f"status=all&searchCriteria.reviewerId={one.reviewers[0].id}",
            lambda each: each.reviewer(one.reviewers[0].id),
        ),
        (
            f"status=all&searchCriteria.sourceRefName={quote(one.source, safe='')}",
            lambda each: each.source == one.source,
        ),
        (
            f"status=all&searchCriteria.targetRefName={quote(one.target, safe='')}",
            lambda each: each.target == one.target,
        ),
    ):
        assert await numbers(client, f"searchCriteria.{query}&$top=1000") == [
            each.id for each in every if fits(each)
        ]
    project = organization.repositories[one.repository].project
    mine = [each.id for each in every if organization.repositories[each.repository].project == project]
    assert await numbers(client, f"{ALL}&$top=1000", f"/{project}") == mine
    rows = (await client.get(f"/_apis/git/repositories/{one.repository}/pullrequests?{ALL}")).rows
    assert [each["pullRequestId"] for each in rows] == [
        each.id for each in every if each.repository == one.repository
    ]
    for wrong in ("status=merged", "queryTimeRangeType=updated", "minTime=yesterday"):
        assert (await client.get(f"/_apis/git/pullrequests?searchCriteria.{wrong}")).status == 400


async def test_ranges_of_time(client: Client, organization: Organization) -> None:
    every = readable(organization)
    long = max(
        (one for one in every if one.closed), key=lambda one: (one.closed or one.created) - one.created
    )
    since, until = long.created + timedelta(minutes=1), organization.clock.now() - timedelta(days=1)
    times = f"searchCriteria.minTime={date3(since)}&searchCriteria.maxTime={date3(until)}"
    by_creation = [one.id for one in every if since <= one.created <= until]
    by_end = [one.id for one in every if one.closed is not None and since <= one.closed <= until]
    assert by_creation != by_end
    assert await numbers(client, f"{ALL}&{times}&$top=1000") == by_creation
    closed = "searchCriteria.queryTimeRangeType=closed"
    assert await numbers(client, f"{ALL}&{times}&{closed}&$top=1000") == by_end
    assert await numbers(client, f"searchCriteria.minTime={date3(since)}&{closed}") == []


async def test_what_a_row_leaves_out(
    client: Client, organization: Organization, repository: Repository
) -> None:
    changes, item = organization.changes, next(iter(organization.work_items))
    text = "ä" * 500
    made = changes.create_pull_request(
        repository.id, "T", "feature/x", description=text, labels=["bug"], work_items=[item], draft=True
    )
    [row] = [
        one for one in (await client.get("/_apis/git/pullrequests")).rows if one["pullRequestId"] == made.id
    ]
    assert row["description"] == text[:400]
    assert (row["isDraft"], row["status"], [one["name"] for one in row["labels"]]) == (
        True,
        "active",
        ["bug"],
    )
    assert not {"closedDate", "closedBy", "_links", "artifactId", "forkSource", "completionOptions"} & set(
        row
    )
    assert row["repository"]["project"]["state"] == "unchanged"
    single = (await client.get(f"/_apis/git/pullrequests/{made.id}?includeWorkItemRefs=true")).json
    assert single["description"] == text
    assert single["artifactId"].endswith(f"{repository.project}%2f{repository.id}%2f{made.id}")
    assert "workItemRefs" not in single
    path = f"/_apis/git/repositories/{repository.id}/pullrequests/{made.id}"
    full = (await client.get(f"{path}?includeWorkItemRefs=true&includeCommits=true")).json
    assert [one["id"] for one in full["workItemRefs"]] == [str(item)]
    assert full["commits"][0]["commitId"] == repository.heads["refs/heads/feature/x"]


async def test_reviewers_and_votes(
    client: Client, organization: Organization, repository: Repository
) -> None:
    changes = organization.changes
    team = organization.of_project(organization.teams, repository.project)[0]
    member, outsider = team.members[0], next(one for one in organization.users if one not in team.members)
    made = changes.create_pull_request(repository.id, "T", "feature/x", author=outsider)
    changes.add_reviewer(made.id, team.id, required=True)
    changes.add_reviewer(made.id, outsider)
    changes.vote_on_pull_request(made.id, member, 10)
    changes.vote_on_pull_request(made.id, outsider, -5)
    row = (await client.get(f"/_apis/git/pullrequests/{made.id}")).json
    group, other, voter = row["reviewers"]
    assert (group["isContainer"], group["isRequired"], group["vote"]) == (True, True, 10)
    assert group["displayName"] == f"[{organization.projects[repository.project].name}]\\{team.name}"
    assert (other["id"], other["vote"], "isRequired" in other, "isContainer" in other) == (
        outsider,
        -5,
        False,
        False,
    )
    assert [one["id"] for one in voter["votedFor"]] == [team.id]
    changes.rename_team(team.id, "Another")
    changes.remove_reviewer(made.id, outsider)
    row = (await client.get(f"/_apis/git/pullrequests/{made.id}")).json
    assert row["reviewers"][0]["displayName"].endswith("\\Another")
    assert [one["id"] for one in row["reviewers"]] == [team.id, member]
    wrongs: tuple[Callable[[], object], ...] = (
        lambda: changes.vote_on_pull_request(made.id, member, 7),
        lambda: changes.add_reviewer(made.id, "nobody"),
        lambda: changes.remove_reviewer(made.id, outsider),
        lambda: changes.abandon_pull_request(99_999),
    )
    for wrong in wrongs:
        with pytest.raises(LookupError):
            wrong()


async def test_a_completion_moves_the_target(
    client: Client, organization: Organization, repository: Repository
) -> None:
    changes, main = organization.changes, str(repository.default_branch)
    made = changes.create_pull_request(repository.id, "T", "feature/x")
    changes.set_file(repository.id, "/new.txt", "new", branch="feature/x")
    assert made.source_commit == repository.heads["refs/heads/feature/x"]
    changes.remove_file(repository.id, "/src/main.py", branch="feature/x")
    changes.set_file(repository.id, "/meanwhile.txt", "kept")
    before = repository.heads[main]
    changes.auto_complete_pull_request(made.id)
    changes.complete_pull_request(made.id)
    row = (await client.get(f"/_apis/git/pullrequests/{made.id}")).json
    assert row["lastMergeTargetCommit"]["commitId"] == before
    assert row["lastMergeCommit"]["commitId"] == repository.heads[main] != before
    assert {"closedDate", "closedBy", "completionQueueTime", "autoCompleteSetBy"} <= set(row)
    assert row["completionOptions"]["mergeStrategy"] == "squash"
    assert "refs/heads/feature/x" not in repository.heads
    files = repository.trees[main]
    assert (files["/new.txt"], files["/meanwhile.txt"], "/src/main.py" in files) == (b"new", b"kept", False)
    with pytest.raises(ValueError, match="completed"):
        changes.abandon_pull_request(made.id)


async def test_the_other_verbs(client: Client, organization: Organization, repository: Repository) -> None:
    changes = organization.changes
    made = changes.create_pull_request(
        repository.id, "T", "feature/x", target=str(repository.default_branch), draft=True
    )
    with pytest.raises(ValueError, match="draft"):
        changes.complete_pull_request(made.id)
    changes.change_pull_request(
        made.id, title="New", description="D", draft=False, labels=["a"], merge_status="conflicts"
    )
    row = (await client.get(f"/_apis/git/pullrequests/{made.id}")).json
    assert (row["title"], row["description"], row["isDraft"], row["mergeStatus"]) == (
        "New",
        "D",
        False,
        "conflicts",
    )
    assert "lastMergeCommit" not in row
    other = next(one for one in repository.heads if one not in {made.source, made.target})
    changes.change_pull_request(made.id, target=other)
    assert (made.target, made.merge_status, made.target_commit) == (
        other,
        "succeeded",
        repository.heads[other],
    )
    changes.abandon_pull_request(made.id)
    changes.backdate_pull_request(made.id, 10)
    row = (await client.get(f"/_apis/git/pullrequests/{made.id}")).json
    assert (row["status"], row["closedDate"]) == (
        "abandoned",
        date3(organization.clock.now() - timedelta(days=10)),
    )
    changes.reactivate_pull_request(made.id)
    assert "closedDate" not in (await client.get(f"/_apis/git/pullrequests/{made.id}")).json
    changes.auto_complete_pull_request(made.id, strategy=None)
    assert made.auto_complete_by is None
    with pytest.raises(ValueError, match="no branch"):
        changes.create_pull_request(repository.id, "T", "feature/y", target="nowhere")


async def test_pull_requests_from_a_fork(
    client: Client, organization: Organization, repository: Repository
) -> None:
    changes = organization.changes
    fork = changes.create_repository(
        repository.project, "my fork", {"/README.md": "x"}, fork_of=repository.id
    )
    made = changes.create_pull_request(repository.id, "T", "feature/x", fork=fork.id)
    row = (await client.get(f"/_apis/git/pullrequests/{made.id}")).json
    assert (row["repository"]["id"], row["forkSource"]["repository"]["id"]) == (repository.id, fork.id)
    assert await numbers(client, f"searchCriteria.sourceRepositoryId={fork.id}") == [made.id]
    changes.set_file(fork.id, "/more.txt", "more", branch="feature/x")
    assert made.source_commit == fork.heads["refs/heads/feature/x"]
    changes.complete_pull_request(made.id)
    assert repository.trees[str(repository.default_branch)]["/more.txt"] == b"more"


async def test_who_sees_what(client: Client, organization: Organization, repository: Repository) -> None:
    changes = organization.changes
    made = changes.create_pull_request(repository.id, "T", "feature/x")
    single, listed = (
        f"/_apis/git/pullrequests/{made.id}",
        f"/_apis/git/repositories/{repository.id}/pullrequests",
    )

    async def gone() -> None:
        assert made.id not in await numbers(client, "$top=1000")
        assert (await client.get(single)).type_key == "GitPullRequestNotFoundException"
        for path in (listed, f"{listed}/{made.id}"):
            assert (await client.get(path)).type_key == "GitRepositoryNotFoundException"

    for hidden in (
        Permissions(hidden_repositories=frozenset({repository.id})),
        Permissions(hidden_projects=frozenset({repository.project})),
        Permissions(forbidden_projects=frozenset({repository.project})),
    ):
        changes.set_permissions(client.sandbox.pat, hidden)
        await gone()
    changes.set_permissions(client.sandbox.pat)
    changes.disable_repository(repository.id)
    await gone()
    changes.disable_repository(repository.id, disabled=False)
    changes.delete_repository(repository.id)
    await gone()
    changes.restore_repository(repository.id)
    changes.delete_project(repository.project)
    await gone()
    changes.restore_project(repository.project)
    assert made.id in await numbers(client, "$top=1000")
    organization.grant(Access("boards", organization.owner, frozenset({"vso.work"})))
    organization.grant(Access("code", organization.owner, frozenset({"vso.code"})))
    assert (await client.get(single, token="code")).status == 200
    assert (await client.get(single, token="boards")).status == 401


async def test_pull_requests_go_with_their_repository(
    client: Client, organization: Organization, repository: Repository
) -> None:
    changes = organization.changes
    made = changes.create_pull_request(repository.id, "T", "feature/x")
    other = next(one for one in organization.live_projects() if one.id != repository.project)
    changes.move_repository(repository.id, other.id)
    assert (await client.get(f"/{other.id}/_apis/git/pullrequests/{made.id}")).status == 200
    changes.rename_repository(repository.id, "Another")
    assert (await client.get(f"/_apis/git/pullrequests/{made.id}")).json["repository"]["name"] == "Another"
    elsewhere = next(one for one in organization.live_projects() if one.id != other.id)
    assert (await client.get(f"/{elsewhere.id}/_apis/git/pullrequests/{made.id}")).status == 404
    changes.destroy_repository(repository.id)
    assert (await client.get(f"/_apis/git/pullrequests/{made.id}")).status == 404
    assert not [one for one in organization.pull_requests.values() if one.repository == repository.id]


@pytest.mark.parametrize(("status", "key"), [(404, "HttpException"), (400, "ArgumentException")])
async def test_an_organization_without_the_form_that_no_specification_has(
    client: Client, organization: Organization, status: int, key: str
) -> None:
    await client.control("POST", "settings", {"organization_pull_requests": status})
    refused = await client.get("/_apis/git/pullrequests")
    assert (refused.status, refused.type_key) == (status, key)
    one = readable(organization)[0]
    project = organization.repositories[one.repository].project
    assert one.id in await numbers(client, f"{ALL}&$top=1000", f"/{project}")
    assert (await client.get(f"/_apis/git/pullrequests/{one.id}")).status == 200
    assert Settings().organization_pull_requests == 200


async def test_faults_on_lists(client: Client) -> None:
    expected = await numbers(client, f"{ALL}&$top=1000")
    faults = client.sandbox.faults
    faults.add(Fault(action=Action.TRIM, route="pull-requests.list", count=2, times=1))
    assert await numbers(client, f"{ALL}&$top=1000") == expected[2:]
    faults.add(Fault(action=Action.SHIFT, route="pull-requests.list", times=1))
    assert await numbers(client, f"{ALL}&$top=10&$skip=10") == expected[9:19]
    faults.add(Fault(action=Action.NOT_FOUND, route="pull-requests.get", times=1))
    assert (
        await client.get(f"/_apis/git/pullrequests/{expected[0]}")
    ).type_key == "GitPullRequestNotFoundException"


def test_seeded_pull_requests_look_like_those_of_a_company() -> None:
    organization = seeded(3, Sizes.preset("medium"))
    now, every = organization.clock.now(), list(organization.pull_requests.values())
    assert len(every) == 1_000
    assert [one.id for one in every] == sorted(one.id for one in every)
    assert [one.created for one in every] == sorted(one.created for one in every)
    assert all(one.created < now and (one.closed is None or one.created < one.closed <= now) for one in every)
    assert all((one.closed is None) == (one.status == "active") for one in every)
    recent = [one for one in every if one.closed is None or now - one.closed < timedelta(days=30)]
    assert 600 < len(recent) < 950
    assert {one.status for one in every} == {"active", "completed", "abandoned"}
    heads = organization.repositories
    assert all(
        one.source in (one.fork or heads[one.repository]).heads for one in every if one.status == "active"
    )
    assert len({one.title for one in every}) > 600
    assert any(len(one.description or "") > 400 for one in every)
    assert any(one.description is None for one in every)


async def test_random_changes_leave_pull_requests_that_can_be_read(
    client: Client, organization: Organization
) -> None:
    rng = random.Random(4)
    told = [organization.changes.random_change(rng) for _ in range(1_500)]
    kinds = {re.sub(r"-?\d+", "N", one) for one in told if "pull request" in one}
    assert len(kinds) >= 12
    for one in organization.pull_requests.values():
        assert one.repository in organization.repositories
        assert (one.closed is None) == (one.status == "active")
        assert one.closed is None or one.created <= one.closed <= organization.clock.now()
        assert (one.merge_commit is None) == (one.merge_status != "succeeded")
    closed = {
        one.id
        for one in organization.repositories.values()
        if one.disabled or one.deleted or organization.projects[one.project].state != "wellFormed"
    }
    rows = (await client.get(f"/_apis/git/pullrequests?{ALL}&$top=1000")).rows
    assert [one["pullRequestId"] for one in rows] == [
        one.id for one in reversed(organization.pull_requests.values()) if one.repository not in closed
    ][:1000]
