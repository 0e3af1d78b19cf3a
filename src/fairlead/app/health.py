"""What a connection's identity can read, and what is therefore off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from fairlead.app.configuring import UNANSWERED, chosen
from fairlead.app.connections import Candidate, Hide, Opened, candidates, opened
from fairlead.app.port_health import PortHealth, port_health, unwell
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import Access, examine, stored_connections
from fairlead.model.errors import BadCredential, NotThere, Retry

LIVE_EVENTS = "not in this version yet: run `fairlead sync --incremental` on a schedule"
"""Why live events are off."""


class Service(msgspec.Struct, frozen=True):
    """One service, as far as the kinds need it. `scope` is what a token must have for it.

    `refused` are the projects where it cannot be read, if it can elsewhere; `reason` is what the service said.
    """

    name: str
    scope: str
    kinds: tuple[str, ...]
    readable: bool
    reason: str = ""
    refused: tuple[str, ...] = ()


class Health(msgspec.Struct, frozen=True):
    """One connection. `off` are the kinds that the mapping asks for and that cannot be read; `error` says why nothing
    could be asked at all, and `credential` is False where the credential is the reason.

    `asked` projects were tried one by one; `more` says that there are more than those. `counts` are objects by kind, of
    those that one request lists.
    """

    name: str
    url: str
    organization: str = ""
    instance: str = ""
    user: str = ""
    token_from: str = ""
    services: tuple[Service, ...] = ()
    off: tuple[str, ...] = ()
    asked: int = 0
    more: bool = False
    counts: Mapping[str, int] = {}
    live_events: str = LIVE_EVENTS
    error: str = ""
    advice: str = ""
    credential: bool = True


NAMES = {
    "vso.project": "Project and Team",
    "vso.code": "Code",
    "vso.work": "Work Items",
    "vso.build": "Build",
    "vso.release": "Release",
    "vso.environment_manage": "Environment",
    "vso.graph": "Graph",
    "vso.memberentitlementmanagement": "Member Entitlement Management",
}
"""Scopes as the page that makes a token calls them."""

MANAGED = {"vso.environment_manage"}
"""Scopes that the page offers as *Read & manage* only."""

REASONS = {
    "scope missing": "the token lacks the scope {name} ({right})",
    "permission missing": "this identity has no permission",
    "not installed": "the service is not there",
    "not reached": "the service could not be reached",
}


class Checkup(msgspec.Struct, frozen=True):
    """Connections, and Port where it is a target."""

    connections: tuple[Health, ...]
    port: PortHealth | None = None


async def doctor(settings: Settings, only: str, hide: Hide) -> Checkup:
    """Every connection, or the one of that name or number, and Port, against the mapping in use.

    BadUsage where there is no connection, BadMapping for a mapping that cannot be used. What cannot be asked is told
    as such, and the others are asked. While Port keeps the mapping to itself, no kind is missed.
    """
    found = candidates(settings, await stored_connections(settings), hide, only)
    wanted, port = await _wanted(settings)
    return Checkup(tuple(await _connections(found, wanted)), port)


async def _wanted(settings: Settings) -> tuple[Collection[str], PortHealth | None]:
    try:
        mapping = await chosen(settings)
    except UNANSWERED as error:
        if settings.port is None:
            raise
        return (), unwell(settings.port, error)
    return mapping.kinds(), await port_health(settings.port, mapping) if settings.port else None


async def _connections(found: Sequence[Candidate], wanted: Collection[str]) -> list[Health]:
    health: list[Health] = []
    for candidate in found:
        try:
            async with opened([candidate]) as (source,):
                health.append(await look(source, wanted))
        except (BadCredential, NotThere, Retry) as error:
            health.append(
                Health(
                    candidate.settings.name,
                    candidate.settings.url,
                    error=error.message,
                    advice=error.advice,
                    credential=not isinstance(error, BadCredential),
                )
            )
    return health


async def look(opened_: Opened, wanted: Collection[str]) -> Health:
    """Asks one organization. BadCredential, NotThere for an unknown organization, Retry for one out of reach."""
    settings = opened_.candidate.settings
    found = await examine(opened_.source)
    services = services_of(found.access)
    readable = {kind for service in services if service.readable for kind in service.kinds}
    probed = {kind for service in services for kind in service.kinds}
    return Health(
        settings.name,
        settings.url,
        found.identity.organization,
        found.identity.instance,
        found.identity.user,
        settings.token_from,
        services,
        tuple(sorted(set(wanted) & probed - readable)),
        found.asked,
        found.more,
        found.counts,
    )


def services_of(access: Sequence[Access]) -> tuple[Service, ...]:
    """One line per scope and set of kinds: readable where any probe of it was."""
    groups: dict[tuple[str, tuple[str, ...]], list[Access]] = {}
    for each in access:
        groups.setdefault((each.scope, each.kinds), []).append(each)
    services = []
    for (scope, kinds), probes in groups.items():
        name = NAMES.get(scope, scope)
        refused = [probe for probe in probes if probe.verdict != "readable"]
        right = "Read & manage" if scope in MANAGED else "Read"
        reason = REASONS[refused[0].verdict].format(name=name, right=right) if refused else ""
        detail = f" ({refused[0].detail})" if refused and refused[0].detail else ""
        readable = len(refused) < len(probes)
        projects = tuple(probe.project for probe in refused if probe.project) if readable else ()
        services.append(Service(name, scope, kinds, readable, reason + detail, projects))
    return tuple(services)
