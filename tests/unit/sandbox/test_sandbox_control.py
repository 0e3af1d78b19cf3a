"""The control interface and the command."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from azure_devops_sandbox import Organization, Sandbox, Settings, Sizes, running, seeded
from azure_devops_sandbox.changes import VERBS
from azure_devops_sandbox.command import app
from contract.sandbox.asking import Client, asking


async def test_changes_over_http(client: Client, organization: Organization) -> None:
    project = (await client.control("POST", "changes/create_project", {"name": "New & shiny"}))["id"]
    repository = (
        await client.control(
            "POST", "changes/create_repository", {"project": project, "name": "r", "files": {"/a.md": "a"}}
        )
    )["id"]
    await client.control(
        "POST", "changes/set_file", {"repository": repository, "path": "a.md", "content_base64": "/wA="}
    )
    assert (await client.get(f"/_apis/git/repositories/{repository}/items?path=/a.md")).body == b"\xff\x00"
    item = (await client.control("POST", "changes/create_work_item", {"project": project, "type": "Bug"}))[
        "id"
    ]
    await client.control("POST", "changes/update_work_item", {"item": item, "state": "Resolved"})
    fields = (await client.get(f"/_apis/wit/workitems/{item}")).json["fields"]
    assert (fields["System.State"], fields["System.Reason"], fields["System.BoardColumn"] != "New") == (
        "Resolved", "Fixed", True,
    )  # fmt: skip
    board = next(one for one in organization.boards.values() if one.project == project)
    await client.control(
        "POST", "changes/rename_board_column", {"board": board.id, "column": "New", "name": "Inbox"}
    )
    detail = (await client.get(f"/{project}/_apis/work/boards/{board.id}")).json
    assert detail["columns"][0]["name"] == "Inbox"
    await client.control("POST", "changes/delete_repository", {"repository": repository})
    gone = (await client.get(f"/{project}/_apis/git/recycleBin/repositories")).rows
    assert [one["id"] for one in gone] == [repository]
    await client.control("POST", "changes/restore_repository", {"repository": repository})
    assert (await client.get(f"/_apis/git/repositories/{repository}")).status == 200
    await client.control("POST", "changes/destroy_repository", {"repository": repository})
    assert (await client.get(f"/{project}/_apis/git/deletedrepositories")).rows == []
    await client.control("POST", "changes/delete_project", {"project": project})
    assert (await client.get(f"/_apis/wit/workitems/{item}")).status == 404
    await client.control("POST", "changes/restore_project", {"project": project})
    assert (await client.get(f"/_apis/wit/workitems/{item}")).status == 200


async def test_releases_over_http(client: Client) -> None:
    release = (await client.control("POST", "changes/create_release", {"definition": 1, "tags": ["x"]}))["id"]
    before = (await client.get(f"/_apis/release/releases/{release}")).json
    await client.control("POST", "clock", {"advance_seconds": 60})
    await client.control("POST", "changes/change_release", {"release": release, "status": "abandoned"})
    after = (await client.get(f"/_apis/release/releases/{release}")).json
    assert (before["status"], after["status"]) == ("active", "abandoned")
    assert before["createdOn"] == after["createdOn"]
    assert before["modifiedOn"] < after["modifiedOn"]
    project = after["projectReference"]["id"]
    await client.control("POST", "changes/deploy_release", {"release": release})
    since = f"minModifiedTime={after['modifiedOn']}&queryOrder=ascending"
    found = (await client.get(f"/{project}/_apis/release/deployments?{since}")).rows
    assert [one["release"]["id"] for one in found] == [release]


async def test_every_verb_is_told(client: Client) -> None:
    told = await client.control("GET", "changes")
    assert set(told) == VERBS
    assert "(self, project: 'str', name: 'str')" in told["rename_project"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "changes/explode", {}),
        ("POST", "changes/create_project", {"title": "x"}),
        ("POST", "changes/rename_team", {"team": "nobody", "name": "x"}),
        ("POST", "changes/create_work_item", {"project": "Fabrikam Fiber", "type": "Poem"}),
        ("POST", "faults", {"action": "dance"}),
        ("POST", "settings", {"served_url": "x"}),
        ("POST", "clock", {"advance_seconds": -5}),
        ("POST", "latency", []),
    ],
)
async def test_wrong_control_requests(client: Client, method: str, path: str, body: object) -> None:
    with pytest.raises(AssertionError, match="error"):
        await client.control(method, path, body)


async def test_the_ledger_counts(client: Client, sandbox: Sandbox) -> None:
    await client.get("/_apis/projects")
    await client.get("/_apis/projects")
    await client.get("/_apis/nothing")
    report = await client.control("GET", "requests?log=1")
    assert report["total"] == 3
    assert {"method": "GET", "route": "projects.list", "status": 200, "count": 2} in report["counts"]
    assert [one["status"] for one in report["log"]] == [200, 200, 404]
    assert report["bytes"] == sum(one["bytes"] for one in report["log"])
    assert sandbox.ledger.count("projects.list") == 2
    assert sandbox.ledger.count(status=404) == 1
    await client.control("POST", "requests/reset")
    assert (await client.control("GET", "requests"))["total"] == 0


async def test_state_faults_tokens_and_latency(client: Client) -> None:
    state = await client.control("GET", "state")
    assert len(state["workItems"]) == len(client.sandbox.organization.work_items)
    [rule] = (await client.control("POST", "faults", {"action": "5xx", "nth": [1], "status": 502}))["rules"]
    assert (await client.get("/_apis/projects")).status == 502
    assert (await client.control("GET", "faults"))["log"][0]["did"] == "answered 502"
    await client.control("DELETE", f"faults/{rule}")
    assert (await client.control("GET", "faults"))["rules"] == []
    hidden = state["projects"][0]["id"]
    token = {"token": "t", "scopes": ["vso.project"], "permissions": {"hidden_projects": [hidden]}}
    await client.control("POST", "tokens", token)
    assert (await client.get(f"/_apis/projects/{hidden}", token="t")).status == 404
    await client.control("POST", "permissions", {"token": "t"})
    assert (await client.get(f"/_apis/projects/{hidden}", token="t")).status == 200
    await client.control("POST", "latency", {"milliseconds": 40})
    before = time.monotonic()
    await asyncio.gather(*(client.get("/_apis/projects") for _ in range(4)))
    assert 0.04 <= time.monotonic() - before < 0.16
    assert client.sandbox.ledger.most_in_flight == 4


async def test_random_changes_over_http_are_repeatable() -> None:
    told = []
    for _ in range(2):
        async with running(seeded(4, Sizes.preset("tiny"))) as sandbox, asking(sandbox) as client:
            told.append(await client.control("POST", "random", {"count": 30, "seed": 2}))
    assert told[0] == told[1]


async def test_the_same_seed_gives_the_same_bytes() -> None:
    bodies = []
    for _ in range(2):
        async with (
            running(seeded(5), public_url="https://dev.azure.com/fabrikam") as sandbox,
            asking(sandbox) as client,
        ):
            paths = (
                "/_apis/projects",
                "/_apis/git/repositories",
                "/_apis/release/releases?$expand=environments",
            )
            bodies.append([(await client.get(path)).body for path in paths])
            ids = list(sandbox.organization.work_items)[:100]
            batch = {"ids": ids, "$expand": "all", "errorPolicy": "omit"}
            bodies[-1].append((await client.ask("POST", "/_apis/wit/workitemsbatch", batch)).body)
            assert sandbox.url.encode() not in bodies[-1][0]
    assert bodies[0] == bodies[1]


async def test_bytes_follow_changes(client: Client, organization: Organization) -> None:
    project = organization.live_projects()[0]
    before = (await client.get("/_apis/git/repositories")).body
    assert (await client.get("/_apis/git/repositories")).body == before
    organization.changes.rename_project(project.id, "Renamed")
    after = (await client.get("/_apis/git/repositories")).body
    assert b'"name":"Renamed"' in after
    assert before != after


async def test_gzip_only_when_both_want_it() -> None:
    async with running(seeded(1), settings=Settings(gzip=True)) as sandbox, asking(sandbox) as client:
        squeezed = await client.get("/_apis/git/repositories", headers={"Accept-Encoding": "gzip"})
        plain = await client.get("/_apis/git/repositories", headers={"Accept-Encoding": "identity"})
        assert squeezed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert squeezed.body == plain.body


def test_the_seed_command_tells_counts() -> None:
    result = CliRunner().invoke(app, ["seed", "--entities", "300", "--seed", "3"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["catalogEntitiesTotal"] == 300
    assert told["objects"]["projects"] > 0
    assert CliRunner().invoke(app, ["seed", "--preset", "gigantic"]).exit_code == 2


async def test_the_serve_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from azure_devops_sandbox.command import run; run()",
        "serve", "--preset", "tiny", "--pat", "secret", "--ready-file", str(ready_file),
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    for _ in range(200):
        if ready_file.exists():
            break
        await asyncio.sleep(0.05)
    ready = orjson.loads(ready_file.read_bytes())
    assert (ready["pat"], ready["pid"]) == ("secret", process.pid)
    host, port = ready["url"].split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"GET /fabrikam/_apis/connectionData HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n\r\n"
    )
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    writer.close()
    await writer.wait_closed()
    process.send_signal(signal.SIGTERM)
    stdout, _ = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    assert ready["url"].encode() in stdout
    assert ready["objects"]["projects"] == 2


async def test_the_serve_command_ends_with_whoever_started_it(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from azure_devops_sandbox.command import run; run()",
        "serve", "--preset", "empty", "--until-stdin-ends", "--ready-file", str(ready_file),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(200):
        if ready_file.exists():
            break
        await asyncio.sleep(0.05)
    assert process.stdin is not None
    process.stdin.write(b"still there")
    await process.stdin.drain()
    await asyncio.sleep(0.1)
    assert process.returncode is None
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 10) == 0
