"""Pipelines, builds, timelines and environments: lists, single ones, who may see them, and the verbs."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from azure_devops_sandbox import (
    Access,
    Action,
    Fault,
    Organization,
    Permissions,
    Sizes,
    running,
    seeded,
    state_of,
)
from azure_devops_sandbox.state.pipelines import Build
from contract.sandbox.asking import Client, asking

ORDERS = tuple(
    f"{column}Time{direction}"
    for column in ("queue", "start", "finish")
    for direction in ("Ascending", "Descending")
)


@pytest.fixture
def home(organization: Organization) -> str:
    """The id of the project with the most builds."""
    return max(organization.projects, key=lambda one: len(organization.of_project(organization.builds, one)))


def alive(organization: Organization, project: str) -> list[Build]:
    """Return the builds of a project that were not deleted."""
    return [one for one in organization.of_project(organization.builds, project) if one.deleted is None]


async def ids(client: Client, path: str, **more: Any) -> list[int]:
    """Return the ids that a list gives."""
    reply = await client.get(path, **more)
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.rows]


@pytest.mark.parametrize("order", ORDERS)
async def test_every_order_pages_by_a_time_of_its_column(
    client: Client, organization: Organization, home: str, order: str
) -> None:
    column = order.removesuffix("Ascending").removesuffix("Descending")
    base = f"/{home}/_apis/build/builds?queryOrder={order}"
    rows = (await client.get(base)).rows
    times = [one[column] for one in rows]
    assert times == sorted(times, reverse=order.endswith("Descending"))
    attribute = {"queueTime": "queued", "startTime": "started", "finishTime": "finished"}[column]
    assert {one["id"] for one in rows} == {
        one.id for one in alive(organization, home) if getattr(one, attribute) is not None
    }
    found, token = [], ""
    while True:
        reply = await client.get(f"{base}&$top=3{token}")
        found += [one["id"] for one in reply.rows]
        if reply.token is None:
            break
        assert reply.token == times[len(found)]
        token = f"&continuationToken={quote(reply.token)}"
    assert found == [one["id"] for one in rows]


async def test_times_are_about_the_column_of_the_order(client: Client, home: str) -> None:
    base = f"/{home}/_apis/build/builds?queryOrder="
    rows = (await client.get(f"{base}finishTimeAscending")).rows
    middle = rows[len(rows) // 2]["finishTime"]
    later = await ids(client, f"{base}finishTimeAscending&minTime={middle}")
    assert later == [one["id"] for one in rows if one["finishTime"] >= middle]
    sooner = await ids(client, f"{base}finishTimeAscending&maxTime={middle}")
    assert sooner == [one["id"] for one in rows if one["finishTime"] <= middle]
    queued = (await client.get(f"{base}queueTimeAscending&minTime={middle}")).rows
    assert all(one["queueTime"] >= middle for one in queued)
    assert {one["status"] for one in queued} > {"completed"}


async def test_filters(client: Client, organization: Organization, home: str) -> None:
    mine = alive(organization, home)
    failed = next(one for one in mine if one.result == "failed")
    base = f"/{home}/_apis/build/builds?"
    for query, fits in (
        ("statusFilter=inProgress,notStarted", lambda one: one.status in {"inProgress", "notStarted"}),
        ("statusFilter=all", lambda one: True),
        ("resultFilter=failed", lambda one: one.result == "failed"),
        (f"reasonFilter={failed.reason}", lambda one: one.reason == failed.reason),
        (f"definitions={failed.definition}", lambda one: one.definition == failed.definition),
        (f"branchName={quote(failed.branch)}", lambda one: one.branch == failed.branch),
        (f"buildIds={failed.id},{mine[0].id},999999", lambda one: one.id in {failed.id, mine[0].id}),
        (f"buildNumber={failed.number}", lambda one: one.number == failed.number),
    ):
        expected = [one.id for one in mine if fits(one)]
        assert await ids(client, f"{base}queryOrder=queueTimeAscending&{query}") == expected, query
    refused = await client.get(f"{base}queryOrder=idAscending")
    assert (refused.status, (await client.get(f"{base}continuationToken=3")).status) == (400, 400)


async def test_a_page_has_at_most_5000(organization: Organization, home: str, client: Client) -> None:
    pipeline = next(one.id for one in organization.definitions.values() if one.project == home)
    for _ in range(3):
        organization.changes.queue_build(pipeline)
    before = len(alive(organization, home))
    model = alive(organization, home)[-1]
    for number in range(5_000):
        organization.builds[10_000 + number] = replace(model, id=10_000 + number, cache={})
    organization.touch()
    reply = await client.get(f"/{home}/_apis/build/builds?$top=9000")
    assert (len(reply.rows), reply.token is None) == (5_000, False)
    assert len(alive(organization, home)) == before + 5_000


async def test_deleted_builds_are_listed_on_request_until_they_are_purged(
    client: Client, organization: Organization, home: str
) -> None:
    changes, build = organization.changes, next(one for one in alive(organization, home) if one.finished)
    base = f"/{home}/_apis/build/builds"
    changes.delete_build(build.id)
    assert build.id not in await ids(client, base)
    assert build.id in await ids(client, f"{base}?deletedFilter=includeDeleted")
    [row] = (await client.get(f"{base}?deletedFilter=onlyDeleted&buildIds={build.id}")).rows
    assert row["deleted"] is True
    assert row["deletedBy"]["id"] == organization.owner.id
    assert (await client.get(f"{base}/{build.id}")).type_key == "BuildNotFoundException"
    changes.purge_build(build.id)
    assert build.id not in await ids(client, f"{base}?deletedFilter=includeDeleted")
    for path in ("", "/timeline", "/changes"):
        assert (await client.get(f"{base}/{build.id}{path}")).status == 404


async def test_the_life_of_a_build(client: Client, organization: Organization, home: str) -> None:
    changes, clock = organization.changes, organization.clock
    pipeline = changes.create_pipeline(
        home, "shop", stages={"Build": None, "Deploy": "shop", "Clean up": None}
    )
    build = changes.queue_build(pipeline.id, reason="individualCI", message="Sell more")
    base = f"/{home}/_apis/build/builds/{build.id}"
    row = (await client.get(base)).json
    assert (row["status"], "startTime" in row, "result" in row) == ("notStarted", False, False)
    assert ((await client.get(f"{base}/timeline")).status, (await client.get(f"{base}/timeline")).body) == (
        204,
        b"",
    )
    assert [one["message"] for one in (await client.get(f"{base}/changes")).rows] == ["Sell more"]
    clock.advance(60)
    changes.start_build(build.id)
    clock.advance(60)
    changes.advance_build(build.id)
    stages = await _stages(client, base)
    assert [(one["name"], one["state"]) for one in stages] == [
        ("Build", "completed"), ("Deploy", "inProgress"), ("Clean up", "pending"),
    ]  # fmt: skip
    clock.advance(60)
    changes.finish_build(build.id, "failed")
    assert [one["result"] for one in await _stages(client, base)] == ["succeeded", "failed", "skipped"]
    first = (await client.get(base)).json
    clock.advance(3_600)
    changes.retry_stage(build.id, "Deploy")
    again = (await client.get(base)).json
    assert (first["result"], again["result"], again["id"]) == ("failed", "succeeded", build.id)
    assert again["finishTime"] > first["finishTime"]
    deploy = (await _stages(client, base))[1]
    assert (deploy["attempt"], [one["attempt"] for one in deploy["previousAttempts"]]) == (2, [1])
    run = (await client.get(f"/{home}/_apis/pipelines/{pipeline.id}/runs/{build.id}")).json
    assert (run["id"], run["name"], run["result"]) == (build.id, again["buildNumber"], "succeeded")
    assert run["finishedDate"] == again["finishTime"]
    [environment] = (await client.get(f"/{home}/_apis/distributedtask/environments?name=shop")).rows
    records = f"/{home}/_apis/distributedtask/environments/{environment['id']}/environmentdeploymentrecords"
    assert [(one["stageAttempt"], one["result"]) for one in (await client.get(records)).rows] == [
        (2, "succeeded"), (1, "failed"),
    ]  # fmt: skip


async def _stages(client: Client, base: str) -> list[Any]:
    records = (await client.get(f"{base}/timeline")).json["records"]
    return [one for one in records if one["type"] == "Stage"]


async def test_a_timeline_is_a_whole_tree(client: Client, organization: Organization) -> None:
    kinds = {"Stage": None, "Checkpoint": "Stage", "Phase": "Stage", "Job": "Phase", "Task": "Job"}
    for build in organization.builds.values():
        if build.started is None or build.deleted is not None:
            continue
        reply = await client.get(f"/{build.project}/_apis/build/builds/{build.id}/timeline")
        records = {one["id"]: one for one in reply.json["records"]}
        assert len(records) == len(reply.json["records"])
        for one in records.values():
            parent = records[one["parentId"]]["type"] if one["parentId"] else None
            assert parent == kinds[one["type"]]
            assert (one["finishTime"] is None) == (one["state"] != "completed" or one["result"] == "skipped")


async def test_a_record_has_the_same_id_in_every_build(client: Client, organization: Organization) -> None:
    whole = [one for one in organization.builds.values() if one.started and one.stages[0].name == "__default"]
    stages = [
        (await _stages(client, f"/{one.project}/_apis/build/builds/{one.id}"))[0]["id"]
        for one in whole
        if one.deleted is None
    ]
    assert len(stages) > 1
    assert set(stages) == {"96ac2280-8cb4-5df5-99de-dd2da759617d"}


async def test_pipelines_are_build_definitions(client: Client, organization: Organization, home: str) -> None:
    pipelines = (await client.get(f"/{home}/_apis/pipelines")).rows
    definitions = (await client.get(f"/{home}/_apis/build/definitions")).rows
    assert [(one["id"], one["name"], one["folder"]) for one in pipelines] == [
        (one["id"], one["name"], one["path"]) for one in definitions
    ]
    assert "repository" not in definitions[0]
    some = [one["id"] for one in pipelines[::2]]
    chosen = ",".join(map(str, some))
    full = (
        await client.get(f"/{home}/_apis/build/definitions?definitionIds={chosen}&includeAllProperties=true")
    ).rows
    assert [one["id"] for one in full] == some
    for one in full:
        kept = organization.definitions[one["id"]]
        assert one["repository"]["id"] == kept.repository
        assert one["process"].get("yamlFilename") == kept.yaml
    found: list[int] = []
    reply = await client.get(f"/{home}/_apis/pipelines?$top=2")
    while reply.token:
        found += [one["id"] for one in reply.rows]
        reply = await client.get(f"/{home}/_apis/pipelines?$top=2&continuationToken={reply.token}")
    assert [*found, *(one["id"] for one in reply.rows)] == [one["id"] for one in pipelines]


async def test_runs_come_newest_first_in_one_list(
    client: Client, organization: Organization, home: str
) -> None:
    pipeline = next(one.definition for one in alive(organization, home))
    mine = [one.id for one in alive(organization, home) if one.definition == pipeline]
    reply = await client.get(f"/{home}/_apis/pipelines/{pipeline}/runs?$top=1")
    assert [one["id"] for one in reply.rows] == mine[::-1]
    assert reply.token is None


async def test_deleting_a_pipeline_deletes_its_builds(
    client: Client, organization: Organization, home: str
) -> None:
    pipeline = next(one.definition for one in alive(organization, home))
    mine = {one.id for one in alive(organization, home) if one.definition == pipeline}
    name = organization.definitions[pipeline].name
    organization.changes.delete_pipeline(pipeline)
    assert pipeline not in await ids(client, f"/{home}/_apis/pipelines")
    for path in (f"pipelines/{pipeline}", f"pipelines/{pipeline}/runs", f"build/definitions/{pipeline}"):
        assert (await client.get(f"/{home}/_apis/{path}")).status == 404
    rows = (
        await client.get(f"/{home}/_apis/build/builds?deletedFilter=onlyDeleted&definitions={pipeline}")
    ).rows
    assert {one["id"] for one in rows} >= mine
    assert {one["definition"]["name"] for one in rows} == {name}


async def test_what_is_hidden_is_not_there(client: Client, organization: Organization, home: str) -> None:
    build = next(one for one in alive(organization, home) if one.started)
    organization.grant(
        Access(
            "some",
            organization.owner,
            permissions=Permissions(hidden_pipelines=frozenset({build.definition})),
        )
    )
    organization.grant(
        Access("none", organization.owner, permissions=Permissions(forbidden_projects=frozenset({home})))
    )
    organization.grant(Access("code", organization.owner, scopes=frozenset({"vso.code"})))
    lists = ("pipelines", "build/definitions", "build/builds", "distributedtask/environments")
    singles = (
        f"pipelines/{build.definition}", f"pipelines/{build.definition}/runs", f"build/builds/{build.id}",
        f"build/builds/{build.id}/timeline", f"build/definitions/{build.definition}",
    )  # fmt: skip
    assert build.definition not in await ids(client, f"/{home}/_apis/pipelines", token="some")
    assert build.id not in await ids(client, f"/{home}/_apis/build/builds", token="some")
    for path in singles:
        assert (await client.get(f"/{home}/_apis/{path}", token="some")).status == 404
    for path in (*lists, *singles):
        assert (await client.get(f"/{home}/_apis/{path}", token="none")).status == 403
        assert (await client.get(f"/{home}/_apis/{path}", token="code")).status == 401
        assert (await client.get(f"/_apis/{path}")).status == 404


async def test_a_deleted_project_takes_everything_along(
    client: Client, organization: Organization, home: str
) -> None:
    organization.changes.delete_project(home)
    for path in ("pipelines", "build/builds", "build/definitions", "distributedtask/environments"):
        assert (await client.get(f"/{home}/_apis/{path}")).type_key == "ProjectDoesNotExistException"


async def test_deployment_records_page_by_top(client: Client, organization: Organization, home: str) -> None:
    changes = organization.changes
    pipeline = changes.create_pipeline(home, "often", stages={"Deploy": "target"})
    for _ in range(30):
        changes.finish_build(changes.queue_build(pipeline.id).id)
    environment = next(one for one in organization.environments.values() if one.name == "target")
    base = f"/{home}/_apis/distributedtask/environments/{environment.id}/environmentdeploymentrecords"
    first = await client.get(base)
    rest = await client.get(f"{base}?top=100&continuationToken={first.token}")
    assert (len(first.rows), len(rest.rows), rest.token) == (25, 5, None)
    found = [one["id"] for one in (*first.rows, *rest.rows)]
    assert found == sorted(found, reverse=True)
    assert len((await client.get(f"{base}?$top=3")).rows) == 25
    changes.delete_environment(environment.id)
    assert (await client.get(base)).type_key == "EnvironmentNotFoundException"


async def test_list_faults(client: Client, home: str) -> None:
    base = f"/{home}/_apis/build/builds?$top=4"
    whole = await client.get(base)
    client.sandbox.faults.add(Fault(action=Action.TRIM, route="builds.list", times=1))
    assert len((await client.get(base)).rows) == 3
    client.sandbox.faults.add(Fault(action=Action.SHIFT, route="builds.list", times=1))
    shifted = await client.get(f"{base}&continuationToken={quote(whole.token or '')}")
    assert shifted.rows[0]["id"] == whole.rows[-1]["id"]


def test_seeded_builds_are_as_in_a_company() -> None:
    sizes = replace(Sizes.preset("medium"), builds=1_200)
    organization = seeded(1, sizes)
    now = organization.clock.now()
    builds = [one for one in organization.builds.values() if one.deleted is None]
    assert len(builds) == 1_200
    assert all(0 <= (now - one.queued).days <= 30 and one.changed <= now for one in builds)
    assert 0.65 < sum(one.result == "succeeded" for one in builds) / 1_200 < 0.85
    assert {"notStarted", "inProgress"} < {one.status for one in builds}
    assert sum(one.finished is None for one in builds) < 12
    assert {"individualCI", "pullRequest", "schedule", "manual"} <= {one.reason for one in builds}
    for column in ("queued", "started", "finished"):
        times = [when for one in organization.builds.values() if (when := getattr(one, column))]
        assert len(set(times)) == len(times)
    for one in builds:
        if one.pull_request is not None:
            request = organization.pull_requests[one.pull_request]
            assert request.created <= one.queued
            assert request.repository == organization.definitions[one.definition].repository


def test_the_new_families_do_not_change_the_old_ones() -> None:
    without = replace(Sizes(), pipelines=0, builds=0, environments=0)
    full, bare = state_of(seeded(3)), state_of(seeded(3, without))
    new = {"definitions", "builds", "environments", "environmentDeployments"}
    assert all(bare[key] == [] and full[key] != [] for key in new)
    assert {key: value for key, value in full.items() if key not in new} == {
        key: value for key, value in bare.items() if key not in new
    }


def test_random_changes_touch_builds_and_pipelines() -> None:
    organization, rng = seeded(2), random.Random(4)
    told = " / ".join(organization.changes.random_change(rng) for _ in range(1_500))
    for text in (
        "queued build", "started build", "finished stage", "failed", "again", "created pipeline", "deleted pipeline",
        "created environment", "deleted build", "purged build",
    ):  # fmt: skip
        assert text in told, text


async def test_a_listing_of_6000_builds_is_quick() -> None:
    organization = seeded(1, replace(Sizes(), projects=1, extra_projects=0, builds=6_000))
    async with running(organization) as sandbox, asking(sandbox) as client:
        path = f"/{next(iter(organization.projects))}/_apis/build/builds?$top=5000"
        await client.get(path)
        organization.changes.queue_build(1)
        started = time.perf_counter()
        await client.get(path)
        assert time.perf_counter() - started < 1
