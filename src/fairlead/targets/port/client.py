"""The one way to Port's API: a token, retries of one request, and a pause that all requests share.

The only file of this room that knows the HTTP library. Proxies of the environment (`HTTPS_PROXY`, `NO_PROXY` …) are
obeyed, but passed by hand: the library's own switch also reads `.netrc`, and would then refuse our token. Redirects
are not followed, so that the token goes to no other host. Certificates are checked against the system's store.
"""

from __future__ import annotations

import asyncio
import ssl
import urllib.request
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import msgspec
import truststore
from yarl import URL

from fairlead.model.errors import BadCredential, BadUsage, FairleadError, Retry, Throttled
from fairlead.model.secrets import Secret, redact
from fairlead.targets.port.answers import Answer, Token, error_of, read, refusal
from fairlead.targets.port.pacing import (
    ATTEMPTS,
    LONGEST_WAIT,
    RETRIED,
    Timing,
    asked_wait,
    backoff,
    is_exhausted,
)
from fairlead.targets.port.settings import PortSettings

EXPORTER = "exporter"
"""The feature that Ocean names in the User-Agent when it writes entities and blueprints."""

_LONGEST_LEEWAY = 300.0
"""Seconds before a token's end at which the next is fetched (a tenth of its life if that is less)."""

_CERTIFICATE_ADVICE = (
    "Add the authority that signed Port's (or the proxy's) certificate to the system's store."
)


class _Raw(msgspec.Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    body: bytes


class _HeldToken(msgspec.Struct, frozen=True):
    authorization: Secret
    token: Secret
    renew_at: float


class PortClient:
    """One session with one Port host under one credential. Safe for concurrent use within one event loop."""

    def __init__(self, settings: PortSettings, timing: Timing | None = None) -> None:
        """Raises `BadUsage` for a base URL that is none. Sends nothing and opens nothing yet."""
        self._settings = settings
        self._timing = timing or Timing()
        self._base, self._host = _base(settings.base_url)
        self._session: aiohttp.ClientSession | None = None
        self._held: _HeldToken | None = None
        self._renewing = asyncio.Lock()
        self._resume_at = 0.0

    async def request(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
        feature: str = "",
    ) -> Answer:
        """Sends one request below `/v1`; the parts of `path` are quoted here. `body` is JSON.

        Answers with any status that is final (4xx and 500 too, for the caller to judge). Raises `Throttled` or
        `Retry` after the last attempt or where Port asks for too long a pause, `BadCredential` where the credential
        is refused.
        """
        url = self._url(path, query)
        held = await self._token()
        answer = await self._persist(method, url, body, self._headers(feature, held))
        if answer.status != 401:
            return answer
        if self._held is held:
            self._held = None
        held = await self._token()
        again = await self._persist(method, url, body, self._headers(feature, held))
        if again.status == 401:
            raise self._bad_credential(again)
        return msgspec.structs.replace(again, attempts=answer.attempts + again.attempts)

    def error(self, answer: Answer, what: str) -> FairleadError:
        """The error for a request that Port refuses, classed by what to do next; `what` was asked for."""
        told = refusal(answer)
        return error_of(msgspec.structs.replace(told, message=self.redact(told.message)), what)

    def redact(self, text: str) -> str:
        """`text` of the server's without our secrets."""
        secrets = [self._settings.client_secret]
        if self._held is not None:
            secrets.append(self._held.token)
        return redact(text, tuple(secrets))

    async def close(self) -> None:
        """Closes every connection; may be called twice."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def _token(self) -> _HeldToken:
        held = self._held
        if held is not None and self._timing.now() < held.renew_at:
            return held
        async with self._renewing:
            held = self._held
            if held is None or self._timing.now() >= held.renew_at:
                held = self._held = await self._sign_in()
            return held

    async def _sign_in(self) -> _HeldToken:
        body = msgspec.json.encode(
            {
                "clientId": self._settings.client_id,
                "clientSecret": self._settings.client_secret.reveal(),
            }
        )
        asked_at = self._timing.now()
        url = self._url(("auth", "access_token"), None)
        answer = await self._persist("POST", url, body, self._headers("", None))
        if answer.status == 404:
            raise BadUsage(f"there is no Port API at {self._base}", advice="Check the base URL of Port.")
        if 400 <= answer.status < 500:
            raise self._bad_credential(answer)
        if not answer.is_success:
            raise self.error(answer, "the sign-in")
        token = read(answer, Token, "the sign-in")
        leeway = min(_LONGEST_LEEWAY, token.expires_in / 10)
        return _HeldToken(
            authorization=Secret(f"{token.token_type} {token.access_token}"),
            token=Secret(token.access_token),
            renew_at=asked_at + token.expires_in - leeway,
        )

    def _bad_credential(self, answer: Answer) -> BadCredential:
        return BadCredential(
            self.redact(f"Port refuses the client id or secret: {refusal(answer)}"),
            advice="Check Port's client id and client secret, and that they belong to the region of the base URL.",
        )

    async def _persist(self, method: str, url: URL, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Sends until the answer is final; attempts are bounded, waits obey the server."""
        error = Retry(f"Port at {self._host} gives no answer")
        for attempt in range(ATTEMPTS):
            await self._until_resumed()
            try:
                raw = await self._send(method, url, body, headers)
            except aiohttp.ClientConnectorCertificateError:
                raise Retry(
                    f"the certificate of {self._host} is not trusted", advice=_CERTIFICATE_ADVICE
                ) from None
            except (aiohttp.ClientError, TimeoutError, OSError) as fault:
                error = Retry(self.redact(f"Port at {self._host} cannot be reached: {_words(fault)}"))
                wait = 0.0
            else:
                wait = self._heed(raw)
                if raw.status not in RETRIED:
                    return Answer(raw.status, raw.body, attempt + 1)
                error = self._passing(raw, wait)
            if wait > LONGEST_WAIT:
                break
            wait = wait or backoff(attempt, self._timing.chance())
            if isinstance(error, Throttled):
                self._pause(wait)
            elif attempt + 1 < ATTEMPTS:
                await self._timing.sleep(wait)
        raise error

    def _passing(self, raw: _Raw, wait: float) -> Retry:
        if raw.status == 429:
            return Throttled(f"Port at {self._host} asks for a pause (429)", seconds=wait)
        return Retry(f"Port at {self._host} is unavailable ({raw.status})", seconds=wait)

    def _heed(self, raw: _Raw) -> float:
        """The seconds that an answer asks for. A last answer of a window pauses every request until the next."""
        wait = asked_wait(raw.headers, self._timing.now())
        if is_exhausted(raw.headers) and raw.status not in RETRIED and wait <= LONGEST_WAIT:
            self._pause(wait)
        return wait

    def _pause(self, seconds: float) -> None:
        self._resume_at = max(self._resume_at, self._timing.now() + seconds)

    async def _until_resumed(self) -> None:
        while (wait := self._resume_at - self._timing.now()) > 0:
            await self._timing.sleep(wait)

    async def _send(self, method: str, url: URL, body: bytes, headers: Mapping[str, str]) -> _Raw:
        session = self._open()
        async with session.request(
            method,
            url,
            data=body or None,
            headers=headers,
            allow_redirects=False,
            proxy=_proxy(url.scheme, self._host),
        ) as response:
            return _Raw(response.status, response.headers, await response.read())

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            context = (
                truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if self._base.startswith("https") else True
            )
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context),
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _headers(self, feature: str, held: _HeldToken | None) -> dict[str, str]:
        agent = self._settings.user_agent
        headers = {
            "User-Agent": f"{agent}/{feature}" if feature else agent,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        if held is not None:
            headers["Authorization"] = held.authorization.reveal()
        return headers

    def _url(self, path: tuple[str, ...], query: Mapping[str, str] | None) -> URL:
        text = f"{self._base}/v1/" + "/".join(quote(part, safe="") for part in path)
        return URL(f"{text}?{urlencode(query)}" if query else text, encoded=True)


def _base(url: str) -> tuple[str, str]:
    """The base without trailing slash and `/v1` (which some clients want written), and its host."""
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise BadUsage(
            "the base URL of Port is not an http or https address without a user",
            advice="It looks like https://api.getport.io.",
        )
    base = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    return base.removesuffix("/v1"), parts.hostname


def _proxy(scheme: str, host: str) -> str | None:
    """The environment's proxy for a host. Read at each request: it costs little, and tests change it."""
    if urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get(scheme)


def _words(fault: Exception) -> str:
    return "no answer in time" if isinstance(fault, TimeoutError) else str(fault) or type(fault).__name__
