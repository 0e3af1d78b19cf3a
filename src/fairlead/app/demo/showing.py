"""What the demo does once its organization is served: syncs it twice, and measures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from fairlead.app.configuring import chosen
from fairlead.app.demo.organization import NAME, Ready
from fairlead.app.demo.place import Place
from fairlead.app.settings.values import ConnectionSettings, Settings
from fairlead.app.sync import SyncRequest
from fairlead.app.wiring import FILES, fewest_requests, reading_catalog, with_files
from fairlead.model.reports import ProgressUpdate, RunReport
from fairlead.model.secrets import Secret

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog

Progress = Callable[[ProgressUpdate], None]
Run = Callable[[SyncRequest, Progress], Awaitable[RunReport]]
"""Makes one run."""

FULL = SyncRequest("full", (), "", deliver=False)
INCREMENTAL = SyncRequest("incremental", (), "", deliver=False)

EXAMPLES = (
    ("pullRequest", "status"),
    ("workItem", "state"),
    ("repository", "defaultBranch"),
    ("project", "state"),
)
"""Values worth an explanation, the best first."""


class Shown(msgspec.Struct, frozen=True):
    """Two full syncs of the same organization. `fewest` is the least number of requests that the first can take, for
    what it found; `blueprints` have entities; `example` is a value to explain (blueprint, identifier, property)."""

    first: RunReport
    again: RunReport
    fewest: int
    blueprints: int
    example: tuple[str, str, str] | None


def settings_of(place: Place, ready: Ready) -> Settings:
    """The settings of the demo, which no file and no environment changes."""
    return Settings(
        catalog_url=place.catalog_url,
        directory=place.folder,
        connections=(ConnectionSettings(ready.url, NAME, Secret(ready.pat), "the demo"),),
    )


async def compared(settings: Settings, first: RunReport, again: RunReport) -> Shown:
    """The two runs with what the catalog says of them."""
    configuration = await chosen(settings)
    counts = {reading.kind: reading.records for reading in first.readings}
    async with reading_catalog(settings) as store:
        for connection in await store.connections():
            repositories = await store.alive(connection.id, "repository")
            counts[FILES] = with_files(one.body for one in repositories)
        entities = (await store.status()).entities
        example = await _example(store, entities)
    fewest = sum(fewest_requests(configuration.configuration, counts).values())
    return Shown(first, again, fewest, sum(1 for number in entities.values() if number), example)


async def _example(store: Catalog, entities: Mapping[str, int]) -> tuple[str, str, str] | None:
    for blueprint, field in EXAMPLES:
        if entities.get(blueprint):
            for entity in await store.entities_of_blueprint(blueprint):
                if entity.body:
                    return blueprint, entity.identifier, field
    return None
