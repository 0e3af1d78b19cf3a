"""Kafka brokers in this process: those that librdkafka brings along to test itself with, which speak the real protocol.

They are reached through the library's C interface, because the Python one cannot stop a broker.
"""

from __future__ import annotations

import ctypes
import importlib.util
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

_PRODUCER = 0


def _library() -> ctypes.CDLL:
    found = importlib.util.find_spec("confluent_kafka")
    assert found is not None
    assert found.origin is not None
    bundled = Path(found.origin).parents[1].glob("confluent_kafka.libs/librdkafka-*.so*")
    lib = ctypes.CDLL(str(next(bundled)))
    for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_mock_cluster_new"):
        getattr(lib, name).restype = ctypes.c_void_p
    lib.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    return lib


class KafkaBroker:
    """One broker on a free port of the loopback, while the context lasts; groups form without delay."""

    def __enter__(self) -> KafkaBroker:
        self._lib = _library()
        configuration = ctypes.c_void_p(self._lib.rd_kafka_conf_new())
        told = ctypes.create_string_buffer(256)
        self._lib.rd_kafka_conf_set(configuration, b"log_level", b"0", told, ctypes.c_size_t(256))
        handle = self._lib.rd_kafka_new(_PRODUCER, configuration, told, ctypes.c_size_t(256))
        assert handle, told.value
        self._handle = ctypes.c_void_p(handle)
        self._cluster = ctypes.c_void_p(self._lib.rd_kafka_mock_cluster_new(self._handle, 1))
        self._lib.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        self.address: str = self._lib.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()
        self._producer = Producer({"bootstrap.servers": self.address, "log_level": 2})
        return self

    def __exit__(self, *about: object) -> None:
        self.start()
        self._producer.flush(5)
        del self._producer
        self._lib.rd_kafka_mock_cluster_destroy(self._cluster)
        self._lib.rd_kafka_destroy(self._handle)

    def topic(self, name: str, partitions: int = 1) -> None:
        assert self._lib.rd_kafka_mock_topic_create(self._cluster, name.encode(), partitions, 1) == 0

    def say(self, topic: str, value: bytes | None, partition: int = 0) -> None:
        """Stores a message; returns when the broker has it."""
        failed: list[KafkaError] = []

        def told(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                failed.append(error)

        self._producer.produce(topic, value, partition=partition, on_delivery=told)
        assert self._producer.flush(10) == 0
        assert failed == []

    def committed(self, topic: str, group: str, partition: int = 0) -> int:
        """Up to where the group has committed; negative where it has not."""
        asking = Consumer({"bootstrap.servers": self.address, "group.id": group, "log_level": 2})
        try:
            [found] = asking.committed([TopicPartition(topic, partition)], timeout=10)
        finally:
            asking.close()
        return int(found.offset)

    def stop(self) -> None:
        """Cuts every connection and takes no new one."""
        self._lib.rd_kafka_mock_broker_set_down(self._cluster, 1)

    def start(self) -> None:
        self._lib.rd_kafka_mock_broker_set_up(self._cluster, 1)
