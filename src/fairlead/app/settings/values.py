"""What a command is told: frozen, checked, and free of the dialect it was written in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from fairlead.model.secrets import Secret

Origin = Literal["Empty", "Default", "Port"]
Preset = Literal["standard", "port", "port-script"]
Dialect = Literal["own", "ocean", "script"]
LogLevel = Literal["debug", "info", "warning", "error"]

DEFAULT_CATALOG = ".fairlead/catalog.db"
"""Below the working directory; its folder also holds the key that stored credentials are encrypted with."""


class Hosts(msgspec.Struct, frozen=True):
    """Base URLs of service areas that do not follow from the organization URL; "" where they do."""

    vssps: str = ""
    vsrm: str = ""
    vsaex: str = ""
    advsec: str = ""
    analytics: str = ""
    feeds: str = ""
    audit: str = ""

    def given(self) -> dict[str, str]:
        """The configured ones by area."""
        named: dict[str, str] = msgspec.structs.asdict(self)
        return {area: url for area, url in named.items() if url}


class ConnectionSettings(msgspec.Struct, frozen=True):
    """One organization or Server collection. `name` "" is named after the organization.

    `token` None means that no credential was given; `token_from` says where the token came from, for messages.
    """

    url: str
    name: str = ""
    token: Secret | None = None
    token_from: str = ""
    hosts: Hosts = Hosts()


class PortSettings(msgspec.Struct, frozen=True):
    """Port as a target. `integration` is the identifier of the installation whose mapping and entities are meant.

    `is_integration`: Port knows this installation, keeps its mapping and hears of its runs; Port's script was none.
    `initialize` tells whether missing blueprints, and what goes with them, are created there. `origin` is what a new
    installation starts with, None for what Port's own integration chooses. `resources` is a folder of a mapping,
    blueprints, scorecards, pages and actions to start with, None for where the image has it. `extend_blueprints`:
    blueprints that are there get properties and relations that they lack. `timeout` is of one request, in seconds.
    `send_examples`: a few raw records of each kind are shown at Port.
    `changelog_destination` and `incremental_sync` are what the integration at Port says of this installation; None
    leaves what it says. `resync_interval` is how many seconds lie between the runs that Port is told of, None where
    nobody knows.
    """

    client_id: str
    client_secret: Secret
    base_url: str = "https://api.getport.io"
    integration: str = "my-azure-devops-integration"
    initialize: bool = True
    timeout: float = 60.0
    is_integration: bool = True
    send_examples: bool = False
    changelog_destination: Mapping[str, str] | None = None
    incremental_sync: bool | None = None
    resync_interval: float | None = None
    origin: Origin | None = None
    resources: Path | None = None
    extend_blueprints: bool = False


class WebhookSettings(msgspec.Struct, frozen=True):
    """An address that is told of changes, of all blueprints where `blueprints` is empty. What an address is for may
    stand in its path, so that it is kept as a secret. So are headers, but what one says (`prod`) may stand in any other
    text too."""

    url: Secret
    secret: Secret
    blueprints: tuple[str, ...] = ()
    headers: dict[str, Secret] = {}


class ListenerSettings(msgspec.Struct, frozen=True):
    """How `fairlead ocean` learns that a sync is wanted, in Ocean's words. `type` "" where no listener is named.

    `interval` is of POLLING, in seconds; `app_host` the public address that WEBHOOK is reached at. `incremental`:
    whether syncs between the full ones, and that of ONCE, read only what has changed. `path_prefix` comes before every
    route but `/resync`. `options` is the whole listener as it was given: KAFKA reads its own options there.
    """

    type: str = ""
    interval: float = 60.0
    resync_on_start: bool = True
    app_host: str = ""
    incremental: bool = False
    path_prefix: str = ""
    options: dict[str, object] = {}


class Intervals(msgspec.Struct, frozen=True):
    """Seconds between readings of a server; 0 = never by the clock."""

    incremental: float = 300.0
    full: float = 86400.0
    hooks: float = 3600.0


class Settings(msgspec.Struct, frozen=True):
    """Everything a command is told.

    `preset_named` tells a chosen preset from the default of the dialect. `server_hosts` are names that a server answers
    to beside those of the loopback. Service hooks sign in with `webhook_user` and `webhook_secret`. `token` is a
    credential that was given without an organization: `connect` uses it. `jq_environment` holds the variables that
    mapping expressions may read, by name. `jq_workers` 0 means as many as there are processors. `warnings` are for the
    person, one line each; they never hold a value. `changelog_secret` signs what goes to the addresses that blueprints
    name.
    """

    catalog_url: str
    directory: Path
    dialect: Dialect = "own"
    preset: Preset = "standard"
    preset_named: bool = False
    mapping_file: Path | None = None
    blueprints_file: Path | None = None
    connections: tuple[ConnectionSettings, ...] = ()
    token: Secret | None = None
    token_from: str = ""
    port: PortSettings | None = None
    webhooks: tuple[WebhookSettings, ...] = ()
    changelog_secret: Secret | None = None
    intervals: Intervals = Intervals()
    server_hosts: tuple[str, ...] = ()
    listener: ListenerSettings = ListenerSettings()
    webhook_user: str = "port"
    webhook_secret: Secret | None = None
    secret_key: Secret | None = None
    catalog_password: Secret | None = None
    jq_environment: dict[str, str] = {}
    jq_workers: int = 0
    log_level: LogLevel = "warning"
    warnings: tuple[str, ...] = ()

    def secrets(self) -> tuple[Secret, ...]:
        """Every secret that was given, so that messages can be cleaned of them."""
        given = [connection.token for connection in self.connections]
        given += [
            self.token,
            self.webhook_secret,
            self.secret_key,
            self.port.client_secret if self.port else None,
            self.catalog_password,
            self.changelog_secret,
        ]
        for webhook in self.webhooks:
            given += [webhook.url, webhook.secret]
        return tuple(secret for secret in given if secret)
