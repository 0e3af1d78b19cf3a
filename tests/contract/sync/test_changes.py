"""One change in Azure DevOps or in the mapping, and what a full sync makes of it."""

from __future__ import annotations

from pathlib import Path

from azure_devops_sandbox import Action, Fault, Organization
from fairlead.mapping import presets
from fault.product import Outcome, Product, Rules, installed, rules_of
from truth import compare, truth_of


def made(outcome: Outcome) -> set[tuple[str, str, str, str]]:
    """(op, blueprint, identifier, reason) of every change of a run."""
    return {(one.op, one.blueprint, one.identifier, str(one.cause.reason)) for one in outcome.changes}


async def is_true(product: Product, organization: Organization, preset: str = "port") -> None:
    found = compare(await product.export(), truth_of(organization, preset))
    assert not found.differing, str(found)


async def test_a_work_item_that_leaves_the_filter(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    item = next(one for one in organization.work_items.values() if one.fields["System.State"] == "New")
    async with installed(tmp_path, organization, port) as (_, product):
        await product.sync("full")
        organization.changes.update_work_item(item.id, state="Closed")
        organization.changes.backdate_work_item(item.id, 30)
        outcome = await product.sync("full")
        await is_true(product, organization)
        assert outcome.exit_code == 0
        assert made(outcome) == {
            ("delete", "azureDevopsWorkItem", f"{item.project}/{item.id}", "left the filter")
        }
        organization.changes.update_work_item(item.id, state="New")
        await product.sync("full")
        await is_true(product, organization)


async def test_preset_standard_keeps_what_leaves_the_filter(
    tmp_path: Path, organization: Organization
) -> None:
    item = next(one for one in organization.work_items.values() if one.fields["System.State"] == "New")
    async with rules_of("standard") as rules, installed(tmp_path, organization, rules) as (_, product):
        await product.sync("full")
        before = await product.export()
        organization.changes.backdate_work_item(item.id, 30)
        item.fields = {**item.fields, "System.State": "Closed"}
        outcome = await product.sync("full")
        assert outcome.exit_code == 0
        assert outcome.changes == ()
        assert await product.export() == before


async def test_a_repository_that_is_renamed_carries_its_policies(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    text = presets.load("port").mapping_text
    named = text.replace(
        "minimumApproverCount: .settings.minimumApproverCount",
        "minimumApproverCount: .settings.minimumApproverCount\n            url: .__repository.name",
    )
    assert named != text
    policy = next(one for one in organization.policies.values() if "minimumApproverCount" in one.settings)
    repository = next(one for one in organization.repositories.values() if one.project == policy.project)
    organization.changes.create_policy(
        policy.project, repository=repository.id, ref=repository.default_branch or ""
    )
    async with rules_of("port", named) as rules, installed(tmp_path, organization, rules) as (_, product):
        await product.sync("full")
        organization.changes.rename_repository(repository.id, "another name")
        outcome = await product.sync("full")
        urls = [line for line in await product.export() if repository.id.encode() in line]
    assert ("update", "azureDevopsRepository", repository.id, "read") in made(outcome)
    assert any(b'"url":"another name"' in line for line in urls)


async def test_a_row_that_is_retired_and_added(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    text = presets.load("port").mapping_text
    start = text.index("- kind: release")
    releases = {key for key in truth_of(organization, "port") if key[0] == "azureDevopsRelease"}
    async with (
        rules_of("port", text[:start].rstrip() + "\n") as fewer,
        installed(tmp_path, organization, port) as (_, product),
    ):
        await product.sync("full")
        outcome = await product.sync("full", rules=fewer)
        assert made(outcome) == {("delete", *key, "row retired") for key in releases}
        outcome = await product.sync("full")
        assert {one[:3] for one in made(outcome)} == {("create", *key) for key in releases}
        await is_true(product, organization)


async def test_a_row_that_changes_maps_everything_again(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    text = presets.load("port").mapping_text.replace("state: .state", "state: .visibility", 1)
    async with rules_of("port", text) as other, installed(tmp_path, organization, port) as (_, product):
        await product.sync("full")
        outcome = await product.sync("incremental", rules=other)
        projects = {key[1] for key in truth_of(organization, "port") if key[0] == "azureDevopsProject"}
        assert {one.identifier for one in outcome.changes if one.op == "update"} == projects
        assert {one.op for one in outcome.changes} == {"update"}
        await product.sync("full")
        await is_true(product, organization)


async def test_what_is_restored_comes_back(tmp_path: Path, organization: Organization, port: Rules) -> None:
    changes = organization.changes
    project = organization.live_projects()[0]
    others = [
        one for one in organization.work_items.values() if one.project != project.id and not one.deleted
    ]
    repository = next(one for one in organization.repositories.values() if one.project != project.id)
    release = next(
        one for one in organization.releases.values() if one.project != project.id and not one.deleted
    )
    async with installed(tmp_path, organization, port) as (_, product):
        await product.sync("full")
        changes.delete_project(project.id)
        changes.delete_work_item(others[0].id)
        changes.delete_repository(repository.id)
        changes.delete_release(release.id)
        outcome = await product.sync("full")
        await is_true(product, organization)
        reasons = {str(one.cause.reason) for one in outcome.changes if one.op == "delete"}
        assert reasons == {"gone", "parent gone"}
        changes.restore_project(project.id)
        changes.restore_work_item(others[0].id)
        changes.restore_repository(repository.id)
        changes.restore_release(release.id)
        await product.sync("full")
        await is_true(product, organization)


async def test_a_project_that_is_renamed_renames_what_is_called_after_it(
    tmp_path: Path, organization: Organization
) -> None:
    text = presets.load("port").mapping_text.replace('.id | gsub(" "; "")', '.name | gsub(" "; "")', 1)
    project = organization.live_projects()[0]
    old = project.name.replace(" ", "")
    async with rules_of("port", text) as rules, installed(tmp_path, organization, rules) as (_, product):
        await product.sync("full")
        organization.changes.rename_project(project.id, "Another Name")
        outcome = await product.sync("full")
    renamed = [one for one in outcome.changes if one.op == "rename"]
    assert [(one.identifier, one.cause.renamed_from) for one in renamed] == [("AnotherName", old)]
    assert not [one for one in outcome.changes if one.op in {"create", "delete"}]


async def test_a_plan_with_another_mapping_takes_nothing_away(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    text = presets.load("port").mapping_text
    fewer_rows = text[: text.index("- kind: release")].rstrip() + "\n"
    async with (
        rules_of("port", fewer_rows) as fewer,
        installed(tmp_path, organization, port) as (sandbox, product),
    ):
        await product.sync("full")
        before = await product.export()
        planned = await product.sync("plan", rules=fewer)
        assert {(one.op, one.blueprint) for one in planned.changes} == {("delete", "azureDevopsRelease")}
        # Not even where the releases cannot be read then: what is stored of them is mapped again.
        sandbox.faults.add(Fault(action=Action.FORBIDDEN, route="releases.list"))
        outcome = await product.sync("full")
        assert outcome.exit_code == 3
        assert outcome.changes == ()
        assert await product.export() == before
