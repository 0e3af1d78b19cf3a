"""Where Port is: the hosts of its two regions, what people take for them, and to which hosts our token may go.

Hosts are those of Port's documentation. A base URL on another host (a proxy, a test) is used as it stands.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fairlead.model.errors import BadUsage

DEFAULT_BASE_URL = "https://api.getport.io"

_EUROPE = "https://api.getport.io"
_STATES = "https://api.us.getport.io"
_OTHER_REGION = {
    "api.getport.io": f"the United States: {_STATES}",
    "api.port.io": "the United States: https://api.us.port.io",
    "api.us.getport.io": f"Europe: {_EUROPE}",
    "api.us.port.io": "Europe: https://api.port.io",
}
_DOMAINS = ("getport.io", "port.io")
_PEOPLES = ("app", "www", "docs", "ingest")
"""First names of Port's hosts that are not its API."""


def api_base(url: str) -> tuple[str, str]:
    """The base without trailing slash and `/v1` (which some clients want written), and its host. "" is the default.

    Raises `BadUsage` for what is no such address, with the right one where it is known.
    """
    parts = urlsplit(url.strip() or DEFAULT_BASE_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise BadUsage(
            "the base URL of Port is not an http or https address without a user",
            advice="It looks like https://api.getport.io.",
        )
    first, _, rest = parts.hostname.partition(".")
    if domain_of(parts.hostname) and (first in _PEOPLES or parts.hostname in _DOMAINS):
        api = f"api.{rest}" if first in _PEOPLES else f"api.{parts.hostname}"
        raise BadUsage(f"{parts.hostname} is not Port's API", advice=f"Set the base URL to https://{api}.")
    base = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    return base.removesuffix("/v1"), parts.hostname


def domain_of(host: str) -> str:
    """The domain of Port's that a host belongs to, "" for a host of somebody else's."""
    return next((domain for domain in _DOMAINS if f".{host.lower()}".endswith(f".{domain}")), "")


def may_have_token(url: str, base: str) -> bool:
    """Whether our token may go to a URL that Port names: to the API's own origin, or to a host of Port's by https,
    where the API is one of Port's too."""
    try:
        there, api = urlsplit(url), urlsplit(base)
        origins = [(parts.scheme, parts.hostname or "", parts.port) for parts in (there, api)]
    except ValueError:
        return False
    if there.username is not None or not there.hostname or there.scheme not in {"http", "https"}:
        return False
    if origins[0] == origins[1]:
        return True
    return bool(
        there.scheme == "https" and there.port in (None, 443)
        and domain_of(there.hostname) and domain_of(api.hostname or "")
    )  # fmt: skip


def credential_advice(host: str, client_id: str) -> str:
    """What may be wrong with a credential that `host` refuses."""
    advice = "Check Port's client id and client secret."
    if is_personal(client_id):
        advice += f" {PERSONAL}"
    if host in _OTHER_REGION:
        advice += f" If the organization is in another region, set the base URL of {_OTHER_REGION[host]}."
    else:
        advice += f" Check that they are for {host}."
    return advice


def is_personal(client_id: str) -> bool:
    """Whether a client id is a person's, not an organization's."""
    return "@" in client_id


PERSONAL = (
    "The client id is an e-mail address, so the credential is a person's and ends with that person's account: "
    "use the organization's."
)
