"""Every sign that Azure DevOps gives (reference part 4.3) is classed by what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web

from fairlead.azure import AzureSettings, Patience, PersonalAccessToken, connect
from fairlead.azure.http.client import environment_proxy
from fairlead.azure.http.problems import AbsentThing, RefusedRequest, ScopeMissing
from fairlead.model.errors import (
    BadCredential,
    FairleadError,
    IncompleteReading,
    NotPermitted,
    NotThere,
    Retry,
    Throttled,
)
from fairlead.model.secrets import Secret
from unit.azure.scripted import CONNECTED, PAT, SOME_CALL, answer, listing, numbers, problem, reading

PAGE = b"<!DOCTYPE html><html><body>%s</body></html>"


def html(text: bytes, status: int = 200) -> web.Response:
    return web.Response(body=PAGE % text, status=status, content_type="text/html")


CASES = [
    (lambda: html(b"Sign In", 203), BadCredential, 1),
    (lambda: html(b"Azure DevOps Services | Sign In"), BadCredential, 1),
    (lambda: html(b"The proxy says hello"), IncompleteReading, 1),
    (
        lambda: web.Response(status=302, headers={"Location": "https://spsprod.example/_signin?x=1"}),
        BadCredential,
        1,
    ),
    (
        lambda: web.Response(status=302, headers={"Location": "https://elsewhere.example/a?secret=1"}),
        IncompleteReading,
        1,
    ),
    (lambda: problem(403, "AccessDeniedException", "TF401027: no"), NotPermitted, 1),
    (lambda: problem(404, "ProjectDoesNotExistWithNameException", "VS800075: no"), NotThere, 1),
    (lambda: web.Response(status=404, body=b"not json"), NotThere, 1),
    (lambda: problem(400, "VssInvalidPreviewVersionException"), RefusedRequest, 1),
    (lambda: web.Response(status=407), IncompleteReading, 1),
    (lambda: web.Response(status=204), IncompleteReading, 1),
    (lambda: web.Response(body=b"{}", content_type="text/plain"), IncompleteReading, 1),
    (lambda: answer(b'{"count":1,"value":[{"id":'), Retry, 3),
    (lambda: problem(408), Retry, 3),
    (lambda: problem(500, "", "TF246017: database"), Retry, 3),
    (lambda: problem(503), Retry, 3),
]


@pytest.mark.parametrize(("make", "error", "sent"), CASES)
async def test_the_class_of_an_answer(make: object, error: type[FairleadError], sent: int) -> None:
    assert callable(make)

    async def handle(_request: web.Request) -> web.StreamResponse:
        made = make()
        assert isinstance(made, web.Response)
        return made

    async with reading(handle) as (source, server):
        with pytest.raises(error) as raised:
            await source.hosts.send(SOME_CALL, numbers())
        assert len(server.requests) == sent
        assert raised.value.message
        assert PAT not in str(raised.value)
        assert "secret" not in str(raised.value)


async def test_a_404_tells_its_type_key_and_number() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return problem(404, "GitRepositoryNotFoundException", "TF401019: The Git repository does not exist")

    async with reading(handle) as (source, _):
        with pytest.raises(AbsentThing) as raised:
            await source.hosts.send(SOME_CALL, numbers())
    assert (raised.value.type_key, raised.value.code) == ("GitRepositoryNotFoundException", "TF401019")


async def test_401_with_a_good_credential_is_a_missing_scope() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        return answer(CONNECTED) if "connectionData" in request.path else web.Response(status=401)

    async with reading(handle) as (source, server):
        for _ in range(3):
            with pytest.raises(ScopeMissing):
                await source.hosts.send(SOME_CALL, numbers())
        assert sum("connectionData" in path for path in server.paths) == 1
        assert server.time.passed == 0


@pytest.mark.parametrize("anonymous", [False, True])
async def test_401_everywhere_is_a_bad_credential_at_once(anonymous: bool) -> None:
    nobody = {"authenticatedUser": {"id": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"}}

    async def handle(request: web.Request) -> web.StreamResponse:
        return answer(nobody) if anonymous and "connectionData" in request.path else web.Response(status=401)

    async with reading(handle) as (source, server):
        with pytest.raises(BadCredential):
            await source.hosts.send(SOME_CALL, numbers())
        with pytest.raises(BadCredential):
            await source.identity()
        assert len(server.requests) == 3
        assert server.time.passed == 0


async def test_a_good_request_carries_what_it_should_and_no_more() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return listing()

    async with reading(handle) as (source, server):
        await source.hosts.send(SOME_CALL, numbers())
    headers = server.requests[0].headers
    assert headers["Authorization"].startswith("Basic ")
    assert headers["User-Agent"].startswith("fairlead/")
    assert headers["X-TFS-FedAuthRedirect"] == "Suppress"
    assert headers["Accept-Encoding"] == "gzip"
    assert server.paths == ["/org/_apis/things?api-version=7.1"]


async def test_a_foreign_host_never_sees_the_credential() -> None:
    async def other(_request: web.Request) -> web.StreamResponse:
        return listing()

    async with reading(other) as (_, foreign):

        async def handle(_request: web.Request) -> web.StreamResponse:
            return web.Response(status=307, headers={"Location": foreign.url})

        async with reading(handle) as (source, _server):
            with pytest.raises(IncompleteReading, match="redirect"):
                await source.hosts.send(SOME_CALL, numbers())
        assert foreign.requests == []


async def test_a_reset_is_tried_again() -> None:
    calls = 0

    async def handle(request: web.Request) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        if calls < 3:
            assert request.transport
            request.transport.abort()
        return listing({"id": 1})

    async with reading(handle, Patience(attempts=5)) as (source, server):
        good = await source.hosts.send(SOME_CALL, numbers())
        assert good.body.startswith(b'{"count":1')
        assert server.time.passed > 0
        assert source.traffic().requests[("GET _apis/things", 200)] == 1


async def test_a_cut_body_is_tried_again() -> None:
    calls = 0

    async def handle(request: web.Request) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        if calls > 1:
            return listing({"id": 1})
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "500"})
        await response.prepare(request)
        await response.write(b'{"count":1,')
        assert request.transport
        request.transport.close()
        return response

    async with reading(handle) as (source, _):
        take = numbers()
        good = await source.hosts.send(SOME_CALL, take)
        assert good.number == 2  # as old as the request that was answered
        assert source.traffic().requests == {("GET _apis/things", 0): 1, ("GET _apis/things", 200): 1}


async def test_a_time_out_counts_as_throttling() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        import asyncio

        await asyncio.sleep(0.3)
        return listing()

    patience = Patience(throttled_attempts=2, read_timeout=0.05)
    async with reading(handle, patience) as (source, server):
        with pytest.raises(Throttled):
            await source.hosts.send(SOME_CALL, numbers())
        assert len(server.requests) == 2
        assert source.hosts.client("core").gate.allowed < 15


async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        return listing({"seen": request.raw_path})

    async with reading(handle) as (_, proxy):
        monkeypatch.setenv("NO_PROXY", "other.test")
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/org"))
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/org"))
        settings = AzureSettings("http://tfs.test/tfs/Main", PersonalAccessToken(Secret(PAT)))
        source = connect(settings, clock=proxy.time.clock, sleep=proxy.time.sleep, random=lambda: 0.5)
        await source.hosts.send(SOME_CALL, numbers())
        await source.close()
        assert proxy.requests[0].headers["Host"] == "tfs.test"
        assert environment_proxy("http://other.test/x") is None


async def test_a_netrc_has_no_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))

    async def handle(_request: web.Request) -> web.StreamResponse:
        return listing()

    async with reading(handle) as (source, server):
        await source.hosts.send(SOME_CALL, numbers())
        assert await source.hosts.client("core")._setting.credential.authorization() == Secret(
            server.requests[0].headers["Authorization"]
        )
