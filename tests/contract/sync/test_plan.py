"""Nothing is written that a plan did not show: `plan`, then `sync`, say the same changes, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairlead.mapping import presets
from fault.processes import Installation, ServedSandbox, installed, served_sandbox

SIZES = ("--preset", "small", "--seed", "6", "--policies", "24")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[ServedSandbox]:
    with served_sandbox(tmp_path, *SIZES) as served:
        yield served


def run(installation: Installation, command: str, *flags: str) -> tuple[int, bytes]:
    """A command's exit code, and its changes as they are printed."""
    done = installation.run(command, "--json", *flags)
    assert done.returncode in {0, 2}, done.stderr.decode()
    return done.returncode, json.dumps(json.loads(done.stdout)["changes"]).encode()


def ops(changes: bytes) -> set[str]:
    return {change["op"] for change in json.loads(changes)}


def agreed(installation: Installation) -> bytes:
    """A plan and the sync after it, which must say the same."""
    code, planned = run(installation, "plan")
    assert code == (2 if json.loads(planned) else 0)
    code, done = run(installation, "sync")
    assert code == 0
    assert done == planned
    return done


def living(sandbox: ServedSandbox, kind: str) -> list[Any]:
    state = sandbox.ask("GET", "state")
    projects = {one["id"] for one in state["projects"] if one["state"] == "wellFormed"}
    return [one for one in state[kind] if one["project"] in projects and not one.get("deleted")]


@pytest.mark.parametrize("preset", ["port", "standard"])
def test_a_plan_is_what_a_sync_does(preset: str, sandbox: ServedSandbox, tmp_path: Path) -> None:
    installation = installed(tmp_path / "it", sandbox, FAIRLEAD_PRESET=preset)
    assert ops(agreed(installation)) == {"create"}
    assert run(installation, "plan") == (0, b"[]")
    # Everyday changes, then one of each that takes something away.
    sandbox.ask("POST", "random", {"seed": 3, "count": 25})
    before = installation.export()
    run(installation, "plan")
    assert installation.export() == before
    assert "update" in ops(agreed(installation))
    sandbox.ask("POST", "changes/delete_work_item", {"item": living(sandbox, "workItems")[0]["id"]})
    sandbox.ask("POST", "changes/delete_repository", {"repository": living(sandbox, "repositories")[0]["id"]})
    sandbox.ask("POST", "changes/delete_release", {"release": living(sandbox, "releases")[0]["id"]})
    sandbox.ask("POST", "changes/delete_project", {"project": living(sandbox, "teams")[-1]["project"]})
    assert "delete" in ops(agreed(installation))
    items = living(sandbox, "workItems")
    away = next(one for one in items if one["project"] != items[0]["project"])
    sandbox.ask("POST", "changes/move_work_item", {"item": items[0]["id"], "project": away["project"]})
    assert ops(agreed(installation)) == {"rename"}


def test_a_rename_is_planned(sandbox: ServedSandbox, tmp_path: Path) -> None:
    """A project's identifier is its name here: what is called after it is renamed, and what leads to it follows."""
    text = presets.load("port").mapping_text
    named = text.replace('.id | gsub(" "; "")', '.name | gsub("[^A-Za-z]"; "")', 1)
    assert named != text
    mapping = tmp_path / "mapping.yml"
    mapping.write_text(named)
    installation = installed(
        tmp_path / "it", sandbox, FAIRLEAD_PRESET="port", FAIRLEAD_MAPPING_FILE=str(mapping)
    )
    agreed(installation)
    project = living(sandbox, "teams")[0]["project"]
    sandbox.ask("POST", "changes/rename_project", {"project": project, "name": "Another Name"})
    changes = json.loads(agreed(installation))
    renames = [change for change in changes if change["op"] == "rename"]
    assert [change["identifier"] for change in renames] == ["AnotherName"]
    assert renames[0]["cause"]["renamed_from"]
    assert {change["op"] for change in changes} <= {"rename", "update"}


def test_another_mapping_is_planned(sandbox: ServedSandbox, tmp_path: Path) -> None:
    """A row that is gone, and one that makes something else of what it reads."""
    text = presets.load("port").mapping_text
    mapping = tmp_path / "mapping.yml"
    mapping.write_text(text)
    installation = installed(
        tmp_path / "it", sandbox, FAIRLEAD_PRESET="port", FAIRLEAD_MAPPING_FILE=str(mapping)
    )
    agreed(installation)
    other = text[: text.index("- kind: release")].rstrip() + "\n"
    mapping.write_text(other.replace("title: .name", 'title: .name + "!"', 1))
    assert ops(agreed(installation)) == {"update", "delete"}
    mapping.write_text(text)
    assert ops(agreed(installation)) == {"update", "create"}
