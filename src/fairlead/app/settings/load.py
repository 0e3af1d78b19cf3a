"""Brings the layers together: defaults, `fairlead.yaml`, environment, flags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from pydantic import SecretStr

from fairlead.app.settings import ocean, own, script
from fairlead.app.settings.schema import (
    ConnectionPart,
    Layer,
    ListenerPart,
    PortPart,
    Schema,
    WebhookPart,
    check,
    merge,
)
from fairlead.app.settings.values import (
    DEFAULT_CATALOG,
    ConnectionSettings,
    Dialect,
    Hosts,
    Intervals,
    ListenerSettings,
    PortSettings,
    Preset,
    Settings,
    WebhookSettings,
)
from fairlead.model.errors import BadUsage
from fairlead.model.secrets import Secret

TOKEN_VARIABLES = ("AZURE_DEVOPS_EXT_PAT", "SYSTEM_ACCESSTOKEN")
"""Where a token is looked for last: the variable of Microsoft's own command line, and a pipeline's job token."""


PRESETS: dict[Dialect, Preset] = {"own": "standard", "ocean": "port", "script": "port-script"}
"""The preset of a dialect where none is named: what its users have today."""


def load(environment: Mapping[str, str], directory: Path, flags: Layer) -> Settings:
    """The settings of one command. Relative paths are below `directory`. Raises BadUsage, never quoting a value."""
    own_layer, warnings = own.from_environment(environment)
    ocean_layer = ocean.from_environment(environment)
    file_layer = own.from_file(environment, directory)
    layer = merge(merge(merge(file_layer, ocean_layer), own_layer), flags)
    dialect: Dialect = "ocean" if ocean_layer else "own"
    schema = check(layer)
    if not _names_connection(schema):
        script_layer, told = script.from_environment(environment)
        warnings += told
        if script_layer:
            dialect = "script"
            schema = check(merge(script_layer, layer))
    return _settings(schema, dialect, environment, directory, warnings)


def fallback_token(environment: Mapping[str, str]) -> tuple[Secret, str] | None:
    """The token of the variables that others set, and the variable's name."""
    for name in TOKEN_VARIABLES:
        if environment.get(name):
            return Secret(environment[name].strip()), name
    return None


def read_token(path: Path) -> Secret:
    """The token in a file, without the line's end. Raises BadUsage without quoting what the file holds."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise BadUsage(f"the token file {path} cannot be read: {reason}") from None
    if not token:
        raise BadUsage(f"the token file {path} is empty")
    if len(token.split()) > 1:
        raise BadUsage(f"the token file {path} must hold the token and nothing else")
    return Secret(token)


def _settings(
    schema: Schema,
    dialect: Dialect,
    environment: Mapping[str, str],
    directory: Path,
    warnings: tuple[str, ...],
) -> Settings:
    # A token that was given together with an organization is for that organization's host alone.
    spare = (None, "") if schema.azure.organization_url else _token(schema.azure, environment, directory)
    token, token_from = spare if spare[0] else fallback_token(environment) or (None, "")
    catalog_url, catalog_password = _without_password(schema.catalog_url)
    return Settings(
        catalog_url=catalog_url or f"sqlite:///{directory / DEFAULT_CATALOG}",
        directory=directory,
        dialect=dialect,
        preset=schema.preset or PRESETS[dialect],
        preset_named=schema.preset is not None,
        mapping_file=directory / schema.mapping_file if schema.mapping_file else None,
        blueprints_file=directory / schema.blueprints_file if schema.blueprints_file else None,
        connections=_connections(schema, environment, directory),
        token=token,
        token_from=token_from,
        port=_port(schema.port, dialect, directory),
        webhooks=tuple(map(_webhook, schema.webhooks)),
        changelog_secret=_secret(schema.changelog_secret),
        intervals=Intervals(schema.intervals.incremental, schema.intervals.full, schema.intervals.hooks),
        server_hosts=tuple(schema.server.hosts),
        listener=_listener(schema.listener),
        webhook_user=schema.azure.webhook_username,
        webhook_secret=_secret(schema.azure.webhook_secret),
        secret_key=_secret(schema.secret_key),
        catalog_password=catalog_password,
        jq_environment={name: environment[name] for name in schema.jq_env if name in environment},
        jq_workers=schema.jq_workers,
        log_level=schema.log_level,
        warnings=warnings,
    )


def _without_password(url: str) -> tuple[str, Secret | None]:
    """A server's URL that can be shown, and its password. One that cannot be read stays, for the catalog to refuse."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, None
    user, colon, password = parts.netloc.rpartition("@")[0].partition(":")
    settings = parse_qsl(parts.query)
    given = [unquote(password)] if colon else [value for name, value in settings if name == "password"]
    if not given:
        return url, None
    netloc = f"{user}@{parts.netloc.rpartition('@')[2]}" if colon else parts.netloc
    query = urlencode([(name, value) for name, value in settings if name != "password"])
    return parts._replace(netloc=netloc, query=query).geturl(), Secret(given[-1])


def _names_connection(schema: Schema) -> bool:
    return bool(schema.azure.organization_url or schema.azure.organization_urls or schema.connections)


def _connections(
    schema: Schema, environment: Mapping[str, str], directory: Path
) -> tuple[ConnectionSettings, ...]:
    """The connections of the environment and of the file, each organization once, the environment's first."""
    found: dict[str, ConnectionSettings] = {}
    for part in (schema.azure, *schema.connections):
        for url in filter(None, (part.organization_url, *part.organization_urls)):
            address = url.strip().rstrip("/")
            if address not in found:
                token, origin = _token(part, environment, directory)
                found[address] = ConnectionSettings(
                    address, part.name, token, origin, Hosts(**part.hosts.model_dump())
                )
    return tuple(found.values())


def _token(
    part: ConnectionPart, environment: Mapping[str, str], directory: Path
) -> tuple[Secret | None, str]:
    if part.personal_access_token and part.personal_access_token.get_secret_value().strip():
        return Secret(part.personal_access_token.get_secret_value().strip()), "the settings"
    if part.personal_access_token_file:
        path = directory / part.personal_access_token_file
        return read_token(path), str(path)
    return fallback_token(environment) or (None, "")


def _port(part: PortPart, dialect: Dialect, directory: Path) -> PortSettings | None:
    """Port as a target, where its credentials are given. Half of a credential is a mistake.

    Raw records go there unasked only where that is what the installation has done so far.
    """
    secret = _secret(part.client_secret)
    if not part.client_id and not secret:
        return None
    if not part.client_id or not secret:
        missing = "client secret" if part.client_id else "client id"
        names = "PORT_CLIENT_ID and PORT_CLIENT_SECRET: " if dialect == "script" else ""
        raise BadUsage(f"Port's {missing} is not set", advice=f"{names}Port needs both, or neither")
    return PortSettings(
        part.client_id,
        secret,
        part.base_url.rstrip("/"),
        part.integration_identifier,
        part.initialize_resources,
        part.timeout,
        send_examples=part.send_examples if part.send_examples is not None else dialect == "ocean",
        is_integration=dialect != "script",
        origin=part.resources_origin,
        extend_blueprints=part.extend_blueprints,
        resources=directory / part.resources_path if part.resources_path else None,
    )


def _listener(part: ListenerPart) -> ListenerSettings:
    return ListenerSettings(**part.model_dump())


def _webhook(part: WebhookPart) -> WebhookSettings:
    headers = {name: Secret(value.get_secret_value()) for name, value in part.headers.items()}
    url, secret = Secret(part.url.get_secret_value().strip()), Secret(part.secret.get_secret_value())
    return WebhookSettings(url, secret, tuple(part.blueprints), headers)


def _secret(value: SecretStr | None) -> Secret | None:
    return Secret(value.get_secret_value()) if value and value.get_secret_value() else None
