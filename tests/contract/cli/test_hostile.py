"""What nobody means, and everybody meets: endless jq, a full disk, broken text. The catalog comes out unharmed."""

from __future__ import annotations

import resource
from collections.abc import Mapping

import pytest

from azure_devops_sandbox import Sandbox
from contract.cli.conftest import Done, Shell
from contract.cli.test_sync import MAPPING, entities, files, listed

DISK = 400_000
"""Bytes that a file may have: the catalog of the tiny organization does not fit."""


async def exported(shell: Shell) -> str:
    done = await shell.run("export")
    assert done.code == 0, done
    return done.out


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("last(range(1e12))", "took longer than the time limit"),
        ('reduce range(60) as $i ("a"; . + .)', ""),
        ("halt", "stopped before its end"),
        ("def f: [f]; f", ""),
    ],
)
async def test_an_expression_that_does_not_end_well_freezes(
    shell: Shell, expression: str, reason: str
) -> None:
    assert (await shell.run("sync", *files(shell.directory))).code == 0
    before = await exported(shell)
    hostile = MAPPING.replace("identifier: .id", f"identifier: '{expression}'")
    done = await shell.run("sync", "--json", *files(shell.directory, hostile))
    assert done.code == 3, done
    frozen = listed(done.value, "frozen")
    assert len(frozen) == len(before.splitlines())
    assert all(str(one["reason"]).startswith("row 1 (project)") for one in frozen)
    assert all(reason in str(one["reason"]) for one in frozen)
    assert await exported(shell) == before


async def test_a_comment_swallows_nothing(shell: Shell) -> None:
    assert (await shell.run("sync", *files(shell.directory))).code == 0
    before = await exported(shell)
    commented = MAPPING.replace("identifier: .id", "identifier: '.id # its own ) ] } \"'")
    done = await shell.run("sync", *files(shell.directory, commented))
    assert done.code == 0, done
    assert await exported(shell) == before


async def test_broken_text_in_a_description(
    shell: Shell, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON can spell half of a pair (`\\ud800`) and NUL; neither is text that a catalog can hold as it is."""
    item = next(
        one for one in sandbox.organization.work_items.values() if one.fields["System.State"] == "New"
    )
    sandbox.organization.changes.update_work_item(
        item.id, {"System.Description": "before HALF and NUL after"}
    )
    respond = sandbox.server.respond

    def broken(method: str, path: str, headers: Mapping[str, str], body: bytes) -> object:
        reply = respond(method, path, headers, body)
        reply.answer.body = reply.answer.body.replace(b"HALF", b"\\ud800").replace(b"NUL", b"\\u0000")
        return reply

    monkeypatch.setattr(sandbox.server, "respond", broken)
    done = await shell.run("sync", "--preset", "port")
    assert done.code == 0, done
    key = f'"identifier":"{item.project}/{item.id}"'
    found = [one for one in (await exported(shell)).splitlines() if key in one and "WorkItem" in one]
    (line,) = found
    assert "before \ufffd and \\u0000 after" in line


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a limit on the size of files")
async def test_a_full_disk(shell: Shell) -> None:
    """A file that may not grow stands for a disk that is full: SQLite's write fails in the middle of the run."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, hard))
    try:
        full = await shell.run("sync")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert full.code == 1, full
    assert "error: catalog" in full.err
    assert "disk" in full.err
    assert (await shell.run("sync")).code == 0
    undisturbed = Shell(shell.directory / "other", shell.environment)
    undisturbed.directory.mkdir()
    assert (await undisturbed.run("sync")).code == 0
    assert await exported(shell) == await exported(undisturbed)


async def test_a_catalog_that_cannot_be_read(shell: Shell) -> None:
    assert (await shell.run("sync")).code == 0
    before = entities(shell)
    catalog = shell.directory / ".fairlead" / "catalog.db"
    whole = catalog.read_bytes()
    catalog.write_bytes(whole[:5000])
    broken: Done = await shell.run("sync")
    assert broken.code == 1, broken
    assert "error: catalog" in broken.err
    assert catalog.read_bytes() == whole[:5000]
    catalog.write_bytes(whole)
    assert (await shell.run("sync")).code == 0
    assert entities(shell) == before
