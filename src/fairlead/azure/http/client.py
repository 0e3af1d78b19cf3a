"""The client of one identity at one host: sends a call, reads the answer, tries again within bounds.

`Authorization` is set per request and only on URLs that this object builds below its own base; redirects are never
followed. Every attempt takes a catalog number first, so that a record is as old as the answer it came with.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import msgspec
import truststore
from yarl import URL

from fairlead import __version__
from fairlead.azure.http import answers
from fairlead.azure.http.answers import Answer, Unauthorized
from fairlead.azure.http.budget import ByteBudget, Clock, Gate, Reservation, Sleep
from fairlead.azure.http.calls import Call, target
from fairlead.azure.http.credentials import Credential
from fairlead.azure.http.ledger import Ledger
from fairlead.azure.http.pauses import back_off, is_near_limit, retry_after
from fairlead.azure.http.problems import ScopeMissing
from fairlead.model.errors import BadCredential, BadUsage, FairleadError, IncompleteReading, Retry, Throttled
from fairlead.model.secrets import redact
from fairlead.model.source import Number

CHUNK = 64 * 1024
LARGEST = 512 * 1024 * 1024
"""Bytes: a longer JSON answer is refused, because nothing that this program asks for is."""


class Patience(msgspec.Struct, frozen=True):
    """How long one call may take. `attempts` for passing faults; throttling has only the time limit `total_wait`
    (seconds spent waiting between the attempts of one call). Time-outs in seconds of one attempt."""

    attempts: int = 5
    throttled_attempts: int = 12
    total_wait: float = 900.0
    first_back_off: float = 1.0
    longest_back_off: float = 60.0
    connect_timeout: float = 20.0
    read_timeout: float = 100.0
    whole_timeout: float = 600.0


class Setting(msgspec.Struct, frozen=True):
    """What the clients of one identity share. `random` gives numbers in [0, 1)."""

    credential: Credential
    patience: Patience
    clock: Clock
    sleep: Sleep
    random: Callable[[], float]
    ledger: Ledger
    bytes_in_flight: ByteBudget
    in_flight: int = 15


def environment_proxy(base: str) -> str | None:
    """The proxy that the environment names for a URL (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), None for none."""
    parts = urlsplit(base)
    return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)


class Client:
    """One identity at one host. `works` tells whether the credential is good at all (see `_unauthorized`)."""

    def __init__(self, base: str, setting: Setting, works: Callable[[], Awaitable[bool]]) -> None:
        self._base = base.rstrip("/")
        self._setting = setting
        self._works = works
        self.gate = Gate(setting.in_flight, setting.clock, setting.sleep, setting.ledger)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: Call, number: Number) -> Answer:
        """The good answer to `call`. Raises the classes of `model.errors`, after the retries are spent."""
        waited, faults, refusals, renewed = 0.0, 0, 0, False
        patience = self._setting.patience
        while True:
            try:
                return await self._attempt(call, number, fresh=renewed)
            except Unauthorized as error:
                if not self._setting.credential.renewable or renewed:
                    raise await self._unauthorized(call, error) from error
                renewed = True
            except Throttled as error:
                refusals += 1
                pause = self._pause(error, refusals)
                if refusals >= patience.throttled_attempts or waited + pause > patience.total_wait:
                    raise
                waited += pause
                # The gate makes every request of the host wait, this one among them.
                self.gate.pause(pause)
            except Retry as error:
                faults += 1
                pause = self._pause(error, faults)
                if faults >= (call.attempts or patience.attempts) or waited + pause > patience.total_wait:
                    raise
                waited += pause
                await self._setting.sleep(pause)

    def _pause(self, error: Retry, attempt: int) -> float:
        """What the service asked for, else the back-off after so many attempts of this sort."""
        patience = self._setting.patience
        return error.seconds or back_off(
            attempt, patience.first_back_off, patience.longest_back_off, self._setting.random
        )

    async def _unauthorized(self, call: Call, error: Unauthorized) -> FairleadError:
        if not call.proves and await self._works():
            return ScopeMissing(
                f"{error.message}; the credential itself works, so it lacks the scope for this",
                advice="`fairlead doctor` names the scope that is missing.",
            )
        return BadCredential(error.message, advice=answers.RENEW)

    async def _attempt(self, call: Call, number: Number, *, fresh: bool) -> Answer:
        setting = self._setting
        authorization = await setting.credential.authorization(fresh=fresh)
        headers = {"Authorization": authorization.reveal()}
        if call.body:
            headers["Content-Type"] = "application/json"
        if call.accept == "bytes":
            headers["Accept"] = "application/octet-stream, */*;q=0.5"
        estimate = call.limit or setting.ledger.estimate(call.label)
        async with setting.bytes_in_flight.reserve(estimate) as reservation, self.gate.slot():
            status, answer = await self._exchange(call, headers, number(), reservation)
        setting.ledger.answered(call.label, status, len(answer.body))
        now = setting.clock()
        self._obey(status, answer, now)
        if call.may_be_empty and (status == 204 or (status == 200 and answer.body.strip() == b"null")):
            return msgspec.structs.replace(answer, body=b"")
        error = answers.failure(call.label, status, answer.headers, answer.body, now)
        error = error or answers.misshapen(call.label, call.accept, answer.headers, answer.body)
        if error is not None:
            error.message = redact(error.message, setting.credential.secrets())
            error.args = (error.message,)
            raise error
        return answer

    async def _exchange(
        self, call: Call, headers: dict[str, str], number: int, reservation: Reservation
    ) -> tuple[int, Answer]:
        """One request and its whole body, whatever it says. Faults of the connection become classed errors."""
        url, label = URL(f"{self._base}/{target(call)}", encoded=True), call.label
        try:
            async with self._open().request(
                call.route.method, url, data=call.body or None, headers=headers, allow_redirects=False
            ) as response:
                body, cut = await self._body(response, call, reservation)
                low = {name.lower(): value for name, value in response.headers.items()}
                return response.status, Answer(body, low, number, cut)
        except aiohttp.ClientConnectorCertificateError as error:
            self._setting.ledger.answered(label, 0, 0)
            raise BadUsage(
                f"the certificate of {url.host} is not trusted: {error.certificate_error}",
                advice="Add its issuer to the system's certificate store.",
            ) from error
        except TimeoutError as error:
            # A heavily limited client is held until it gives up (reference part 3), so slow down as for a 429.
            self._setting.ledger.answered(label, 0, 0)
            self.gate.slow_down()
            raise Throttled(f"{label} was not answered in time") from error
        except aiohttp.ClientError as error:
            self._setting.ledger.answered(label, 0, 0)
            raise Retry(f"{label} broke off: {type(error).__name__}: {error}") from error

    async def _body(
        self, response: aiohttp.ClientResponse, call: Call, reservation: Reservation
    ) -> tuple[bytes, bool]:
        parts, size = [], 0
        async for part in response.content.iter_chunked(CHUNK):
            parts.append(part)
            size += len(part)
            self._setting.bytes_in_flight.settle(reservation, size)
            if call.limit and size > call.limit:
                response.close()
                return b"".join(parts)[: call.limit], True
            if size > LARGEST:
                response.close()
                raise IncompleteReading(f"{call.label}: the answer has more than {LARGEST} bytes")
        return b"".join(parts), False

    def _obey(self, status: int, answer: Answer, now: float) -> None:
        """Slows down, or pauses what comes next, as the answer's headers ask."""
        if status == 429 or is_near_limit(answer.headers):
            self.gate.slow_down()
        elif status == 200:
            self.gate.went_well()
        if status == 200:
            seconds = retry_after(answer.headers, now)
            if seconds > 0:
                self.gate.pause(seconds)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            patience = self._setting.patience
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    ssl=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                    if self._base.startswith("https:")
                    else True,
                    limit=self._setting.in_flight + 1,
                ),
                timeout=aiohttp.ClientTimeout(
                    total=patience.whole_timeout,
                    sock_connect=patience.connect_timeout,
                    sock_read=patience.read_timeout,
                ),
                headers={
                    "User-Agent": f"fairlead/{__version__}",
                    "Accept": "application/json",
                    "Accept-Encoding": "gzip",
                    "X-TFS-FedAuthRedirect": "Suppress",
                },
                cookie_jar=aiohttp.DummyCookieJar(),
                # Asked once here instead of by `trust_env`, which would also look into ~/.netrc at every request and
                # refuse to send our Authorization to a host that it finds there.
                proxy=environment_proxy(self._base),
            )
        return self._session

    async def close(self) -> None:
        """Closes the connections; a later call would open new ones."""
        if self._session is not None:
            await self._session.close()
            # aiohttp closes TLS transports on the next turns of the loop; without them Python warns of open sockets.
            await asyncio.sleep(0)
            self._session = None
