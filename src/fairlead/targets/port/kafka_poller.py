"""The thread that polls a topic of Port's, by librdkafka.

It is the library of Port's integration too: the two divide the partitions of a group alike (cooperative-sticky), so
that a program of ours can take over while one of theirs still runs. It is an extra, and only this file knows it. The
thread never waits for who handles a request, so that the group does not take a long sync for a dead consumer. The
library commits, every second, at a rebalance and at the end, what is handed over and acknowledged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

import structlog

from fairlead.model.errors import BadUsage, Retry
from fairlead.targets.port.kafka_progress import Progress, ResyncRequest
from fairlead.targets.port.kafka_settings import KafkaSettings, Pace
from fairlead.targets.port.organization import KafkaCredentials
from fairlead.targets.port.resync_requests import judge

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

_BATCH = 500
_LONGEST_POLL = 1.0
"""Seconds. A longer poll would only make the end longer."""

_log = structlog.get_logger(__name__)


def library() -> ModuleType:
    """The library. Raises BadUsage where it is not installed."""
    try:
        import confluent_kafka
    except ImportError:
        raise BadUsage(
            "the event listener KAFKA needs the library confluent-kafka, which is not installed",
            advice="Install it: pip install 'fairlead[kafka]', or confluent-kafka into Fairlead's environment. "
            "Or choose the listener POLLING, which needs nothing.",
        ) from None
    return confluent_kafka


class Poller:
    """One consumer of one topic. `run` is its thread's; the rest may be called from another.

    `news` is called, from the thread, when a request waits; `refused` when the brokers refuse the credentials.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        credentials: KafkaCredentials | None,
        *,
        topic: str,
        group: str,
        integration: str,
        pace: Pace,
        now: Callable[[], float],
        news: Callable[[], None],
        refused: Callable[[], None],
    ) -> None:
        kafka = library()
        self._topic = topic
        self._group = group
        self._integration = integration
        self._poll_timeout = min(settings.poll_timeout, _LONGEST_POLL)
        self._pace = pace
        self._now = now
        self._news = news
        self._refused = refused
        self._progress = Progress()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._fresh: KafkaCredentials | None = None
        self._without_since: float | None = None
        self._asked_at: float | None = None
        self._trouble = ""
        self._told: dict[str, float] = {}
        self._refusals = {kafka.KafkaError._AUTHENTICATION, kafka.KafkaError.SASL_AUTHENTICATION_FAILED}
        self._library_error = kafka.KafkaException
        self._partition = kafka.TopicPartition
        told = _configuration(settings, pace, group, credentials) | {"error_cb": self._on_error}
        try:
            self._consumer: Consumer = kafka.Consumer(told)
        except kafka.KafkaException as error:
            raise BadUsage(
                f"the options of the event listener KAFKA cannot be used: {_words(error)}"
            ) from None

    def take(self) -> ResyncRequest | None:
        with self._lock:
            return self._progress.take()

    def acknowledge(self) -> None:
        with self._lock:
            self._progress.acknowledge()

    def renew(self, credentials: KafkaCredentials) -> None:
        self._fresh = credentials

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Until `stop`. Raises `Retry` where no partition is ours for too long, or the library gives up."""
        consumer = self._consumer
        try:
            consumer.subscribe(
                [self._topic], on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
            )
            _log.info("waiting for resync requests", topic=self._topic, group=self._group)
            while not self._stopping.is_set():
                self._round(consumer)
            self._store_done(consumer)
        finally:
            consumer.close()

    def _round(self, consumer: Consumer) -> None:
        fresh, self._fresh = self._fresh, None
        if fresh is not None:
            consumer.set_sasl_credentials(fresh.username, fresh.password.reveal())
        message = consumer.poll(self._poll_timeout)
        for _ in range(_BATCH):
            if message is None:
                break
            self._read(message)
            message = consumer.poll(0)
        with self._lock:
            is_waiting = self._progress.is_waiting
        if is_waiting:
            self._news()
        self._store_done(consumer)
        self._watch(consumer)

    def _read(self, message: Message) -> None:
        error, partition, offset = message.error(), message.partition(), message.offset()
        if error is not None:
            self._on_error(error)
            return
        if partition is None or offset is None:
            return
        verdict = judge(message.value(), self._topic, self._integration)
        request = ResyncRequest(self._topic, partition, offset) if verdict == "request" else None
        with self._lock:
            self._progress.read(partition, offset, request)
        if request is not None:
            _log.info("a resync is requested", topic=self._topic, partition=partition, offset=offset)
        elif verdict == "unreadable":
            self._tell("a message cannot be read and is skipped", partition=partition, offset=offset)

    def _store_done(self, consumer: Consumer) -> None:
        """Lets the library commit what is done."""
        owned = {it.partition for it in consumer.assignment()}
        with self._lock:
            self._progress.keep(owned)
            done = self._progress.done()
        if not done:
            return
        offsets = [self._partition(self._topic, partition, offset) for partition, offset in done.items()]
        try:
            consumer.store_offsets(offsets=offsets)
        except self._library_error as error:
            # A partition that went just now: its next owner reads again what is not committed.
            _log.info("a place in the topic is not kept", error=_words(error))

    def _watch(self, consumer: Consumer) -> None:
        if consumer.assignment():
            self._without_since, self._trouble = None, ""
            return
        now = self._now()
        if self._without_since is None:
            self._without_since = now
        if now - self._without_since >= self._pace.patience:
            because = f": {self._trouble}" if self._trouble else ""
            raise Retry(
                f"no partition of {self._topic} was ours for {self._pace.patience:.0f} s{because}",
                advice=f"Look whether the brokers can be reached, and whether another program of the same integration "
                f"still runs (group {self._group}).",
            )

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        numbers = sorted(it.partition for it in partitions)
        if numbers:
            _log.info("partitions are ours", topic=self._topic, partitions=numbers)
        elif not consumer.assignment():
            self._tell(
                "no partition is ours yet: another program of the same group has them", group=self._group
            )

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._store_done(consumer)
        numbers = {it.partition for it in partitions}
        _log.info("partitions go to another", topic=self._topic, partitions=sorted(numbers))
        with self._lock:
            self._progress.keep({it.partition for it in consumer.assignment()} - numbers)

    def _on_lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._tell("the group took us for gone: we join again", group=self._group)
        with self._lock:
            self._progress.keep(())

    def _on_error(self, error: KafkaError) -> None:
        self._trouble = error.str()
        self._tell(f"Kafka: {error.name()}", reason=error.str())
        if error.fatal():
            raise Retry(f"the Kafka library gives up: {error.str()}")
        now = self._now()
        is_due = self._asked_at is None or now - self._asked_at >= self._pace.renewal
        if error.code() in self._refusals and is_due:
            self._asked_at = now
            self._refused()

    def _tell(self, event: str, **told: object) -> None:
        """A warning, but not the same again for a while: an outage has a line, not a flood."""
        now = self._now()
        if now - self._told.get(event, float("-inf")) >= self._pace.repeat:
            self._told[event] = now
            _log.warning(event, **told)


def _configuration(
    settings: KafkaSettings, pace: Pace, group: str, credentials: KafkaCredentials | None
) -> dict[str, object]:
    """What librdkafka is told; its own names."""
    told: dict[str, object] = {
        "bootstrap.servers": settings.brokers,
        "group.id": group,
        "enable.auto.commit": True,
        "auto.commit.interval.ms": 1000,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "heartbeat.interval.ms": round(pace.heartbeat * 1000),
        "session.timeout.ms": round(pace.session * 1000),
        # The change log of a large organization must not fill the memory: the default is 64 MB.
        "queued.max.messages.kbytes": 8192,
        # Its own lines to standard error would be a flood in an outage; errors come to us by the callback.
        "log_level": 2,
    }
    if credentials is not None:
        told |= {
            "partition.assignment.strategy": "cooperative-sticky",
            "security.protocol": settings.security_protocol,
            "sasl.mechanism": settings.mechanism,
            "sasl.username": credentials.username,
            "sasl.password": credentials.password.reveal(),
        }
    return told


def _words(error: Exception) -> str:
    """What a KafkaException says: its one argument is a KafkaError."""
    told = error.args[0] if error.args else error
    return told.str() if hasattr(told, "str") else str(told)
