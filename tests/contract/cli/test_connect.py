"""`connect` and `doctor`: whose token, what it reads, what is stored, and every way to get it wrong."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from azure_devops_sandbox import Access, Sandbox
from contract.cli.conftest import Shell


def token_file(directory: Path, token: str) -> str:
    (directory / "pat").write_text(token + "\n")
    return "pat"


async def test_connect_stores_a_connection_and_sync_uses_it(bare: Shell, sandbox: Sandbox) -> None:
    done = await bare.run("connect", sandbox.url, "--pat-file", token_file(bare.directory, sandbox.pat))
    assert done.code == 0, done.err
    assert "stored as connection 1" in done.out
    assert "next: fairlead plan" in done.out.splitlines()
    (bare.directory / "pat").unlink()
    doctor = await bare.run("doctor", "--json")
    assert doctor.code == 0, doctor.err
    assert (await bare.run("plan")).code == 2


async def test_the_token_is_stored_encrypted(bare: Shell, sandbox: Sandbox) -> None:
    done = await bare.run("connect", sandbox.url, "--pat-file", token_file(bare.directory, sandbox.pat))
    assert done.code == 0, done.err
    (bare.directory / "pat").unlink()
    for path in bare.directory.rglob("*"):
        if path.is_file():
            assert sandbox.pat.encode() not in path.read_bytes(), path
            if path.suffix not in (".db", ".lock") and not path.name.endswith(("-wal", "-shm")):
                assert path.stat().st_mode & 0o077 == 0, path


async def test_test_only_stores_nothing(bare: Shell, sandbox: Sandbox) -> None:
    bare.environment["AZURE_DEVOPS_EXT_PAT"] = sandbox.pat
    done = await bare.run("connect", sandbox.url, "--test-only")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == f"fabrikam: {sandbox.url}"
    assert lines[1].endswith("from AZURE_DEVOPS_EXT_PAT")
    assert "  reads   Code: repository" in done.out
    assert sum("  live events: not in this version yet" in line for line in lines) == 1
    assert lines[-2] == f"next: fairlead connect {sandbox.url}, then fairlead plan"
    assert list(bare.directory.iterdir()) == []


async def test_connect_tells_what_a_plan_will_ask(bare: Shell, sandbox: Sandbox) -> None:
    bare.environment["AZURE_DEVOPS_EXT_PAT"] = sandbox.pat
    connected = (await bare.run("connect", sandbox.url, "--json")).value
    expected = connected["expected"]
    assert isinstance(expected, dict)
    organization = sandbox.organization
    assert expected["counts"] == {
        "project": sum(one.state == "wellFormed" for one in organization.projects.values()),
        "repository": len(organization.repositories),
        "repository with files": sum(
            bool(one.default_branch and not one.disabled) for one in organization.repositories.values()
        ),
    }
    assert expected["seconds"] > 0
    asked = (await bare.run("plan", "--json")).value["request_count"]
    assert isinstance(asked, int)
    assert 0 < expected["requests"] <= asked


async def test_a_mapping_that_cannot_be_used_is_no_reason_not_to_connect(
    bare: Shell, sandbox: Sandbox
) -> None:
    (bare.directory / "mapping.yml").write_text("resources: 7")
    bare.environment |= {"AZURE_DEVOPS_EXT_PAT": sandbox.pat, "FAIRLEAD_MAPPING_FILE": "mapping.yml"}
    done = await bare.run("connect", sandbox.url, "--json")
    assert done.code == 0, done.err
    assert done.value["expected"] is None


async def test_a_second_connection_to_the_same_organization_is_refused(bare: Shell, sandbox: Sandbox) -> None:
    bare.environment["AZURE_DEVOPS_EXT_PAT"] = sandbox.pat
    assert (await bare.run("connect", sandbox.url)).code == 0
    again = await bare.run("connect", sandbox.url.replace("127.0.0.1", "localhost"), "--name", "other")
    assert again.code == 64
    assert "is connected already, as" in again.err
    renewed = await bare.run("connect", sandbox.url)
    assert renewed.code == 0
    assert "stored as connection 1" in renewed.out


async def test_a_job_token_is_not_stored(bare: Shell, sandbox: Sandbox) -> None:
    bare.environment["SYSTEM_ACCESSTOKEN"] = sandbox.pat
    done = await bare.run("connect", sandbox.url)
    assert done.code == 0, done.err
    assert "is not stored" in done.out
    del bare.environment["SYSTEM_ACCESSTOKEN"]
    assert (await bare.run("plan")).code == 77


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("dev.azure.com/acme", "must begin with https://"),
        ("https://dev.azure.com", "names no organization"),
        ("https://dev.azure.com/acme/project", "goes on after the organization"),
        ("https://user:secret@dev.azure.com/acme", "holds a user name or a token"),
    ],
)
async def test_wrong_urls(bare: Shell, url: str, message: str) -> None:
    bare.environment["AZURE_DEVOPS_EXT_PAT"] = "token-of-nobody"
    done = await bare.run("connect", url)
    assert done.code == 64
    assert message in done.err
    assert "secret@" not in done.err + done.out


async def test_unknown_organization(bare: Shell, sandbox: Sandbox) -> None:
    bare.environment["AZURE_DEVOPS_EXT_PAT"] = sandbox.pat
    done = await bare.run("connect", sandbox.url + "-unknown")
    assert done.code == 1
    assert "there is no organization at" in done.err
    assert list(bare.directory.iterdir()) == []


async def test_without_a_token(bare: Shell, sandbox: Sandbox) -> None:
    done = await bare.run("connect", sandbox.url, "--json")
    assert done.code == 77
    assert done.value["error"] == {
        "type": "BadCredential",
        "message": "no token is given",
        "advice": "give --pat-file FILE, or set AZURE_DEVOPS_EXT_PAT; on a terminal it is asked for",
        "exit_code": 77,
    }


@pytest.mark.parametrize("command", ["connect", "doctor", "plan", "sync"])
async def test_expired_token(shell: Shell, sandbox: Sandbox, command: str) -> None:
    organization = sandbox.organization
    person = next(iter(organization.access.values())).identity
    past = organization.clock.now() - timedelta(days=1)
    organization.grant(Access("expired-token", person, frozenset({"full"}), past))
    shell.environment["FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN"] = "expired-token"
    arguments = (command, sandbox.url) if command == "connect" else (command,)
    done = await shell.run(*arguments)
    assert done.code == 77, done
    assert "token" in done.err + done.out
    assert "expired-token" not in done.err + done.out


async def test_doctor_tells_what_is_off(shell: Shell, sandbox: Sandbox) -> None:
    organization = sandbox.organization
    person = next(iter(organization.access.values())).identity
    organization.grant(Access("narrow-token", person, frozenset({"vso.project", "vso.code"})))
    shell.environment["FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN"] = "narrow-token"
    done = await shell.run("doctor")
    assert done.code == 3, done
    assert "  reads   Code: repository" in done.out
    assert "  off     Work Items: " in done.out
    assert "the token lacks the scope Work Items (Read)" in done.out
    assert "off, though the mapping asks for it: " in done.out


async def test_nothing_connected(bare: Shell) -> None:
    for command in ("doctor", "plan", "sync"):
        done = await bare.run(command)
        assert done.code == 64
        assert "no organization is connected" in done.err
        assert "fairlead connect URL" in done.err


async def test_a_file_that_is_no_catalog_is_left_alone(shell: Shell) -> None:
    path = shell.directory / "notes.db"
    path.write_bytes(b"these are my notes, not a database" * 40)
    before = path.read_bytes()
    for command in ("sync", "runs", "export"):
        done = await shell.run(command, "--catalog", f"sqlite:///{path}")
        assert done.code == 1, done
        assert "not a Fairlead catalog" in done.err
    assert path.read_bytes() == before


async def test_another_program_s_database_is_left_alone(shell: Shell) -> None:
    path = shell.directory / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
    connection.close()
    before = path.read_bytes()
    done = await shell.run("sync", "--catalog", str(path))
    assert done.code == 1
    assert "another program's database" in done.err
    assert path.read_bytes() == before
