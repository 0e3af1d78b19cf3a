"""`fairlead mapping`."""

from __future__ import annotations

import asyncio

import typer

from fairlead.cli.options import BlueprintsFlag, JsonFlag, MappingFlag, PresetFlag, settings_of
from fairlead.cli.output import output_of
from fairlead.cli.tables import count, table

mapping = typer.Typer(help="Work on the mapping.", no_args_is_help=False, rich_markup_mode=None)


@mapping.callback()
def _group() -> None:
    """Work on the mapping."""


@mapping.command()
def check(
    context: typer.Context,
    mapping: MappingFlag = "",
    blueprints: BlueprintsFlag = "",
    preset: PresetFlag = "",
    as_json: JsonFlag = False,
) -> int:
    """Check the mapping and the blueprints without asking Azure DevOps for anything.

    Every expression is compiled; an error has the row, the line and the column.
    """
    from fairlead.app.mapping_check import check as use_case

    output = output_of(context)
    report = asyncio.run(use_case(settings_of(output, mapping=mapping, blueprints=blueprints, preset=preset)))
    output.value(report)
    output.lines(
        table(
            ("row", "kind", "blueprint", "expressions"),
            [(r.row, r.kind, r.blueprint, r.expressions) for r in report.rows],
        )
    )
    output.lines(f"warning: {warning}" for warning in report.warnings)
    output.line(
        f"{report.origin}: {count(len(report.rows), 'row')}, {count(report.blueprints, 'blueprint')}, good"
    )
    return 0
