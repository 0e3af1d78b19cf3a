"""Ocean's dialect: OCEAN__ variables, flat or as JSON objects, so that an installation of Port's image runs as is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from fairlead.app.settings.own import nested
from fairlead.app.settings.schema import Layer, merge
from fairlead.model.errors import BadUsage

PREFIX = "OCEAN__"

NAMES = {
    "port.client_id": "port.client_id",
    "port.client_secret": "port.client_secret",
    "port.base_url": "port.base_url",
    "integration.identifier": "port.integration_identifier",
    "integration.config.organization_url": "azure.organization_url",
    "integration.config.organization_urls": "azure.organization_urls",
    "integration.config.personal_access_token": "azure.personal_access_token",
    "integration.config.webhook_secret": "azure.webhook_secret",
    "integration.config.webhook_auth_username": "azure.webhook_username",
    "initialize_port_resources": "port.initialize_resources",
    "resources_path": "port.resources_path",
    "create_port_resources_origin": "port.resources_origin",
    "client_timeout": "port.timeout",
    "send_raw_data_examples": "port.send_examples",
    "integration.config.app_host": "listener.app_host",
    "base_url": "listener.app_host",
    "path_prefix": "listener.path_prefix",
    "integration.incremental_sync_enabled": "listener.incremental",
    "event_listener": "listener.options",
    "event_listener.type": "listener.type",
    "event_listener.interval": "listener.interval",
    "event_listener.resync_on_start": "listener.resync_on_start",
    "event_listener.app_host": "listener.app_host",
}
"""Ocean's name (snake case, dotted) to ours. Names that are not here are Ocean's own business and are left alone.
Of two that are one of ours, the later wins."""

MINUTES = {
    "scheduled_resync_interval": "intervals.full",
    "integration.incremental_sync_interval": "intervals.incremental",
}
INCREMENTAL_SECONDS = 900.0
TRUE = ("true", "1", "yes", "on", "t", "y")
"""How pydantic, and so Ocean, spells yes."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def from_environment(environment: Mapping[str, str]) -> Layer:
    """The layer that Ocean's variables mean; empty when there are none. A nested name wins over a JSON object.

    Raises BadUsage for a JSON variable that is not JSON, naming the variable and not its value.
    """
    flat: dict[str, object] = {}
    for name, text in environment.items():
        if name.upper().startswith(PREFIX) and text:
            flat[name[len(PREFIX) :].lower()] = _value(name, text)
    given: Layer = {}
    for name in sorted(flat, key=lambda name: name.count("__")):
        given = merge(given, nested({name: flat[name]}))
    given = _snake(given)
    layer: Layer = {}
    for theirs, ours in NAMES.items():
        value = _at(given, theirs)
        if value not in (None, ""):
            layer = merge(layer, nested({ours.replace(".", "__"): value}))
    for theirs, ours in MINUTES.items():
        minutes = _at(given, theirs)
        if minutes not in (None, ""):
            layer = merge(layer, nested({ours.replace(".", "__"): _seconds(theirs, minutes)}))
    if layer:
        layer = merge(layer, {"intervals": _intervals(given, layer)})
    level = environment.get("APPLICATION__LOG_LEVEL", "").lower()
    if layer and level in ("debug", "info", "warning", "error"):
        layer["log_level"] = level
    return layer


def _intervals(given: Layer, layer: Layer) -> Layer:
    """Ocean's defaults: no full sync by the clock, and no incremental one unless they are enabled."""
    found = layer.get("intervals")
    stated = dict(found) if isinstance(found, dict) else {}
    enabled = str(_at(given, "integration.incremental_sync_enabled")).lower() in TRUE
    incremental = stated.get("incremental", INCREMENTAL_SECONDS) if enabled else 0.0
    return {"full": stated.get("full", 0.0), "incremental": incremental}


def _value(name: str, value: str) -> object:
    if not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise BadUsage(
            f"the variable {name} is not JSON: line {error.lineno}, column {error.colno}"
        ) from None


def _snake(layer: Layer) -> Layer:
    """Keys in snake case: Ocean takes both spellings inside JSON."""
    return {
        _HUMP.sub("_", name).lower(): _snake(value) if isinstance(value, dict) else value
        for name, value in layer.items()
    }


def _at(layer: Layer, dotted: str) -> object:
    value: object = layer
    for part in dotted.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _seconds(name: str, minutes: object) -> float:
    if isinstance(minutes, int | float | str):
        try:
            return float(minutes) * 60
        except ValueError:
            pass
    raise BadUsage(f"the variable {PREFIX}{name.replace('.', '__').upper()} must be a number of minutes")
