"""`fairlead ocean` with the listener KAFKA: a message of Port's topic becomes a full sync."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from azure_devops_sandbox import Sandbox
from contract.cli.conftest import Shell, variables_of_the_image
from contract.cli.ocean_server import ocean, until
from kafka_broker import KafkaBroker
from port_api import PortApi

TOPIC = "org_test.change.log"
GROUP = "org_test.azure-devops.ado"
RESYNC = json.dumps({"action": "RESYNC", "context": {"integrationId": "ado"}}).encode()


@pytest.fixture
def broker() -> Iterator[KafkaBroker]:
    with KafkaBroker() as it:
        it.topic(TOPIC)
        yield it


@pytest.fixture
def image(bare: Shell, sandbox: Sandbox, port: PortApi, broker: KafkaBroker) -> Shell:
    """The variables of Port's image, with the listener of its Helm chart."""
    listener = {
        "type": "KAFKA",
        "brokers": broker.address,
        "securityProtocol": "PLAINTEXT",
        "resyncOnStart": False,
    }
    bare.environment |= variables_of_the_image(sandbox, port) | {
        "OCEAN__EVENT_LISTENER": json.dumps(listener),
        "FAIRLEAD_PRESET": "standard",
    }
    return bare


def syncs(port: PortApi) -> int:
    """How many have come to their end."""
    states = [it.json for it in port.requests("PATCH", "resync-state")]
    return sum(isinstance(it, dict) and it.get("status") == "completed" for it in states)


async def test_a_message_becomes_a_full_sync(image: Shell, port: PortApi, broker: KafkaBroker) -> None:
    async with ocean(image) as server:
        await until(lambda: bool(port.requests(path="kafka-credentials")))
        assert port.state.integrations["ado"]["changelogDestination"] == {"type": "KAFKA"}
        assert syncs(port) == 0
        broker.say(TOPIC, b"{")
        broker.say(TOPIC, RESYNC)
        await until(lambda: syncs(port) == 1)
        assert port.state.every_entity()
        await until(lambda: broker.committed(TOPIC, GROUP) == 2)
        broker.say(TOPIC, RESYNC)
        await until(lambda: syncs(port) == 2)
        done = await server.stop()
    assert done.code == 0, done.err
    assert "a message cannot be read and is skipped" in done.err
    assert "stand-in-kafka-password" not in done.out + done.err


@pytest.mark.long  # This broker leaves a group to a newcomer only when its session timeout has passed: 45 s.
async def test_a_request_whose_sync_was_cut_off_is_served_by_the_next_start(
    image: Shell, port: PortApi, broker: KafkaBroker
) -> None:
    broker.say(TOPIC, RESYNC)
    async with ocean(image) as first:
        await until(lambda: bool(port.requests("PATCH", "resync-state")))
        await first.stop()
    assert syncs(port) == 0
    assert broker.committed(TOPIC, GROUP) < 0
    async with ocean(image) as second:
        await until(lambda: len(port.requests(path="kafka-credentials")) == 2)
        await until(lambda: syncs(port) == 1)
        await until(lambda: broker.committed(TOPIC, GROUP) == 1)
        await second.stop()
    assert port.state.every_entity()


@pytest.mark.parametrize("listener", [{"consumer_poll_timeout": "soon"}, {"brokers": "[a"}])
async def test_an_option_that_cannot_be_meant_is_told_at_once(image: Shell, listener: dict[str, str]) -> None:
    image.environment["OCEAN__EVENT_LISTENER"] = json.dumps({"type": "KAFKA"} | listener)
    done = await image.run("ocean", "--port", "0")
    assert done.code == 64, done.err
    assert "event listener" in done.err


async def test_a_missing_library_is_told_at_once(image: Shell) -> None:
    (image.directory / "confluent_kafka.py").write_text("raise ImportError\n")
    paths = (str(image.directory), os.environ.get("PYTHONPATH", ""))
    image.environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    done = await image.run("ocean", "--port", "0")
    assert done.code == 64, done.err
    assert "fairlead[kafka]" in done.err
