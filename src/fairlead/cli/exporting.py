"""`fairlead export`."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated, Literal

import typer

from fairlead.cli.options import CatalogFlag, settings_to_look
from fairlead.cli.output import output_of


def export(
    context: typer.Context,
    what: Annotated[
        Literal["entities", "relations", "records", "contributions", "changes", "readings"],
        typer.Option("--what", help="What to write."),
    ] = "entities",
    blueprint: Annotated[str, typer.Option("--blueprint", metavar="B", help="Only this blueprint.")] = "",
    computed: Annotated[
        bool,
        typer.Option("--computed", help="Also properties that are computed when read (there are none yet)."),
    ] = False,
    form: Annotated[
        Literal["ndjson", "csv"], typer.Option("--format", help="One JSON object a line, or CSV.")
    ] = ("ndjson"),
    catalog: CatalogFlag = "",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format ndjson.")] = False,
) -> int:
    """Write the catalog to standard output, in an order that does not change from run to run."""
    from fairlead.app.export import ExportRequest
    from fairlead.app.export import export as use_case

    settings = settings_to_look(output_of(context), catalog=catalog)
    request = ExportRequest(what, blueprint, "ndjson" if as_json else form)
    asyncio.run(use_case(settings, request, sys.stdout.buffer.write))
    return 0
