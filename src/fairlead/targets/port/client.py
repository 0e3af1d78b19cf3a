"""The one way to Port's API: a token, retries of one request, and a budget of requests that all of them share.

The only file of this room that knows the HTTP library. Proxies of the environment (`HTTPS_PROXY`, `NO_PROXY` …) are
obeyed, but passed by hand: the library's own switch also reads `.netrc`, and would then refuse our token. Redirects
are not followed, so that the token goes to no other host. Certificates are checked against the system's store.
"""

from __future__ import annotations

import asyncio
import ssl
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
import truststore
from yarl import URL

from fairlead.model.errors import BadCredential, BadUsage, FairleadError, Retry, Throttled
from fairlead.model.secrets import Secret, redact
from fairlead.targets.pacing import Timing
from fairlead.targets.port.answers import Answer, Token, error_of, read, refusal
from fairlead.targets.port.budget import LIMITS, Budget, Family, family_of
from fairlead.targets.port.pacing import (
    ATTEMPTS,
    ATTEMPTS_TELLING,
    ATTEMPTS_UNHEARD,
    LONGEST_WAIT,
    RETRIED,
    asked_wait,
    backoff,
)
from fairlead.targets.port.regions import api_base, credential_advice, may_have_token
from fairlead.targets.port.settings import PortSettings

EXPORTER = "exporter"
"""The feature that Ocean names in the User-Agent when it writes entities and blueprints."""

Effect = Literal["read", "write", "create"]
"""What a request does. *read*: nothing, so that a 500 may be a passing fault too. *write*: the same when sent twice.
*create*: not the same when sent twice, so that what became of a lost one has to be looked at first."""

_LONGEST_LEEWAY = 300.0
"""Seconds before a token's end at which the next is fetched (a tenth of its life if that is less)."""

_CERTIFICATE_ADVICE = (
    "Add the authority that signed Port's (or the proxy's) certificate to the system's store."
)

_LIMIT_ADVICE = (
    "The organization has used up the requests that Port grants it in five minutes. Others spend from them too; "
    "what is due goes in the next run."
)


class _Raw(msgspec.Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    body: bytes


class _HeldToken(msgspec.Struct, frozen=True):
    authorization: Secret
    token: Secret
    renew_at: float


class LostAnswer(Retry):
    """A request that creates something may have arrived or not."""


class _Sending(msgspec.Struct, frozen=True):
    """One request, but for its token."""

    method: str
    url: URL
    body: bytes
    feature: str
    family: Family
    effect: Effect

    @property
    def passes(self) -> frozenset[int]:
        """Statuses after which it is sent again."""
        return RETRIED | {500} if self.effect == "read" else RETRIED


class PortClient:
    """One session with one Port host under one credential. Safe for concurrent use within one event loop."""

    def __init__(self, settings: PortSettings, timing: Timing | None = None) -> None:
        """Raises `BadUsage` for a base URL that is none. Sends nothing and opens nothing yet."""
        self._settings = settings
        self._timing = timing or Timing()
        self._base, self._host = api_base(settings.base_url)
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[tuple[str, str], str | None] = {}
        self._held: _HeldToken | None = None
        self._renewing = asyncio.Lock()
        self._budgets = {family: Budget(self._timing, limit) for family, limit in LIMITS.items()}
        self._heard = False

    @property
    def timing(self) -> Timing:
        """The clock, the sleep and the dice of this session."""
        return self._timing

    async def request(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
        feature: str = "",
        effect: Effect | None = None,
    ) -> Answer:
        """Sends one request below `/v1`; the parts of `path` are quoted here. `body` is JSON. `effect` is *read* for
        GET and *write* for others where it is not given.

        Answers with any status that is final (4xx and 500 too, for the caller to judge). Raises `Throttled` or
        `Retry` after the last attempt or where Port asks for too long a pause, `LostAnswer` at once where a request
        that creates may have arrived, `BadCredential` where the credential is refused.
        """
        chosen: Effect = effect or ("read" if method == "GET" else "write")
        url = self._url(path, query)
        return await self._signed(_Sending(method, url, body, feature, family_of(path), chosen))

    async def create(
        self,
        path: tuple[str, ...],
        body: bytes,
        is_there: Callable[[], Awaitable[bool]],
        *,
        query: Mapping[str, str] | None = None,
        feature: str = "",
    ) -> Answer | None:
        """POSTs something new. After a lost answer `is_there` looks for it before it is sent again; None where it is
        there already. Else as `request`; where Port asks for too long a pause, `LostAnswer` without a look."""
        for attempt in range(ATTEMPTS):
            try:
                return await self.request(
                    "POST", path, query=query, body=body, feature=feature, effect="create"
                )
            except LostAnswer as lost:
                error = lost
            if error.seconds > LONGEST_WAIT:
                break
            await self._timing.sleep(error.seconds or backoff(attempt, self._timing.chance()))
            if await is_there():
                return None
        raise error

    def may_tell(self, url: str) -> bool:
        """Whether `tell` would send to a URL: the token goes to hosts of Port's only."""
        return may_have_token(url, self._base)

    async def tell(self, method: str, url: str, body: bytes) -> None:
        """Sends JSON to a URL that Port names for logs or metrics, with few attempts and a budget of its own.

        Raises `BadUsage`, and sends nothing, where the token must not go there; else the class that fits.
        """
        if not self.may_tell(url):
            raise BadUsage(f"{url} is no host of Port's")
        sending = _Sending(method, URL(url), body, "", "telling", "write")
        self.check(await self._persist(sending, await self._token()), "what it is told of the run")

    async def sign_in(self) -> None:
        """Gets a token, unless one is held. Raises as `request`."""
        await self._token()

    def error(self, answer: Answer, what: str) -> FairleadError:
        """The error for a request that Port refuses, classed by what to do next; `what` was asked for."""
        told = refusal(answer)
        return error_of(msgspec.structs.replace(told, message=self.redact(told.message)), what)

    def check(self, answer: Answer, what: str) -> None:
        """Raises `error` for a request that Port refuses."""
        if not answer.is_success:
            raise self.error(answer, what)

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
        path = ("auth", "access_token")
        sending = _Sending("POST", self._url(path, None), body, "", family_of(path), "write")
        answer = await self._persist(sending, None)
        if answer.status == 404:
            raise BadUsage(f"there is no Port API at {self._base}", advice="Check the base URL of Port.")
        if 400 <= answer.status < 500:
            raise self._bad_credential(answer)
        self.check(answer, "the sign-in")
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
            advice=credential_advice(self._host, self._settings.client_id),
        )

    async def _signed(self, sending: _Sending) -> Answer:
        """Sends with the token; with a new one where it is refused."""
        held = await self._token()
        answer = await self._persist(sending, held)
        if answer.status != 401:
            return answer
        if self._held is held:
            self._held = None
        again = await self._persist(sending, await self._token())
        if again.status == 401:
            raise self._bad_credential(again)
        return msgspec.structs.replace(again, attempts=answer.attempts + again.attempts)

    async def _persist(self, sending: _Sending, held: _HeldToken | None) -> Answer:
        """Sends until the answer is final; attempts are bounded, waits obey the server."""
        budget = self._budgets[sending.family]
        headers = self._headers(sending.feature, held)
        host = sending.url.host or self._host
        attempt = 0
        while True:
            raw = await self._attempt(sending, headers, budget)
            attempt += 1
            if isinstance(raw, _Raw):
                self._heard = True
                if raw.status not in sending.passes:
                    return Answer(raw.status, raw.body, attempt)
                wait = asked_wait(raw.headers, self._timing.now())
                error = _passing(raw.status, host, wait)
            else:
                wait, error = 0.0, raw
            refused = isinstance(error, Throttled)
            if sending.effect == "create" and not refused:
                raise LostAnswer(error.message, seconds=wait, advice=error.advice)
            if attempt >= self._most(sending) or wait > LONGEST_WAIT:
                if sending.family != "telling":
                    self._heard = isinstance(raw, _Raw)
                raise error
            wait = wait or backoff(attempt - 1, self._timing.chance())
            if refused:
                budget.pause(wait)
            else:
                await self._timing.sleep(wait)

    def _most(self, sending: _Sending) -> int:
        """How often a request is sent."""
        if sending.family == "telling":
            return ATTEMPTS_TELLING
        return ATTEMPTS if self._heard else ATTEMPTS_UNHEARD

    async def _attempt(self, sending: _Sending, headers: Mapping[str, str], budget: Budget) -> _Raw | Retry:
        """One attempt within the budget: the answer, or why there is none."""
        host = sending.url.host or self._host
        async with budget.slot():
            try:
                raw = await self._send(sending, headers)
            except aiohttp.ClientConnectorCertificateError:
                raise Retry(f"the certificate of {host} is not trusted", advice=_CERTIFICATE_ADVICE) from None
            except (aiohttp.ClientError, TimeoutError, OSError) as fault:
                budget.heed({})
                return Retry(self.redact(f"Port at {host} cannot be reached: {_words(fault)}"))
            budget.heed(raw.headers)
            return raw

    async def _send(self, sending: _Sending, headers: Mapping[str, str]) -> _Raw:
        async with self._open().request(
            sending.method,
            sending.url,
            data=sending.body or None,
            headers=headers,
            allow_redirects=False,
            proxy=self._proxy(sending.url.scheme, sending.url.host or self._host),
        ) as response:
            return _Raw(response.status, response.headers, await response.read())

    def _proxy(self, scheme: str, host: str) -> str | None:
        """The environment's proxy for a host, remembered: looking through the environment costs 0.2 ms."""
        if (scheme, host) not in self._proxies:
            bypassed = urllib.request.proxy_bypass(host)
            self._proxies[scheme, host] = None if bypassed else urllib.request.getproxies().get(scheme)
        return self._proxies[scheme, host]

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


def _passing(status: int, host: str, wait: float) -> Retry:
    if status == 429:
        return Throttled(f"Port at {host} asks for a pause (429)", seconds=wait, advice=_LIMIT_ADVICE)
    return Retry(f"Port at {host} is unavailable ({status})", seconds=wait)


def _words(fault: Exception) -> str:
    return "no answer in time" if isinstance(fault, TimeoutError) else str(fault) or type(fault).__name__
