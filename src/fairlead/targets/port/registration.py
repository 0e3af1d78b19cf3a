"""What the integration object at Port has to say of this installation, and whether that is ours to write. Pure."""

from __future__ import annotations

import msgspec

from fairlead.model.errors import BadUsage
from fairlead.targets.port.settings import INTEGRATION_TYPE, PortSettings


class Ingest(msgspec.Struct, frozen=True, rename="camel"):
    """Where Port takes logs or metrics of an integration."""

    ingest_url: str | None = None


class ResyncState(msgspec.Struct, frozen=True, rename="camel"):
    """How the last sync stands; instants as Port writes them."""

    status: str | None = None
    last_resync_start: str | None = None
    updated_at: str | None = None


class Integration(msgspec.Struct, frozen=True, rename="camel"):
    """The integration as Port stores it, as far as it is read."""

    config: msgspec.Raw = msgspec.Raw(b"")
    version: str | None = None
    installation_type: str | None = None
    installation_app_type: str | None = None
    changelog_destination: dict[str, object] | None = None
    actions_processing_enabled: bool | None = None
    incremental_sync_enabled: bool | None = None
    are_port_resources_initialized: bool | None = None
    create_port_resources_origin: str | None = None
    log_attributes: Ingest | None = None
    metric_attributes: Ingest | None = None
    resync_state: ResyncState | None = None

    @property
    def mapping(self) -> str:
        """The config as JSON text, "" where nothing is stored."""
        text = bytes(self.config).decode().strip()
        return "" if text in ("", "null", "{}") else text


def new_integration(settings: PortSettings, origin: str) -> dict[str, object]:
    """The body that creates it; `origin` says whose resources it starts with."""
    return {
        "installationId": settings.identifier,
        "installationAppType": INTEGRATION_TYPE,
        "version": settings.version,
        "changelogDestination": settings.changelog_destination or {},
        "config": {},
        "actionsProcessingEnabled": False,
        "incrementalSyncEnabled": bool(settings.incremental_sync),
        "createPortResourcesOrigin": origin,
    }


def outdated(stored: Integration, settings: PortSettings) -> dict[str, object]:
    """What has to be written for `stored` to be true; empty where nothing has. Fields that are not ours stay.

    Where changes go, and whether syncs are incremental, is left alone where the settings do not say.
    """
    found = {
        "installationAppType": (stored.installation_app_type, INTEGRATION_TYPE),
        "version": (stored.version, settings.version),
        "actionsProcessingEnabled": (bool(stored.actions_processing_enabled), False),
        "changelogDestination": (stored.changelog_destination or {}, settings.changelog_destination),
        "incrementalSyncEnabled": (bool(stored.incremental_sync_enabled), settings.incremental_sync),
    }
    return {name: now for name, (before, now) in found.items() if now is not None and now != before}


def check_runtime(stored: Integration, identifier: str) -> None:
    """BadUsage for an integration that Port itself runs: two would write, and each would delete for the other."""
    if (stored.installation_type or "").startswith("Saas"):
        raise BadUsage(
            f"Port itself runs the integration {identifier!r} ({stored.installation_type})",
            advice="Give this installation another identifier, or delete the hosted one at Port first.",
        )
