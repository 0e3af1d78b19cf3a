"""`fairlead demo`."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from fairlead.cli import exits
from fairlead.cli.demo_text import (
    catalog_lines,
    healed_line,
    hidden_lines,
    hiding_line,
    next_lines,
    open_line,
    organization_line,
    sync_line,
)
from fairlead.cli.options import JsonFlag, LogFlag
from fairlead.cli.output import Output, output_of
from fairlead.cli.progress import shown as progress_shown
from fairlead.cli.stopping import unless_stopped
from fairlead.cli.syncing import collect_seldom
from fairlead.model.errors import BadUsage, FairleadError

if TYPE_CHECKING:
    from fairlead.app.demo.organization import Ready
    from fairlead.app.demo.place import Place, Running
    from fairlead.app.demo.showing import Shown
    from fairlead.app.service import Service
    from fairlead.app.settings.values import Settings

AFRESH = 15.0
"""Seconds between two incremental syncs while the demo goes on."""

LIVE = 5.0
"""Seconds between two things that happen in the organization meanwhile."""

STOPPED = "the demo was stopped before its end"

demo = typer.Typer(invoke_without_command=True)


@demo.callback()
def show(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Sync, and end.")] = False,
    port: Annotated[
        int,
        typer.Option(
            "--port", min=0, max=65535, help="The page's port; where it is taken, the next free one."
        ),
    ] = 8400,
    log_level: LogFlag = "",
    as_json: JsonFlag = False,
) -> int:
    """Sync and serve an organization that Fairlead brings along. Needs no account; data goes to .demo/."""
    if context.invoked_subcommand:
        return 0
    from fairlead.app.demo.place import held
    from fairlead.cli.logs import configure

    output = output_of(context)
    configure(output, log_level or "warning")
    collect_seldom()
    with held(Path.cwd()) as place:
        work = _once(output, place) if once else _served(output, place, port)
        code = asyncio.run(unless_stopped(work))
    if code is None and once:
        raise FairleadError(STOPPED)
    if code is None:
        output.note("stopped")
    return code or 0


@demo.command("break")
def break_(context: typer.Context, log_level: LogFlag = "", as_json: JsonFlag = False) -> int:
    """Hide a project behind 403s in mid-sync, in the demo that runs or one of its own: nothing is deleted.

    Ends with 1 where an entity went or did not come back.
    """
    from fairlead.app.demo.place import held, running
    from fairlead.cli.logs import configure

    output = output_of(context)
    # The demo's own server says what it cannot read; this is about what became of it.
    configure(output, log_level or "error")
    going = running(Path.cwd())
    if going is not None:
        if not going.page:
            raise BadUsage("the demo is starting", advice="try again when it tells its address")
        code = asyncio.run(unless_stopped(_break(output, going)))
    else:
        with held(Path.cwd()) as place:
            code = asyncio.run(unless_stopped(_break_own(output, place)))
    if code is None:
        raise FairleadError(STOPPED)
    return code


async def _break(output: Output, going: Running) -> int:
    from fairlead.app.demo.breaking import full_sync, hidden, still, target

    async with still(going):
        project = await target(going)
        output.line(hiding_line(project))
        output.stdout.flush()
        async with hidden(going, project) as seen:
            output.lines(hidden_lines(project, seen))
            output.stdout.flush()
        healed = await full_sync(going)
    output.line(healed_line(healed))
    output.value({"project": project, "hidden": seen, "healed": healed})
    return exits.ERROR if seen.deleted or healed.deleted or healed.doubtful else 0


async def _break_own(output: Output, place: Place) -> int:
    from fairlead.api.serving import serving
    from fairlead.app.demo.organization import served
    from fairlead.app.demo.place import Running
    from fairlead.app.demo.showing import FULL, settings_of
    from fairlead.app.service import Service

    output.note("no demo runs here: starting one for this")
    async with served(place, None, output.note) as ready:
        service = Service(settings_of(place, ready), output.hide)
        async with serving(service, port=0) as address:
            with progress_shown(output, passing=True) as progress:
                await service.run(FULL, progress)
            return await _break(
                output, Running(os.getpid(), address.url, ready.url, ready.control, ready.pat)
            )


async def _once(output: Output, place: Place) -> int:
    from fairlead.app.demo.showing import settings_of
    from fairlead.app.service import Service

    async with _organization(output, place) as ready:
        service = Service(settings_of(place, ready), output.hide)
        try:
            found = await _synced_twice(output, service)
        finally:
            await service.close()
        _tell(output, service.settings, found, "")
        return found.first.exit_code or found.again.exit_code


async def _served(output: Output, place: Place, port: int) -> int:
    from fairlead.api.serving import serving
    from fairlead.app.demo.organization import live
    from fairlead.app.demo.page import built, checkout
    from fairlead.app.demo.place import Running
    from fairlead.app.demo.showing import settings_of
    from fairlead.app.service import Service

    async with built(checkout(), output.note), _organization(output, place) as ready:
        service = Service(settings_of(place, ready), output.hide)
        async with serving(service, port=port) as address:
            if port and address.port != port:
                output.note(f"port {port} is taken: using {address.port}")
            place.tell(Running(os.getpid(), address.url, ready.url, ready.control, ready.pat, LIVE))
            _tell(output, service.settings, await _synced_twice(output, service), address.url)
            await live(ready.control, LIVE)
            await _go_on(output, service)


@asynccontextmanager
async def _organization(output: Output, place: Place) -> AsyncIterator[Ready]:
    from fairlead.app.demo.organization import NAME, served
    from fairlead.app.demo.page import clone

    began = time.monotonic()
    async with served(place, clone(), output.note) as ready:
        output.line(organization_line(NAME, ready.objects, time.monotonic() - began))
        output.stdout.flush()
        yield ready


async def _synced_twice(output: Output, service: Service) -> Shown:
    from fairlead.app.demo.showing import FULL, compared

    with progress_shown(output, passing=True) as progress:
        first = await service.run(FULL, progress)
    output.line(sync_line(first))
    output.stdout.flush()
    again = await service.run(FULL)
    return await compared(service.settings, first, again)


def _tell(output: Output, settings: Settings, found: Shown, address: str) -> None:
    from fairlead.app.changes import document
    from fairlead.app.demo.page import checkout
    from fairlead.app.demo.place import FOLDER, or_demo
    from fairlead.app.settings.load import load

    folder = Path.cwd()
    seen = or_demo(load(os.environ, folder, {})).catalog_url == settings.catalog_url
    program = "./fairlead" if checkout() == folder else "fairlead"
    output.lines(catalog_lines(found))
    if address:
        output.line(open_line(address, FOLDER))
    output.lines(next_lines(program, found, "" if seen else f"{FOLDER}/catalog.db", served=bool(address)))
    output.value(
        {
            "url": address,
            "catalog": settings.catalog_url,
            "first": document(found.first),
            "again": document(found.again),
            "fewest_possible": found.fewest,
            "blueprints": found.blueprints,
            "example": found.example,
        }
    )
    output.stdout.flush()


async def _go_on(output: Output, service: Service) -> NoReturn:
    """Keeps the catalog fresh until it is stopped. What goes wrong is said, and tried again."""
    from fairlead.app.demo.showing import INCREMENTAL

    while True:
        await asyncio.sleep(AFRESH)
        if not service.busy:
            try:
                await service.run(INCREMENTAL)
            except FairleadError as error:
                output.note(f"a sync failed: {error.message}")
