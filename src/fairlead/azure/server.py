"""The organization's URL and the hosts of its service areas (reference part 0.1; design part 6)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

import msgspec

from fairlead.model.errors import BadUsage

SERVICE_HOSTS = {
    "vssps": "vssps",
    "vsaex": "vsaex",
    "vsrm": "vsrm",
    "advsec": "advsec",
    "analytics": "analytics",
    "feeds": "feeds",
    "audit": "auditservice",
}
"""The name under which settings know a host, and its label in Microsoft's host names."""

AREAS = {"release": "vsrm", "graph": "vssps", "entitlements": "vsaex"}
"""The host of a route's area, where it is not the organization's own."""

_ONLY_NEW_FORM = {"advsec", "analytics", "audit"}
"""Hosts without a `visualstudio.com` name; they are reached as `{host}.dev.azure.com/{organization}`."""

_EXAMPLE = "Write it as https://dev.azure.com/your-organization, or as the address of a Server collection."


class Organization(msgspec.Struct, frozen=True):
    """Where one organization (or Server collection) is. `url` is without a slash at its end; `name` is its own
    name on Microsoft's hosts, elsewhere the URL's last segment (the collection)."""

    url: str
    name: str

    def hosts(self, configured: Mapping[str, str]) -> dict[str, str]:
        """The base URL of every area. `configured` names hosts by the keys of `SERVICE_HOSTS` and wins."""
        unknown = sorted(set(configured) - set(SERVICE_HOSTS))
        if unknown:
            raise BadUsage(
                f"there is no service host named {', '.join(unknown)}",
                advice=f"The names are {', '.join(sorted(SERVICE_HOSTS))}.",
            )
        found = {"core": self.url}
        for area, host in AREAS.items():
            given = configured.get(host, "").strip()
            found[area] = base_url(given) if given else self.service_host(host)
        return found

    def service_host(self, host: str) -> str:
        """The base URL of a service host: by Microsoft's naming on its own hosts, the same URL anywhere else."""
        parts = urlsplit(self.url)
        domain, label = parts.hostname or "", SERVICE_HOSTS[host]
        if domain == "dev.azure.com":
            return f"https://{label}.dev.azure.com/{quote(self.name, safe='')}"
        if domain.endswith(".visualstudio.com"):
            if host in _ONLY_NEW_FORM:
                return f"https://{label}.dev.azure.com/{quote(self.name, safe='')}"
            return f"https://{self.name}.{label}.visualstudio.com"
        return self.url


def base_url(text: str) -> str:
    """A URL fit to build requests on: http or https, a host, no credentials, query or fragment. BadUsage otherwise."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise BadUsage(f"the organization URL cannot be read: {error}", advice=_EXAMPLE) from error
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise BadUsage("the organization URL must begin with https:// and name a host", advice=_EXAMPLE)
    if parts.username is not None or parts.password is not None:
        raise BadUsage(
            "the organization URL holds a user name or a token",
            advice="Give the token by its own setting; a URL ends up in logs.",
        )
    if parts.query or parts.fragment:
        raise BadUsage("the organization URL has a query or a fragment", advice=_EXAMPLE)
    host = parts.hostname.lower()
    if ":" in host:
        host = f"[{host}]"
    path = "/".join(quote(unquote(part), safe="") for part in parts.path.split("/") if part)
    return f"{parts.scheme.lower()}://{host}{f':{port}' if port else ''}{f'/{path}' if path else ''}"


def organization(text: str) -> Organization:
    """The organization that a URL names. BadUsage for a URL that names none, or a page inside of one."""
    url = base_url(text)
    parts = urlsplit(url)
    host, segments = parts.hostname or "", [unquote(part) for part in parts.path.split("/") if part]
    if any(part.lower() == "_apis" for part in segments):
        raise BadUsage("the organization URL is that of an API route", advice=_EXAMPLE)
    if host == "dev.azure.com" or host.endswith(".visualstudio.com"):
        return _microsoft(host, parts.port, segments, parts.scheme)
    return Organization(url, segments[-1] if segments else parts.netloc)


def _microsoft(host: str, port: int | None, segments: list[str], scheme: str) -> Organization:
    if scheme != "https" or port not in {None, 443}:
        raise BadUsage(f"{host} is only reached by https on its usual port", advice=_EXAMPLE)
    if host == "dev.azure.com":
        if not segments:
            raise BadUsage("the organization URL names no organization", advice=_EXAMPLE)
        if len(segments) > 1:
            raise BadUsage(
                f"the organization URL goes on after the organization: /{'/'.join(segments[1:])}",
                advice=_EXAMPLE,
            )
        return Organization(f"https://{host}/{quote(segments[0], safe='')}", segments[0])
    name = host.removesuffix(".visualstudio.com")
    if "." in name or not name:
        raise BadUsage(f"{host} is not an organization's host", advice=_EXAMPLE)
    if segments and [part.lower() for part in segments] != ["defaultcollection"]:
        raise BadUsage(
            f"the organization URL goes on after the organization: /{'/'.join(segments)}", advice=_EXAMPLE
        )
    # The collection's segment is optional on this host, and the service hosts do not have it.
    return Organization(f"https://{host}", name)
