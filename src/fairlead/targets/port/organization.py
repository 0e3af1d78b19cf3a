"""The organization that a credential of Port's belongs to, and what it needs to read its Kafka topics."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from fairlead.model.secrets import Secret
from fairlead.targets.port.answers import read
from fairlead.targets.port.client import PortClient

T = TypeVar("T")


class Organization(msgspec.Struct, frozen=True, rename="camel"):
    """`feature_flags` are Port's own words for what is switched on for the organization."""

    id: str
    feature_flags: frozenset[str] = frozenset()


class KafkaCredentials(msgspec.Struct, frozen=True):
    """Who one is to Port's Kafka brokers."""

    username: str
    password: Secret


class _OrganizationHolder(msgspec.Struct, frozen=True):
    organization: Organization


class _Credentials(msgspec.Struct, frozen=True):
    username: str
    password: str


class _CredentialsHolder(msgspec.Struct, frozen=True):
    credentials: _Credentials


async def organization(client: PortClient) -> Organization:
    """Raises what `PortClient.request` raises, and `NotPermitted` and its like where Port refuses."""
    return (await _get(client, "organization", _OrganizationHolder, "the organization")).organization


async def kafka_credentials(client: PortClient) -> KafkaCredentials:
    """The credentials of the organization for Port's Kafka; they may change. Raises as `organization` does."""
    told = await _get(client, "kafka-credentials", _CredentialsHolder, "the Kafka credentials")
    return KafkaCredentials(told.credentials.username, Secret(told.credentials.password))


async def _get(client: PortClient, name: str, shape: type[T], what: str) -> T:
    answer = await client.request("GET", (name,))
    client.check(answer, what)
    return read(answer, shape, what)
