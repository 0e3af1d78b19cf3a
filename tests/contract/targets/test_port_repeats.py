"""Which requests are sent again, what is looked at first, and what requests under way at once share."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from contract.targets.port_builders import definition, payload, stand, upserted
from fairlead.model.errors import BadCredential, BadUsage, Retry
from fairlead.targets.pacing import Timing
from fairlead.targets.port.client import LostAnswer, PortClient
from fairlead.targets.port.pacing import ATTEMPTS, ATTEMPTS_UNHEARD
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.target import PortTarget
from port_api import Fault, PortApi, VirtualClock

TOKEN = "access_token"
LIST = ("blueprints",)
NEW = b'{"identifier": "service", "title": "Service", "schema": {"properties": {}}}'


async def test_a_hundred_requests_with_an_expired_token_sign_in_once(
    port: PortApi, client: PortClient, clock: VirtualClock
) -> None:
    await client.request("GET", LIST)
    clock.pass_by(20_000)
    answers = await asyncio.gather(*(client.request("GET", LIST) for _ in range(100)))
    assert {it.status for it in answers} == {200}
    assert len(port.requests("POST", TOKEN)) == 2


async def test_a_hundred_requests_with_a_revoked_token_sign_in_once(
    port: PortApi, client: PortClient
) -> None:
    await client.request("GET", LIST)
    port.revoke_token()
    answers = await asyncio.gather(*(client.request("GET", LIST) for _ in range(100)))
    assert {it.status for it in answers} == {200}
    assert len(port.requests("POST", TOKEN)) == 2


async def test_a_pause_of_one_family_does_not_stop_the_other(
    port: PortApi, settings: PortSettings, clock: VirtualClock
) -> None:
    stand(port, definition("service"))
    paused, over = asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        paused.set()
        await over.wait()
        clock.pass_by(seconds)

    target = PortTarget(settings, timing=Timing(now=clock.now, sleep=sleep, chance=lambda: 0.5))
    port.fail(Fault(429, method="GET", headers={"Retry-After": "200"}))
    listing = asyncio.create_task(target.integration.stored_blueprints())
    await paused.wait()
    (outcome,) = await upserted(target, [payload(1, "service", "s")])
    assert outcome.error == ""
    assert not listing.done()
    over.set()
    assert "service" in await listing
    await target.close()


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_reading_is_repeated_whatever_the_fault(port: PortApi, client: PortClient, status: int) -> None:
    await client.request("GET", LIST)
    port.fail(Fault(status, times=3, path="/v1/blueprints"))
    assert (await client.request("GET", LIST)).attempts == 4


async def test_reading_is_repeated_when_the_connection_is_cut(port: PortApi, client: PortClient) -> None:
    port.fail(Fault(0, times=5, path="/v1/blueprints"))
    assert (await client.request("GET", LIST)).status == 200


async def test_a_search_is_reading_too(port: PortApi, client: PortClient) -> None:
    port.fail(Fault(500, path="/search"))
    query = b'{"combinator": "and", "rules": []}'
    answer = await client.request("POST", ("entities", "search"), body=query, effect="read")
    assert (answer.status, answer.attempts) == (200, 2)


@pytest.mark.parametrize("status", [408, 502, 503, 504, 0])
async def test_what_creates_is_not_repeated_blindly(port: PortApi, client: PortClient, status: int) -> None:
    port.fail(Fault(status, method="POST", path="/v1/blueprints"))
    with pytest.raises(LostAnswer):
        await client.request("POST", LIST, body=NEW, effect="create")
    assert len(port.requests("POST", "/v1/blueprints")) == 1


async def test_what_creates_is_repeated_where_it_was_only_throttled(
    port: PortApi, client: PortClient
) -> None:
    port.fail(Fault(429, times=2, method="POST", path="/v1/blueprints", headers={"Retry-After": "3"}))
    assert (await client.request("POST", LIST, body=NEW, effect="create")).status == 201


async def test_a_lost_creation_is_looked_at_before_it_is_repeated(port: PortApi, client: PortClient) -> None:
    async def is_there() -> bool:
        return (await client.request("GET", ("blueprints", "service"))).is_success

    port.fail(Fault(0, times=2, method="POST", path="/v1/blueprints"))
    answer = await client.create(LIST, NEW, is_there)
    assert answer is not None
    assert answer.status == 201
    assert [it.method for it in port.requests(path="/v1/blueprints")] == [
        "POST",
        "GET",
        "POST",
        "GET",
        "POST",
    ]
    port.state.blueprints.clear()
    port.fail(Fault(0, method="POST", path="/v1/blueprints", arrives=True))
    assert await client.create(LIST, NEW, is_there) is None
    assert "service" in port.state.blueprints


async def test_a_creation_that_is_always_lost_ends(port: PortApi, client: PortClient) -> None:
    async def is_there() -> bool:
        return False

    port.fail(Fault(502, times=99, method="POST", path="/v1/blueprints"))
    with pytest.raises(Retry, match="502"):
        await client.create(LIST, NEW, is_there)
    assert len(port.requests("POST", "/v1/blueprints")) == ATTEMPTS


async def test_a_creation_does_not_sleep_for_hours_because_it_is_asked_to(
    port: PortApi, client: PortClient, clock: VirtualClock
) -> None:
    async def is_there() -> bool:
        return False

    began = clock.now()
    port.fail(Fault(503, method="POST", path="/v1/blueprints", headers={"Retry-After": "9000"}))
    with pytest.raises(LostAnswer, match="503"):
        await client.create(LIST, NEW, is_there)
    assert clock.now() == began
    assert len(port.requests("POST", "/v1/blueprints")) == 1


async def test_a_host_that_never_answered_is_given_up_sooner(port: PortApi, client: PortClient) -> None:
    port.down = True
    for _ in range(2):
        with pytest.raises(Retry):
            await client.request("GET", LIST)
    assert len(port.requests("POST", TOKEN)) == 2 * ATTEMPTS_UNHEARD
    port.down = False
    await client.request("GET", LIST)
    port.down = True
    port.ledger.clear()
    with pytest.raises(Retry):
        await client.request("PATCH", LIST)
    assert len(port.ledger) == ATTEMPTS


@pytest.mark.parametrize(
    ("given", "api"),
    [
        ("https://app.getport.io", "https://api.getport.io"),
        ("https://app.port.io/organization", "https://api.port.io"),
        ("https://app.us.getport.io", "https://api.us.getport.io"),
        ("https://app.us.port.io", "https://api.us.port.io"),
        ("https://ingest.us.port.io", "https://api.us.port.io"),
        ("https://www.port.io", "https://api.port.io"),
        ("https://getport.io", "https://api.getport.io"),
    ],
)
def test_a_page_of_ports_is_told_from_its_api(settings: PortSettings, given: str, api: str) -> None:
    with pytest.raises(BadUsage) as caught:
        PortClient(msgspec.structs.replace(settings, base_url=given))
    assert caught.value.advice == f"Set the base URL to {api}."


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://api.getport.io",
        "https://api.port.io",
        "https://api.us.getport.io",
        "https://api.us.port.io",
        "https://port.example.com",
    ],
)
def test_a_base_url_that_is_good(settings: PortSettings, url: str) -> None:
    PortClient(msgspec.structs.replace(settings, base_url=url))


async def test_a_refused_personal_credential_is_told(
    port: PortApi, settings: PortSettings, timing: Timing
) -> None:
    client = PortClient(msgspec.structs.replace(settings, client_id="me@example.com"), timing)
    with pytest.raises(BadCredential) as caught:
        await client.request("GET", LIST)
    await client.close()
    assert "an e-mail address" in caught.value.advice
