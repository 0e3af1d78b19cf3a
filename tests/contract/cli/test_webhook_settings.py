"""Which addresses are told: those of the settings and those that blueprints name; what is refused, and never shown."""

from __future__ import annotations

import json

import pytest

from change_receiver import ChangeReceiver, Trouble
from contract.cli.conftest import Shell
from contract.cli.test_sync import BLUEPRINTS, MAPPING, files
from contract.cli.test_webhooks import REPOSITORIES, REPOSITORY, configured, delivery, synced
from port_api import PortApi


async def test_what_a_blueprint_names_is_told(shell: Shell, receiver: ChangeReceiver) -> None:
    named = REPOSITORY | {"changelogDestination": {"type": "WEBHOOK", "url": receiver.url}}
    flags = files(shell.directory, MAPPING + REPOSITORIES, [*BLUEPRINTS, named])
    unsigned = await shell.run("sync", "--json", *flags)
    assert "blueprint repository: changelogDestination: nobody is told without a secret" in str(
        unsigned.value["warnings"]
    )
    shell.environment["FAIRLEAD_CHANGELOG_SECRET"] = receiver.secret
    (shell.directory / ".fairlead" / "catalog.db").unlink()
    done = await shell.run("sync", "--json", *flags)
    assert (done.code, done.value["warnings"]) == (0, []), done
    assert {told.change[:2] for told in receiver.taken} == {("CREATE", "repository")}
    assert len(receiver.taken) == delivery(done)["upserted"] == 4


@pytest.mark.parametrize(
    ("destination", "warning"),
    [
        ({"type": "KAFKA"}, "KAFKA is not told"),
        ({"type": "WEBHOOK", "url": "URL", "agent": True}, "Port's agent is not told"),
        ({"type": "WEBHOOK"}, "it has no url"),
        ("anything", "it is not one that Port knows"),
        ({}, ""),
    ],
)
async def test_what_a_blueprint_names_and_nobody_is_told(
    shell: Shell, receiver: ChangeReceiver, destination: object, warning: str
) -> None:
    shell.environment["FAIRLEAD_CHANGELOG_SECRET"] = receiver.secret
    written = json.loads(json.dumps(destination).replace("URL", receiver.url))
    named = REPOSITORY | {"changelogDestination": written}
    flags = files(shell.directory, MAPPING + REPOSITORIES, [*BLUEPRINTS, named])
    planned = await shell.run("plan", "--json", *flags)
    assert planned.code == 2, planned
    told = [f"blueprint repository: changelogDestination: {warning}"] if warning else []
    assert [one[: len(told[0])] for one in planned.warnings] == told
    assert (await shell.run("sync", *flags)).code == 0
    assert receiver.ledger == []


async def test_where_port_is_a_target_it_tells_of_its_blueprints_itself(
    shell: Shell, receiver: ChangeReceiver
) -> None:
    async with PortApi() as port, ChangeReceiver() as other:
        shell.environment |= {
            "FAIRLEAD_PORT__CLIENT_ID": port.client_id,
            "FAIRLEAD_PORT__CLIENT_SECRET": port.client_secret,
            "FAIRLEAD_PORT__BASE_URL": port.url,
            "FAIRLEAD_CHANGELOG_SECRET": receiver.secret,
        }
        configured(shell, other)
        named = REPOSITORY | {"changelogDestination": {"type": "WEBHOOK", "url": receiver.url}}
        flags = files(shell.directory, MAPPING + REPOSITORIES, [*BLUEPRINTS, named])
        done = await shell.run("sync", "--json", *flags)
        assert done.code == 0, done
        assert receiver.ledger == []
        assert len(other.taken) == done.value["entities"]


@pytest.mark.parametrize(
    ("hooks", "message"),
    [
        (
            '[{"url": "https://u:hush@h/x", "secret": "sesame"}]',
            "setting webhooks.0: the address has a user in it",
        ),
        ('[{"url": "ftp://hush/x", "secret": "sesame"}]', "setting webhooks.0: the address is not an http"),
        ('[{"url": "http://h/?k=hush"}]', "setting webhooks.0.secret: field required"),
        ('[{"url": "http://h/", "secret": ""}]', "setting webhooks.0: the secret that signs is empty"),
        ('[{"url": "http://h/", "secret": "sesame", "to": "hush"}]', "unknown setting webhooks.0.to"),
        ('[{"url": "http://h/", "secret": "sesame", "headers": {"Host": "hush"}}]', "the header Host is set"),
        ('[{"url": "http://h/", "secret": "sesame", "headers": {"X": "hush\\n"}}]', "the header 'X' cannot"),
        (
            '[{"url": "http://h/?hush", "secret": "sesame"}, {"url": "http://h/?hush", "secret": "sesame"}]',
            "given twice",
        ),
        ('[{"url": "hush', "setting webhooks: is not JSON: line 1, column 10"),
    ],
)
async def test_settings_that_cannot_be_meant(shell: Shell, hooks: str, message: str) -> None:
    shell.environment["FAIRLEAD_WEBHOOKS"] = hooks
    done = await shell.run("sync")
    assert done.code == 64, done
    assert message in done.err
    assert "hush" not in done.out + done.err
    assert not (shell.directory / ".fairlead").exists()


async def test_a_blueprints_address_that_cannot_be_meant(shell: Shell) -> None:
    shell.environment["FAIRLEAD_CHANGELOG_SECRET"] = "secret"
    named = REPOSITORY | {"changelogDestination": {"type": "WEBHOOK", "url": "http://me:hush@h/"}}
    done = await shell.run("sync", *files(shell.directory, MAPPING + REPOSITORIES, [*BLUEPRINTS, named]))
    assert done.code == 1, done
    assert "blueprint repository: changelogDestination: the address has a user in it" in done.err
    assert "hush" not in done.out + done.err


async def test_no_secret_in_anything(shell: Shell, receiver: ChangeReceiver) -> None:
    receiver.secret = "hush-secret"
    configured(shell, receiver, headers={"X-Key": "hush-header-value"})
    shell.environment["FAIRLEAD_WEBHOOKS"] = shell.environment["FAIRLEAD_WEBHOOKS"].replace(
        "/hook", "/hook?token=hush-query"
    )
    receiver.troubles.append(
        Trouble(400, body="hush-secret hush-header-value ?token=hush-query /hook?token=hush-query")
    )
    receiver.troubles.append(Trouble(0, times=99))
    done = await synced(shell, "--log-level", "debug", code=5)
    assert delivery(done)["down"]
    assert {told.query for told in receiver.ledger} == {"token=hush-query"}
    text = await shell.run("runs", "1")
    assert "hush" not in done.out + done.err + text.out + text.err
    for path in shell.directory.rglob("*"):
        assert not path.is_file() or b"hush" not in path.read_bytes()
