"""Port's event listeners: which there are, what they need, and what Port is told of the chosen one."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from fairlead.app.settings.values import PortSettings, Settings
from fairlead.app.wiring import KAFKA_DESTINATION, check_kafka
from fairlead.model.errors import BadUsage

LISTENERS = ("POLLING", "KAFKA", "WEBHOOK", "WEBHOOKS_ONLY", "ONCE")
RESYNCING = ("POLLING", "KAFKA", "WEBHOOK")
"""Those that make full syncs again and again."""


def listening(settings: Settings) -> tuple[Settings, PortSettings]:
    """The settings with the listener chosen, and those of Port with what it is told of that. Sends nothing.

    BadUsage for a listener that is not there or lacks what it needs, and without Port's credentials.
    """
    listener = settings.listener
    kind = listener.type or "POLLING"
    if kind == "ACTIONS_ONLY":
        raise BadUsage(
            "the event listener ACTIONS_ONLY is not there: Fairlead does not run Port's actions",
            advice="let Port call a pipeline, or leave Port's image in place for its actions",
        )
    if kind not in LISTENERS:
        raise BadUsage(f"there is no event listener {kind}", advice=f"listeners: {', '.join(LISTENERS)}")
    if settings.port is None:
        raise BadUsage(
            "fairlead ocean does what Port's image does, and Port's credentials are not set",
            advice="set OCEAN__PORT__CLIENT_ID and OCEAN__PORT__CLIENT_SECRET; without Port: fairlead serve",
        )
    if not settings.port.is_integration:
        raise BadUsage("Port's script is no integration", advice="do what it did by fairlead sync")
    prefix = listener.path_prefix.strip("/")
    listener = msgspec.structs.replace(listener, type=kind, path_prefix=f"/{prefix}" if prefix else "")
    port = msgspec.structs.replace(
        settings.port,
        changelog_destination=_destination(kind, listener.app_host),
        incremental_sync=listener.incremental or (kind in RESYNCING and settings.intervals.incremental > 0),
        resync_interval=settings.intervals.full or None if kind in RESYNCING else None,
    )
    if kind == "KAFKA":
        check_kafka(listener.options)
    return msgspec.structs.replace(settings, listener=listener, port=port), port


def _destination(kind: str, host: str) -> dict[str, str] | None:
    """Where Port sends wishes for a sync; None leaves what it says: another program may listen beside this one."""
    if kind == "KAFKA":
        return KAFKA_DESTINATION
    if kind == "WEBHOOK":
        return {"type": "WEBHOOK", "url": f"{_public(host)}/resync"}
    return None if kind == "WEBHOOKS_ONLY" else {}


def _public(host: str) -> str:
    """BadUsage where it is not an address that Port can send to."""
    try:
        parts = urlsplit(host.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        usable = None
    if not usable:
        raise BadUsage(
            "the event listener WEBHOOK needs the address that Port reaches this server at",
            advice='for instance OCEAN__EVENT_LISTENER=\'{"type": "WEBHOOK", "app_host": "https://…"}\'',
        )
    return host.strip().rstrip("/")
