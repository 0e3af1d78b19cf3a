"""`fairlead demo`."""

from __future__ import annotations

import asyncio
import shlex
from typing import Annotated

import typer

from fairlead.cli.options import JsonFlag, LogFlag
from fairlead.cli.output import output_of
from fairlead.cli.progress import shown
from fairlead.cli.run_text import run_lines


def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Sync once and end.")] = False,
    log_level: LogFlag = "",
    as_json: JsonFlag = False,
) -> int:
    """Sync an organization that Fairlead brings along. Needs no account; data goes to .demo/."""
    from pathlib import Path

    from fairlead.app.demo import demo as use_case
    from fairlead.cli.logs import configure

    output = output_of(context)
    configure(output, log_level or "warning")
    if not once:
        output.note("the page is not part of this version yet: syncing once, as with --once")
    directory = Path.cwd() / ".demo"
    directory.mkdir(exist_ok=True)
    with shown(output) as progress:
        report = asyncio.run(use_case(directory, progress))
    output.value(report.view.document() | {"catalog": report.catalog_url})
    output.lines(run_lines(report.view, list_changes=False))
    output.line()
    output.line("look around:")
    output.line(f"  export FAIRLEAD_CATALOG_URL={report.catalog_url}")
    output.line("  ./fairlead runs")
    output.line("  ./fairlead export --format csv")
    if report.example:
        blueprint, identifier = report.example
        output.line(f"  ./fairlead explain {shlex.quote(blueprint)} {shlex.quote(identifier)}")
    return report.view.report.exit_code
