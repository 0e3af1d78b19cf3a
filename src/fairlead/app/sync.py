"""One run: a plan or a sync."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

import msgspec

from fairlead.app.configuring import Chosen, chosen, chosen_or_last
from fairlead.app.connections import Hide, candidates, opened, registered
from fairlead.app.destinations import destinations_of
from fairlead.app.port_session import port_session, searchable
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import (
    BASES,
    CLOCK,
    engine_of,
    mapper_of,
    stored_connections,
    writing_catalog,
)
from fairlead.model.errors import BadUsage
from fairlead.model.reports import ProgressUpdate, RunMode, RunReport
from fairlead.model.secrets import KnownSecrets

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog

T = TypeVar("T")
Writing = Callable[[Settings], "AbstractAsyncContextManager[Catalog]"]


class SyncRequest(msgspec.Struct, frozen=True):
    """What to run. `kinds` and `connection` limit it, empty means all; `deliver` False leaves the targets alone."""

    mode: RunMode
    kinds: tuple[str, ...]
    connection: str
    deliver: bool

    @property
    def delivers(self) -> bool:
        """Whether it may touch a target; a plan never does."""
        return self.deliver and self.mode != "plan"


async def run(
    settings: Settings,
    request: SyncRequest,
    progress: Callable[[ProgressUpdate], None],
    hide: Hide,
    started: Callable[[int], None] = lambda _: None,
    writing: Writing = writing_catalog,
) -> RunReport:
    """One run to its end, or that of one that was cut off. `started` is told its number, `writing` opens the catalog.

    Nothing is written before settings, mapping and credentials are known to be good. BadUsage, BadMapping,
    BadCredential, CatalogUnusable as their names say; TargetRejected where a target keeps the mapping to itself."""
    secrets = KnownSecrets(settings.secrets(), hide)
    found = candidates(settings, await stored_connections(settings), secrets.add, request.connection)
    configuration = await _configured(settings, request)
    async with (
        opened(found) as sources,
        mapper_of(configuration.configuration, settings) as mapper,
        destinations_of(settings, configuration.blueprints) as (destinations, remarks),
        port_session(settings.port if request.delivers else None, configuration, secrets.clean) as session,
        searchable(settings.port, session) as searched,
    ):
        if len(sources) == 1:
            await sources[0].identity()
        async with writing(settings) as store:
            connected = await registered(store, sources)
            engine = engine_of(
                store=store,
                sources=connected,
                mapper=mapper,
                configuration=configuration.configuration,
                configuration_id=await save(store, configuration),
                blueprints=configuration.blueprints,
                targets=session.targets,
                searched=searched,
                destinations=destinations,
                preset=configuration.preset,
                progress=both(progress, session.progressed),
            )
            report = await engine.run(
                request.mode,
                kinds=request.kinds,
                deliver=request.deliver,
                whole=not request.connection,
                started=both(started, session.started),
            )
            await session.show_examples(store, connected, sources, report)
            warnings = (*configuration.configuration.warnings, *remarks)
            session.ended(_warned(report, warnings))
    return _warned(report, (*warnings, *session.notices))


def _warned(report: RunReport, warnings: Sequence[str]) -> RunReport:
    """The report with these before its own warnings."""
    return msgspec.structs.replace(report, warnings=(*warnings, *report.warnings))


async def _configured(settings: Settings, request: SyncRequest) -> Chosen:
    """What the run goes by; BadUsage where it is asked for kinds that there are none of."""
    check_kinds(request.kinds)
    if request.mode == "plan":
        return await chosen(settings)
    return await chosen_or_last(settings, enroll=request.delivers)


def both(first: Callable[[T], None], second: Callable[[T], None]) -> Callable[[T], None]:
    """Tells two listeners."""

    def tell(value: T) -> None:
        first(value)
        second(value)

    return tell


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
    return await store.write(
        lambda writer: writer.save_configuration(hash_, *texts, now, configuration.place)
    )
