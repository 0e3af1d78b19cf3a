"""The story of one seed: an organization, a full sync, changes, one troubled sync, and what must be true after it."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure_devops_sandbox import Organization, Sandbox, running
from fairlead.model.reports import RunMode
from fault.history import make_history, one_change, small_organization
from fault.judge import Excuses, Key, Lines, wrong_deletes
from fault.product import Outcome, Product, Rules, SandboxTime
from fault.proof import is_kept_without_proof
from fault.trouble import Trouble, choose_trouble
from fault.watch import Watch, watched
from truth import STUB_TARGETS, Entities, Entity, compare, with_stubs
from truth.whole import owned


@dataclass
class Story:
    """What happened, line by line, and what was wrong (empty when all is well)."""

    seed: int
    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    syncs: int = 0

    def tell(self, line: str) -> None:
        """Adds a line."""
        self.lines.append(line)

    def check(self, fine: bool, otherwise: str) -> None:
        """Notes what is wrong."""
        if not fine:
            self.wrong.append(otherwise)

    def __str__(self) -> str:
        head = f"seed {self.seed}: {'all is well' if not self.wrong else 'WRONG'}"
        return "\n  ".join([head, *self.lines, *(f"wrong: {one}" for one in self.wrong)])


async def played(seed: int, directory: Path, rules: Rules) -> Story:
    """Plays the story of a seed."""
    story, rng = Story(seed), random.Random(f"story {seed}")
    organization = small_organization(seed)
    async with running(organization) as sandbox:
        watch, time = watched(sandbox), SandboxTime(organization)
        product = Product(directory / f"{seed}.db", sandbox.url, sandbox.pat, time, rules)
        await _first(story, sandbox, product)
        routes = [entry.route for entry in watch.log]
        before = await _lines(product)
        history = make_history(organization, rng)
        mode: RunMode = rng.choice(("full", "incremental"))
        trouble = choose_trouble(rng, organization, routes, incremental=mode == "incremental")
        story.tell(f"then: {', '.join(history)}")
        story.tell(f"trouble in {'a full' if mode == 'full' else 'an incremental'} sync: {trouble.told}")
        # What was gone when the sync began may be found gone, even if it comes back while the sync runs.
        there = owned(organization, rules.preset).keys()
        outcome = await _troubled(story, sandbox, watch, product, trouble, mode, rng)
        await _judged(story, organization, product, (before, there), trouble, mode, outcome)
        await _recovered(story, sandbox, product, trouble, mode)
        story.syncs = product.syncs
    return story


async def _first(story: Story, sandbox: Sandbox, product: Product) -> None:
    outcome = await product.sync("full")
    story.check(outcome.exit_code == 0, f"the first sync ended with {outcome}")
    compared = compare(await product.export(), _with_kept(sandbox.organization, product.rules.preset, {}))
    story.tell(f"organization: {', '.join(f'{n} {name}' for name, n in compared.compared.items())}")
    story.check(not compared.differing, f"after the first sync:\n{compared}")


async def _troubled(
    story: Story,
    sandbox: Sandbox,
    watch: Watch,
    product: Product,
    trouble: Trouble,
    mode: RunMode,
    rng: random.Random,
) -> Outcome:
    organization = sandbox.organization
    if trouble.fault:
        sandbox.faults.add(trouble.fault)
    if trouble.permissions:
        organization.changes.set_permissions(sandbox.pat, trouble.permissions)
    if trouble.move_at:
        watch.on_request(trouble.move_at, lambda: story.tell(f"meanwhile: {one_change(organization, rng)}"))
    if trouble.cut_at:
        now = asyncio.Event()
        watch.on_request(trouble.cut_at, now.set)
        cut = await product.cut(mode, now)
        story.tell(f"cut at request {trouble.cut_at}: {'yes' if cut else 'it had ended'}")
    outcome = await product.sync(mode)
    watch.disarm()
    story.tell(f"it did: {'; '.join(f'{i.did} ({i.path})' for i in sandbox.faults.log[:3]) or 'nothing'}")
    story.tell(f"the sync: {outcome}")
    return outcome


async def _judged(
    story: Story,
    organization: Organization,
    product: Product,
    earlier: tuple[Lines, Collection[Key]],
    trouble: Trouble,
    mode: RunMode,
    outcome: Outcome,
) -> None:
    before, there = earlier
    truth, after = owned(organization, product.rules.preset), await _lines(product)
    lost = [key for key in wrong_deletes(before, after, truth) if key in there]
    story.check(not lost, f"WRONG DELETES: {lost}")
    deleted = [key for key in outcome.deleted if key in truth and key in there]
    story.check(not deleted, f"WRONG DELETES in the run's changes: {deleted}")
    excuses = Excuses(organization)
    if mode == "incremental":
        excuses.incremental()
    if trouble.permissions:
        excuses.hidden(trouble.permissions)
    if trouble.move_at:
        return
    problems = excuses.problems(before, after, truth)
    if trouble.fault and problems:
        # Something is not up to date. Unless rows were left out silently, the run must say so.
        story.check(
            trouble.silent or outcome.exit_code == 3 or outcome.error is not None,
            f"not up to date, but it ended with {outcome.exit_code}: {problems}",
        )
    if outcome.error is None:
        excuses.kinds(trouble.touched if trouble.fault else frozenset())
        problems = excuses.problems(before, after, truth)
        story.check(not problems, f"what the trouble does not touch is not as it should be: {problems}")


async def _recovered(
    story: Story, sandbox: Sandbox, product: Product, trouble: Trouble, mode: RunMode
) -> None:
    sandbox.faults.clear()
    sandbox.organization.changes.set_permissions(sandbox.pat)
    if mode == "incremental" and not trouble.silent:
        await _caught_up(story, sandbox.organization, product)
    outcome = await product.sync("full")
    story.check(outcome.exit_code == 0, f"the sync after the trouble: {outcome}")
    organization, after = sandbox.organization, await _lines(product)
    lines = [line for line in await product.export() if line.strip()]
    compared = compare(lines, _with_kept(organization, product.rules.preset, after))
    story.check(not compared.differing, f"after the trouble:\n{compared}")
    outcome = await product.sync("full")
    quiet = outcome.exit_code == 0 and not outcome.changes
    story.check(quiet, f"one more sync was not quiet: {outcome} {outcome.changes[:3]}")


async def _caught_up(story: Story, organization: Organization, product: Product) -> None:
    """The next incremental sync brings what the troubled one could not read: it is not waiting for a full one."""
    before = await _lines(product)
    outcome = await product.sync("incremental")
    excuses = Excuses(organization)
    excuses.incremental()
    problems = excuses.problems(before, await _lines(product), owned(organization, product.rules.preset))
    story.check(outcome.exit_code == 0, f"the incremental sync after the trouble: {outcome}")
    story.check(not problems, f"the next incremental sync did not catch up: {problems}")


async def _lines(product: Product) -> dict[Key, Mapping[str, Any]]:
    """The entities that records create, by key."""
    found = map(json.loads, await product.export(stubs=False))
    return {(line["blueprint"], line["identifier"]): line for line in found}


def _with_kept(organization: Organization, preset: str, after: Lines) -> Entities:
    """The truth, with what can be kept without proof as the catalog has it.

    Beside that, what policies last said of repositories that are disabled now: their policies cannot be looked up.
    """
    truth = owned(organization, preset)
    known = frozenset(truth)
    for key, line in after.items():
        if is_kept_without_proof(organization, key, after, known):
            truth[key] = Entity(line.get("title"), line["properties"], line["relations"])
        repository = organization.repositories.get(key[1])
        if repository is not None and repository.disabled and key in truth:
            kept = {
                name: line["properties"][name]
                for name in ("minimumApproverCount", "workItemLinking")
                if name in line["properties"]
            }
            one = truth[key]
            truth[key] = Entity(one.title, {**one.properties, **kept}, one.relations)
    return with_stubs(truth, STUB_TARGETS[preset])
