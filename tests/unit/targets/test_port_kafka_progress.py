"""What a consumer has read, handed over, and may commit; and the options it is told."""

from __future__ import annotations

import sys

import pytest

from fairlead.model.errors import BadUsage
from fairlead.targets.port.kafka_poller import library
from fairlead.targets.port.kafka_progress import Progress, ResyncRequest
from fairlead.targets.port.kafka_settings import BROKERS, KafkaSettings, kafka_settings


def request(partition: int, offset: int) -> ResyncRequest:
    return ResyncRequest("topic", partition, offset)


def test_what_concerns_nobody_is_done_at_once_and_told_once() -> None:
    progress = Progress()
    progress.read(0, 6, None)
    progress.read(1, 2, None)
    assert progress.done() == {0: 7, 1: 3}
    assert progress.done() == {}


def test_a_request_holds_its_partition_until_it_is_acknowledged() -> None:
    progress = Progress()
    progress.read(0, 4, None)
    progress.read(0, 5, request(0, 5))
    progress.read(0, 6, None)
    progress.read(1, 9, None)
    assert progress.done() == {0: 5, 1: 10}
    assert progress.take() == request(0, 5)
    progress.read(0, 7, request(0, 7))
    assert progress.done() == {}
    progress.acknowledge()
    assert progress.done() == {0: 7}
    assert progress.take() == request(0, 7)
    assert progress.take() is None
    progress.acknowledge()
    assert progress.done() == {0: 8}


def test_requests_of_all_partitions_are_taken_as_one() -> None:
    progress = Progress()
    for partition, offset in ((0, 1), (0, 2), (1, 5)):
        progress.read(partition, offset, request(partition, offset))
    assert progress.take() == request(1, 5)
    assert progress.take() is None
    progress.acknowledge()
    assert progress.done() == {0: 3, 1: 6}


def test_what_is_anothers_is_forgotten() -> None:
    progress = Progress()
    progress.read(0, 1, request(0, 1))
    progress.read(1, 1, None)
    progress.keep({1})
    assert not progress.is_waiting
    assert progress.take() is None
    assert progress.done() == {1: 2}
    progress.read(0, 1, request(0, 1))
    assert progress.take() == request(0, 1)


def test_a_partition_that_comes_back_is_told_anew() -> None:
    progress = Progress()
    progress.read(0, 1, None)
    assert progress.done() == {0: 2}
    progress.keep(())
    progress.read(0, 1, None)
    assert progress.done() == {0: 2}


def test_the_defaults_are_those_of_ports_integration() -> None:
    assert kafka_settings({"type": "KAFKA"}) == KafkaSettings()
    assert BROKERS.split(",")[0].startswith("b-1-public.publicclusterprod.")
    assert len(BROKERS.split(",")) == 3


@pytest.mark.parametrize("brokers", ["a:1,b:2", '["a:1", "b:2"]', ["a:1", "b:2"]])
def test_options_are_read_as_the_environment_spells_them(brokers: object) -> None:
    options: dict[str, object] = {
        "brokers": brokers,
        "security_protocol": "SASL_PLAINTEXT",
        "authentication_mechanism": "PLAIN",
        "kafka_security_enabled": "false",
        "consumer_poll_timeout": "2",
    }
    assert kafka_settings(options) == KafkaSettings(
        brokers="a:1,b:2",
        security_protocol="SASL_PLAINTEXT",
        mechanism="PLAIN",
        is_secured=False,
        poll_timeout=2.0,
    )


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"consumer_poll_timeout": "soon"}, "consumer_poll_timeout"),
        ({"consumer_poll_timeout": -1}, "consumer_poll_timeout"),
        ({"kafka_security_enabled": "perhaps"}, "kafka_security_enabled"),
        ({"brokers": "[a"}, "brokers"),
        ({"brokers": 5}, "brokers"),
        ({"security_protocol": ["x"]}, "security_protocol"),
        ({"security_protocol": "ROT13"}, "security_protocol"),
        ({"authentication_mechanism": "GSSAPI"}, "authentication_mechanism"),
    ],
)
def test_an_option_that_cannot_be_meant_is_named(options: dict[str, object], named: str) -> None:
    with pytest.raises(BadUsage, match=f"event listener.*{named}"):
        kafka_settings(options)


def test_a_missing_library_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(BadUsage, match="confluent-kafka") as told:
        library()
    assert "fairlead[kafka]" in told.value.advice
