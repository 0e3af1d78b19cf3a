"""Every fault that the sandbox knows, and the class of error that a reading sees."""

from __future__ import annotations

import asyncio
from typing import Literal

import pytest

from azure_devops_sandbox.faults import Action, Fault
from azure_devops_sandbox.running import Sandbox
from azure_devops_sandbox.state.access import Access, Permissions
from contract.azure.walking import FILES, Reader, reader
from fairlead.azure import Patience
from fairlead.azure.access import examine
from fairlead.azure.http.problems import ScopeMissing
from fairlead.azure.kinds.registry import SPECS
from fairlead.model.errors import (
    BadCredential,
    FairleadError,
    IncompleteReading,
    NotPermitted,
    NotThere,
    Retry,
    Throttled,
)
from unit.azure.scripted import fetch

LASTING = {
    Action.THROTTLE: Throttled,
    Action.SERVER_ERROR: Retry,
    Action.RESET: Retry,
    Action.TRUNCATE: Retry,
    Action.BAD_JSON: Retry,
    Action.SIGN_IN: BadCredential,
    Action.HTML_200: BadCredential,
    Action.NOT_FOUND: NotThere,
    Action.FORBIDDEN: NotPermitted,
}
PASSING = [Action.THROTTLE, Action.SERVER_ERROR, Action.RESET, Action.TRUNCATE, Action.BAD_JSON]
HARMLESS = [Action.RETRY_AFTER_200, Action.EMPTY_PAGE, Action.SLOW]


@pytest.mark.parametrize("action", LASTING)
async def test_a_fault_that_lasts(azure: Reader, action: Action) -> None:
    azure.sandbox.faults.add(Fault(action=action, route="repositories.list"))
    await azure.list("project")
    with pytest.raises(LASTING[action]):
        await azure.list("repository")
    assert azure.time.passed < 1000


@pytest.mark.parametrize("action", PASSING)
@pytest.mark.parametrize("route", ["repositories.list", "wiql.query", "work-items.batch"])
async def test_a_fault_that_passes_is_overcome_by_get_and_post(
    azure: Reader, action: Action, route: str
) -> None:
    await azure.list("project")
    azure.sandbox.faults.add(Fault(action=action, route=route, times=1))
    assert await azure.list("repository")
    assert await azure.list("work-item")
    assert len(azure.sandbox.faults.log) == 1
    # One request more for the fault, and one that shows that there are no more ids.
    assert azure.sandbox.ledger.count(route) == (3 if route == "wiql.query" else 2)


@pytest.mark.parametrize("action", HARMLESS)
async def test_a_fault_that_changes_nothing(azure: Reader, action: Action) -> None:
    expected = set(await azure.list("project"))
    azure.sandbox.faults.add(Fault(action=action, route="projects.list", times=1, seconds=0.1))
    assert set(await azure.list("project")) == expected


@pytest.mark.parametrize("action", [Action.REPEAT_TOKEN, Action.EMPTY_PAGE])
async def test_a_listing_that_does_not_end_is_incomplete(azure: Reader, action: Action) -> None:
    azure.sandbox.faults.add(Fault(action=action, route="projects.list"))
    with pytest.raises(IncompleteReading):
        await azure.list("project")
    assert azure.sandbox.ledger.total < 10


async def test_compressed_answers_are_read_and_cut_ones_noticed(azure: Reader) -> None:
    plain = await azure.list("project")
    azure.sandbox.settings.gzip = True
    azure.sandbox.faults.add(Fault(action=Action.TRUNCATE, route="projects.list", times=1))
    again = await azure.list("project")
    assert {key: one.body for key, one in again.items()} == {key: one.body for key, one in plain.items()}
    assert azure.sandbox.ledger.count("projects.list") == 3


async def test_one_429_costs_two_seconds(azure: Reader) -> None:
    azure.sandbox.faults.add(Fault(action=Action.THROTTLE, route="repositories.list", times=1, seconds=2))
    await azure.list("project")
    await azure.list("repository")
    assert azure.time.passed == pytest.approx(2)
    assert azure.source.traffic().throttled_seconds == pytest.approx(2)
    assert azure.sandbox.ledger.count("repositories.list") == 2


async def test_a_burst_under_throttling_makes_no_storm(azure: Reader) -> None:
    await azure.list_parents("project", "team")
    azure.time.lag = 0.02
    azure.sandbox.ledger.reset()
    azure.sandbox.faults.add(Fault(action=Action.THROTTLE, route="boards.list", times=5, seconds=3))
    chains = azure.source.chains("board", 0, azure.parents) * 5
    pages = await asyncio.gather(
        *(azure.source.page(chain, fetch("board"), azure.parents, None, azure.number) for chain in chains)
    )
    assert all(page.items for page in pages)
    assert azure.sandbox.ledger.total == len(chains) + 5
    assert azure.sandbox.ledger.most_in_flight <= 15
    assert azure.time.passed <= 3 * 3


@pytest.mark.parametrize("answer", ["203", "401", "302"])
async def test_a_bad_token(sandbox: Sandbox, answer: Literal["203", "401", "302"]) -> None:
    sandbox.settings.bad_credentials = answer
    async with reader(sandbox, "no-such-token") as azure:
        for attempt in (azure.source.identity(), azure.list("project")):
            with pytest.raises(BadCredential):
                await attempt
        assert azure.time.passed == 0
        assert sandbox.ledger.total <= 3


async def test_an_unknown_organization(sandbox: Sandbox) -> None:
    other = Sandbox(sandbox.url + "x", sandbox.pat, sandbox.server)
    async with reader(other) as azure:
        with pytest.raises(NotThere, match="no organization"):
            await azure.source.identity()


async def test_who_this_is(azure: Reader) -> None:
    identity = await azure.source.identity()
    assert identity.instance == azure.sandbox.organization.instance_id
    assert (identity.organization, identity.url) == ("fabrikam", azure.sandbox.url)
    assert identity.user == azure.sandbox.organization.owner.display_name


async def test_a_missing_scope_is_not_a_bad_credential(sandbox: Sandbox) -> None:
    organization = sandbox.organization
    organization.grant(Access("few", organization.owner, frozenset({"vso.project"})))
    async with reader(sandbox, "few") as azure:
        assert await azure.list("project")
        with pytest.raises(ScopeMissing):
            await azure.list("repository")
        found = await examine(azure.source)
    verdicts = {kind: one.verdict for one in found.access for kind in one.kinds}
    assert verdicts == {
        kind: "readable" if spec.scope == "vso.project" else "scope missing" for kind, spec in SPECS.items()
    }


async def test_a_forbidden_project_is_its_own_affair(azure: Reader) -> None:
    await azure.list_parents("project", "repository", "team")
    forbidden = next(iter(azure.parents["project"]))
    organization = azure.sandbox.organization
    organization.changes.set_permissions(
        azure.sandbox.pat, Permissions(forbidden_projects=frozenset({forbidden}))
    )
    outcomes = {}
    for chain in azure.source.chains("repository-policy", 0, azure.parents):
        try:
            await azure.source.page(chain, fetch("repository-policy"), azure.parents, None, azure.number)
            outcomes[chain.scope] = "read"
        except FairleadError as error:
            outcomes[chain.scope] = type(error).__name__
    assert outcomes == {
        key: "NotPermitted" if key == forbidden else "read" for key in azure.parents["project"]
    }
    found = await examine(azure.source)
    refused = {
        (kind, one.project)
        for one in found.access
        for kind in one.kinds
        if one.verdict == "permission missing"
    }
    name = organization.projects[forbidden].name
    assert refused == {
        (kind, name) for kind, spec in SPECS.items() if spec.probe and "{project}" in spec.probe.path
    }


async def test_one_project_that_cannot_be_completed_is_its_own_failure(azure: Reader) -> None:
    spec = fetch("project", defaultTeam=True)
    (chain,) = azure.source.chains("project", 0, {})
    page = await azure.source.page(chain, spec, {}, None, azure.number)
    refused = page.items[0]
    azure.sandbox.faults.add(Fault(action=Action.FORBIDDEN, route="projects.get", nth=(1,)))
    found = await azure.source.complete("project", spec, page.items[:1], {}, azure.number)
    assert [(key, why.why) for key, why in found.missing] == [(refused.key, "not permitted")]
    found = await azure.source.complete("project", spec, page.items[1:], {}, azure.number)
    assert len(found.records) == len(page.items) - 1


async def test_a_team_without_area_settings_fails_alone_and_soon(azure: Reader) -> None:
    await azure.list_parents("project", "team")
    azure.sandbox.faults.add(Fault(action=Action.SERVER_ERROR, status=500, route="boards.list"))
    chain = azure.source.chains("board", 0, azure.parents)[0]
    azure.sandbox.ledger.reset()
    with pytest.raises(Retry):
        await azure.source.page(chain, fetch("board"), azure.parents, None, azure.number)
    assert azure.sandbox.ledger.total == 2
    assert azure.time.passed < 2


async def test_a_file_that_cannot_be_read_freezes_its_repository(sandbox: Sandbox) -> None:
    async with reader(sandbox, patience=Patience(attempts=2)) as azure:
        await azure.list("project")
        for action in (Action.SERVER_ERROR, Action.FORBIDDEN):
            sandbox.faults.clear()
            sandbox.faults.add(Fault(action=action, route="items.get"))
            found = await azure.list("repository", spec=fetch("repository", includedFiles=FILES))
            assert any(one.failure for one in found.values())
            assert all(bool(one.failure) != bool(one.extra) for one in found.values())
        sandbox.faults.clear()
        sandbox.faults.add(Fault(action=Action.SIGN_IN, route="items.get"))
        with pytest.raises(BadCredential):
            await azure.list("repository", spec=fetch("repository", includedFiles=FILES))


async def test_a_cancelled_reading_leaks_no_slot(azure: Reader) -> None:
    await azure.list_parents("project", "team")
    azure.sandbox.faults.add(Fault(action=Action.SLOW, route="boards.list", seconds=30))
    chains = azure.source.chains("board", 0, azure.parents) * 10
    tasks = [
        asyncio.create_task(azure.source.page(chain, fetch("board"), azure.parents, None, azure.number))
        for chain in chains
    ]
    await asyncio.sleep(0.1)
    gate = azure.source.hosts.client("core").gate
    assert gate.in_flight == 15
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert gate.in_flight == 0
    azure.sandbox.faults.clear()
    async with asyncio.timeout(5):
        assert await azure.list("project")
