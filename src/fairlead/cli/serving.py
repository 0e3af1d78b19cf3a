"""`fairlead serve`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairlead.cli.options import (
    BlueprintsFlag,
    CatalogFlag,
    LogFlag,
    MappingFlag,
    PresetFlag,
    settings_of,
)
from fairlead.cli.output import Output, output_of
from fairlead.cli.syncing import collect_seldom
from fairlead.model.errors import BadUsage

if TYPE_CHECKING:
    from fairlead.app.service import Service


ReadyFlag = Annotated[
    str,
    typer.Option("--ready-file", metavar="FILE", help="Write the address there, as JSON, once it answers."),
]


def serve(
    context: typer.Context,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; where it is taken, the next free one.")
    ] = 8400,
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    ready_file: ReadyFlag = "",
    catalog: CatalogFlag = "",
    mapping: MappingFlag = "",
    blueprints: BlueprintsFlag = "",
    preset: PresetFlag = "",
    log_level: LogFlag = "",
) -> int:
    """Serve the page and the API until Ctrl-C."""
    from fairlead.app.service import Service

    output = output_of(context)
    settings = settings_of(
        output, catalog=catalog, mapping=mapping, blueprints=blueprints, preset=preset, log_level=log_level
    )
    collect_seldom()
    asyncio.run(_serve(output, Service(settings, output.hide), host, port, ready_file))
    return 0


async def _serve(output: Output, service: Service, host: str, port: int, ready_file: str) -> None:
    from fairlead.api.guard import is_loopback
    from fairlead.api.serving import serving

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if not is_loopback(host):
        output.warn("there is no sign-in yet: who reaches this address reads the catalog and starts runs")
    async with serving(service, host, port) as address:
        if port and address.port != port:
            output.note(f"port {port} is taken: using {address.port}")
        output.line(f"Fairlead answers at {address.url}   Ctrl-C stops")
        with announced(output, address.url, ready_file):
            await stop.wait()


@contextmanager
def announced(output: Output, url: str, ready_file: str) -> Iterator[None]:
    """Says, in the ready file too if there is to be one, that the address answers, as long as the block runs."""
    output.stdout.flush()
    ready = Path(ready_file) if ready_file else None
    if ready is not None:
        _write(ready, {"url": url, "pid": os.getpid()})
    try:
        yield
    finally:
        if ready is not None:
            ready.unlink(missing_ok=True)


def _write(path: Path, value: dict[str, object]) -> None:
    """Whole or not at all. BadUsage where it cannot be written."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(json.dumps(value), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise BadUsage(f"the ready file {path} cannot be written: {error.strerror}") from None
