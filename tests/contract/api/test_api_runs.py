"""Runs over HTTP: started, watched, and looked at afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import orjson

from azure_devops_sandbox import Sandbox
from contract.api.conftest import FULL, Client, served, settings_of
from fairlead.app.changes import document

Event = tuple[str, dict[str, object]]


async def events(client: Client) -> AsyncIterator[Event]:
    """The server's events, one by one."""
    async with client.session.get(f"{client.url}/api/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = ""
        async for raw in answer.content:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, orjson.loads(line.removeprefix("data: "))


async def until_run(client: Client, into: list[Event], listening: asyncio.Event) -> None:
    """Collects events to the status that follows the end of a run."""
    ended = False
    async for event in events(client):
        into.append(event)
        listening.set()
        if ended:
            break
        ended = event[0] == "run"


async def test_a_run_is_started_and_watched(fresh: Client) -> None:
    seen: list[Event] = []
    listening = asyncio.Event()
    watching = asyncio.create_task(until_run(fresh, seen, listening))
    await asyncio.wait_for(listening.wait(), 30)
    started = await fresh.post("/api/runs", {"mode": "full"})
    assert (started.status, started["run"]) == (202, 1)
    again = await fresh.post("/api/runs", {"mode": "full"})
    assert (again.status, again["error"]) == (409, "Retry")
    await asyncio.wait_for(watching, 30)

    names = [name for name, _ in seen]
    assert names[0] == "status"
    assert names[-2:] == ["run", "status"]
    progress = [value for name, value in seen if name == "progress"]
    assert {"connection", "kind", "records", "walksDone", "walks", "finished", "requests", "seconds"} == set(
        progress[0]
    )
    assert {value["kind"] for value in progress if value["finished"]} >= {
        "project",
        "repository",
        "work-item",
    }
    end = seen[-2][1]
    assert (end["run"], end["state"], end["error"]) == (1, "done", None)
    assert end["report"] == (await fresh.get("/api/runs/1")).value
    last = seen[-1][1]
    assert last["run"] is None
    assert last["last"] == (await fresh.get("/api/status"))["last"]


async def test_what_a_run_did_can_be_read_page_by_page(synced: Client) -> None:
    report = (await synced.get("/api/runs/1")).value
    listed = (await synced.get("/api/runs")).rows("runs")
    assert isinstance(report, dict)
    assert [(run["run"], run["mode"], run["state"]) for run in listed] == [(1, "full", "done")]
    readings = (await synced.get("/api/runs/1/readings")).rows("readings")
    assert [(one["kind"], one["proved"]) for one in readings] == [
        (one["kind"], one["proved"]) for one in report["readings"]
    ]
    found: list[tuple[object, object]] = []
    after = ""
    while True:
        page = await synced.get(f"/api/runs/1/changes?limit=100&after={after}")
        found += [(change["blueprint"], change["identifier"]) for change in page.rows("changes")]
        if page["next"] is None:
            break
        after = str(page["next"])
    assert len(found) == len(set(found)) == report["entities"] == listed[0]["changes"]
    assert found == sorted(found, key=lambda key: (str(key[0]).encode(), str(key[1]).encode()))


async def test_the_report_is_the_command_lines(tmp_path: Path, sandbox: Sandbox) -> None:
    async with served(settings_of(tmp_path, sandbox)) as client:
        report = await client.service.run(FULL)
        assert (await client.get("/api/runs/1")).value == orjson.loads(orjson.dumps(document(report)))


async def test_a_run_that_cannot_begin_says_why(empty: Client) -> None:
    refused = await empty.post("/api/runs", {"mode": "full"})
    assert (refused.status, refused["error"]) == (422, "BadUsage")
    assert "connected" in str(refused["message"])
    assert (await empty.get("/api/runs")).value == {"runs": []}


async def test_a_refused_token_is_told_and_not_shown(tmp_path: Path, sandbox: Sandbox) -> None:
    organization = sandbox.organization
    organization.access.clear()
    async with served(settings_of(tmp_path, sandbox)) as client:
        refused = await client.post("/api/runs", {"mode": "full"})
        assert (refused.status, refused["error"]) == (502, "BadCredential")
        assert sandbox.pat.encode() not in refused.body


async def test_what_no_run_has(synced: Client) -> None:
    for path in ("/api/runs/7", "/api/runs/7/changes", "/api/runs/0/readings", f"/api/runs/{1 << 70}"):
        answer = await synced.get(path)
        assert (answer.status, answer["error"]) == (404, "NotThere")
    for path in (
        "/api/runs/one",
        "/api/runs?limit=0",
        "/api/runs/1/changes?after=%00",
        "/api/runs/1/changes?after=e30",
    ):
        answer = await synced.get(path)
        assert (answer.status, answer["error"]) == (422, "BadUsage"), path


async def test_a_run_is_cut_off_when_the_server_stops_and_continued_by_the_next(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    sandbox.settings.latency = 0.3
    async with served(settings_of(tmp_path, sandbox)) as client:
        assert (await client.post("/api/runs", {"mode": "full"})).status == 202
    sandbox.settings.latency = 0.0
    async with served(settings_of(tmp_path, sandbox)) as client:
        report = await client.service.run(FULL)
        assert (report.run, report.resumed) == (1, True)
