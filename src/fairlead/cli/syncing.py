"""`fairlead plan` and `fairlead sync`."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Annotated

import typer

from fairlead.cli import exits
from fairlead.cli.options import (
    BlueprintsFlag,
    CatalogFlag,
    ConnectionFlag,
    JsonFlag,
    KindsFlag,
    LogFlag,
    MappingFlag,
    PresetFlag,
    names,
    settings_of,
)
from fairlead.cli.output import Output, output_of
from fairlead.cli.progress import shown
from fairlead.cli.run_text import tell_run
from fairlead.model.errors import BadUsage

if TYPE_CHECKING:
    from fairlead.app.settings.values import Settings
    from fairlead.app.sync import SyncRequest
    from fairlead.model.reports import RunMode


def plan(
    context: typer.Context,
    kinds: KindsFlag = "",
    connection: ConnectionFlag = "",
    catalog: CatalogFlag = "",
    mapping: MappingFlag = "",
    blueprints: BlueprintsFlag = "",
    preset: PresetFlag = "",
    log_level: LogFlag = "",
    as_json: JsonFlag = False,
) -> int:
    """Show what a sync would change. Refreshes records; writes no entity.

    Ends with 2 when there are changes, 0 when there are none.
    """
    from fairlead.app.sync import SyncRequest

    output = output_of(context)
    settings = settings_of(
        output, catalog=catalog, mapping=mapping, blueprints=blueprints, preset=preset, log_level=log_level
    )
    return _run(output, settings, SyncRequest("plan", names(kinds), connection, deliver=False))


def sync(
    context: typer.Context,
    full: Annotated[bool, typer.Option("--full", help="Read everything (the default).")] = False,
    incremental: Annotated[
        bool, typer.Option("--incremental", help="Read what has changed since the last run.")
    ] = False,
    no_deliver: Annotated[
        bool, typer.Option("--no-deliver", help="Leave the targets as they are for now.")
    ] = False,
    kinds: KindsFlag = "",
    connection: ConnectionFlag = "",
    catalog: CatalogFlag = "",
    mapping: MappingFlag = "",
    blueprints: BlueprintsFlag = "",
    preset: PresetFlag = "",
    log_level: LogFlag = "",
    as_json: JsonFlag = False,
) -> int:
    """Read Azure DevOps, bring the catalog up to date, deliver to the targets. Continues a run that was cut off."""
    from fairlead.app.sync import SyncRequest

    if full and incremental:
        raise BadUsage("--full and --incremental exclude each other")
    output = output_of(context)
    settings = settings_of(
        output, catalog=catalog, mapping=mapping, blueprints=blueprints, preset=preset, log_level=log_level
    )
    mode: RunMode = "incremental" if incremental else "full"
    return _run(output, settings, SyncRequest(mode, names(kinds), connection, deliver=not no_deliver))


def _run(output: Output, settings: Settings, request: SyncRequest) -> int:
    from fairlead.app.sync import run

    collect_seldom()
    with shown(output) as progress:
        report = asyncio.run(run(settings, request, progress, output.hide))
    tell_run(output, settings, report, list_changes=request.mode == "plan")
    if request.mode == "plan" and report.exit_code == exits.PLAN_HAS_CHANGES:
        output.line("next: fairlead sync")
    return report.exit_code


def collect_seldom() -> None:
    """What is imported lives to the end, and what a run makes in large numbers holds no cycles."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
