"""Builds come, go on, finish, are deleted and hidden: what a sync makes of them and their stages, and what it costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from azure_devops_sandbox import Action, Fault, Organization, Permissions, Sizes, seeded
from azure_devops_sandbox.state.pipelines import Build
from contract.sync.small_mappings import rules_for
from fault.product import Outcome, Product, installed
from truth import pipelines
from truth.entities import Entities
from truth.sight import Sight

DAY = 86_400.0
BUILD, STAGE, RUN, PIPELINE = (
    f"azureDevops{name}" for name in ("Build", "PipelineStage", "PipelineRun", "Pipeline")
)
ALL = ("build", "pipeline-stage", "pipeline-run", "pipeline")


@pytest.fixture
def organization() -> Organization:
    return seeded(4, Sizes(3, 4, 4, 3, 1, 10, 0, 2, 0, pipelines=8, builds=40, environments=3))


async def lines(product: Product, *blueprints: str) -> dict[tuple[str, str], dict[str, object]]:
    found = map(json.loads, await product.export(stubs=False))
    return {(one["blueprint"], one["identifier"]): one for one in found if one["blueprint"] in blueprints}


def truth(organization: Organization) -> Entities:
    sight = Sight(organization)
    return {key: one for part in pipelines.ALL[:4] for key, one in part(sight).items()}


async def is_true(product: Product, organization: Organization) -> None:
    found, expected = await lines(product, BUILD, STAGE, RUN, PIPELINE), truth(organization)
    assert found == {key: one.line(key) for key, one in expected.items()}


def gone(outcome: Outcome) -> dict[tuple[str, str], str]:
    return {
        (one.blueprint, one.identifier): str(one.cause.reason)
        for one in outcome.changes
        if one.op == "delete"
    }


def builds(organization: Organization, *statuses: str) -> list[Build]:
    open_ = {one.id for one in organization.live_projects()}
    return [
        one
        for one in organization.builds.values()
        if one.status in statuses and one.deleted is None and one.project in open_
    ]


def entity(one: Build) -> tuple[str, str]:
    return BUILD, f"{one.project}/{one.id}"


async def test_what_was_queued_long_ago_leaves_without_a_request(
    tmp_path: Path, organization: Organization
) -> None:
    for leaving in ("remove", "keep"):
        directory = tmp_path / leaving
        directory.mkdir()
        async with (
            rules_for("build", leaving=leaving, minTimeInDays=20) as rules,
            installed(directory, organization, rules) as (sandbox, product),
        ):
            await product.sync("full")
            before = set(await lines(product, BUILD))
            assert before == {("azureDevopsBuild", f"{b.project}/{b.id}") for b in recent(organization, 20)}
            organization.clock.advance(5 * DAY)
            sandbox.ledger.reset()
            outcome = await product.sync("full")
            after = {entity(one) for one in recent(organization, 20)}
            assert after < before
            assert gone(outcome) == (
                dict.fromkeys(before - after, "left the filter") if leaving == "remove" else {}
            )
            assert set(await lines(product, BUILD)) == (after if leaving == "remove" else before)
            assert sandbox.ledger.count("builds.list") == len(organization.live_projects())
            assert (await product.sync("full")).changes == ()


def recent(organization: Organization, days: int) -> list[Build]:
    now = organization.clock.now()
    every = builds(organization, "completed", "inProgress", "notStarted", "postponed", "cancelling")
    return [one for one in every if (now - one.queued).total_seconds() <= days * DAY]


async def test_only_a_tombstone_takes_a_build_away(tmp_path: Path, organization: Organization) -> None:
    async with rules_for(*ALL) as rules, installed(tmp_path, organization, rules) as (_, product):
        await product.sync("full")
        await is_true(product, organization)
        deleted, purged = builds(organization, "completed")[:2]
        organization.changes.delete_build(deleted.id)
        organization.changes.purge_build(purged.id)
        outcome = await product.sync("full")
        assert outcome.exit_code == 0
        found = gone(outcome)
        assert found[entity(deleted)] == "gone"
        assert all(identifier.split("/")[-1] != str(purged.id) for _, identifier in found)
        assert entity(purged) in await lines(product, BUILD)


async def test_a_deleted_pipeline_goes_with_its_runs_a_hidden_one_stays(
    tmp_path: Path, organization: Organization
) -> None:
    async with rules_for(*ALL) as rules, installed(tmp_path, organization, rules) as (sandbox, product):
        await product.sync("full")
        before = await lines(product, BUILD, STAGE, RUN, PIPELINE)
        chosen = builds(organization, "completed")[0].definition
        organization.changes.set_permissions(sandbox.pat, Permissions(hidden_pipelines=frozenset({chosen})))
        for mode in ("full", "incremental"):
            outcome = await product.sync(mode)
            assert (outcome.exit_code, gone(outcome)) == (0, {}), outcome
        organization.changes.set_permissions(sandbox.pat)
        await product.sync("full")
        assert await lines(product, BUILD, STAGE, RUN, PIPELINE) == before
        organization.changes.delete_pipeline(chosen)
        outcome = await product.sync("full")
        assert outcome.exit_code == 0, outcome
        await is_true(product, organization)


async def test_an_incremental_sync_follows_what_runs(tmp_path: Path, organization: Organization) -> None:
    changes = organization.changes
    async with rules_for(*ALL) as rules, installed(tmp_path, organization, rules) as (sandbox, product):
        await product.sync("full")
        organization.clock.advance(DAY)
        pipeline = builds(organization, "completed")[0].definition
        fresh = changes.queue_build(pipeline)
        for step in ("queued", "started", "advanced", "finished", "retried"):
            if step == "started":
                changes.start_build(fresh.id)
            elif step == "advanced":
                changes.advance_build(fresh.id)
            elif step == "finished" and fresh.status != "completed":
                changes.finish_build(fresh.id, "failed")
            elif step == "retried":
                changes.retry_stage(fresh.id, fresh.stages[0].name)
            organization.clock.advance(400)
            outcome = await product.sync("incremental")
            assert outcome.exit_code == 0, outcome
            await is_true(product, organization)
        organization.clock.advance(DAY)
        await product.sync("incremental")
        sandbox.ledger.reset()
        assert (await product.sync("incremental")).changes == ()
        projects, unfinished = (
            len(organization.live_projects()),
            len(builds(organization, "inProgress", "notStarted")),
        )
        # Builds and runs follow the same changes: two walks a project for each, and what is not finished by id.
        assert sandbox.ledger.count("builds.list") <= 4 * projects + unfinished + 1
        assert sandbox.ledger.count("pipeline-runs.list") == 0


async def test_only_what_may_have_changed_is_completed_again(
    tmp_path: Path, organization: Organization
) -> None:
    async with (
        rules_for("build", "pipeline-stage") as rules,
        installed(tmp_path, organization, rules) as (box, product),
    ):
        await product.sync("full")
        every = box.ledger.count("timelines.get")
        assert every == len(recent(organization, 10_000))
        box.ledger.reset()
        assert (await product.sync("full")).changes == ()
        moving = len(recent(organization, 10_000)) - len(builds(organization, "completed"))
        assert box.ledger.count("timelines.get") == moving < every
        retried = next(one for one in builds(organization, "completed") if one.started)
        organization.changes.retry_stage(retried.id, retried.stages[-1].name, "failed")
        box.ledger.reset()
        await product.sync("full")
        assert box.ledger.count("timelines.get") == moving + 1


@pytest.mark.parametrize("action", [Action.SERVER_ERROR, Action.FORBIDDEN, Action.NOT_FOUND, Action.TRUNCATE])
async def test_a_timeline_that_cannot_be_read_holds_nothing_else_up(
    tmp_path: Path, organization: Organization, action: Action
) -> None:
    async with (
        rules_for("build", "pipeline-stage") as rules,
        installed(tmp_path, organization, rules) as (box, product),
    ):
        await product.sync("full")
        before = await lines(product, STAGE)
        changed = next(one for one in builds(organization, "completed") if one.started)
        organization.changes.retry_stage(changed.id, changed.stages[-1].name, "failed")
        box.faults.add(Fault(action=action, route="timelines.get"))
        outcome = await product.sync("full")
        assert (outcome.exit_code, gone(outcome)) == (3, {})
        assert await lines(product, STAGE) == before
        found = (await lines(product, BUILD))[entity(changed)]["properties"]
        assert isinstance(found, dict)
        assert found["result"] == "failed"
        box.faults.clear()
        outcome = await product.sync("incremental")
        assert outcome.exit_code == 0, outcome
        expected = pipelines.stages(Sight(organization))
        assert await lines(product, STAGE) == {key: one.line(key) for key, one in expected.items()}


async def test_one_forbidden_project_holds_no_other_up(tmp_path: Path, organization: Organization) -> None:
    async with rules_for(*ALL) as rules, installed(tmp_path, organization, rules) as (sandbox, product):
        await product.sync("full")
        pipeline = builds(organization, "completed")[0]
        other = next(one for one in builds(organization, "completed") if one.project != pipeline.project)
        forbidden = Permissions(forbidden_projects=frozenset({other.project}))
        organization.changes.set_permissions(sandbox.pat, forbidden)
        organization.clock.advance(DAY)
        fresh = organization.changes.queue_build(pipeline.definition)
        missed = organization.changes.queue_build(other.definition)
        outcome = await product.sync("incremental")
        assert outcome.exit_code == 3
        found = await lines(product, BUILD)
        assert entity(fresh) in found
        assert entity(missed) not in found
        organization.changes.set_permissions(sandbox.pat)
        organization.changes.start_build(missed.id)
        organization.changes.finish_build(missed.id)
        organization.clock.advance(30 * DAY)
        outcome = await product.sync("incremental")
        assert outcome.exit_code == 0, outcome
        await is_true(product, organization)


async def test_a_definition_that_cannot_be_read_freezes_its_pipeline_alone(
    tmp_path: Path, organization: Organization
) -> None:
    async with rules_for("pipeline") as rules, installed(tmp_path, organization, rules) as (sandbox, product):
        await product.sync("full")
        before = await lines(product, PIPELINE)
        assert before == {key: one.line(key) for key, one in pipelines.pipelines(Sight(organization)).items()}
        sandbox.faults.add(Fault(action=Action.TRIM, route="build-definitions.list", count=1, times=1))
        outcome = await product.sync("full")
        assert outcome.exit_code == 3
        assert outcome.changes == ()
        assert outcome.report
        assert len(outcome.report.frozen) == 1
        assert await lines(product, PIPELINE) == before
