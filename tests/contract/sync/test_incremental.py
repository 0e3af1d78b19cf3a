"""An incremental sync after random changes: the truth, in everything that an incremental sync looks at."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from azure_devops_sandbox import Permissions, Sizes, seeded
from azure_devops_sandbox.changes.random_change import random_change
from fault.judge import Excuses
from fault.product import EVERY_KIND, Product, Rules, installed, rules_of
from truth.whole import owned


async def entities(product: Product) -> dict[tuple[str, str], dict[str, object]]:
    found = map(json.loads, await product.export(stubs=False))
    return {(line["blueprint"], line["identifier"]): line for line in found}


@pytest.mark.parametrize(
    ("preset", "seed"), [*(("port", seed) for seed in range(6)), *((EVERY_KIND, seed) for seed in range(4))]
)
async def test_an_incremental_sync_follows(preset: str, seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    organization = seeded(seed, Sizes(4, 10, 20, 5, 2, 60, 10, 12, 2))
    async with rules_of(preset) as rules, installed(tmp_path, organization, rules) as (sandbox, product):
        await product.sync("full")
        whole = sandbox.ledger.total
        for _ in range(4):
            before = await entities(product)
            told = [random_change(organization, rng) for _ in range(rng.randrange(1, 15))]
            sandbox.ledger.reset()
            outcome = await product.sync("incremental")
            assert outcome.exit_code == 0, outcome
            excuses = Excuses(organization)
            excuses.incremental()
            problems = excuses.problems(before, await entities(product), owned(organization, preset))
            assert not problems, f"{told}: {problems}"
            assert sandbox.ledger.total < whole


async def test_a_quiet_incremental_sync_asks_for_little(tmp_path: Path, port: Rules) -> None:
    organization = seeded(3, Sizes(4, 40, 20, 5, 2, 300, 10, 12, 2))
    async with installed(tmp_path, organization, port) as (sandbox, product):
        await product.sync("full")
        sandbox.ledger.reset()
        await product.sync("incremental")
        sandbox.ledger.reset()
        outcome = await product.sync("incremental")
        assert outcome.changes == ()
        assert sandbox.ledger.count("items.get") == 0
        assert sandbox.ledger.count("work-items.batch") == 0
        assert sandbox.ledger.total <= 20


async def test_the_first_sync_may_be_an_incremental_one(tmp_path: Path, port: Rules) -> None:
    organization = seeded(3, Sizes(4, 10, 20, 5, 2, 300, 10, 12, 2))
    async with installed(tmp_path, organization, port) as (sandbox, product):
        await product.sync("incremental")
        sandbox.ledger.reset()
        outcome = await product.sync("incremental")
        assert outcome.changes == ()
        assert sandbox.ledger.count("work-item-revisions.read") == 1
        assert sandbox.ledger.count("work-items.batch") == 0


async def test_a_project_that_comes_into_sight_brings_its_releases(tmp_path: Path, port: Rules) -> None:
    organization = seeded(3, Sizes(4, 10, 20, 5, 2, 60, 10, 40, 2))
    token = next(iter(organization.access))
    hidden = next(one.project for one in organization.releases.values() if not one.deleted)
    async with installed(tmp_path, organization, port) as (_, product):
        organization.changes.set_permissions(token, Permissions(hidden_projects=frozenset({hidden})))
        await product.sync("full")
        organization.changes.set_permissions(token, Permissions())
        outcome = await product.sync("incremental")
        found = await entities(product)
        wanted = {
            key
            for key in owned(organization, "port")
            if key[0] == "azureDevopsRelease" and key[1].startswith(hidden)
        }
    assert wanted
    assert wanted <= found.keys()
    assert outcome.report is not None
    assert outcome.report.warnings == ("sandbox: only a full sync reads board",)
