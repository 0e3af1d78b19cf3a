"""Addresses that are told of changes: who hears of what, when and how often."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import time

import pytest

from azure_devops_sandbox import Action, Fault, Sandbox
from azure_devops_sandbox.state.records import Repository
from change_receiver import ChangeReceiver, Told, Trouble
from contract.cli.conftest import Done, Shell
from contract.cli.test_sync import BLUEPRINTS, MAPPING, entities, files, listed

REPOSITORIES = """
  - kind: repository
    selector:
      query: "true"
    port:
      entity:
        mappings:
          identifier: .id
          title: .name
          blueprint: '"repository"'
          properties:
            branch: .defaultBranch
"""
REPOSITORY = {
    "identifier": "repository",
    "title": "Repository",
    "schema": {"properties": {"branch": {"type": "string"}}, "required": []},
    "relations": {},
}


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    return next(one for one in sandbox.organization.repositories.values() if one.name == "Web Frontend")


def configured(shell: Shell, *receivers: ChangeReceiver, **more: object) -> None:
    hooks = [{"url": one.url, "secret": one.secret} | more for one in receivers]
    shell.environment["FAIRLEAD_WEBHOOKS"] = json.dumps(hooks)


async def synced(shell: Shell, *flags: str, mapping: str = MAPPING + REPOSITORIES, code: int = 0) -> Done:
    named = files(shell.directory, mapping, [*BLUEPRINTS, REPOSITORY])
    done = await shell.run("sync", "--json", *named, *flags)
    assert done.code == code, done
    return done


def delivery(done: Done) -> dict[str, object]:
    (found,) = listed(done.value, "delivery")
    return found


def diff(told: Told) -> tuple[dict[str, object] | None, dict[str, object] | None]:
    found = told.event["diff"]
    assert isinstance(found, dict)
    return found["before"], found["after"]


def titles(told: Told) -> tuple[object, object]:
    before, after = diff(told)
    return before and before["title"], after and after["title"]


async def test_every_change_is_told_once(shell: Shell, receiver: ChangeReceiver) -> None:
    receiver.latency = 0.02
    configured(shell, receiver, headers={"Authorization": "Bearer of-the-receiver"})
    first = await synced(shell)
    created = first.value["entities"]
    assert delivery(first) == {
        "target": receiver.url.replace("http://", "webhook:").removesuffix("/hook"),
        "upserted": created,
        "deleted": 0,
        "refused": 0,
        "refusals": [],
        "down": "",
        "advice": "",
        "adopted": 0,
        "withheld": 0,
        "notes": [],
    }
    assert len({told.id for told in receiver.taken}) == len(receiver.taken) == created
    assert {told.headers["Authorization"] for told in receiver.taken} == {"Bearer of-the-receiver"}
    assert 1 < receiver.most_concurrent <= 8
    shown = await shell.run("runs", str(first.value["run"]), "--json")
    assert shown.value["delivery"] == first.value["delivery"]
    again = await synced(shell)
    assert delivery(again)["upserted"] == 0
    assert len(receiver.ledger) == created


async def test_create_update_and_delete_are_told_whole(
    shell: Shell, receiver: ChangeReceiver, sandbox: Sandbox, repository: Repository
) -> None:
    configured(shell, receiver)
    await synced(shell)
    (created,) = [told for told in receiver.taken if told.change[2] == repository.id]
    entity = {
        "identifier": repository.id,
        "blueprint": "repository",
        "title": "Web Frontend",
        "properties": {"branch": "refs/heads/main"},
        "relations": {},
    }
    assert (created.change[0], diff(created)) == ("CREATE", (None, entity))
    receiver.ledger.clear()
    sandbox.organization.changes.rename_repository(repository.id, "Shop ✨")
    run = (await synced(shell)).value["run"]
    (updated,) = receiver.ledger
    event = updated.event
    trigger = event.pop("trigger")
    assert isinstance(trigger, dict)
    assert (trigger["by"], trigger["origin"]) == ({"name": "fairlead"}, "fairlead")
    assert event == {
        "action": "UPDATE",
        "resourceType": "entity",
        "status": "SUCCESS",
        "context": {"blueprint": "repository", "entity": repository.id},
        "diff": {"before": entity, "after": entity | {"title": "Shop ✨"}},
        "run": run,
        "cause": {"reason": "read", "kind": "repository", "record": repository.id},
    }
    assert (updated.headers["Content-Type"], b"\xe2\x9c\xa8" in updated.body) == ("application/json", True)
    sandbox.organization.changes.delete_repository(repository.id)
    done = await synced(shell)
    deleted = receiver.ledger[-1]
    assert (deleted.change[0], diff(deleted)) == ("DELETE", (entity | {"title": "Shop ✨"}, None))
    assert (delivery(done)["upserted"], delivery(done)["deleted"]) == (0, 1)


async def test_another_identifier_is_one_update(
    shell: Shell, receiver: ChangeReceiver, sandbox: Sandbox, repository: Repository
) -> None:
    mapping = MAPPING + REPOSITORIES.replace("identifier: .id", 'identifier: .name | gsub(" "; "-")')
    configured(shell, receiver)
    await synced(shell, mapping=mapping)
    receiver.ledger.clear()
    sandbox.organization.changes.rename_repository(repository.id, "Shop")
    await synced(shell, mapping=mapping)
    (told,) = receiver.ledger
    before, after = diff(told)
    assert told.change == ("UPDATE", "repository", "Shop")
    assert before
    assert after
    assert (before["identifier"], before["title"]) == ("Web-Frontend", "Web Frontend")
    assert (after["identifier"], after["title"]) == ("Shop", "Shop")


async def test_only_the_named_blueprints_are_told(shell: Shell, receiver: ChangeReceiver) -> None:
    configured(shell, receiver, blueprints=["repository", "repositry"])
    done = await synced(shell)
    assert {told.change[1] for told in receiver.ledger} == {"repository"}
    assert done.value["warnings"] == ["setting webhooks.0: there is no blueprint repositry"]


async def test_who_comes_later_is_told_from_then_on(
    shell: Shell, receiver: ChangeReceiver, sandbox: Sandbox, repository: Repository
) -> None:
    await synced(shell)
    configured(shell, receiver)
    await synced(shell)
    assert receiver.ledger == []
    sandbox.organization.changes.rename_repository(repository.id, "Shop")
    await synced(shell)
    assert [titles(told) for told in receiver.ledger] == [("Web Frontend", "Shop")]


async def test_a_plan_and_no_deliver_tell_nothing_yet(
    shell: Shell, receiver: ChangeReceiver, sandbox: Sandbox, repository: Repository
) -> None:
    configured(shell, receiver)
    await synced(shell, "--no-deliver")
    sandbox.organization.changes.rename_repository(repository.id, "Shop")
    named = files(shell.directory, MAPPING + REPOSITORIES, [*BLUEPRINTS, REPOSITORY])
    assert (await shell.run("plan", *named)).code == 2
    assert receiver.ledger == []
    await synced(shell)
    assert [titles(told) for told in receiver.taken if told.change[2] == repository.id] == [
        (None, "Web Frontend"),
        ("Web Frontend", "Shop"),
    ]


@pytest.mark.parametrize("renaming", [False, True])
async def test_what_was_missed_comes_whole_and_in_order(
    shell: Shell, receiver: ChangeReceiver, sandbox: Sandbox, repository: Repository, renaming: bool
) -> None:
    """Three runs while it is down; each is told later as it was then, even of an identifier that is no more."""
    identifier = '.name | gsub(" "; "-")' if renaming else ".id"
    mapping = MAPPING + REPOSITORIES.replace("identifier: .id", f"identifier: {identifier}")
    changes = sandbox.organization.changes
    async with ChangeReceiver() as other:
        configured(shell, receiver, other)
        await synced(shell, mapping=mapping)
        receiver.ledger.clear()
        other.ledger.clear()
        closed = Trouble(503, times=999, headers={"Retry-After": "120"})
        receiver.troubles.append(closed)
        changes.create_branch(repository.id, "next")
        changes.set_default_branch(repository.id, "next")
        down = await synced(shell, mapping=mapping, code=5)
        first, second = listed(down.value, "delivery")
        assert str(first["down"]).endswith("is unavailable (503) and asks for a pause of 120 s")
        assert first["advice"] == "What it was not told goes with the next run."
        assert (second["upserted"], second["down"]) == (1, "")
        assert len(other.taken) == 1
        changes.rename_repository(repository.id, "Shop")
        await synced(shell, mapping=mapping, code=5)
        changes.delete_repository(repository.id)
        await synced(shell, mapping=mapping, code=5)
        changes.restore_repository(repository.id)
        closed.times = 0
        await synced(shell, mapping=mapping)
    assert len({told.id for told in receiver.ledger}) == 4
    assert [told.change[0] for told in receiver.taken] == ["UPDATE", "UPDATE", "DELETE", "CREATE"]
    assert [(told.id, told.body) for told in receiver.taken] == [(told.id, told.body) for told in other.taken]
    assert [titles(told) for told in receiver.taken] == [
        ("Web Frontend", "Web Frontend"),
        ("Web Frontend", "Shop"),
        ("Shop", None),
        (None, "Shop"),
    ]


async def test_a_refused_change_is_told_of_and_left_behind(
    shell: Shell, receiver: ChangeReceiver, repository: Repository
) -> None:
    configured(shell, receiver)
    receiver.troubles.append(Trouble(422, about=repository.id, body="no such thing at /hook"))
    done = await synced(shell, code=5)
    assert delivery(done)["refused"] == 1
    (refusal,) = listed(delivery(done), "refusals")
    assert refusal["examples"] == [
        {"identifier": repository.id, "error": "refused with 422: no such thing at …"}
    ]
    asked = len(receiver.ledger)
    assert delivery(await synced(shell))["refused"] == 0
    assert len(receiver.ledger) == asked


def until_entities(shell: Shell) -> None:
    while not _entities(shell):
        time.sleep(0.05)


def _entities(shell: Shell) -> bool:
    try:
        return bool(entities(shell))
    except sqlite3.OperationalError:  # the catalog is being made
        return False


@pytest.mark.parametrize("requests", [1, 3, 5])
async def test_killed_in_the_middle_what_comes_twice_has_one_id(
    shell: Shell, receiver: ChangeReceiver, requests: int
) -> None:
    configured(shell, receiver)
    receiver.latency = 0.3
    named = files(shell.directory, MAPPING + REPOSITORIES, [*BLUEPRINTS, REPOSITORY])
    process = await shell.start("sync", *named)
    await receiver.until(requests)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    receiver.latency = 0.0
    done = await synced(shell)
    assert delivery(done)["upserted"] == done.value["entities"]
    keys = {told.change for told in receiver.taken}
    assert len(keys) == done.value["entities"]
    assert len(receiver.taken) > len(keys)
    assert len({(told.id, told.change) for told in receiver.taken}) == len(keys)
    assert len({told.body for told in receiver.taken}) == len(keys)


async def test_what_a_run_changed_that_never_came_to_its_end_is_told(
    shell: Shell, receiver: ChangeReceiver, sandbox: Sandbox
) -> None:
    configured(shell, receiver)
    sandbox.faults.add(Fault(action=Action.SLOW, route="*repositor*", seconds=30))
    named = files(shell.directory, MAPPING + REPOSITORIES, [*BLUEPRINTS, REPOSITORY])
    process = await shell.start("sync", *named)
    await asyncio.wait_for(asyncio.to_thread(until_entities, shell), 30)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    sandbox.faults.clear()
    assert receiver.ledger == []
    other = await synced(shell, "--kinds", "repository")
    assert (other.value["run"], other.value["resumed"]) == (2, False)
    told = {one.change[1]: one.event["run"] for one in receiver.taken}
    assert told == {"project": 1, "repository": 2}
    assert len(receiver.taken) == other.value["entities"]


async def test_interrupted_what_is_missing_comes_next_time(shell: Shell, receiver: ChangeReceiver) -> None:
    configured(shell, receiver, blueprints=["repository"])
    receiver.troubles.append(Trouble(503, times=99, about="Frontend"))
    named = files(shell.directory, MAPPING + REPOSITORIES, [*BLUEPRINTS, REPOSITORY])
    process = await shell.start("sync", *named)
    await receiver.until(4)
    process.send_signal(signal.SIGINT)
    assert (await shell.ended(process)).code == 130
    receiver.troubles.clear()
    await synced(shell)
    assert {told.change for told in receiver.taken} == {told.change for told in receiver.ledger}
    assert len({told.id for told in receiver.ledger}) == 4
