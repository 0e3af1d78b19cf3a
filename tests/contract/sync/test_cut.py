"""A run that was cut goes on where it was: in this process, at every request in turn."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from azure_devops_sandbox import Organization
from fairlead.mapping import presets
from fairlead.model.errors import CatalogUnusable
from fairlead.sync import absence, apply
from fault.product import Rules, installed, rules_of
from fault.watch import watched
from truth import compare, truth_of


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.98])
async def test_a_cut_run_continues(
    tmp_path: Path, organization: Organization, port: Rules, share: float
) -> None:
    (tmp_path / "whole").mkdir()
    async with installed(tmp_path / "whole", organization, port) as (sandbox, product):
        await product.sync("full")
        requests = sandbox.ledger.total
    async with installed(tmp_path, organization, port) as (sandbox, product):
        watch, now = watched(sandbox), asyncio.Event()
        watch.on_request(max(1, round(requests * share)), now.set)
        assert await product.cut("full", now)
        outcome = await product.sync("full")
        assert outcome.exit_code == 0
        assert outcome.report
        assert outcome.report.resumed
        found = compare(await product.export(), truth_of(organization, "port"))
        assert not found.differing, str(found)
        # The changes are those of the whole run, as if nobody had cut it.
        assert {one.op for one in outcome.changes} == {"create"}
        assert len(outcome.changes) == outcome.report.entities


async def test_what_a_parent_changed_reaches_its_children_after_a_cut(
    tmp_path: Path, organization: Organization
) -> None:
    """The project is stored, then the run is cut: the run that goes on must still map what is named after it."""
    text = presets.load("port").mapping_text
    named = text.replace('.fields."System.Reason"', ".__project.description", 1)
    assert named != text
    project = organization.live_projects()[0]
    async with (
        rules_of("port", named) as rules,
        installed(tmp_path, organization, rules) as (sandbox, product),
    ):
        await product.sync("full")
        await product.sync("incremental")
        organization.changes.describe_project(project.id, "another description")
        watch, now = watched(sandbox), asyncio.Event()
        # The first request about work items comes when the projects are stored.
        watch.on_route("work-item-revisions.read", now.set)
        assert await product.cut("incremental", now)
        outcome = await product.sync("incremental")
        assert outcome.exit_code == 0
        lines = [line for line in await product.export() if b'"azureDevopsWorkItem"' in line]
        own = [line for line in lines if f'"identifier":"{project.id}/'.encode() in line]
        assert own
        assert all(b'"reason":"another description"' in line for line in own)


@pytest.mark.parametrize("place", range(1, 7))
async def test_what_hangs_from_something_gone_is_not_forgotten_by_a_cut(
    tmp_path: Path, organization: Organization, port: Rules, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    """A run ends at one of the writes that take a project and everything below it away."""
    writes, retire = 0, apply.retire_records

    def cut(*given: Any, **named: Any) -> int:
        nonlocal writes
        writes += 1
        if writes == place:
            raise CatalogUnusable("cut here")
        return retire(*given, **named)

    project = next(one for one in organization.teams.values()).project
    async with installed(tmp_path, organization, port) as (_, product):
        await product.sync("full")
        organization.changes.delete_project(project)
        with monkeypatch.context() as patched:
            patched.setattr(absence, "retire_records", cut)
            assert (await product.sync("full")).error
        outcome = await product.sync("full")
        assert outcome.exit_code == 0
        found = compare(await product.export(), truth_of(organization, "port"))
        assert not found.differing, str(found)
