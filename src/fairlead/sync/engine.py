"""Carries out a run: readings in the order of their parents, replay, resolution, settling, delivery, report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec
import orjson

from fairlead.mapping.configuration import Configuration
from fairlead.mapping.expressions import constant
from fairlead.mapping.mapper import Mapper
from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import BadUsage, CatalogUnusable, FairleadError
from fairlead.model.kinds import Derivation, KindSpec
from fairlead.model.reports import ProgressUpdate, ReadingReport, RunMode, RunReport
from fairlead.model.stored import StoredReading, StoredRun
from fairlead.sync.announcing import Destination, announce, enlist
from fairlead.sync.deliver import deliver_all
from fairlead.sync.delivery import DeliveryRules, Target
from fairlead.sync.foreign import Searched
from fairlead.sync.known import Known
from fairlead.sync.passage import Connected, Passage, Passing
from fairlead.sync.reading import first_of
from fairlead.sync.replay import ROWS, living, replay, retire_rows
from fairlead.sync.reporting import Totals, build_report, exit_code, shared_warnings
from fairlead.sync.resolve import resolve
from fairlead.sync.scene import Clock, Policy, Scene, Usage
from fairlead.sync.settle import settle
from fairlead.sync.store import Store
from fairlead.sync.wanted import ancestors, base_of, fetch_of

Progress = Callable[[ProgressUpdate], None]


class Engine:
    """Runs. One at a time for a catalog; a run that was cut off is continued by the next that asks for the same."""

    def __init__(
        self,
        *,
        store: Store,
        sources: Sequence[Connected],
        mapper: Mapper,
        configuration: Configuration,
        configuration_id: int,
        blueprints: Sequence[Blueprint],
        derivations: Mapping[str, Derivation],
        targets: Sequence[Target],
        searched: Sequence[Searched] = (),
        destinations: Sequence[Destination] = (),
        policy: Policy,
        clock: Clock,
        usage: Usage,
        progress: Progress,
    ) -> None:
        self._store = store
        self._sources = sources
        self._mapper = mapper
        self._configuration = configuration
        self._configuration_id = configuration_id
        self._places = {row.hash: row.place for row in configuration.rows}
        self._blueprints = {blueprint.identifier: blueprint for blueprint in blueprints}
        self._derivations = derivations
        self._targets = targets
        self._searched = searched
        self._destinations = destinations
        self._policy = policy
        self._clock = clock
        self._usage = usage
        self._progress = progress

    async def run(
        self,
        mode: RunMode,
        *,
        kinds: Collection[str] = (),
        deliver: bool = True,
        whole: bool = False,
        started: Callable[[int], None] = lambda _: None,
    ) -> RunReport:
        """One run to its end; `started` is told its number. BadCredential and CatalogUnusable end it early; it then
        stays to be continued. `whole`: the sources are all that there are."""
        began = self._clock.monotonic()
        request = orjson.dumps({"kinds": sorted(kinds), "connections": sorted(c.name for c in self._sources)})
        run, readings, resumed = await self._start(mode, request)
        started(run)
        if mode != "plan":
            await enlist(self._store, self._destinations, run)
        scene = Scene(
            run=run,
            positions={row.hash: row.position for row in self._configuration.rows},
            blueprints=self._blueprints,
            apply=mode != "plan",
        )
        totals = Totals(began=began, resumed=resumed)
        passing = self._passing(scene, mode, readings, totals)
        results = await asyncio.gather(
            *(self._connection_or_reason(passing, connected, kinds, totals) for connected in self._sources)
        )
        totals.readings = [report for reports in results for report in reports]
        await retire_rows(self._store, scene, scene.positions, self._mapper.rows_hash)
        everything = whole and mode != "incremental" and not kinds
        proved = everything and totals.is_proved
        await self._resolved(scene, totals, proved=proved)
        await settle(self._store, scene)
        totals.warnings += shared_warnings(await self._store.shared_entities(run), self._places)
        if deliver and mode != "plan":
            rules = self._delivery_rules(proved=proved and totals.is_proved)
            totals.delivery = await deliver_all(self._store, self._targets, self._blueprints, rules)
        traffic = [connected.source.traffic() for connected in self._sources]
        report = await build_report(
            self._store, scene, mode, totals, traffic, self._usage(), self._clock.monotonic()
        )
        await self._end(report)
        return await self._announced(report) if deliver and mode != "plan" else report

    async def _end(self, report: RunReport) -> None:
        text, now = msgspec.json.encode(report), self._clock.now()
        await self._store.write(lambda writer: writer.end_run(report.run, "done", text, now))

    async def _announced(self, report: RunReport) -> RunReport:
        """The report with what destinations took. They come after the end: what a run has changed is final then."""
        if not self._destinations:
            return report
        began = self._clock.monotonic()
        told = await announce(self._store, self._destinations, self._clock)
        seconds = report.seconds + self._clock.monotonic() - began
        report = msgspec.structs.replace(report, delivery=(*report.delivery, *told), seconds=seconds)
        report = msgspec.structs.replace(report, exit_code=exit_code(report))
        await self._end(report)
        return report

    async def _resolved(self, scene: Scene, totals: Totals, *, proved: bool) -> None:
        """Resolves queries. Before everything is proved, what a target holds of blueprints that rows make may be
        ours."""
        made = (
            []
            if proved
            else [constant(row.mapping.blueprint) for row in self._configuration.rows if row.creates]
        )
        unproved = None if None in made else [name for name in made if name is not None]
        resolution = await resolve(self._store, scene, self._searched, unproved)
        totals.unresolved = resolution.unanswered
        totals.readings += resolution.foreign.reports
        for reason, (count, first) in resolution.reasons.items():
            place = self._places.get(reason.row, "a row that is gone")
            records = f"record {first}" if count == 1 else f"{count} records, {first} first"
            totals.warnings.append(f"{place}: the search query of {reason.field}: {reason.why} ({records})")

    def _delivery_rules(self, *, proved: bool) -> DeliveryRules:
        unread = [constant(row.mapping.blueprint) for row in self._configuration.unread]
        known = frozenset(name for name in unread if name is not None)
        return DeliveryRules(
            proved=proved,
            unread=known if None not in unread else None,
            threshold=self._configuration.deletion_threshold,
            stands_in=self._configuration.create_missing_related_entities,
        )

    async def _start(
        self, mode: RunMode, request: bytes
    ) -> tuple[int, Mapping[tuple[int, str], StoredReading], bool]:
        """The run to continue, with its readings, or a new one."""
        now = self._clock.now()
        unfinished = await self._store.unfinished_run()
        if unfinished is not None and self._continues(unfinished, mode, request, now):
            readings = await self._store.readings(unfinished.id)
            return unfinished.id, {(r.connection, r.kind): r for r in readings}, True
        if unfinished is not None:
            stale = unfinished.id
            await self._store.write(lambda writer: writer.end_run(stale, "stopped", b"{}", now))
        run = await self._store.write(
            lambda writer: writer.start_run(mode, request, self._configuration_id, now)
        )
        return run, {}, False

    def _continues(self, run: StoredRun, mode: RunMode, request: bytes, now: float) -> bool:
        return (
            run.mode == mode
            and run.request == request
            and run.configuration == self._configuration_id
            and now - run.started <= self._policy.resume_seconds
        )

    def _passing(
        self, scene: Scene, mode: RunMode, readings: Mapping[tuple[int, str], StoredReading], totals: Totals
    ) -> Passing:
        def progress(kind: str, connection: str, records: int, done: int, walks: int, finished: bool) -> None:
            requests = sum(sum(c.source.traffic().requests.values()) for c in self._sources)
            seconds = self._clock.monotonic() - totals.began
            self._progress(
                ProgressUpdate(kind, connection, records, done, walks, finished, requests, seconds)
            )

        return Passing(
            store=self._store,
            mapper=self._mapper,
            scene=scene,
            policy=self._policy,
            clock=self._clock,
            slots=asyncio.Semaphore(self._policy.in_work),
            number=self._store.numbers(),
            incremental=mode == "incremental",
            readings=readings,
            progress=progress,
        )

    async def _connection_or_reason(
        self, passing: Passing, connected: Connected, kinds: Collection[str], totals: Totals
    ) -> list[ReadingReport]:
        """One connection of several that cannot be used is an incomplete reading, and does not stop the others."""
        try:
            return await self._connection(passing, connected, kinds, totals)
        except (CatalogUnusable, BadUsage):
            raise
        except FairleadError as error:
            if len(self._sources) == 1:
                raise
            form = "delta" if passing.incremental else "listing"
            why = (error.message,)
            return [ReadingReport(connected.name, "every kind", form, "incomplete", 0, 0, why, 0, 0)]

    async def _connection(
        self, passing: Passing, connected: Connected, kinds: Collection[str], totals: Totals
    ) -> list[ReadingReport]:
        """All passages of one connection: each starts when those of its parents have ended."""
        identity = await connected.source.identity()
        specs, later = self._wanted(connected, kinds, incremental=passing.incremental)
        if later:
            totals.warnings.append(f"{connected.name}: only a full sync reads {', '.join(later)}")
        children: dict[str, list[str]] = {}
        for spec in connected.source.kinds.values():
            children.setdefault(spec.parent, []).append(spec.kind)
        known = Known(self._store, connected.id, frozenset(spec.parent for spec in specs.values()))
        for kind in specs:
            if kind in known.kinds:
                await known.load(kind, frozenset())
        ended = {kind: asyncio.Event() for kind in specs}
        reports: dict[str, ReadingReport] = {}

        async def passage(spec: KindSpec) -> None:
            for parent in ancestors(spec, connected.source.kinds):
                await ended[parent].wait()
            fetch = fetch_of(spec.kind, self._configuration, self._derivations)
            passage = Passage(
                passing, connected, spec, fetch, known, children, identity.organization, identity.url
            )
            reports[spec.kind] = await passage.run()
            totals.frozen.extend(passage.frozen)
            await self._again(connected, spec, passage, known)
            ended[spec.kind].set()

        try:
            async with asyncio.TaskGroup() as group:
                for spec in specs.values():
                    group.create_task(passage(spec))
        except* FairleadError as errors:
            raise first_of(errors) from None
        return [reports[kind] for kind in specs]

    async def _again(self, connected: Connected, spec: KindSpec, passage: Passage, known: Known) -> None:
        """Maps stored records again that this run's reading did not bring, but whose rows or parents changed."""
        if not spec.mapped:
            return
        rows = self._mapper.rows_hash(spec.kind).hex()
        before = await self._store.cursor(connected.id, spec.kind, ROWS)
        records: list[int] = []
        if before is not None and before != rows:
            records = await living(self._store, connected.id, spec.kind)
        else:
            # A copy: kinds that this one does not hang from may end meanwhile.
            for kind, keys in tuple(known.changed.items()):
                if keys:
                    records += await self._store.referring(connected.id, kind, sorted(keys))
        await replay(self._store, passage.sink(), spec.kind, records)
        if before != rows:
            await self._store.write(lambda writer: writer.set_cursor(connected.id, spec.kind, ROWS, rows))

    def _wanted(
        self, connected: Connected, kinds: Collection[str], *, incremental: bool
    ) -> tuple[dict[str, KindSpec], list[str]]:
        """The kinds to read: those with mapping rows (or those asked for), and all their ancestors, parents first.

        Beside them, the kinds that an incremental sync leaves to the next full one unless it is asked for them:
        they take a request for each object, and nothing tells which of them changed.
        """
        specs = connected.source.kinds
        asked = {base_of(kind, self._derivations) for kind in kinds} or {
            base_of(row.kind, self._derivations) for row in self._configuration.rows
        }
        unknown = sorted(asked - specs.keys())
        if unknown:
            known = ", ".join(specs)
            raise BadUsage(f"unknown kind {', '.join(unknown)}", advice=f"kinds: {known}")
        later = (
            sorted(kind for kind in asked if specs[kind].cost == "per object")
            if incremental and not kinds
            else []
        )
        asked -= set(later)
        wanted = asked.union(*(ancestors(specs[kind], specs) for kind in asked))
        return {kind: spec for kind, spec in specs.items() if kind in wanted}, later
