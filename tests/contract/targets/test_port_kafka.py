"""The consumer of Port's Kafka topics, against a broker that speaks the real protocol."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from confluent_kafka import Consumer
from structlog.testing import capture_logs

from fairlead.model.errors import BadUsage, NotPermitted, Retry
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.kafka import KafkaRequests
from fairlead.targets.port.kafka_progress import ResyncRequest
from fairlead.targets.port.kafka_settings import KafkaSettings, Pace
from kafka_broker import KafkaBroker
from kafka_gate import KafkaGate
from port_api import Fault, PortApi

LOG = "org_test.change.log"
OWN = "org_test.integration.resync.requests"
GROUP = "org_test.azure-devops.my-azure"
RESYNC = json.dumps({"action": "RESYNC", "context": {"integrationId": "my-azure"}}).encode()
OTHERS = json.dumps({"action": "RESYNC", "context": {"integrationId": "another"}}).encode()
QUICK = Pace(heartbeat=0.2, session=2.0)
SECONDS = 20.0

Connect = Callable[..., KafkaRequests]


@pytest.fixture
def broker() -> Iterator[KafkaBroker]:
    with KafkaBroker() as it:
        it.topic(LOG)
        it.topic(OWN)
        yield it


@pytest.fixture
async def connect(broker: KafkaBroker, client: PortClient) -> AsyncIterator[Callable[..., KafkaRequests]]:
    """Makes a consumer of ours; what it made is closed at the end."""
    made: list[KafkaRequests] = []

    def make(*, pace: Pace = QUICK, is_secured: bool = True) -> KafkaRequests:
        given = KafkaSettings(
            brokers=broker.address, security_protocol="PLAINTEXT", is_secured=is_secured, poll_timeout=0.05
        )
        made.append(KafkaRequests(given, client, "my-azure", pace=pace))
        return made[-1]

    yield make
    for it in made:
        await it.close()


async def soon(wanted: Awaitable[ResyncRequest]) -> ResyncRequest:
    return await asyncio.wait_for(wanted, SECONDS)


async def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


@asynccontextmanager
async def waiting(requests: KafkaRequests) -> AsyncIterator[asyncio.Task[ResyncRequest]]:
    """The next request, while it is waited for."""
    task = asyncio.ensure_future(anext(requests))
    yield task
    task.cancel()
    await asyncio.wait([task])


async def test_a_request_of_the_change_log_is_given(broker: KafkaBroker, connect: Connect) -> None:
    requests = connect()
    async with waiting(requests) as task:
        broker.say(LOG, OTHERS)
        broker.say(LOG, RESYNC)
        assert await soon(task) == ResyncRequest(LOG, 0, 1)


async def test_a_request_of_the_topic_of_requests_is_given(
    port: PortApi, broker: KafkaBroker, connect: Connect
) -> None:
    port.state.organization_flags.append("OCEAN_KAFKA_INTEGRATION_RESYNC_REQUESTS_TOPIC_ENABLED")
    requests = connect()
    broker.say(LOG, RESYNC)
    broker.say(OWN, RESYNC)
    assert (await soon(anext(requests))).topic == OWN


async def test_garbage_is_passed_over_and_told_once(broker: KafkaBroker, connect: Connect) -> None:
    for value in (b"", b"\xff", b"[]", b"{", None):
        broker.say(LOG, value)
    broker.say(LOG, RESYNC)
    with capture_logs() as logs:
        assert (await soon(anext(connect()))).offset == 5
    assert [it["offset"] for it in logs if it["log_level"] == "warning"] == [0]


async def test_requests_that_wait_are_given_as_one(broker: KafkaBroker, connect: Connect) -> None:
    requests = connect()
    broker.say(LOG, RESYNC)
    await soon(anext(requests))
    for _ in range(4):
        broker.say(LOG, RESYNC)
    await asyncio.sleep(1)
    assert (await soon(anext(requests))).offset == 4
    async with waiting(requests) as task:
        broker.say(LOG, RESYNC)
        assert (await soon(task)).offset == 5


async def test_a_request_is_committed_when_the_next_is_asked_for(
    broker: KafkaBroker, connect: Connect
) -> None:
    first = connect()
    broker.say(LOG, OTHERS)
    broker.say(LOG, RESYNC)
    await soon(anext(first))
    await until(lambda: broker.committed(LOG, GROUP) == 1)
    async with waiting(first):
        await until(lambda: broker.committed(LOG, GROUP) == 2)


async def test_what_was_not_acknowledged_is_given_again_after_a_restart(
    broker: KafkaBroker, connect: Connect
) -> None:
    first = connect()
    broker.say(LOG, RESYNC)
    given = await soon(anext(first))
    await first.close()
    assert await soon(anext(connect())) == given


async def test_a_restart_goes_on_after_what_was_acknowledged(broker: KafkaBroker, connect: Connect) -> None:
    first = connect()
    broker.say(LOG, RESYNC)
    await soon(anext(first))
    async with waiting(first):
        await asyncio.sleep(0.2)
    await first.close()
    broker.say(LOG, OTHERS)
    broker.say(LOG, RESYNC)
    assert (await soon(anext(connect()))).offset == 2


class PortsConsumer:
    """A consumer that is set up as that of Port's integration, in a thread of its own, while the context lasts."""

    def __init__(self, broker: KafkaBroker) -> None:
        self.seen: list[int] = []
        self.has_partitions = threading.Event()
        self._stopping = threading.Event()
        self._consumer = Consumer(
            {
                "bootstrap.servers": broker.address,
                "group.id": GROUP,
                "enable.auto.commit": "false",
                "partition.assignment.strategy": "cooperative-sticky",
                "heartbeat.interval.ms": 200,
                "session.timeout.ms": 2000,
                "log_level": 2,
            }
        )
        self._thread = threading.Thread(target=self._poll)

    def __enter__(self) -> PortsConsumer:
        self._thread.start()
        assert self.has_partitions.wait(SECONDS)
        return self

    def __exit__(self, *about: object) -> None:
        self._stopping.set()
        self._thread.join(SECONDS)

    def _poll(self) -> None:
        self._consumer.subscribe([LOG], on_assign=lambda consumer, partitions: self.has_partitions.set())
        while not self._stopping.is_set():
            message = self._consumer.poll(0.05)
            if message is not None and message.error() is None:
                self.seen.append(message.offset() or 0)
                self._consumer.commit(asynchronous=False)
        self._consumer.close()


async def test_only_one_of_a_group_is_given_a_request_beside_ports_own_consumer(
    broker: KafkaBroker, connect: Connect
) -> None:
    requests = connect()
    with PortsConsumer(broker) as theirs:
        async with waiting(requests) as task:
            await asyncio.sleep(3)
            broker.say(LOG, RESYNC)
            done, _ = await asyncio.wait([task], timeout=2)
            assert len(done) + len(theirs.seen) == 1
    if not done:
        # Theirs has ended: what comes now is ours, and nothing that was theirs.
        broker.say(LOG, RESYNC)
        assert (await soon(anext(requests))).offset == 1


async def test_two_of_ours_share_the_partitions(broker: KafkaBroker, connect: Connect) -> None:
    first, second = connect(), connect()
    async with waiting(first) as one, waiting(second) as two:
        await asyncio.sleep(3)
        broker.say(LOG, RESYNC)
        done, _ = await asyncio.wait([one, two], timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(2)
        assert (one.done() + two.done(), len(done)) == (1, 1)


async def test_who_handles_a_request_for_long_stays_in_the_group(
    broker: KafkaBroker, connect: Connect
) -> None:
    requests = connect()
    broker.say(LOG, RESYNC)
    with capture_logs() as logs:
        await soon(anext(requests))
        await asyncio.sleep(2 * QUICK.session)
        async with waiting(requests):
            await until(lambda: broker.committed(LOG, GROUP) == 1)
    assert [it["event"] for it in logs].count("partitions are ours") == 1


async def test_a_broker_that_is_away_and_back_loses_nothing(broker: KafkaBroker, connect: Connect) -> None:
    requests = connect()
    broker.say(LOG, RESYNC)
    await soon(anext(requests))
    async with waiting(requests) as task:
        await until(lambda: broker.committed(LOG, GROUP) == 1)
        broker.stop()
        await asyncio.sleep(3)
        assert not task.done()
        broker.start()
        broker.say(LOG, RESYNC)
        assert (await soon(task)).offset == 1


async def test_an_end_while_polling_is_prompt(broker: KafkaBroker, connect: Connect) -> None:
    requests = connect()
    broker.say(LOG, RESYNC)
    await soon(anext(requests))
    async with waiting(requests) as task:
        await asyncio.sleep(0.2)
        begun = time.monotonic()
        await requests.close()
        assert time.monotonic() - begun < 3
        with pytest.raises(StopAsyncIteration):
            await task
    await requests.close()
    with pytest.raises(StopAsyncIteration):
        await anext(requests)


async def test_an_end_without_any_broker_is_prompt(broker: KafkaBroker, connect: Connect) -> None:
    requests = connect()
    broker.say(LOG, RESYNC)
    await soon(anext(requests))
    async with waiting(requests):
        broker.stop()
        await asyncio.sleep(1)
        begun = time.monotonic()
        await requests.close()
        assert time.monotonic() - begun < 7


async def test_to_be_without_a_partition_for_long_is_an_error(broker: KafkaBroker, connect: Connect) -> None:
    broker.stop()
    requests = connect(pace=Pace(patience=1.5))
    with pytest.raises(
        Retry, match=r"no partition of org_test.change.log was ours for 2 s: .*refused"
    ) as told:
        await soon(anext(requests))
    assert GROUP in told.value.advice


async def test_without_security_the_group_has_its_fixed_name(
    port: PortApi, broker: KafkaBroker, connect: Connect
) -> None:
    requests = connect(is_secured=False)
    broker.say(LOG, RESYNC)
    await soon(anext(requests))
    async with waiting(requests):
        await until(lambda: broker.committed(LOG, "no-security") == 1)
    assert port.requests(path="kafka-credentials") == []


async def test_credentials_that_brokers_refuse_are_asked_for_anew(port: PortApi, client: PortClient) -> None:
    async with KafkaGate("second", "second-password") as gate:
        told = KafkaSettings(brokers=gate.address, security_protocol="SASL_PLAINTEXT", mechanism="PLAIN")
        requests = KafkaRequests(told, client, "my-azure", pace=Pace(renewal=0.5))
        async with waiting(requests):
            await until(lambda: len(gate.tried) > 0)
            port.state.kafka_credentials = gate.known
            await until(lambda: gate.known in gate.tried)
            await requests.close()
    assert gate.tried[0] == ("stand-in-kafka", "stand-in-kafka-password")


async def test_credentials_that_port_forbids_end_the_listener(port: PortApi, client: PortClient) -> None:
    async with KafkaGate("second", "second-password") as gate:
        told = KafkaSettings(brokers=gate.address, security_protocol="SASL_PLAINTEXT", mechanism="PLAIN")
        requests = KafkaRequests(told, client, "my-azure", pace=Pace(renewal=0.5))
        async with waiting(requests) as task:
            await until(lambda: len(gate.tried) > 0)
            port.fail(Fault(403, times=9, path="kafka-credentials", body=b'{"error": "missing_permissions"}'))
            with pytest.raises(NotPermitted, match="the Kafka credentials: 403 missing_permissions"):
                await soon(task)
            await requests.close()


async def test_what_the_library_refuses_is_told(connect: Connect) -> None:
    with pytest.raises(BadUsage, match=r"event listener KAFKA cannot be used: .*session\.timeout\.ms"):
        await anext(connect(pace=Pace(session=0.0)))


async def test_an_outage_is_a_line_and_no_flood(
    broker: KafkaBroker, connect: Connect, capfd: pytest.CaptureFixture[str]
) -> None:
    broker.stop()
    with capture_logs() as logs:
        async with waiting(connect()):
            await asyncio.sleep(3)
    warnings = [it for it in logs if it["log_level"] == "warning"]
    assert len(warnings) in (1, 2, 3)
    assert "refused" in str(warnings)
    assert capfd.readouterr().err == ""
