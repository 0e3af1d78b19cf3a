"""A stand-in for Port, and a target that talks to it in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fairlead.model.secrets import Secret
from fairlead.targets.pacing import Timing
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.target import PortTarget
from port_api import PortApi, VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def timing(clock: VirtualClock) -> Timing:
    return Timing(now=clock.now, sleep=clock.sleep, chance=lambda: 0.5)


@pytest.fixture
async def port(clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PortApi]:
    monkeypatch.setenv("NO_PROXY", "*")
    async with PortApi(now=clock.now) as api:
        yield api


@pytest.fixture
def settings(port: PortApi) -> PortSettings:
    return PortSettings(
        base_url=port.url,
        client_id=port.client_id,
        client_secret=Secret(port.client_secret),
        identifier="my-azure",
        create_missing_related_entities=False,
        version="1.2.3",
    )


@pytest.fixture
async def client(settings: PortSettings, timing: Timing) -> AsyncIterator[PortClient]:
    it = PortClient(settings, timing)
    yield it
    await it.close()


@pytest.fixture
async def target(settings: PortSettings, timing: Timing) -> AsyncIterator[PortTarget]:
    it = PortTarget(settings, timing=timing)
    yield it
    await it.close()
