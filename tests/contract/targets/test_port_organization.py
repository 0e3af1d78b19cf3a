"""The organization's own routes: who we are, and the credentials for its Kafka topics."""

from __future__ import annotations

import pytest

from fairlead.model.errors import BadCredential, NotPermitted, Retry
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.organization import kafka_credentials, organization
from port_api import Fault, PortApi


async def test_the_organization_is_named_with_its_flags(port: PortApi, client: PortClient) -> None:
    port.state.organization_flags.append("LAKEHOUSE_ELIGIBLE")
    told = await organization(client)
    assert (told.id, told.feature_flags) == ("org_test", frozenset({"LAKEHOUSE_ELIGIBLE"}))


async def test_the_kafka_credentials_cannot_be_printed(port: PortApi, client: PortClient) -> None:
    told = await kafka_credentials(client)
    assert (told.username, told.password.reveal()) == ("stand-in-kafka", "stand-in-kafka-password")
    assert "stand-in-kafka-password" not in repr(told)


async def test_the_kafka_credentials_are_asked_for_anew_each_time(port: PortApi, client: PortClient) -> None:
    await kafka_credentials(client)
    port.state.kafka_credentials = ("second", "second-password")
    assert (await kafka_credentials(client)).username == "second"


async def test_a_revoked_token_is_renewed_for_them(port: PortApi, client: PortClient) -> None:
    await kafka_credentials(client)
    port.revoke_token()
    assert (await kafka_credentials(client)).username == "stand-in-kafka"


async def test_passing_faults_are_ridden_out(port: PortApi, client: PortClient) -> None:
    port.fail(Fault(503, times=2, path="kafka-credentials"))
    assert (await kafka_credentials(client)).username == "stand-in-kafka"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(403, path="kafka-credentials", body=b'{"error": "missing_permissions"}'), NotPermitted),
        (Fault(401, times=2, path="kafka-credentials"), BadCredential),
        (Fault(200, path="kafka-credentials", body=b"<html>"), Retry),
        (Fault(200, path="kafka-credentials", body=b'{"ok": true, "credentials": {}}'), Retry),
    ],
)
async def test_refusals_are_classed(
    port: PortApi, client: PortClient, fault: Fault, error: type[Exception]
) -> None:
    port.fail(fault)
    with pytest.raises(error):
        await kafka_credentials(client)
