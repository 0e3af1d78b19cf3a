"""Signing in, waiting and giving up, in virtual time; and what never shows in a message."""

from __future__ import annotations

import pickle

import msgspec
import pytest

from contract.targets.port_builders import definition, payload, stand, upserted
from fairlead.model.errors import BadCredential, BadUsage, FairleadError, Retry, Throttled
from fairlead.model.secrets import Secret
from fairlead.targets.pacing import Timing
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.pacing import ATTEMPTS
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.target import PortTarget
from port_api import Fault, PortApi, VirtualClock

TOKEN = "access_token"
BULK = "/entities/bulk"
ONE = [payload(1, "service", "s")]


async def test_one_token_serves_until_shortly_before_its_end(
    port: PortApi, target: PortTarget, clock: VirtualClock
) -> None:
    stand(port, definition("service"))
    await upserted(target, [payload(i, "service", f"e{i}") for i in range(100)])
    clock.pass_by(10_800 - 301)
    await upserted(target, ONE)
    assert len(port.requests("POST", TOKEN)) == 1
    clock.pass_by(2)
    await upserted(target, ONE)
    assert len(port.requests("POST", TOKEN)) == 2
    clock.pass_by(300)
    await upserted(target, ONE)
    assert {it.status for it in port.requests("POST", BULK)} == {200}


async def test_a_revoked_token_is_replaced_once_for_all(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    await upserted(target, ONE)
    port.revoke_token()
    outcomes = await upserted(target, [payload(i, "service", f"e{i}") for i in range(80)])
    assert {outcome.error for outcome in outcomes} == {""}
    assert len(port.requests("POST", TOKEN)) == 2


async def test_a_credential_that_stays_refused_is_an_error_of_its_own(
    port: PortApi, target: PortTarget
) -> None:
    stand(port, definition("service"))
    port.fail(Fault(401, times=99, path=BULK))
    with pytest.raises(BadCredential):
        await upserted(target, ONE)
    assert len(port.requests("POST", BULK)) == 2


async def test_a_wrong_secret_is_not_told(port: PortApi, settings: PortSettings, timing: Timing) -> None:
    wrong = PortTarget(msgspec.structs.replace(settings, client_secret=Secret("hush-hush")), timing=timing)
    with pytest.raises(BadCredential) as caught:
        await upserted(wrong, ONE)
    await wrong.close()
    assert "hush" not in caught.value.message + caught.value.advice + repr(wrong) + repr(settings)
    assert "no such credential" in caught.value.message
    assert [it.path for it in port.ledger] == ["/v1/auth/access_token"]
    with pytest.raises(TypeError):
        pickle.dumps(settings)


async def test_what_port_quotes_of_our_token_is_not_told(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    quoting = b'{"ok": false, "error": "bad_request", "message": "Bearer stand-in-token-1, stand-in-secret"}'
    port.fail(Fault(400, times=99, path="/v1/blueprints", body=quoting))
    (outcome,) = await upserted(target, ONE)
    assert outcome.error.startswith("400 bad_request: Bearer")
    with pytest.raises(FairleadError) as caught:
        await target.integration.stored_blueprints()
    for text in (outcome.error, caught.value.message):
        assert "stand-in" not in text


@pytest.mark.parametrize("status", [408, 502, 503, 504])
async def test_a_passing_fault_is_waited_out(
    port: PortApi, target: PortTarget, clock: VirtualClock, status: int
) -> None:
    stand(port, definition("service"))
    port.fail(Fault(status, times=3, path=BULK))
    assert (await upserted(target, ONE))[0].error == ""
    assert clock.slept == pytest.approx([0.3, 0.6, 1.2])


async def test_the_servers_wish_comes_before_our_back_off(
    port: PortApi, target: PortTarget, clock: VirtualClock
) -> None:
    stand(port, definition("service"))
    port.fail(Fault(503, path=BULK, headers={"Retry-After": "17", "x-ratelimit-reset": "3"}))
    port.fail(Fault(429, path=BULK, headers={"x-ratelimit-reset": str(int(clock.now()) + 60)}))
    assert (await upserted(target, ONE))[0].error == ""
    assert clock.slept == [17.0, 43.0]


async def test_a_throttled_request_pauses_all_others(
    port: PortApi, target: PortTarget, clock: VirtualClock
) -> None:
    stand(port, definition("service"))
    port.fail(Fault(429, path=BULK, headers={"Retry-After": "30"}))
    start = clock.now()
    await upserted(target, [payload(i, "service", f"e{i}") for i in range(200)])
    written = [it for it in port.requests("POST", BULK) if it.status == 200]
    assert len(written) == 10
    assert len([it for it in written if it.at >= start + 30]) >= 6


async def test_a_used_up_window_is_waited_for_before_it_refuses(
    port: PortApi, target: PortTarget, clock: VirtualClock
) -> None:
    stand(port, definition("service"))
    port.rate_limit = 3
    for number in range(5):
        await upserted(target, [payload(number, "service", f"e{number}")])
    assert {it.status for it in port.ledger} == {200}
    assert clock.slept == [300.0]


async def test_too_long_a_pause_is_handed_back(
    port: PortApi, target: PortTarget, clock: VirtualClock
) -> None:
    stand(port, definition("service"))
    port.fail(Fault(429, path=BULK, headers={"Retry-After": "3600"}))
    with pytest.raises(Throttled) as caught:
        await upserted(target, ONE)
    assert caught.value.seconds == 3600
    assert clock.slept == []


@pytest.mark.parametrize("status", [0, 429, 503])
async def test_attempts_are_bounded(port: PortApi, target: PortTarget, status: int) -> None:
    stand(port, definition("service"))
    port.fail(Fault(status, times=99, path=BULK))
    with pytest.raises(Retry) as caught:
        await upserted(target, ONE)
    assert type(caught.value) is (Throttled if status == 429 else Retry)
    assert len(port.requests("POST", BULK)) == ATTEMPTS


async def test_a_cut_connection_is_tried_again(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    port.fail(Fault(0, times=2, path=BULK))
    assert (await upserted(target, ONE))[0].error == ""


async def test_port_that_is_down_leaves_all_due_and_later_takes_it(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    port.down = True
    with pytest.raises(Retry, match="cannot be reached"):
        await upserted(target, [payload(i, "service", f"e{i}") for i in range(200)])
    port.down = False
    assert (await upserted(target, ONE))[0].error == ""


async def test_nobody_listens(settings: PortSettings, timing: Timing, port: PortApi) -> None:
    async with PortApi() as other:
        gone = other.url
    alone = PortTarget(msgspec.structs.replace(settings, base_url=gone), timing=timing)
    with pytest.raises(Retry, match=r"Port at 127\.0\.0\.1 cannot be reached"):
        await upserted(alone, ONE)
    await alone.close()
    await alone.close()


async def test_an_internal_error_is_not_repeated(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    port.fail(Fault(500, path=BULK))
    (outcome,) = await upserted(target, ONE)
    assert outcome.error == "500 injected: a fault of the test"
    assert len(port.requests("POST", BULK)) == 1


async def test_a_redirect_is_not_followed(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    async with PortApi() as other:
        port.fail(
            Fault(307, times=9, path="/v1/blueprints", headers={"Location": other.url + "/v1/blueprints"})
        )
        with pytest.raises(BadUsage, match="307"):
            await target.integration.stored_blueprints()
        assert (await upserted(target, ONE))[0].error.startswith("307")
        assert other.ledger == []


async def test_another_server_is_told_apart_from_a_bad_credential(port: PortApi, target: PortTarget) -> None:
    port.fail(Fault(404, path=TOKEN))
    with pytest.raises(BadUsage, match="no Port API"):
        await upserted(target, ONE)


@pytest.mark.parametrize(
    "url", ["api.getport.io", "ftp://port", "https://", "https://me:pass@api.getport.io"]
)
def test_a_base_url_that_is_none(settings: PortSettings, url: str) -> None:
    with pytest.raises(BadUsage) as caught:
        PortClient(msgspec.structs.replace(settings, base_url=url))
    assert "pass" not in caught.value.message


async def test_a_base_url_may_end_in_a_slash_or_the_version(
    port: PortApi, settings: PortSettings, timing: Timing
) -> None:
    for ending in ("/", "/v1", "/v1/"):
        client = PortClient(msgspec.structs.replace(settings, base_url=port.url + ending), timing)
        assert (await client.request("GET", ("blueprints",))).status == 200
        await client.close()


async def test_a_proxy_of_the_environment_is_used_and_a_netrc_is_not(
    port: PortApi,
    settings: PortSettings,
    timing: Timing,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text(
        "machine 127.0.0.1 login me password other\nmachine port.invalid login me password other\n"
    )
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("NO_PROXY", "no_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", port.url)
    client = PortClient(msgspec.structs.replace(settings, base_url="http://port.invalid"), timing)
    assert (await client.request("GET", ("blueprints",))).status == 200
    await client.close()
    assert port.ledger[-1].authorization == "Bearer stand-in-token-1"
