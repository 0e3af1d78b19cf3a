"""One address: what passes, what is asked again, what is left, and what no message says."""

from __future__ import annotations

import asyncio
import pickle
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from change_receiver import ChangeReceiver, Trouble
from contract.targets.test_port_tls import certificate
from fairlead.model.announcements import Announcement
from fairlead.model.changes import Cause
from fairlead.model.delivery import Outcome
from fairlead.model.errors import BadUsage, Retry
from fairlead.model.secrets import Secret
from fairlead.targets.pacing import Timing
from fairlead.targets.webhook.client import Webhook
from fairlead.targets.webhook.settings import WebhookSettings
from port_api import VirtualClock

BODY = b'{"properties":{},"relations":{}}'


def news(number: int = 1) -> Announcement:
    return Announcement(1, number, "create", "service", f"e{number}", b"", BODY, Cause("read"), "ab", 1.0)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(time.time())


@pytest.fixture
def timing(clock: VirtualClock) -> Timing:
    return Timing(now=clock.now, sleep=clock.sleep, chance=lambda: 0.5)


@pytest.fixture
async def receiver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ChangeReceiver]:
    monkeypatch.setenv("NO_PROXY", "*")
    async with ChangeReceiver() as one:
        yield one


def settings(receiver: ChangeReceiver, **more: object) -> WebhookSettings:
    given = WebhookSettings(url=Secret(receiver.url), secret=Secret(receiver.secret), role="webhook")
    return msgspec.structs.replace(given, **more)


@pytest.fixture
async def webhook(receiver: ChangeReceiver, timing: Timing) -> AsyncIterator[Webhook]:
    one = Webhook(settings(receiver), timing)
    yield one
    await one.close()


@pytest.mark.parametrize("status", [0, 408, 429, 500, 502, 503])
async def test_what_passes_is_asked_again(
    receiver: ChangeReceiver, webhook: Webhook, clock: VirtualClock, status: int
) -> None:
    receiver.troubles.append(Trouble(status, times=3))
    assert await webhook.tell(news()) == Outcome(1)
    assert clock.slept == [0.5, 1.0, 2.0]
    assert len({told.id for told in receiver.ledger}) == 1
    stamps = [int(told.headers["webhook-timestamp"]) for told in receiver.ledger]
    assert stamps[3] - stamps[0] in {3, 4}


async def test_after_four_attempts_it_is_down(receiver: ChangeReceiver, webhook: Webhook) -> None:
    receiver.troubles.append(Trouble(503, times=99))
    with pytest.raises(Retry, match=r"127\.0\.0\.1:\d+ is unavailable \(503\)"):
        await webhook.tell(news())
    assert len(receiver.ledger) == 4


async def test_a_wish_to_wait_holds_for_every_request(
    receiver: ChangeReceiver, webhook: Webhook, clock: VirtualClock
) -> None:
    receiver.troubles.append(Trouble(429, headers={"Retry-After": "30"}, about="e1"))
    assert await webhook.tell(news(1)) == Outcome(1)
    assert sum(clock.slept) == 30
    receiver.troubles.append(Trouble(503, headers={"Retry-After": "61"}, about="e2"))
    with pytest.raises(Retry, match="asks for a pause of 61 s") as caught:
        await webhook.tell(news(2))
    assert caught.value.seconds == 61
    assert sum(clock.slept) == 30


@pytest.mark.parametrize("status", [400, 401, 404, 410, 413, 422])
async def test_a_refusal_is_final_and_quoted_in_part(
    receiver: ChangeReceiver, webhook: Webhook, clock: VirtualClock, status: int
) -> None:
    receiver.troubles.append(Trouble(status, body="no\n such   service " + "x" * 5000))
    refusal = (await webhook.tell(news())).error
    assert refusal.startswith(f"refused with {status}: no such service xxx")
    assert len(refusal) < 250
    assert (len(receiver.ledger), clock.slept) == (1, [])


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(receiver: ChangeReceiver, webhook: Webhook, status: int) -> None:
    async with ChangeReceiver() as elsewhere:
        receiver.troubles.append(Trouble(status, headers={"Location": elsewhere.url}))
        with pytest.raises(Retry, match=f"redirect \\({status}\\), which is not followed"):
            await webhook.tell(news())
        assert (len(receiver.ledger), elsewhere.ledger) == (1, [])


async def test_no_answer_in_time(receiver: ChangeReceiver, timing: Timing) -> None:
    receiver.latency = 5.0
    hasty = Webhook(settings(receiver, timeout=0.05), timing)
    with pytest.raises(Retry, match="cannot be reached: no answer in time"):
        await hasty.tell(news())
    await hasty.close()


async def test_nobody_there(timing: Timing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    gone = Webhook(
        WebhookSettings(
            url=Secret("http://127.0.0.1:9/hush?k=hush"), secret=Secret("hush-hush"), role="webhook"
        ),
        timing,
    )
    with pytest.raises(Retry, match=r"127\.0\.0\.1:9 cannot be reached") as caught:
        await gone.tell(news())
    await gone.close()
    told = caught.value.message + repr(gone) + gone.name + gone.key
    assert "hush" not in told
    assert (gone.name, gone.key[:20]) == ("webhook:127.0.0.1:9", "webhook:127.0.0.1:9#")


async def test_the_environments_proxy_is_obeyed(
    receiver: ChangeReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("http_proxy", receiver.url.removesuffix("/hook"))
    far = settings(receiver, url=Secret("http://receiver.invalid/hook"))
    webhook = Webhook(far)
    assert await webhook.tell(news()) == Outcome(1)
    await webhook.close()
    assert receiver.ledger[0].headers["Host"] == "receiver.invalid"


async def test_an_untrusted_certificate_is_told_at_once_and_a_trusted_one_works(
    timing: Timing, clock: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    file = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    async with ChangeReceiver(tls=context) as receiver:
        doubting = Webhook(settings(receiver), timing)
        with pytest.raises(Retry, match="not trusted"):
            await doubting.tell(news())
        await doubting.close()
        assert (receiver.ledger, clock.slept) == ([], [])
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        trusting = Webhook(settings(receiver), timing)
        assert await trusting.tell(news()) == Outcome(1)
        await trusting.close()


async def test_headers_are_added_and_ours_stay(receiver: ChangeReceiver) -> None:
    webhook = Webhook(
        settings(receiver, headers={"Authorization": Secret("Bearer hush"), "X-Team": Secret("é")})
    )
    await asyncio.gather(*(webhook.tell(news(number)) for number in range(20)))
    await webhook.close()
    await webhook.close()
    sent = receiver.ledger[0].headers
    assert (sent["Authorization"], sent["Content-Type"]) == ("Bearer hush", "application/json")
    assert sent["User-Agent"].startswith("fairlead/")
    assert len({told.id for told in receiver.ledger}) == 20
    assert "hush" not in repr(settings(receiver, headers={"A": Secret("hush")}))
    with pytest.raises(TypeError):
        pickle.dumps(settings(receiver))


def test_which_blueprints_it_wants_and_what_tells_it_apart(receiver: ChangeReceiver) -> None:
    everything, one = Webhook(settings(receiver)), Webhook(settings(receiver, blueprints=frozenset({"a"})))
    assert (everything.wants("a"), one.wants("a"), one.wants("b")) == (True, True, False)
    assert everything.key == one.key != Webhook(settings(receiver, role="changelog")).key
    assert everything.key != Webhook(settings(receiver, url=Secret(f"{receiver.url}?a"))).key
    assert Webhook(settings(receiver, url=Secret("https://[::1]:8/x"))).name == "webhook:[::1]:8"
    assert Webhook(settings(receiver, url=Secret("https://h.example:443/x#y"))).name == "webhook:h.example"


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "hook",
        "//h/x",
        "ftp://h/",
        "http://",
        "http://h:99999/",
        "http://u@h/",
        "http://:p@h/",
        "http://[::1/",
    ],
)
def test_addresses_that_cannot_be_meant(receiver: ChangeReceiver, odd: str) -> None:
    with pytest.raises(BadUsage) as caught:
        Webhook(settings(receiver, url=Secret(odd)))
    assert len(odd) < 5 or odd not in caught.value.message
