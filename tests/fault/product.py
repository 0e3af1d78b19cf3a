"""Fairlead in this process: a catalog, a source and an engine, in virtual time, with the jq workers shared."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from azure_devops_sandbox import Organization, Sandbox, running
from fairlead.azure import AzureSettings, AzureSource, PersonalAccessToken, connect
from fairlead.azure.kinds.registry import DERIVATIONS
from fairlead.catalog import Catalog, open_catalog
from fairlead.catalog.export import export_entities
from fairlead.mapping import presets
from fairlead.mapping.blueprints import parse as parse_blueprints
from fairlead.mapping.configuration import Configuration
from fairlead.mapping.configuration import parse as parse_mapping
from fairlead.mapping.mapper import Mapper
from fairlead.mapping.pool import WorkerPool
from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import FairleadError
from fairlead.model.reports import RunMode, RunReport
from fairlead.model.secrets import Secret
from fairlead.model.stored import ChangeWrite
from fairlead.sync.delivery import Target
from fairlead.sync.engine import Engine
from fairlead.sync.passage import Connected
from fairlead.sync.scene import Policy

WORKERS = 2
SETTLES = 0.03
"""Seconds in which a transaction that had begun when a run was cut comes to its end."""

EVERY_KIND = "every-kind"
"""Preset `port` with the rows and blueprints of docs/examples/every-kind beside its own."""

LEAVING = {"port": "remove", "port-script": "remove", EVERY_KIND: "remove", "standard": "keep"}
_EXAMPLE = Path(__file__).parents[2] / "docs/examples" / EVERY_KIND


def texts_of(preset: str) -> tuple[str, str]:
    """Mapping and blueprints of a preset."""
    given = presets.load("port" if preset == EVERY_KIND else preset)
    if preset != EVERY_KIND:
        return given.mapping_text, given.blueprints_text
    rows = (_EXAMPLE / "port-app-config.yml").read_text().partition("resources:\n")[2]
    own = json.loads(given.blueprints_text) + json.loads((_EXAMPLE / "blueprints.json").read_text())
    return given.mapping_text.rstrip() + "\n" + rows, json.dumps(own)


@dataclass(frozen=True)
class Rules:
    """A mapping with its blueprints and its pool of jq workers, which several installations share."""

    preset: str
    configuration: Configuration
    blueprints: tuple[Blueprint, ...]
    mapping_text: str
    blueprints_text: str
    mapper: Mapper


@asynccontextmanager
async def rules_of(preset: str, mapping_text: str | None = None) -> AsyncIterator[Rules]:
    """The rules of a preset, or of another mapping text with the preset's blueprints."""
    given, schema = texts_of(preset)
    text = given if mapping_text is None else mapping_text
    configuration = parse_mapping(text, source="the test's mapping")
    blueprints = tuple(parse_blueprints(schema, source="the preset's blueprints"))
    async with WorkerPool(WORKERS) as pool:
        mapper = Mapper(pool, configuration, DERIVATIONS)
        yield Rules(preset, configuration, blueprints, text, schema, mapper)


class SandboxTime:
    """The clock of an organization as Fairlead's: sleeping moves it, and takes no time."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self.slept = 0.0

    def now(self) -> float:
        """Epoch seconds."""
        return self._organization.clock.now().timestamp()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return self.now()

    async def sleep(self, seconds: float) -> None:
        """Moves the clock; others go on meanwhile."""
        self.slept += seconds
        self._organization.clock.advance(max(seconds, 0.0))
        await asyncio.sleep(0)


@asynccontextmanager
async def installed(
    directory: Path, organization: Organization, rules: Rules, targets: Sequence[Target] = ()
) -> AsyncIterator[tuple[Sandbox, Product]]:
    """A sandbox with this organization, and an installation connected to it whose catalog is empty yet."""
    async with running(organization) as sandbox:
        path, time = directory / "catalog.db", SandboxTime(organization)
        yield sandbox, Product(path, sandbox.url, sandbox.pat, time, rules, targets)


@dataclass(frozen=True)
class Outcome:
    """How a sync ended: with a report and changes, or with an error."""

    report: RunReport | None = None
    error: FairleadError | None = None
    changes: tuple[ChangeWrite, ...] = ()

    @property
    def exit_code(self) -> int:
        """As the command's; 1 stands for any error."""
        return self.report.exit_code if self.report else 1

    @property
    def deleted(self) -> list[tuple[str, str]]:
        """Entities that the run says it deleted, or renamed to another identifier."""
        return [
            (change.blueprint, change.cause.renamed_from if change.op == "rename" else change.identifier)
            for change in self.changes
            if change.op in {"delete", "rename"}
        ]

    def __str__(self) -> str:
        if self.report is None:
            return f"ended with {type(self.error).__name__}: {self.error}"
        incomplete = [
            f"{reading.kind} {'; '.join(reading.reasons)}"
            for reading in self.report.readings
            if reading.state != "proved"
        ]
        frozen = [f"{one.kind} {one.record}: {one.reason}" for one in self.report.frozen[:5]]
        notes = "".join(f", {one}" for one in [*incomplete, *frozen])
        return f"exit code {self.exit_code}, {len(self.changes)} changes{notes}"


@dataclass
class Product:
    """One installation: a catalog file and one connection."""

    path: Path
    url: str
    pat: str
    time: SandboxTime
    rules: Rules
    targets: Sequence[Target] = ()
    syncs: int = field(default=0, init=False)

    async def sync(self, mode: RunMode, *, rules: Rules | None = None) -> Outcome:
        """One run to its end, with a catalog and a source that are opened for it."""
        self.syncs += 1
        async with self._opened() as (catalog, source):
            try:
                report = await (await self._engine(catalog, source, rules or self.rules)).run(
                    mode, whole=True
                )
            except FairleadError as error:
                return Outcome(error=error)
            changes = tuple([change async for change in catalog.changes(report.run)])
            return Outcome(report, None, changes)

    async def cut(self, mode: RunMode, when: asyncio.Event) -> bool:
        """Begins a run and cuts it off when the event comes; False where it had ended before."""
        async with self._opened() as (catalog, source):
            engine = await self._engine(catalog, source, self.rules)
            run, waiting = asyncio.create_task(engine.run(mode, whole=True)), asyncio.create_task(when.wait())
            await asyncio.wait({run, waiting}, return_when=asyncio.FIRST_COMPLETED)
            running = not run.done()
            for task in (run, waiting):
                task.cancel()
            await asyncio.gather(run, waiting, return_exceptions=True)
            await asyncio.sleep(SETTLES)
            return running

    async def export(self, *, stubs: bool = True) -> list[bytes]:
        """The entities, one JSON object a line."""
        names = [one.identifier for one in self.rules.blueprints] if stubs else []
        async with open_catalog(str(self.path), read_only=True, clock=self.time.now) as catalog:
            blocks = [block async for block in export_entities(catalog, stubs=names)]
        return b"".join(blocks).splitlines()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[tuple[Catalog, AzureSource]]:
        settings = AzureSettings(self.url, PersonalAccessToken(Secret(self.pat)))
        source = connect(settings, clock=self.time.now, sleep=self.time.sleep, random=lambda: 0.5)
        try:
            async with open_catalog(str(self.path), clock=self.time.now) as catalog:
                yield catalog, source
        finally:
            await source.close()

    async def _engine(self, catalog: Catalog, source: AzureSource, rules: Rules) -> Engine:
        now = self.time.now()
        connection = await catalog.write(
            lambda writer: writer.save_connection("the-organization", "sandbox", self.url, b"")
        )
        configuration = await catalog.write(
            lambda writer: writer.save_configuration(
                rules.configuration.hash, rules.mapping_text, rules.blueprints_text, rules.preset, now
            )
        )
        return Engine(
            store=catalog,
            sources=[Connected(connection, "sandbox", source)],
            mapper=rules.mapper,
            configuration=rules.configuration,
            configuration_id=configuration,
            blueprints=rules.blueprints,
            derivations={one.kind: one for one in DERIVATIONS},
            targets=self.targets,
            policy=Policy(leaving="remove" if LEAVING[rules.preset] == "remove" else "keep"),
            clock=self.time,
            usage=lambda: (0.0, 0),
            progress=lambda _: None,
        )
