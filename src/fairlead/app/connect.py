"""Tests a connection and stores it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from fairlead.app.configuring import Chosen, chosen
from fairlead.app.connections import Candidate, Hide, enter, opened
from fairlead.app.health import Health, look
from fairlead.app.settings.load import read_token
from fairlead.app.settings.values import ConnectionSettings, Settings
from fairlead.app.wiring import CLOCK, fewest_requests, normalized, vault_of, writing_catalog
from fairlead.model.errors import BadCredential, BadUsage, FairleadError
from fairlead.model.secrets import Secret

Ask = Callable[[], Secret]

NOT_STORED = "SYSTEM_ACCESSTOKEN"
"""A pipeline's job token dies with its job."""


class ConnectRequest(msgspec.Struct, frozen=True):
    """What to connect. `pat_file` None looks for the token elsewhere; `store` False only tests."""

    url: str
    name: str
    pat_file: Path | None
    store: bool


class Expected(msgspec.Struct, frozen=True):
    """A plan or sync asks at least so many `requests`, which takes about so many `seconds`.

    Requests are the fewest possible for `counts`, the objects by kind that a few requests can count; seconds are at the
    pace of the test's own requests.
    """

    requests: int
    seconds: float
    counts: Mapping[str, int]


class ConnectReport(msgspec.Struct, frozen=True):
    """What was found. `number` is that of the stored connection, 0 where nothing was stored.

    `expected` is None where no mapping can be used (`plan` says why) or projects cannot be listed.
    """

    health: Health
    number: int
    token_from: str
    token_stored: bool
    expected: Expected | None


async def connect(settings: Settings, request: ConnectRequest, ask: Ask | None, hide: Hide) -> ConnectReport:
    """Looks at the organization with the token, and stores the connection.

    The token is that of the file, else of the settings for this organization, else of the environment, else what `ask`
    gives. BadUsage for a URL that cannot be meant, or an organization that is connected under another address;
    BadCredential and NotThere as the service answers.
    """
    where = normalized(request.url)
    token, origin = _token(settings, request, where.url, ask)
    hide(token)
    hosts = [given.hosts for given in settings.connections if normalized(given.url).url == where.url]
    given = ConnectionSettings(where.url, request.name or where.name, token, origin, *hosts[:1])
    configuration = await _mapping(settings)
    async with opened([Candidate(given)]) as (source,):
        began = CLOCK.monotonic()
        health = await look(source, configuration.kinds() if configuration else ())
        pace = (CLOCK.monotonic() - began) / max(1, sum(source.source.traffic().requests.values()))
    expected = _expected(configuration, health.counts, pace) if configuration else None
    if not request.store:
        return ConnectReport(health, 0, origin, token_stored=False, expected=expected)
    number, name, stored = await _store(settings, health.instance, given, named=bool(request.name))
    health = msgspec.structs.replace(health, name=name)
    return ConnectReport(health, number, origin, token_stored=stored, expected=expected)


async def _mapping(settings: Settings) -> Chosen | None:
    """The configuration; None where it cannot be used, which is no reason not to connect."""
    try:
        return await chosen(settings)
    except FairleadError:
        return None


def _expected(configuration: Chosen, counts: Mapping[str, int], pace: float) -> Expected | None:
    if not counts.get("project"):
        return None
    # Every project has a team; a second one is a matter of taste.
    known = {"team": counts["project"], **counts}
    requests = sum(fewest_requests(configuration.configuration, known).values())
    return Expected(requests, requests * pace, counts)


def _token(settings: Settings, request: ConnectRequest, url: str, ask: Ask | None) -> tuple[Secret, str]:
    if request.pat_file is not None:
        return read_token(settings.directory / request.pat_file), str(request.pat_file)
    for given in settings.connections:
        if given.token and normalized(given.url).url == url:
            return given.token, given.token_from
    if settings.token:
        return settings.token, settings.token_from
    if ask is not None:
        token = ask()
        if token:
            return token, "the terminal"
    raise BadCredential(
        "no token is given",
        advice="give --pat-file FILE, or set AZURE_DEVOPS_EXT_PAT; on a terminal it is asked for",
    )


async def _store(
    settings: Settings, instance: str, given: ConnectionSettings, *, named: bool
) -> tuple[int, str, bool]:
    """Stores it; returns its number, its name, and whether the token was stored too."""
    async with writing_catalog(settings) as store:
        for row in await store.connections():
            if row.instance == instance and normalized(row.url).url != given.url:
                raise BadUsage(
                    f"this organization is connected already, as {row.name} ({row.url})",
                    advice=f"to give it a new token: fairlead connect {row.url}",
                )
            if row.instance == instance and not named:
                given = msgspec.structs.replace(given, name=row.name)
        sealed = b""
        if given.token and given.token_from != NOT_STORED:
            sealed = vault_of(settings).seal(given.token)
        return await enter(store, instance, given, sealed), given.name, bool(sealed)
