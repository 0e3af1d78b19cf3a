"""`fairlead demo`."""

from __future__ import annotations

import asyncio
import shlex
from typing import Annotated

import typer

from fairlead.cli.options import JsonFlag, LogFlag
from fairlead.cli.output import output_of
from fairlead.cli.progress import shown
from fairlead.cli.run_text import tell_run


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
        shown_run = asyncio.run(use_case(directory, progress))
    url = shown_run.settings.catalog_url
    tell_run(output, shown_run.settings, shown_run.report, list_changes=False, more={"catalog": url})
    output.line()
    output.line("look around:")
    output.line(f"  export FAIRLEAD_CATALOG_URL={url}")
    output.line("  ./fairlead runs")
    output.line("  ./fairlead export --format csv")
    if shown_run.example:
        blueprint, identifier = shown_run.example
        output.line(f"  ./fairlead explain {shlex.quote(blueprint)} {shlex.quote(identifier)}")
    return shown_run.report.exit_code
