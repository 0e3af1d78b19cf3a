"""The shape of a settings layer, as `fairlead.yaml` and the environment spell it, and its check by pydantic."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from itertools import takewhile
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from fairlead.app.settings.values import LogLevel, Origin, Preset
from fairlead.model.errors import BadUsage

Layer = dict[str, object]
"""Settings of one source, nested as in `fairlead.yaml`; a name that is absent leaves the layer below standing."""


def _split(value: object) -> object:
    """A comma list as the environment gives it."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _read(value: object) -> object:
    """A JSON list as the environment gives it."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: line {error.lineno}, column {error.colno}") from None


def _origin(value: object) -> object:
    """Ocean's words, in any case; one of them is old."""
    if not isinstance(value, str):
        return value
    word = value.strip().capitalize()
    return {"Ocean": "Default", "": None}.get(word, word)


Names = Annotated[list[str], BeforeValidator(_split)]
Seconds = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    # A value may be a secret, so no message may quote its input.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class HostsPart(_Part):
    """Base URLs by service area."""

    vssps: str = ""
    vsrm: str = ""
    vsaex: str = ""
    advsec: str = ""
    analytics: str = ""
    feeds: str = ""
    audit: str = ""


class ConnectionPart(_Part):
    """One connection. `organization_urls` is Ocean's comma list: several organizations, one credential."""

    name: str = ""
    organization_url: str = ""
    organization_urls: Names = []
    personal_access_token: SecretStr | None = None
    personal_access_token_file: str = ""
    hosts: HostsPart = HostsPart()


class AzurePart(ConnectionPart):
    """The connection of the environment."""

    webhook_username: str = "port"
    webhook_secret: SecretStr | None = None


class PortPart(_Part):
    """Port as a target."""

    client_id: str = ""
    client_secret: SecretStr | None = None
    base_url: str = "https://api.getport.io"
    integration_identifier: str = "my-azure-devops-integration"
    initialize_resources: bool = True
    timeout: Annotated[float, Field(gt=0)] = 60.0
    send_examples: bool | None = None
    resources_path: str = ""
    extend_blueprints: bool = False
    resources_origin: Annotated[Origin | None, BeforeValidator(_origin)] = None


class WebhookPart(_Part):
    """An address that is told of changes."""

    url: SecretStr
    secret: SecretStr
    blueprints: Names = []
    headers: dict[str, SecretStr] = {}


class ListenerPart(_Part):
    """Ocean's event listener, and what Ocean says beside it of its server."""

    type: Annotated[str, BeforeValidator(_upper)] = ""
    interval: Annotated[float, Field(gt=0)] = 60.0
    resync_on_start: bool = True
    app_host: str = ""
    incremental: bool = False
    path_prefix: str = ""
    options: dict[str, object] = {}


class IntervalsPart(_Part):
    """Seconds."""

    incremental: Seconds = 300.0
    full: Seconds = 86400.0
    hooks: Seconds = 3600.0


class ServerPart(_Part):
    """The server."""

    hosts: Names = []


class Schema(_Part):
    """All settings, merged."""

    catalog_url: str = ""
    preset: Preset | None = None
    mapping_file: str = ""
    blueprints_file: str = ""
    log_level: Annotated[LogLevel, BeforeValidator(_lower)] = "warning"
    jq_env: Names = []
    jq_workers: Annotated[int, Field(ge=0, le=64)] = 0
    secret_key: SecretStr | None = None
    listener: ListenerPart = ListenerPart()
    azure: AzurePart = AzurePart()
    connections: list[ConnectionPart] = []
    port: PortPart = PortPart()
    webhooks: Annotated[list[WebhookPart], BeforeValidator(_read)] = []
    changelog_secret: SecretStr | None = None
    intervals: IntervalsPart = IntervalsPart()
    server: ServerPart = ServerPart()


HIDDEN = ("listener.", "azure.organization_urls")
"""How names begin that only Ocean's dialect fills; nobody writes them in Fairlead's own."""


OCEANS = {
    "listener.options": "OCEAN__EVENT_LISTENER",
    "listener.incremental": "OCEAN__INTEGRATION__INCREMENTAL_SYNC_ENABLED",
    "listener.path_prefix": "OCEAN__PATH_PREFIX",
}
"""Variables of such names that do not follow from them."""


def known_names() -> tuple[str, ...]:
    """Every setting by its dotted name (`azure.hosts.vssps`), for documentation, warnings and tests."""
    return tuple(name for name in _names(Schema, "") if not name.startswith(HIDDEN))


def _names(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _names(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def variable(name: str) -> str:
    """The environment variable of a dotted name: `azure.hosts.vssps` is FAIRLEAD_AZURE__HOSTS__VSSPS, and what only
    Ocean's dialect fills is Ocean's."""
    if name.startswith("listener."):
        return OCEANS.get(name, name.replace("listener.", "OCEAN__EVENT_LISTENER__").upper())
    return "FAIRLEAD_" + name.replace(".", "__").upper()


def did_you_mean(name: str, candidates: tuple[str, ...]) -> str:
    """A hint for a misspelled name, "" when nothing is near."""
    near = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""


def merge(below: Layer, above: Layer) -> Layer:
    """Both layers; where both name a setting, `above` holds."""
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        if isinstance(under, dict) and isinstance(value, dict):
            merged[name] = merge(under, value)
        else:
            merged[name] = value
    return merged


def check(layer: Layer) -> Schema:
    """The layer as checked values. Raises BadUsage that names the first setting that cannot be meant, not its value."""
    try:
        return Schema.model_validate(layer)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        named = ".".join(map(str, takewhile(lambda part: not isinstance(part, int), first["loc"])))
        if first["type"] == "extra_forbidden":
            raise BadUsage(f"unknown setting {place}", advice=did_you_mean(place, known_names())) from None
        problem = first["msg"].removeprefix("Value error, ")
        raise BadUsage(
            f"setting {place}: {problem[:1].lower()}{problem[1:]}",
            advice=f"the variable for it is {variable(named)}",
        ) from None
