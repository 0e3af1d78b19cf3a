"""One run: a plan or a sync."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from fairlead.app.configuring import Chosen, chosen
from fairlead.app.connections import Hide, candidates, opened, registered
from fairlead.app.destinations import destinations_of
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import (
    BASES,
    CLOCK,
    PortTarget,
    ResyncStatus,
    engine_of,
    mapper_of,
    open_port,
    stored_connections,
    writing_catalog,
)
from fairlead.model.errors import BadUsage, FairleadError
from fairlead.model.reports import ProgressUpdate, RunMode, RunReport

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog


PARTING_SECONDS = 10.0
"""How long the end of a run waits for a target to hear of it; a person who pressed Ctrl-C waits for this."""


class SyncRequest(msgspec.Struct, frozen=True):
    """What to run. `kinds` and `connection` limit it, empty means all; `deliver` False leaves the targets alone."""

    mode: RunMode
    kinds: tuple[str, ...]
    connection: str
    deliver: bool


async def run(
    settings: Settings,
    request: SyncRequest,
    progress: Callable[[ProgressUpdate], None],
    hide: Hide,
    started: Callable[[int], None] = lambda _: None,
) -> RunReport:
    """One run to its end, or the end of one that was cut off. `started` is told its number as soon as it has one.

    Nothing is written before settings, mapping and credentials are known to be good. BadUsage, BadMapping,
    BadCredential, CatalogUnusable as their names say.
    """
    check_kinds(request.kinds)
    found = candidates(settings, await stored_connections(settings), hide, request.connection)
    configuration = await chosen(settings)
    async with (
        opened(found) as sources,
        mapper_of(configuration.configuration, settings) as mapper,
        destinations_of(settings, configuration.blueprints) as (destinations, remarks),
        targets_of(settings, configuration, request) as (targets, notices),
    ):
        if len(sources) == 1:
            await sources[0].identity()
        async with writing_catalog(settings) as store:
            connected = await registered(store, sources)
            saved = await save(store, configuration)
            engine = engine_of(
                store=store,
                sources=connected,
                mapper=mapper,
                configuration=configuration.configuration,
                configuration_id=saved,
                blueprints=configuration.blueprints,
                targets=targets,
                destinations=destinations,
                preset=configuration.preset,
                progress=progress,
            )
            report = await engine.run(
                request.mode,
                kinds=request.kinds,
                deliver=request.deliver,
                whole=not request.connection,
                started=started,
            )
            warnings = (*configuration.configuration.warnings, *remarks, *notices, *report.warnings)
            return msgspec.structs.replace(report, warnings=warnings)


def check_kinds(kinds: Sequence[str]) -> None:
    """BadUsage for a kind that cannot be read."""
    for kind in kinds:
        if kind not in BASES:
            near = difflib.get_close_matches(kind, BASES, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise BadUsage(f"there is no kind {kind}", advice=f"{hint}kinds: {', '.join(BASES)}")


async def save(store: Catalog, configuration: Chosen) -> int:
    """Keeps the configuration in the catalog, so that what it made can be explained later; returns its number."""
    texts = (configuration.mapping_text, configuration.blueprints_text, configuration.preset)
    hash_ = blake2b(msgspec.json.encode(texts), digest_size=16).hexdigest()
    now = CLOCK.now()
    return await store.write(lambda writer: writer.save_configuration(hash_, *texts, now))


@asynccontextmanager
async def targets_of(
    settings: Settings, configuration: Chosen, request: SyncRequest
) -> AsyncIterator[tuple[list[PortTarget], list[str]]]:
    """The targets of a run that delivers, and what there is to say about them.

    Port is told that a sync runs, and how it ended, as its own integration does; that it could not be told never
    stops a sync. A plan touches no target.
    """
    notices: list[str] = []
    if settings.port is None or not request.deliver or request.mode == "plan":
        yield [], notices
        return
    rules = configuration.configuration
    target = open_port(
        settings.port, merge=rules.merge_entity, create_missing=rules.create_missing_related_entities
    )
    started = CLOCK.now()
    port = target.integration
    hello: Awaitable[object] = (
        target.resources.initialize(rules.text, configuration.blueprints)
        if settings.port.initialize
        else port.register()
    )
    status: ResyncStatus = "aborted"
    listens = False
    try:
        listens = await told(hello, notices)
        if listens:
            listens = await told(port.report_resync("running", started=started), notices)
        yield [target], notices
        status = "completed"
    except FairleadError:
        status = "failed"
        raise
    finally:
        if listens:
            last_word = port.report_resync(status, started=started, ended=CLOCK.now())
            await told(asyncio.wait_for(last_word, PARTING_SECONDS), notices)
        await target.close()


async def told(call: Awaitable[object], notices: list[str]) -> bool:
    """Awaits a call to a target that is a courtesy: its failure is a notice, and False. BadUsage is the person's."""
    try:
        await call
    except BadUsage:
        raise
    except FairleadError as error:
        notices.append(f"port: {error.message}")
        return False
    except TimeoutError:
        notices.append("port: it did not answer in time")
        return False
    return True
