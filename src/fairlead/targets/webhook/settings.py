"""What one needs to know to tell an address of changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from importlib.metadata import version

import msgspec
from yarl import URL

from fairlead.model.errors import BadUsage
from fairlead.model.secrets import Secret

_RESERVED = re.compile(
    r"host|connection|transfer-encoding|content-.*|user-agent|webhook-.*|x-port-.*", re.IGNORECASE
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def _user_agent() -> str:
    return f"fairlead/{version('fairlead')}"


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`url` counts as a secret whole: what it is for may stand in its path or query. `secret` signs. `blueprints` are
    those whose changes are wanted, empty means all. `headers` are added to each request. `role` tells apart
    destinations that may have one address. `timeout` is of one attempt, in seconds."""

    url: Secret
    secret: Secret
    role: str
    blueprints: frozenset[str] = frozenset()
    headers: Mapping[str, Secret] = {}
    timeout: float = 10.0
    user_agent: str = msgspec.field(default_factory=_user_agent)


def address(settings: WebhookSettings) -> URL:
    """The address. BadUsage, without quoting it, for one that cannot be meant."""
    try:
        url = URL(settings.url.reveal().strip())
        port = url.port
    except ValueError:
        raise BadUsage("the address is not a URL", advice=_ADVICE) from None
    if url.scheme not in {"http", "https"} or not url.host or port is None:
        raise BadUsage("the address is not an http or https URL", advice=_ADVICE)
    if url.user is not None or url.password is not None:
        raise BadUsage("the address has a user in it", advice="give a credential as a header (`headers`)")
    return url.with_fragment(None)


_ADVICE = "It looks like https://receiver.example.com/changes."


def place(url: URL) -> str:
    """Host and port, for people: neither path nor query, which may hold a secret."""
    host = f"[{url.host}]" if ":" in (url.host or "") else url.host
    return f"{host}" if url.is_default_port() else f"{host}:{url.port}"


def key(settings: WebhookSettings, url: URL) -> str:
    """What the destination's place is kept under: it says where, and tells addresses apart without saying them."""
    told_apart = blake2b(str(url).encode(), digest_size=16).hexdigest()
    return f"{settings.role}:{place(url)}#{told_apart}"


def check(settings: WebhookSettings) -> None:
    """BadUsage for a secret or headers that cannot be sent, without quoting a value."""
    if not settings.secret:
        raise BadUsage("the secret that signs is empty")
    for name, value in settings.headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value.reveal()):
            raise BadUsage(f"the header {name!r} cannot be sent")
        if _RESERVED.fullmatch(name):
            raise BadUsage(f"the header {name} is set by Fairlead itself")
