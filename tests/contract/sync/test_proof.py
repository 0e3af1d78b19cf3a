"""Absence proves nothing: neither from a listing, nor from a filter, nor from what is asked about either."""

from __future__ import annotations

from pathlib import Path

from azure_devops_sandbox import Action, Fault, Organization, Permissions
from fault.product import Rules, installed


async def test_rows_left_out_of_a_listing_are_kept(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    async with installed(tmp_path, organization, port) as (sandbox, product):
        await product.sync("full")
        before = await product.export()
        for route in (
            "projects.list",
            "repositories.list",
            "policies.list",
            "teams.all",
            "releases.list",
            "boards.list",
        ):
            sandbox.faults.clear()
            sandbox.faults.add(Fault(action=Action.TRIM, route=route, nth=(1,), count=2))
            outcome = await product.sync("full")
            assert outcome.changes == (), route
        assert await product.export() == before


async def test_items_left_out_of_the_filters_answer_are_kept(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    """The same query answers twice without rows that fit: once as the listing, once about what it left out."""
    async with installed(tmp_path, organization, port) as (sandbox, product):
        await product.sync("full")
        before = await product.export()
        sandbox.faults.add(Fault(action=Action.TRIM, route="wiql.query", count=2))
        await product.sync("full")
        assert await product.export() == before


async def test_a_permission_that_is_lost_for_ever_deletes_after_days_only(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    """Three proved listings without it, and seven days: then policy gives it up, with that as its reason."""
    release = next(one for one in organization.releases.values() if not one.deleted)
    hidden = Permissions(hidden_definitions=frozenset({release.definition}))
    async with installed(tmp_path, organization, port) as (sandbox, product):
        await product.sync("full")
        before = await product.export()
        organization.changes.set_permissions(sandbox.pat, hidden)
        for _ in range(4):
            outcome = await product.sync("full")
            assert outcome.changes == ()
        assert await product.export() == before
        organization.clock.advance(8 * 86_400)
        outcome = await product.sync("full")
        gone = {one.blueprint: str(one.cause.reason) for one in outcome.changes if one.op == "delete"}
        assert gone["azureDevopsRelease"] == "expired by retention"


async def test_a_second_look_that_fails_is_told(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    """A policy is gone if its repository can be read. While that cannot be learned, the sync is not complete."""
    policy = next(
        one
        for one in organization.policies.values()
        if (key := one.settings["scope"][0]["repositoryId"]) and not organization.repositories[key].disabled
    )
    async with installed(tmp_path, organization, port) as (sandbox, product):
        await product.sync("full")
        organization.changes.delete_policy(policy.id)
        sandbox.faults.add(Fault(action=Action.SERVER_ERROR, route="repositories.get"))
        outcome = await product.sync("full")
        assert outcome.exit_code == 3
        assert outcome.changes == ()
        sandbox.faults.clear()
        assert (await product.sync("full")).exit_code == 0


async def test_what_is_frozen_stays_and_is_told(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    repository = next(
        one for one in organization.repositories.values() if one.default_branch and not one.disabled
    )
    async with installed(tmp_path, organization, port) as (sandbox, product):
        await product.sync("full")
        before = await product.export()
        sandbox.faults.add(Fault(action=Action.SERVER_ERROR, route="items.get", project=None))
        organization.changes.rename_repository(repository.id, "renamed")
        outcome = await product.sync("full")
        assert outcome.exit_code == 3
        assert outcome.report
        assert outcome.report.frozen_count >= 1
        assert "could not be read" in outcome.report.frozen[0].reason
        assert await product.export() == before
