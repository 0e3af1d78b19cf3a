"""Builds the source of one connection from its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from fairlead.azure.http.budget import ByteBudget, Clock, Sleep
from fairlead.azure.http.client import Patience, Setting
from fairlead.azure.http.credentials import Credential
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.http.ledger import Ledger
from fairlead.azure.reader import AzureSource
from fairlead.azure.server import organization


class AzureSettings(msgspec.Struct, frozen=True):
    """One connection. `hosts` names service hosts that are not where Microsoft's naming puts them, by the keys of
    `server.SERVICE_HOSTS` (`vsrm`, `vssps` …). `bytes_in_flight`: bytes of answers in memory at a time."""

    url: str
    auth: Credential
    hosts: Mapping[str, str] = {}
    in_flight: int = 15
    bytes_in_flight: int = 48 * 1024 * 1024
    patience: Patience = Patience()


def connect(
    settings: AzureSettings, *, clock: Clock, sleep: Sleep, random: Callable[[], float]
) -> AzureSource:
    """The source of the settings' organization; sends nothing yet. BadUsage for an URL that cannot be meant.

    `clock` gives epoch seconds, `random` numbers in [0, 1).
    """
    where = organization(settings.url)
    setting = Setting(
        settings.auth,
        settings.patience,
        clock,
        sleep,
        random,
        Ledger(),
        ByteBudget(settings.bytes_in_flight),
        settings.in_flight,
    )
    return AzureSource(where, Hosts(where.hosts(settings.hosts), setting))
