"""Builds every object that speaks to the outside: the only place that knows catalog, Azure DevOps and targets.

The names listed in `__all__` are what the use cases see of those rooms.
"""

from __future__ import annotations

import asyncio
import os
import random
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fairlead.app.clock import SystemClock
from fairlead.app.settings.values import DEFAULT_CATALOG, PortSettings, Preset, Settings, WebhookSettings
from fairlead.app.usage import usage
from fairlead.azure import connecting
from fairlead.azure.access import Access, Examination, examine
from fairlead.azure.fewest import FILES, fewest, with_files
from fairlead.azure.http.credentials import PersonalAccessToken
from fairlead.azure.kinds.registry import DERIVATIONS, SPECS
from fairlead.azure.reader import AzureSource
from fairlead.azure.server import Organization
from fairlead.azure.server import organization as normalized
from fairlead.catalog import export as exports
from fairlead.catalog import open_catalog
from fairlead.catalog.address import is_server, sqlite_path
from fairlead.catalog.explanation import EntityDelivery, ExplainedContribution, Explanation
from fairlead.catalog.vault import Vault, open_vault
from fairlead.mapping.mapper import Mapper
from fairlead.mapping.pool import WorkerPool
from fairlead.mapping.rows import Configuration
from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import CatalogMissing, CatalogOutdated, CatalogUnusable
from fairlead.model.reports import ProgressUpdate
from fairlead.model.secrets import Secret
from fairlead.model.stored import StoredConnection
from fairlead.sync.engine import Engine
from fairlead.sync.passage import Connected
from fairlead.sync.scene import Policy
from fairlead.sync.wanted import full_reading
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.definitions import are_steps_of
from fairlead.targets.port.examples import MOST as EXAMPLES
from fairlead.targets.port.integration import PortIntegration, ResyncStatus
from fairlead.targets.port.kafka import CHANGELOG_DESTINATION as KAFKA_DESTINATION
from fairlead.targets.port.kafka import KafkaRequests
from fairlead.targets.port.kafka_poller import library
from fairlead.targets.port.kafka_settings import kafka_settings
from fairlead.targets.port.masks import masked_text
from fairlead.targets.port.regions import PERSONAL, is_personal
from fairlead.targets.port.resources import is_same_mapping
from fairlead.targets.port.settings import PortSettings as PortTargetSettings
from fairlead.targets.port.story import KindRow, Line, is_failure
from fairlead.targets.port.target import PortTarget
from fairlead.targets.port.telemetry import PortTelemetry
from fairlead.targets.webhook.client import Webhook
from fairlead.targets.webhook.settings import WebhookSettings as WebhookTargetSettings

if TYPE_CHECKING:
    from fairlead.catalog import Catalog

__all__ = [
    "BASES",
    "CLOCK",
    "EXAMPLES",
    "FILES",
    "KAFKA_DESTINATION",
    "Access",
    "AzureSource",
    "Catalog",
    "EntityDelivery",
    "Examination",
    "ExplainedContribution",
    "Explanation",
    "KindRow",
    "Line",
    "Organization",
    "PortIntegration",
    "PortTarget",
    "PortTelemetry",
    "ResyncStatus",
    "Vault",
    "Webhook",
    "are_steps_of",
    "catalog_mark",
    "check_kafka",
    "engine_of",
    "examine",
    "export_blocks",
    "fewest_requests",
    "is_failure",
    "is_same_mapping",
    "kafka_requests",
    "mapper_of",
    "normalized",
    "open_port",
    "open_reading",
    "open_source",
    "open_webhook",
    "personal_notice",
    "reading_catalog",
    "stored_connections",
    "telemetry_of",
    "vault_of",
    "with_files",
    "writing_catalog",
]

CLOCK = SystemClock()

DERIVED = {derivation.kind: derivation for derivation in DERIVATIONS}

BASES = {name: name for name, spec in SPECS.items() if spec.mapped} | {
    name: derivation.base for name, derivation in DERIVED.items()
}
"""Every kind that a mapping can name, with the kind that is read for it."""


def open_source(url: str, token: Secret, hosts: Mapping[str, str]) -> AzureSource:
    """The source of one organization; sends nothing yet. BadUsage for a URL that cannot be meant."""
    settings = connecting.AzureSettings(url, PersonalAccessToken(token), hosts)
    # Chance only spreads retries: nobody can gain from guessing it.
    return connecting.connect(settings, clock=CLOCK.now, sleep=asyncio.sleep, random=random.random)


def open_port(settings: PortSettings, *, merge: bool = True, create_missing: bool = True) -> PortTarget:
    """Port as a target; sends nothing yet. `merge` and `create_missing` are the mapping's."""
    return PortTarget(_port_settings(settings, merge, create_missing))


def check_kafka(options: Mapping[str, object]) -> None:
    """BadUsage for an option of the listener KAFKA that cannot be meant, and where its library is not installed."""
    kafka_settings(options)
    library()


async def kafka_requests(
    settings: PortSettings, options: Mapping[str, object]
) -> AsyncGenerator[object, None]:
    """Requests for a sync from Port's Kafka, one by one; the end of the generator leaves the group. BadUsage as
    `check_kafka`."""
    client = PortClient(_port_settings(settings))
    requests = KafkaRequests(kafka_settings(options), client, settings.integration)
    try:
        async for request in requests:
            yield request
    finally:
        await requests.close()
        await client.close()


def _port_settings(
    settings: PortSettings, merge: bool = True, create_missing: bool = True
) -> PortTargetSettings:
    return PortTargetSettings(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        identifier=settings.integration,
        base_url=settings.base_url,
        timeout=settings.timeout,
        changelog_destination=settings.changelog_destination,
        incremental_sync=settings.incremental_sync,
        initialize=settings.initialize,
        origin=settings.origin,
        extend_blueprints=settings.extend_blueprints,
        merge=merge,
        create_missing_related_entities=create_missing,
    )


def open_webhook(settings: WebhookSettings, role: str) -> Webhook:
    """An address that is told of changes; sends nothing yet. `role` tells apart who may have one address.

    BadUsage, without quoting it, for an address that cannot be meant."""
    return Webhook(
        WebhookTargetSettings(
            url=settings.url,
            secret=settings.secret,
            role=role,
            blueprints=frozenset(settings.blueprints),
            headers=settings.headers,
        )
    )


def telemetry_of(target: PortTarget, rows: Sequence[KindRow], clean: Callable[[str], str]) -> PortTelemetry:
    """Tells Port how one run goes, under an id of its own."""
    return target.telemetry(str(uuid.uuid4()), rows, lambda text: masked_text(clean(text)))


def personal_notice(settings: PortSettings) -> list[str]:
    """What there is to say of a credential that is a person's."""
    return [f"port: {PERSONAL}"] if is_personal(settings.client_id) else []


@asynccontextmanager
async def mapper_of(configuration: Configuration, settings: Settings) -> AsyncIterator[Mapper]:
    """The mapper with its workers, every expression compiled. BadMapping with row, field, line and column."""
    environment = {name: os.environ[name] for name in configuration.environment if name in os.environ}
    size = settings.jq_workers or os.cpu_count() or 1
    async with WorkerPool(size, environment=settings.jq_environment | environment) as pool:
        mapper = Mapper(pool, configuration, DERIVATIONS)
        await mapper.check()
        yield mapper


def fewest_requests(configuration: Configuration, counts: Mapping[str, int]) -> dict[str, int]:
    """The least that a full sync has to ask, by kind, of an organization with `counts` objects of each kind."""
    return fewest(full_reading(configuration, SPECS, DERIVED), counts)


def engine_of(
    *,
    store: Catalog,
    sources: Sequence[Connected],
    mapper: Mapper,
    configuration: Configuration,
    configuration_id: int,
    blueprints: Sequence[Blueprint],
    targets: Sequence[PortTarget],
    searched: Sequence[PortTarget],
    destinations: Sequence[Webhook],
    preset: Preset,
    progress: Callable[[ProgressUpdate], None],
) -> Engine:
    """The engine of one run. What leaves its filter goes with Port's presets, as Port does it, and stays elsewhere."""
    return Engine(
        store=store,
        sources=sources,
        mapper=mapper,
        configuration=configuration,
        configuration_id=configuration_id,
        blueprints=blueprints,
        derivations=DERIVED,
        targets=targets,
        searched=searched,
        destinations=destinations,
        policy=Policy(leaving="keep" if preset == "standard" else "remove"),
        clock=CLOCK,
        usage=usage,
        progress=progress,
    )


def vault_of(settings: Settings) -> Vault:
    """Encrypts and decrypts stored credentials. Makes the key file where it is not there: beside an SQLite catalog, in
    the working directory's folder for one on a server."""
    folder = (settings.directory / DEFAULT_CATALOG).parent
    if is_server(settings.catalog_url) and not settings.secret_key:
        _make(folder)
    return open_vault(settings.catalog_url, settings.secret_key, folder)


@asynccontextmanager
async def writing_catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """The catalog, to be written; it is made where it is not there. CatalogUnusable as `open_catalog`."""
    path = settings.directory / DEFAULT_CATALOG
    if settings.catalog_url == f"sqlite:///{path}":
        _make(path.parent)
    url, password = settings.catalog_url, settings.catalog_password
    async with open_catalog(url, password=password, clock=CLOCK.now) as store:
        yield store


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise CatalogUnusable(f"the folder {folder} cannot be made: {error.strerror}") from None


@asynccontextmanager
async def reading_catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """The catalog as it stands, beside whoever writes it. CatalogUnusable where there is none."""
    async with open_reading(settings) as store:
        yield store


def open_reading(settings: Settings) -> Catalog:
    """As `reading_catalog`, for one who keeps it open and closes it."""
    url, password = settings.catalog_url, settings.catalog_password
    return open_catalog(url, password=password, read_only=True, clock=CLOCK.now)


def catalog_mark(settings: Settings) -> tuple[int, int] | None:
    """Another value where another catalog has taken the place of the one that was there; None where there is none. A
    server has to be asked, so that this is always the same for a catalog on one."""
    if is_server(settings.catalog_url):
        return 0, 0
    try:
        found = sqlite_path(settings.catalog_url).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


async def stored_connections(settings: Settings) -> list[StoredConnection]:
    """The connections that the catalog keeps; none where there is no catalog yet. One of an older Fairlead is brought
    up to date: who asks for the connections is about to write."""
    try:
        async with reading_catalog(settings) as store:
            return await store.connections()
    except CatalogMissing:
        return []
    except CatalogOutdated:
        async with writing_catalog(settings) as store:
            return await store.connections()


def export_blocks(
    store: Catalog, what: str, blueprint: str | None, stubs: Collection[str]
) -> AsyncGenerator[bytes, None]:
    """Blocks of NDJSON of one of the six things that can be exported. `blueprint` and `stubs` where they apply."""
    match what:
        case "entities":
            return exports.export_entities(store, blueprint=blueprint, stubs=stubs)
        case "relations":
            return exports.export_relations(store, blueprint=blueprint)
        case "contributions":
            return exports.export_contributions(store, blueprint=blueprint)
        case "records":
            return exports.export_records(store)
        case "changes":
            return exports.export_changes(store)
    return exports.export_readings(store)
