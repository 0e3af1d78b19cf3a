"""What one needs to know to speak to Port."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Literal

import msgspec

from fairlead.model.secrets import Secret
from fairlead.targets.port.regions import DEFAULT_BASE_URL

INTEGRATION_TYPE = "azure-devops"

Origin = Literal["Empty", "Default", "Port"]
"""Whose resources a new integration starts with: none, those of its files, or those that Port keeps for its type."""


def _own_version() -> str:
    return version("fairlead")


class PortSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where Port is, who we are there, and how entities are written.

    `base_url` is Port's host, "" for the default. `client_id` and `client_secret` are an organization's API credential.
    `identifier` is the integration's: it and `version` make the User-Agent that owns what we write. `merge` keeps
    fields that we do not send (else they are emptied); `create_missing_related_entities` lets Port create bare
    entities at the end of dangling relations; both are settings of the mapping, with Port's defaults. `timeout`
    is of one attempt, in seconds. `changelog_destination` (where Port sends changes of the mapping and wishes for a
    sync: `{}`, `{"type": "KAFKA"}` or `{"type": "WEBHOOK", "url": …}`) and `incremental_sync` are what the integration
    says of itself; None leaves what is stored there. `initialize`: blueprints, and what goes with them, are created
    where they are absent. `origin` is what a new integration starts with, None for what Ocean chooses; one that Port
    stores goes before it. `extend_blueprints`: blueprints that are there get properties and relations that they lack.
    """

    client_id: str
    client_secret: Secret
    identifier: str
    base_url: str = DEFAULT_BASE_URL
    merge: bool = True
    create_missing_related_entities: bool = True
    version: str = msgspec.field(default_factory=_own_version)
    timeout: float = 60.0
    changelog_destination: Mapping[str, str] | None = None
    incremental_sync: bool | None = None
    initialize: bool = True
    origin: Origin | None = None
    extend_blueprints: bool = False

    @property
    def own_origin(self) -> Origin:
        """What a new integration starts with where Port does not provide."""
        return "Empty" if self.origin == "Empty" else "Default"

    @property
    def user_agent(self) -> str:
        """Port attributes what is written to this text; writes add their feature (`EXPORTER`, `patches.FEATURE`)."""
        return f"port-ocean/{INTEGRATION_TYPE}/{self.version}/{self.identifier}"
