"""Which organizations are meant, by what token, and who they are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from fairlead.app.settings.values import ConnectionSettings, Settings
from fairlead.app.wiring import AzureSource, Vault, normalized, open_source, vault_of
from fairlead.model.errors import BadCredential, BadUsage, FairleadError
from fairlead.model.secrets import Secret
from fairlead.model.source import Identity
from fairlead.model.stored import StoredConnection
from fairlead.sync.passage import Connected

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog

Hide = Callable[[Secret], None]
"""Told of every secret before it is used, so that no message shows it."""

NONE_ADVICE = (
    "fairlead connect URL stores one; an environment is one too: FAIRLEAD_AZURE__ORGANIZATION_URL with "
    "FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN"
)


class Candidate(msgspec.Struct, frozen=True):
    """A connection that can be opened. `number` and `instance` are known when the catalog has it already."""

    settings: ConnectionSettings
    number: int = 0
    instance: str = ""


class Opened:
    """A candidate with its source."""

    def __init__(self, candidate: Candidate, source: AzureSource) -> None:
        self.candidate = candidate
        self.source = source
        self._identity: Identity | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.candidate.settings.name

    @property
    def url(self) -> str:
        """Where it is."""
        return self.candidate.settings.url

    async def identity(self) -> Identity:
        """Who the credential is; asked once. BadCredential, NotThere, Retry as the source."""
        if self._identity is None:
            self._identity = await self.source.identity()
        return self._identity


def candidates(
    settings: Settings, stored: Sequence[StoredConnection], hide: Hide, only: str = ""
) -> list[Candidate]:
    """The connections of the settings, then those that the catalog keeps; `only` picks one by name or number.

    A stored connection with the address of a configured one is the same; its number is then known, and its credential
    serves where none is configured. A stored connection without a credential came from an environment: it counts only
    where the settings name no other, so that a token goes to no organization that it is not for. BadUsage where there
    is none, or none of that name.
    """
    by_url = {normalized(row.url).url: row for row in stored}
    found: list[Candidate] = []
    for given in settings.connections:
        where = normalized(given.url)
        row = by_url.pop(where.url, None)
        name = given.name or (row.name if row else where.name)
        token, token_from = given.token, given.token_from
        if token is None and row is not None and row.credential:
            token, token_from = vault_of(settings).open(row.credential), "the catalog"
        placed = msgspec.structs.replace(given, url=where.url, name=name, token=token, token_from=token_from)
        found.append(Candidate(placed, row.id, row.instance) if row else Candidate(placed))
    vault = vault_of(settings) if any(row.credential for row in by_url.values()) else None
    lone = not settings.connections
    found += [_stored(row, vault, settings) for row in by_url.values() if row.credential or lone]
    if only:
        found = [each for each in found if only in (each.settings.name, str(each.number))]
        if not found:
            raise BadUsage(f"there is no connection {only}", advice="fairlead doctor lists them")
    if not found:
        raise BadUsage("no organization is connected", advice=NONE_ADVICE)
    for each in found:
        if each.settings.token:
            hide(each.settings.token)
    return found


def _stored(row: StoredConnection, vault: Vault | None, settings: Settings) -> Candidate:
    """A connection as the catalog keeps it; the environment's token where it keeps no credential."""
    token, origin = settings.token, settings.token_from
    if vault is not None and row.credential:
        token, origin = vault.open(row.credential), "the catalog"
    return Candidate(ConnectionSettings(row.url, row.name, token, origin), row.id, row.instance)


@asynccontextmanager
async def opened(found: Sequence[Candidate]) -> AsyncIterator[list[Opened]]:
    """The sources of the candidates, closed at the end. BadCredential for one without a token."""
    sources: list[Opened] = []
    try:
        for candidate in found:
            token = candidate.settings.token
            if not token:
                raise BadCredential(
                    f"no token is given for {candidate.settings.name} ({candidate.settings.url})",
                    advice=f"run: fairlead connect {candidate.settings.url}",
                )
            source = open_source(candidate.settings.url, token, candidate.settings.hosts.given())
            sources.append(Opened(candidate, source))
        yield sources
    finally:
        for each in sources:
            await each.source.close()


async def registered(store: Catalog, sources: Sequence[Opened]) -> list[Connected]:
    """The sources with their numbers in the catalog, entered there where they are new.

    Each is asked who it is: an address that leads to another organization than before must not empty the catalog.
    BadUsage for that, and where two of them lead to the same organization. One of several that cannot be asked keeps
    the identity it had; the run reports it.
    """
    stored = {row.instance: row for row in await store.connections()}
    taken: dict[str, str] = {}
    connected: list[Connected] = []
    for each in sources:
        instance = await _instance(each, alone=len(sources) == 1)
        if instance in taken:
            raise BadUsage(
                f"{each.name} and {taken[instance]} are the same organization", advice="remove one of them"
            )
        taken[instance] = each.name
        connected.append(await _registered(store, each, instance, stored.get(instance)))
    return connected


async def _instance(each: Opened, *, alone: bool) -> str:
    before = each.candidate.instance
    try:
        instance = (await each.identity()).instance
    except FairleadError:
        if alone or not before:
            raise
        return before
    if before and instance != before:
        raise BadUsage(
            f"{each.candidate.settings.url} leads to another organization than it did ({each.name})",
            advice="use another catalog for it (--catalog), or correct the address",
        )
    return instance


async def _registered(store: Catalog, each: Opened, instance: str, row: StoredConnection | None) -> Connected:
    given = each.candidate.settings
    if row is None:
        return Connected(await enter(store, instance, given, b""), each.name, each.source)
    if not row.credential and row.url != given.url:
        # The environment's organization has another address now.
        await enter(store, instance, msgspec.structs.replace(given, name=row.name), b"")
    return Connected(row.id, row.name, each.source)


async def enter(store: Catalog, instance: str, connection: ConnectionSettings, credential: bytes) -> int:
    """Enters or updates a connection; returns its number."""
    name, url = connection.name, connection.url
    return await store.write(lambda writer: writer.save_connection(instance, name, url, credential))
