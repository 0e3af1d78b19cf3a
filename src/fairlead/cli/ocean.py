"""`fairlead ocean`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from fairlead.cli import exits
from fairlead.cli.options import CatalogFlag, LogFlag, settings_of
from fairlead.cli.output import Output, output_of
from fairlead.cli.run_text import tell_run, trouble
from fairlead.cli.serving import ReadyFlag, announced
from fairlead.cli.stopping import unless_stopped
from fairlead.cli.syncing import collect_seldom

if TYPE_CHECKING:
    from fairlead.app.ocean import Ocean
    from fairlead.model.reports import RunReport


def ocean(
    context: typer.Context,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; a taken one is an error.")
    ] = 8000,
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "0.0.0.0",  # noqa: S104 - as in the image
    ready_file: ReadyFlag = "",
    catalog: CatalogFlag = "",
    log_level: LogFlag = "",
) -> int:
    """Do what the image of Port's integration does, from the same environment."""
    from fairlead.app.ocean import Ocean

    output = output_of(context)
    settings = settings_of(output, catalog=catalog, log_level=log_level)

    def ended(report: RunReport) -> None:
        changes = sum(count for reasons in report.changes.values() for count in reasons.values())
        how = exits.MEANINGS[report.exit_code]
        output.line(f"run {report.run}: {report.mode} sync, {report.seconds:.1f} s, {changes} changes: {how}")
        if report.exit_code:
            output.lines(trouble(report))
        output.stdout.flush()

    once = settings.listener.type == "ONCE"
    program = Ocean(settings, output.hide) if once else Ocean(settings, output.hide, ended)
    if program.is_fresh:
        output.warn(
            "there was no catalog: history, undo and resuming need one that outlives this start (a volume)"
        )
    collect_seldom()
    if not once:
        asyncio.run(_serve(output, program, host, port, ready_file))
        return 0
    report = asyncio.run(unless_stopped(_once(program)))
    if report is None:
        return exits.INTERRUPTED
    tell_run(output, settings, report, list_changes=False)
    return report.exit_code


async def _once(program: Ocean) -> RunReport:
    try:
        return await program.once()
    finally:
        await program.close()


async def _serve(output: Output, program: Ocean, host: str, port: int, ready_file: str) -> None:
    from fairlead.api.serving import serving_ocean

    if program.settings.webhook_secret is None:
        output.warn("no webhook secret is set: whoever reaches this address can cause incremental syncs")
    try:
        async with serving_ocean(program, host, port) as address:
            output.line(f"Fairlead answers at {address.url}, listener {program.settings.listener.type}")
            with announced(output, address.url, ready_file):
                await unless_stopped(program.serve())
    finally:
        await program.close()
