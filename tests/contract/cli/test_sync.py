"""`plan`, `sync`, `runs`, `explain`, `export`: the whole way, as a person goes it, and every way to get it wrong."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from azure_devops_sandbox import Access, Action, Fault, Sandbox
from contract.cli.conftest import Done, Shell

MAPPING = """
resources:
  - kind: project
    selector:
      query: "true"
    port:
      entity:
        mappings:
          identifier: .id
          title: .name
          blueprint: '"project"'
          properties:
            visibility: .visibility
"""
BLUEPRINTS = [
    {
        "identifier": "project",
        "title": "Project",
        "schema": {"properties": {"visibility": {"type": "string"}}, "required": []},
        "relations": {},
    }
]


def files(directory: Path, mapping: str = MAPPING, blueprints: object = BLUEPRINTS) -> tuple[str, ...]:
    (directory / "mapping.yml").write_text(mapping)
    (directory / "blueprints.json").write_text(json.dumps(blueprints))
    return "--mapping", "mapping.yml", "--blueprints", "blueprints.json"


def entities(shell: Shell) -> int:
    path = shell.directory / ".fairlead" / "catalog.db"
    if not path.exists():
        return 0
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        found = connection.execute("SELECT count(*) FROM entity WHERE length(body) > 0").fetchone()[0]
    connection.close()
    return int(found)


def listed(value: dict[str, object], name: str) -> list[dict[str, object]]:
    found = value[name]
    assert isinstance(found, list)
    return found


async def test_a_plan_says_what_the_sync_does_byte_for_byte(shell: Shell) -> None:
    planned = await shell.run("plan", "--json")
    assert planned.code == 2, planned.err
    assert entities(shell) == 0
    synced = await shell.run("sync", "--json")
    assert synced.code == 0, synced.err
    assert listed(planned.value, "changes")
    assert json.dumps(planned.value["changes"]) == json.dumps(synced.value["changes"])
    shown = await shell.run("runs", str(synced.value["run"]), "--json")
    assert shown.value["changes"] == synced.value["changes"]
    assert shown.value["readings"] == synced.value["readings"]
    again = await shell.run("plan", "--json")
    assert (again.code, again.value["changes"]) == (0, [])
    keys = [(change["blueprint"], change["identifier"]) for change in listed(synced.value, "changes")]
    assert keys == sorted(keys)


async def test_a_second_sync_changes_nothing(shell: Shell) -> None:
    first = await shell.run("sync", "--json")
    second = await shell.run("sync", "--json")
    assert (first.code, second.code) == (0, 0), second.err
    assert second.value["change_counts"] == {}
    assert second.value["entities"] == first.value["entities"]
    runs = await shell.run("runs", "--json")
    assert [run["run"] for run in listed(runs.value, "runs")] == [2, 1]


async def test_text_for_a_person(shell: Shell) -> None:
    planned = await shell.run("plan")
    assert planned.code == 2
    assert "  + " in planned.out
    assert planned.out.splitlines()[-1] == "next: fairlead sync"
    synced = await shell.run("sync")
    assert synced.code == 0
    assert "changes: " in synced.out
    assert "done" in synced.err
    assert "\x1b[" not in synced.out + synced.err


async def test_explain_tells_record_row_and_expression(shell: Shell) -> None:
    flags = files(shell.directory)
    synced = await shell.run("sync", "--json", *flags)
    assert synced.code == 0, synced.err
    identifier = str(listed(synced.value, "changes")[0]["identifier"])
    done = await shell.run("explain", "project", identifier, "visibility", "--json")
    assert done.code == 0, done.err
    (field,) = listed(done.value, "fields")
    (source,) = listed(field, "sources")
    assert field["field"] == "properties.visibility"
    assert (source["position"], source["kind"], source["expression"]) == (1, "project", ".visibility")
    assert (source["record"], source["wins"]) == (identifier, True)
    assert isinstance(source["read_at"], float)
    assert source["read_at"] > 0
    text = await shell.run("explain", "project", identifier)
    assert "row 1: .visibility" in text.out


async def test_explain_an_entity_that_is_not_there(shell: Shell) -> None:
    flags = files(shell.directory, MAPPING.replace('query: "true"', 'query: .name == "nothing"'))
    assert (await shell.run("sync", *flags)).code == 0
    exported = await shell.run("export", "--what", "records")
    key = json.loads(exported.out.splitlines()[0])["key"]
    done = await shell.run("explain", "project", key)
    assert done.code == 1
    assert "was read, but row 1 (project) does not select it" in done.out
    unknown = await shell.run("explain", "project", "nobody")
    assert unknown.code == 1
    assert "no record that was read leads to it" in unknown.out


async def test_export_is_the_same_twice_and_reads_as_csv(shell: Shell) -> None:
    assert (await shell.run("sync")).code == 0
    first = await shell.run("export")
    second = await shell.run("export", "--json")
    assert first.out == second.out
    lines = [json.loads(line) for line in first.out.splitlines()]
    keys = [(line["blueprint"].encode(), line["identifier"].encode()) for line in lines]
    assert keys == sorted(keys)
    one = lines[0]["blueprint"]
    only = await shell.run("export", "--blueprint", one)
    assert {json.loads(line)["blueprint"] for line in only.out.splitlines()} == {one}
    rows = list(csv.DictReader(io.StringIO((await shell.run("export", "--format", "csv")).out)))
    assert [(row["blueprint"].encode(), row["identifier"].encode()) for row in rows] == keys
    for what in ("relations", "records", "contributions", "changes", "readings"):
        done = await shell.run("export", "--what", what, "--format", "csv")
        assert done.code == 0, done.err
        assert done.out.count("\n") > 1


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (MAPPING.replace("visibility: .visibility", "visibility: .visibility |"), "row 1 (project)"),
        (MAPPING.replace("kind: project", "kind: projekt"), "the kind 'projekt' is not known"),
        (MAPPING.replace('"project"', '"projct"'), "row 1 (project): there is no blueprint projct"),
        (MAPPING.replace("  - kind: project", "  - kind: [project"), "line"),
        ("resources: []", "no resources"),
    ],
)
@pytest.mark.parametrize("command", [("mapping", "check"), ("plan",), ("sync",)])
async def test_mappings_that_cannot_be_used(
    shell: Shell, sandbox: Sandbox, mapping: str, message: str, command: tuple[str, ...]
) -> None:
    done = await shell.run(*command, *files(shell.directory, mapping))
    assert done.code == 1, done
    assert message in done.err
    assert "Traceback" not in done.err
    assert not (shell.directory / ".fairlead").exists()


async def test_a_syntax_error_has_line_and_column(shell: Shell) -> None:
    done = await shell.run(
        "mapping", "check", *files(shell.directory, MAPPING.replace(".visibility", ".visibility | ("))
    )
    assert done.code == 1
    assert "line 1, column" in done.err


async def test_mapping_check_of_a_good_mapping(bare: Shell) -> None:
    done = await bare.run("mapping", "check", *files(bare.directory))
    assert done.code == 0, done.err
    assert "1 row, 1 blueprint, good" in done.out
    for preset, mistakes in (("standard", False), ("port", True), ("port-script", True)):
        checked = await bare.run("mapping", "check", "--preset", preset)
        assert checked.code == 0, checked
        warnings = [line for line in checked.out.splitlines() if line.startswith("warning: ")]
        assert bool(warnings) is mistakes
        assert len(warnings) == len(set(warnings))
    missing = await bare.run("mapping", "check", "--mapping", "gone.yml")
    assert missing.code == 64


async def test_a_selector_that_is_not_boolean_freezes(shell: Shell) -> None:
    flags = files(shell.directory)
    assert (await shell.run("sync", *flags)).code == 0
    before = entities(shell)
    broken = files(shell.directory, MAPPING.replace('query: "true"', "query: .name"))
    done = await shell.run("sync", "--json", *broken)
    assert done.code == 3, done
    assert entities(shell) == before
    assert done.value["frozen_count"] == before


async def test_unknown_kinds_and_connections(shell: Shell) -> None:
    kinds = await shell.run("sync", "--kinds", "repositry")
    assert kinds.code == 64
    assert "did you mean repository?" in kinds.err
    connection = await shell.run("sync", "--connection", "nobody")
    assert connection.code == 64
    assert "there is no connection nobody" in connection.err
    assert not (shell.directory / ".fairlead").exists()


async def test_a_token_without_a_scope_is_incomplete_and_deletes_nothing(
    shell: Shell, sandbox: Sandbox
) -> None:
    assert (await shell.run("sync")).code == 0
    before = entities(shell)
    organization = sandbox.organization
    person = next(iter(organization.access.values())).identity
    organization.grant(Access("narrow-token", person, frozenset({"vso.project"})))
    shell.environment["FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN"] = "narrow-token"
    done = await shell.run("sync", "--json")
    assert done.code == 3, done
    assert entities(shell) == before
    reasons = [
        reading["reasons"] for reading in listed(done.value, "readings") if reading["state"] != "proved"
    ]
    assert reasons
    assert all(reasons)


def until_exists(path: Path) -> None:
    while not path.exists():
        time.sleep(0.05)


async def test_ctrl_c_in_the_middle(shell: Shell, sandbox: Sandbox) -> None:
    sandbox.settings.latency = 0.5
    process = await shell.start("sync", "--json")
    await asyncio.wait_for(asyncio.to_thread(until_exists, shell.directory / ".fairlead" / "catalog.db"), 30)
    await asyncio.sleep(1.0)
    process.send_signal(signal.SIGINT)
    done = await shell.ended(process)
    assert done.code == 130, done
    assert "interrupted" in done.err
    assert "continues at its page next time" in done.err
    assert "Traceback" not in done.err
    sandbox.settings.latency = 0.0
    again = await shell.run("sync", "--json")
    assert again.code == 0, again.err
    assert again.value["resumed"] is True


async def test_two_at_once(shell: Shell, sandbox: Sandbox) -> None:
    sandbox.settings.latency = 0.2
    one, two = await asyncio.gather(shell.run("sync"), shell.run("sync"))
    assert sorted((one.code, two.code)) == [0, 1], (one, two)
    loser = one if one.code else two
    assert "one process writes a catalog at a time" in loser.err


async def test_no_secret_in_anything(shell: Shell, sandbox: Sandbox) -> None:
    sandbox.faults.add(
        Fault(action=Action.FORBIDDEN, route="*release*"), Fault(action=Action.BAD_JSON, nth=(3,))
    )
    ended: list[Done] = []
    for command in (
        ("doctor",),
        ("plan",),
        ("sync",),
        ("sync", "--json"),
        ("runs", "--json"),
        ("connect", sandbox.url),
    ):
        extra = ("--log-level", "debug") if command[0] != "runs" else ()
        ended.append(await shell.run(*command, *extra))
    for done in ended:
        assert sandbox.pat not in done.out + done.err
    for path in shell.directory.rglob("*"):
        if path.is_file():
            assert sandbox.pat.encode() not in path.read_bytes()
