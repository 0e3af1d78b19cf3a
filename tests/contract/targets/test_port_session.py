"""What Port hears around a run, however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from fairlead.app.configuring import Chosen, chosen
from fairlead.app.port_session import port_session
from fairlead.app.settings.load import load
from fairlead.app.settings.values import PortSettings
from fairlead.model.errors import Retry
from fairlead.model.reports import ProgressUpdate
from fairlead.model.secrets import Secret
from port_api import Fault, PortApi
from port_api.state import section


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PortApi]:
    monkeypatch.setenv("NO_PROXY", "*")
    async with PortApi() as api:
        yield api


@pytest.fixture
def settings(port: PortApi) -> PortSettings:
    return PortSettings(port.client_id, Secret(port.client_secret), port.url, "ado")


@pytest.fixture
async def configuration(tmp_path: Path) -> Chosen:
    return await chosen(load({}, tmp_path, {"preset": "standard"}))


def state(port: PortApi) -> object:
    return section(port.state.integrations["ado"], "resyncState")["status"]


def clean(text: str) -> str:
    return text.replace("hush", "…")


async def test_a_run_that_is_cut_off(port: PortApi, settings: PortSettings, configuration: Chosen) -> None:
    running = asyncio.Event()

    async def run() -> None:
        async with port_session(settings, configuration, clean) as session:
            session.started(7)
            session.progressed(ProgressUpdate("project", "acme", 2, 1, 1, True, 1, 1.0))
            running.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await running.wait()
    assert state(port) == "running"
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert state(port) == "aborted"
    assert port.told.messages()[-1] == "the run was cut off; the next one goes on with it"
    assert port.told.states("repository-1")[-1] == "aborted"
    places = [it.path.rpartition("/")[2] for it in reversed(port.ledger)]
    assert places.index("syncMetrics") < places.index("resync-state")


async def test_a_run_that_an_error_stops(
    port: PortApi, settings: PortSettings, configuration: Chosen
) -> None:
    with pytest.raises(Retry):
        async with port_session(settings, configuration, clean):
            raise Retry("hush, the organization is down")
    assert state(port) == "failed"
    assert port.told.messages("ERROR") == ["the run failed: …, the organization is down"]


async def test_when_the_next_run_is_due(port: PortApi, settings: PortSettings, configuration: Chosen) -> None:
    due = msgspec.structs.replace(settings, resync_interval=7200.0)
    async with port_session(due, configuration, clean):
        assert section(port.state.integrations["ado"], "resyncState")["intervalInMinuets"] == 120


async def test_port_that_cannot_be_told_of_the_start_is_told_nothing(
    port: PortApi, settings: PortSettings, configuration: Chosen
) -> None:
    port.fail(Fault(403, times=99, path="/resync-state"))
    async with port_session(settings, configuration, clean) as session:
        assert len(session.targets) == 1
    assert "403" in "".join(session.notices)
    assert port.told.metrics == []


async def test_a_personal_credential_is_told(
    port: PortApi, settings: PortSettings, configuration: Chosen
) -> None:
    port.client_id = "me@example.com"
    personal = msgspec.structs.replace(settings, client_id="me@example.com")
    async with port_session(personal, configuration, clean) as session:
        pass
    (notice,) = session.notices
    assert "an e-mail address" in notice


async def test_without_port_there_is_no_target(configuration: Chosen) -> None:
    async with port_session(None, configuration, clean) as session:
        session.started(1)
    assert (session.targets, session.notices) == ([], [])
