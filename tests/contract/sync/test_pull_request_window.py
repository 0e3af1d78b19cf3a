"""Pull requests come, grow old, are pushed out and are hidden: what a sync makes of it, and what it costs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from azure_devops_sandbox import Action, Fault, Organization, Permissions, Sizes, seeded
from azure_devops_sandbox.state.pull_requests import PullRequest
from contract.sync.small_mappings import rules_for
from fairlead.azure.kinds.registry import KINDS, SPECS
from fault.product import Outcome, Product, installed
from fault.watch import watched
from truth.pull_requests import inside
from truth.sight import Sight

DAY = 86_400.0
BLUEPRINT = "azureDevopsPullRequest"


@pytest.fixture
def organization() -> Organization:
    return seeded(7, Sizes(2, 4, 4, 2, 1, 10, 0, 2, 0, pull_requests=60))


async def numbers(product: Product) -> set[int]:
    lines = map(json.loads, await product.export(stubs=False))
    return {int(one["identifier"].rpartition("/")[2]) for one in lines if one["blueprint"] == BLUEPRINT}


def expected(organization: Organization, days: int, most: int = 100) -> set[int]:
    return {one.id for one in inside(Sight(organization), days, most)}


def gone(outcome: Outcome) -> dict[int, str]:
    """Which pull requests the run deleted, and why."""
    return {
        int(one.identifier.rpartition("/")[2]): str(one.cause.reason)
        for one in outcome.changes
        if one.op == "delete" and one.blueprint == BLUEPRINT
    }


def some(organization: Organization, status: str) -> PullRequest:
    repositories = {one.id for one in Sight(organization).repositories() if not one.disabled}
    return next(
        one
        for one in organization.pull_requests.values()
        if one.status == status and one.repository in repositories
    )


async def test_what_grows_old_leaves_without_a_request(tmp_path: Path, organization: Organization) -> None:
    async with (
        rules_for("pull-request", minTimeInDays=20) as rules,
        installed(tmp_path, organization, rules) as (sandbox, product),
    ):
        await product.sync("full")
        before = await numbers(product)
        assert before == expected(organization, 20)
        organization.clock.advance(9.5 * DAY)
        sandbox.ledger.reset()
        outcome = await product.sync("full")
        after = expected(organization, 20)
        assert after < before
        assert await numbers(product) == after
        assert gone(outcome) == dict.fromkeys(before - after, "left the filter")
        assert sandbox.ledger.count("pull-requests.get") == 0
        assert (await product.sync("full")).changes == ()
        reopened = next(organization.pull_requests[id_] for id_ in before - after)
        if reopened.status == "completed":
            reopened = organization.changes.abandon_pull_request(some(organization, "active").id)
        organization.changes.reactivate_pull_request(reopened.id)
        await product.sync("incremental")
        assert reopened.id in await numbers(product)


async def test_a_policy_that_keeps_keeps_it_as_it_was(tmp_path: Path, organization: Organization) -> None:
    async with (
        rules_for("pull-request", leaving="keep", minTimeInDays=20) as rules,
        installed(tmp_path, organization, rules) as (sandbox, product),
    ):
        await product.sync("full")
        before = await product.export()
        organization.clock.advance(9.5 * DAY)
        outcome = await product.sync("full")
        assert outcome.changes == ()
        assert outcome.report
        assert max(one.left for one in outcome.report.readings) > 0
        sandbox.ledger.reset()
        outcome = await product.sync("full")
        assert outcome.changes == ()
        assert sandbox.ledger.count("pull-requests.get") == 0
        assert await product.export() == before


async def test_newer_ones_push_the_oldest_out(tmp_path: Path, organization: Organization) -> None:
    async with (
        rules_for("pull-request", minTimeInDays=900, maxResults=2) as rules,
        installed(tmp_path, organization, rules) as (sandbox, product),
    ):
        await product.sync("full")
        assert await numbers(product) == expected(organization, 900, 2)
        # One that is newer than all that are closed: another one would be pushed out itself.
        made = organization.changes.create_pull_request(
            some(organization, "completed").repository, "new", "new"
        )
        await product.sync("full")
        organization.changes.complete_pull_request(made.id)
        after = expected(organization, 900, 2)
        sandbox.ledger.reset()
        outcome = await product.sync("incremental")
        assert await numbers(product) == after
        assert set(gone(outcome).values()) == {"left the filter"}
        assert sandbox.ledger.count("pull-requests.get") == 0


@pytest.mark.parametrize("direction", ["insert", "delete"])
async def test_a_listing_that_shifts_loses_nothing(
    tmp_path: Path,
    organization: Organization,
    direction: Literal["insert", "delete"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small_pages(monkeypatch, 5)
    async with (
        rules_for("pull-request", minTimeInDays=900) as rules,
        installed(tmp_path, organization, rules) as (sandbox, product),
    ):
        await product.sync("full")
        before = await product.export()
        fault = Fault(action=Action.SHIFT, route="pull-requests.list", count=3, direction=direction)
        sandbox.faults.add(fault)
        outcome = await product.sync("full")
        assert outcome.changes == ()
        assert await product.export() == before
        if direction == "delete":
            assert sandbox.ledger.count("pull-requests.get") > 0


async def test_what_is_hidden_or_disabled_stays(tmp_path: Path, organization: Organization) -> None:
    async with (
        rules_for("pull-request", minTimeInDays=900) as rules,
        installed(tmp_path, organization, rules) as (sandbox, product),
    ):
        await product.sync("full")
        before = await numbers(product)
        hidden = some(organization, "completed").repository
        hide = Permissions(hidden_repositories=frozenset({hidden}))
        organization.changes.set_permissions(sandbox.pat, hide)
        assert gone(await product.sync("full")) == {}
        organization.changes.set_permissions(sandbox.pat)
        organization.changes.disable_repository(hidden)
        outcome = await product.sync("full")
        assert (outcome.exit_code, gone(outcome)) == (0, {})
        assert await numbers(product) == before
        organization.changes.delete_repository(hidden)
        outcome = await product.sync("full")
        lost = {one.id for one in organization.pull_requests.values() if one.repository == hidden} & before
        assert lost
        assert {number: gone(outcome).get(number) for number in lost} == dict.fromkeys(lost, "parent gone")


@pytest.mark.parametrize("status", [400, 404])
async def test_a_server_without_the_organization_s_form(
    tmp_path: Path, organization: Organization, status: Literal[400, 404]
) -> None:
    async with (
        rules_for("pull-request", minTimeInDays=900, maxResults=3) as rules,
        installed(tmp_path, organization, rules) as (sandbox, product),
    ):
        sandbox.settings.organization_pull_requests = status
        outcome = await product.sync("full")
        assert outcome.exit_code == 0
        assert await numbers(product) == expected(organization, 900, 3)
        organization.changes.abandon_pull_request(some(organization, "active").id)
        outcome = await product.sync("full")
        assert await numbers(product) == expected(organization, 900, 3)


@pytest.mark.parametrize("place", range(1, 12, 2))
async def test_a_cut_walk_counts_on(
    tmp_path: Path, organization: Organization, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(monkeypatch, 3)
    async with (
        rules_for("pull-request", minTimeInDays=900, maxResults=4) as rules,
        installed(tmp_path, organization, rules) as (sandbox, product),
    ):
        watch, now, seen = watched(sandbox), asyncio.Event(), 0

        def count() -> None:
            nonlocal seen
            seen += 1
            if seen < place:
                watch.on_route("pull-requests.list", count)
            else:
                now.set()

        watch.on_route("pull-requests.list", count)
        assert await product.cut("full", now)
        outcome = await product.sync("full")
        assert outcome.exit_code == 0
        assert await numbers(product) == expected(organization, 900, 4)


def small_pages(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    kind = KINDS["pull-request"]
    listings = tuple(msgspec.structs.replace(one, size=size) for one in kind.spec.listings)
    spec = msgspec.structs.replace(kind.spec, listings=listings)
    monkeypatch.setitem(KINDS, "pull-request", msgspec.structs.replace(kind, spec=spec))
    monkeypatch.setitem(SPECS, "pull-request", spec)
