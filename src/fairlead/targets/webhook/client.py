"""Posts announcements to one address: signed, one attempt after another, never anywhere else.

The only file of this room that knows the HTTP library. Proxies of the environment are obeyed, but passed by hand: the
library's own switch also reads `.netrc`. Redirects are not followed, so that what is sent goes to no other address.
Certificates are checked against the system's store.
"""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Mapping

import aiohttp
import msgspec
import truststore

from fairlead.model.announcements import Announcement
from fairlead.model.delivery import Outcome
from fairlead.model.errors import Retry
from fairlead.model.secrets import Secret, redact
from fairlead.targets.pacing import Timing
from fairlead.targets.webhook.pacing import ATTEMPTS, LONGEST_WAIT, asked_wait, backoff, is_passing
from fairlead.targets.webhook.payload import identity, payload
from fairlead.targets.webhook.settings import WebhookSettings, address, check, key, place
from fairlead.targets.webhook.signature import signed

_QUOTED = 200
"""Bytes of a refusal that are read, to be told."""

_LEFT = "These changes are not told again: see what the address says, and mend it or the blueprints that it is told of."


class _Answer(msgspec.Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    text: str


class Webhook:
    """Satisfies `sync.announcing.Destination`. Safe for concurrent use within one event loop."""

    def __init__(self, settings: WebhookSettings, timing: Timing | None = None) -> None:
        """BadUsage for settings that cannot be meant. Sends nothing and opens nothing yet."""
        check(settings)
        self._settings = settings
        self._timing = timing or Timing()
        self._url = address(settings)
        self._place = place(self._url)
        self._session: aiohttp.ClientSession | None = None
        self._resume_at = 0.0

    @property
    def name(self) -> str:
        """Where it is, as far as that may be said."""
        return f"webhook:{self._place}"

    @property
    def key(self) -> str:
        """What its place is kept under."""
        return key(self._settings, self._url)

    def wants(self, blueprint: str) -> bool:
        """Whether changes of the blueprint are for it."""
        return not self._settings.blueprints or blueprint in self._settings.blueprints

    async def tell(self, announcement: Announcement) -> Outcome:
        """Whether it was taken (2xx), or why it was refused for good.

        `Retry` where it may be taken later: no answer in time, 408, 429 or 5xx after the last attempt, too long a wait
        asked for, or a redirect."""
        body, message = payload(announcement), identity(announcement)
        error = Retry(f"{self._place} gives no answer")
        for attempt in range(ATTEMPTS):
            await self._until_resumed()
            try:
                answer = await self._post(body, message)
            except aiohttp.ClientConnectorCertificateError:
                advice = "Add the authority that signed it to the system's store."
                raise Retry(f"the certificate of {self._place} is not trusted", advice=advice) from None
            except (aiohttp.ClientError, TimeoutError, OSError) as fault:
                error, wait = Retry(f"{self._place} cannot be reached: {self._words(fault)}"), 0.0
            else:
                if 200 <= answer.status < 300:
                    return Outcome(announcement.entity)
                if not is_passing(answer.status):
                    return Outcome(announcement.entity, self._refusal(answer), advice=_LEFT)
                error = Retry(f"{self._place} is unavailable ({answer.status})")
                wait = asked_wait(answer.headers, self._timing.now())
            if wait > LONGEST_WAIT:
                raise Retry(f"{error.message} and asks for a pause of {wait:.0f} s", seconds=wait)
            self._pause(wait)
            if attempt + 1 < ATTEMPTS:
                await self._timing.sleep(max(wait, backoff(attempt, self._timing.chance())))
        raise error

    async def close(self) -> None:
        """Closes every connection; may be called twice."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _refusal(self, answer: _Answer) -> str:
        if answer.status < 400:
            raise Retry(
                f"{self._place} answers with a redirect ({answer.status}), which is not followed",
                advice="Give the address that it redirects to.",
            )
        quoted = f": {self._redacted(answer.text)}" if answer.text else ""
        return f"refused with {answer.status}{quoted}"

    def _pause(self, seconds: float) -> None:
        """What one request is asked to wait, every other waits too."""
        self._resume_at = max(self._resume_at, self._timing.now() + seconds)

    async def _until_resumed(self) -> None:
        while (wait := self._resume_at - self._timing.now()) > 0:
            await self._timing.sleep(wait)

    async def _post(self, body: bytes, message: str) -> _Answer:
        headers = {name: value.reveal() for name, value in self._settings.headers.items()}
        headers |= {"User-Agent": self._settings.user_agent, "Content-Type": "application/json"}
        headers |= signed(self._settings.secret, message, int(self._timing.now()), body)
        async with self._open().post(
            self._url, data=body, headers=headers, allow_redirects=False, proxy=self._proxy()
        ) as response:
            text = b"" if response.ok else await response.content.read(_QUOTED)
            words = " ".join(text.decode("utf-8", "replace").split())
            return _Answer(response.status, response.headers, words)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if self._url.scheme == "https" else True
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context),
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _proxy(self) -> str | None:
        """The environment's proxy for the address. Read at each request: it costs little, and tests change it."""
        if urllib.request.proxy_bypass(self._url.host or ""):
            return None
        return urllib.request.getproxies().get(self._url.scheme)

    def _words(self, fault: Exception) -> str:
        if isinstance(fault, TimeoutError):
            return "no answer in time"
        return self._redacted(str(fault)) or type(fault).__name__

    def _redacted(self, text: str) -> str:
        inner = self._url.raw_path_qs.removeprefix("/")
        hidden = (str(self._url), f"/{inner}" if inner else "", self._url.raw_query_string)
        secrets = (self._settings.url, *map(Secret, hidden), self._settings.secret)
        return redact(text, (*secrets, *self._settings.headers.values()))
