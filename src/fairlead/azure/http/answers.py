"""What an answer means: the status, the content type and the error body, classed by what to do next.

Facts: reference part 4.3 (error signatures). Decisions go by status and `typeKey`, never by the message, which
Server translates. Only the TF/VS number at the head of a message is taken, because it is not translated either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from fairlead.azure.http.pauses import wish
from fairlead.azure.http.problems import AbsentThing, RefusedRequest
from fairlead.model.errors import (
    BadCredential,
    FairleadError,
    IncompleteReading,
    NotPermitted,
    Retry,
    Throttled,
)

_SIGN_IN = re.compile(rb"_signin|login\.microsoftonline|login\.live\.com|sign[ -]?in", re.IGNORECASE)
_CODE = re.compile(r"\b(?:TF|VS)\d{3,}\b")
_TEXT_SHOWN = 300

RENEW = "Renew the token, or sign in again; `fairlead doctor` shows what a token can read."


class Answer(msgspec.Struct, frozen=True):
    """A good answer. `number` is the catalog number taken right before it was asked for; headers in lower case.

    `cut` is True where a file was longer than the call's limit and only its beginning was read.
    """

    body: bytes
    headers: Mapping[str, str]
    number: int
    cut: bool = False


class _Problem(msgspec.Struct, frozen=True, rename="camel"):
    """The service's JSON error body."""

    message: str | None = None
    type_key: str | None = None


class Unauthorized(FairleadError):
    """401: expired, or good but without the scope. The client finds out which; this never leaves it."""


def _problem(body: bytes) -> tuple[str, str, str]:
    """The error body's message, type key and TF/VS number, empty where there are none."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "", "", ""
    message = (problem.message or "").strip()[:_TEXT_SHOWN]
    code = _CODE.search(message)
    return message, problem.type_key or "", code[0] if code else ""


def _plain(location: str) -> str:
    """A redirect's target without query and credentials, fit to be shown."""
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else parts.path


def _redirect(what: str, status: int, headers: Mapping[str, str]) -> FairleadError:
    location = headers.get("location", "")
    if _SIGN_IN.search(location.encode("utf-8", "replace")):
        return BadCredential(
            f"{what} was sent to the sign-in page: the credential is not accepted", advice=RENEW
        )
    return IncompleteReading(
        f"{what} was answered by a redirect ({status}) to {_plain(location)}, which is not followed",
        advice="Set the organization URL to the address that the browser ends at.",
    )


def is_html(headers: Mapping[str, str]) -> bool:
    """Whether the answer is a page for people."""
    return headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml"))


def _page(what: str, body: bytes) -> FairleadError:
    """An HTML page where JSON was due: the sign-in page, or something between here and the service."""
    if _SIGN_IN.search(body[:20000]):
        return BadCredential(
            f"{what} was answered by a sign-in page: the credential is not accepted", advice=RENEW
        )
    return IncompleteReading(
        f"{what} was answered by an HTML page instead of JSON",
        advice="A proxy or a maintenance page may stand between here and Azure DevOps.",
    )


def _refused(what: str, status: int, body: bytes) -> FairleadError:
    message, type_key, code = _problem(body)
    text = f"{what} was refused ({status})" + (f": {message}" if message else "")
    if status == 404:
        return AbsentThing(
            f"{what} was not found" + (f": {message}" if message else ""), type_key=type_key, code=code
        )
    if status == 403:
        return NotPermitted(f"{what} is not permitted" + (f": {message}" if message else ""))
    if status == 407:
        return IncompleteReading(
            f"{what} was stopped by the proxy (407)", advice="Give the proxy's credentials."
        )
    if status == 405:
        return RefusedRequest(text, type_key=type_key or "MethodNotAllowed", code=code)
    return RefusedRequest(text, type_key=type_key, code=code)


def _passing(what: str, status: int, headers: Mapping[str, str], body: bytes, now: float) -> FairleadError:
    message = _problem(body)[0]
    tail = f" ({status})" + (f": {message}" if message else "")
    if status == 429:
        return Throttled(f"{what} was throttled{tail}", seconds=wish(headers, now))
    return Retry(f"{what} failed{tail}", seconds=wish(headers, now))


def failure(
    what: str, status: int, headers: Mapping[str, str], body: bytes, now: float
) -> FairleadError | None:
    """The classed error of an answer that is not a good one, None for a good status. `now` in epoch seconds."""
    error: FairleadError | None = None
    if status in {408, 425, 429} or status >= 500:
        error = _passing(what, status, headers, body, now)
    elif status == 401:
        error = Unauthorized(f"{what} was not authorized (401)")
    elif status >= 400:
        error = _refused(what, status, body)
    elif status >= 300:
        error = _redirect(what, status, headers)
    elif status == 203:
        error = BadCredential(
            f"{what} was answered by the sign-in page (203): the credential is not accepted", advice=RENEW
        )
    elif status != 200:
        error = IncompleteReading(f"{what} was answered with status {status}")
    return error


def misshapen(
    what: str, accept: Literal["json", "bytes"], headers: Mapping[str, str], body: bytes
) -> FairleadError | None:
    """Why a 200 cannot be taken: an HTML page, another content type, a body that stops short. None for a good one.

    The end is looked at because a server that closes early without a length makes no error by itself.
    """
    if is_html(headers):
        return _page(what, body)
    if accept == "bytes":
        return None
    kind = headers.get("content-type", "application/json").lower()
    if "json" not in kind:
        return IncompleteReading(f"{what} was answered as {kind.partition(';')[0]} instead of JSON")
    if body.rstrip()[-1:] not in {b"}", b"]"}:
        return Retry(f"{what}: the answer stops short after {len(body)} bytes")
    return None
