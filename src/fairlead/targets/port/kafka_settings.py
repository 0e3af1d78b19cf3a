"""The options of Port's event listener KAFKA, and how patient its consumer is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from fairlead.model.errors import BadUsage

_HOST = "public.publicclusterprod.t9rw6w.c1.kafka.eu-west-1.amazonaws.com:9196"
BROKERS = ",".join(f"b-{number}-{_HOST}" for number in (1, 2, 3))
"""Port's public brokers: the default of its integration and of its Helm chart."""

_NAMES = {
    "mechanism": "authentication_mechanism",
    "is_secured": "kafka_security_enabled",
    "poll_timeout": "consumer_poll_timeout",
}
"""Ours, where it is not Ocean's."""


class KafkaSettings(msgspec.Struct, frozen=True, kw_only=True, rename=_NAMES):
    """Where the brokers are, and how one speaks to them; `poll_timeout` is the longest wait of one poll, in seconds.

    Without `is_secured` there are no credentials, and the group has the one name that Port's integration gives it.
    """

    brokers: str = BROKERS
    security_protocol: Literal["SASL_SSL", "SASL_PLAINTEXT", "SSL", "PLAINTEXT"] = "SASL_SSL"
    mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    is_secured: bool = True
    poll_timeout: Annotated[float, msgspec.Meta(gt=0)] = 1.0


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. `session`: after so long a silence the group gives our partitions to others (`heartbeat` breaks it).

    `patience`: so long without any partition is an error. `renewal`: credentials are asked for anew no more often.
    `repeat`: the same trouble is logged no more often.
    """

    heartbeat: float = 3.0
    session: float = 45.0
    patience: float = 600.0
    renewal: float = 30.0
    repeat: float = 300.0


def kafka_settings(options: Mapping[str, object]) -> KafkaSettings:
    """The options of the listener KAFKA, in Ocean's names; others, such as `type`, are left alone.

    `brokers` is a comma list or a JSON list. Raises BadUsage for a value that cannot be meant.
    """
    given = {name: value for name, value in options.items() if value not in (None, "")}
    brokers = given.get("brokers")
    if isinstance(brokers, str) and brokers.lstrip().startswith("["):
        try:
            brokers = json.loads(brokers)
        except ValueError:
            raise BadUsage("the event listener's brokers are neither a comma list nor a JSON list") from None
    if isinstance(brokers, list):
        given["brokers"] = ",".join(str(broker) for broker in brokers)
    try:
        return msgspec.convert(given, KafkaSettings, strict=False)
    except msgspec.ValidationError as error:
        raise BadUsage(f"an option of the event listener KAFKA cannot be meant: {error}") from None
