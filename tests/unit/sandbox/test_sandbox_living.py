"""An organization that keeps living: things happen, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from typer.testing import CliRunner

from azure_devops_sandbox import Organization, seeded
from azure_devops_sandbox.changes.living import live_a_little
from azure_devops_sandbox.command import app
from unit.sandbox.real_git import git, repository


def _counts(organization: Organization) -> dict[str, int]:
    return {
        "projects": len(organization.live_projects()),
        "teams": len(organization.teams),
        "repositories": sum(one.deleted is None for one in organization.repositories.values()),
        "files": sum(
            len(one.trees.get(one.default_branch or "", {})) for one in organization.repositories.values()
        ),
        "pull requests": len(organization.pull_requests),
        "pipelines": sum(not one.deleted for one in organization.definitions.values()),
        "builds": sum(one.deleted is None for one in organization.builds.values()),
        "policies": sum(not one.deleted for one in organization.policies.values()),
        "work items": sum(one.deleted is None for one in organization.work_items.values()),
        "releases": sum(not one.deleted for one in organization.releases.values()),
        "users": len(organization.users),
    }


def test_a_day_of_life_loses_nothing() -> None:
    organization, rng = seeded(1), random.Random(5)
    now, before = organization.clock.now(), _counts(organization)
    told = [one for _ in range(1_000) for one in live_a_little(organization, rng)]
    after = _counts(organization)
    assert all(after[name] >= count for name, count in before.items())
    assert after["work items"] > before["work items"]
    assert organization.clock.now() == now
    for happening in (
        "created work item", "committed", "created branch", "renamed", "released", "deployed", "opened pull request",
        "voted", "merged", "queued build", "started build", "finished stage", "failed",
    ):  # fmt: skip
        assert any(happening in one for one in told), happening
    waiting = [one for one in organization.builds.values() if one.status != "completed"]
    assert len(waiting) < 60
    assert max(len(one.name) for one in organization.repositories.values()) < 40


def test_the_same_seed_lives_the_same_life() -> None:
    lives = []
    for _ in range(2):
        organization, rng = seeded(2), random.Random(5)
        lives.append([live_a_little(organization, rng) for _ in range(50)])
    assert lives[0] == lives[1]


def test_nothing_happens_where_nothing_is() -> None:
    organization, rng = Organization("empty", seeded(1).people), random.Random(1)
    assert all(live_a_little(organization, rng) == [] for _ in range(100))


async def test_the_command_serves_real_repositories_and_lives(tmp_path: Path) -> None:
    folder, ready_file = repository(tmp_path / "tool"), tmp_path / "ready.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from azure_devops_sandbox.command import run; run()",
        "serve", "--preset", "tiny", "--repository", str(folder), "--live", "0.1", "--until-stdin-ends",
        "--ready-file", str(ready_file),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    lines = [(await asyncio.wait_for(process.stdout.readline(), 20)).decode() for _ in range(8)]
    ready = orjson.loads(ready_file.read_bytes())
    assert ready["objects"]["repositories"] == 5
    assert any("work item" in one or "committed" in one for one in lines[2:])
    assert (await asyncio.to_thread(_control, ready["control"], {"live": 0})) == 200
    await asyncio.sleep(0.3)
    # At most the lines of the last step are still on their way; then there is nothing more to read.
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(process.stdout.read(), 1)
    process.stdin.close()
    rest, _ = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    assert b"cannot" not in rest
    assert git(folder, "status", "--porcelain") == ""


def test_the_command_refuses_what_it_cannot_serve(tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, ["serve", "--repository", str(tmp_path)])
    assert refused.exit_code == 2
    assert "not a git repository" in _words(refused.output)
    nowhere = CliRunner().invoke(app, ["serve", "--preset", "empty", "--repository", str(tmp_path)])
    assert nowhere.exit_code == 2
    assert "no project" in _words(nowhere.output)


def _control(url: str, settings: dict[str, object]) -> int:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    connection.request("POST", f"{parts.path}/settings", orjson.dumps(settings))
    status = connection.getresponse().status
    connection.close()
    return status


def _words(output: str) -> str:
    return " ".join(output.replace("│", " ").split())
