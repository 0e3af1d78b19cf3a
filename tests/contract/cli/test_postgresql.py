"""The whole way with the catalog on a server: the same commands, the same answers, the same bytes."""

from __future__ import annotations

import json
import stat

import pytest

from azure_devops_sandbox import Sandbox
from contract.cli.conftest import Shell
from postgres_server import LOCKED, PostgresServer


@pytest.fixture
def served(shell: Shell, postgres: PostgresServer) -> Shell:
    """As `shell`, with a schema on a server as the catalog, of a user with a password."""
    user, password = LOCKED
    postgres.execute("DROP SCHEMA IF EXISTS cli CASCADE")
    postgres.execute(f"CREATE SCHEMA cli AUTHORIZATION {user}")
    url = postgres.url(user=f"{user}:{password}", search_path="cli")
    (shell.directory / "served").mkdir()
    return Shell(shell.directory / "served", shell.environment | {"FAIRLEAD_CATALOG_URL": url})


async def test_a_catalog_on_a_server(shell: Shell, served: Shell) -> None:
    missing = await served.run("export")
    assert (missing.code, "there is none yet" in missing.err) == (1, True)
    planned = await served.run("plan", "--json")
    assert planned.code == 2, planned.err
    synced = await served.run("sync", "--json", "--log-level", "debug")
    assert synced.code == 0, synced.err
    assert synced.value["changes"] == planned.value["changes"]
    again = await served.run("sync", "--json")
    assert (again.code, again.value["change_counts"]) == (0, {})
    runs = await served.run("runs", "--json")
    assert runs.code == 0, runs.err

    assert (await shell.run("sync")).code == 0
    ours, theirs = await served.run("export"), await shell.run("export")
    assert ours.code == theirs.code == 0, ours.err
    assert ours.out
    assert ours.out == theirs.out

    first = json.loads(ours.out.splitlines()[0])
    told = await served.run("explain", first["blueprint"], first["identifier"], "--json")
    assert told.code == 0, told.err
    assert list(served.directory.iterdir()) == []
    for done in (missing, planned, synced, again, runs, told):
        assert LOCKED[1] not in done.out + done.err


async def test_a_stored_token_is_opened_with_a_key_of_this_machine(served: Shell, sandbox: Sandbox) -> None:
    for name in [name for name in served.environment if "AZURE" in name]:
        del served.environment[name]
    served.environment["AZURE_DEVOPS_EXT_PAT"] = sandbox.pat
    connected = await served.run("connect", sandbox.url)
    assert connected.code == 0, connected.err
    (key,) = (served.directory / ".fairlead").iterdir()
    assert (key.name, stat.S_IMODE(key.stat().st_mode)) == ("catalog.key", 0o600)
    del served.environment["AZURE_DEVOPS_EXT_PAT"]
    synced = await served.run("sync")
    assert synced.code == 0, synced.err
    key.unlink()
    refused = await served.run("sync")
    assert "sealed with another key" in refused.err


async def test_a_server_that_refuses(served: Shell) -> None:
    url = served.environment["FAIRLEAD_CATALOG_URL"]
    served.environment["FAIRLEAD_CATALOG_URL"] = url.replace(LOCKED[1], "s3cret")
    done = await served.run("sync", "--log-level", "debug")
    assert done.code == 1
    assert "refused the user or the password" in done.err
    assert "s3cret" not in done.out + done.err
