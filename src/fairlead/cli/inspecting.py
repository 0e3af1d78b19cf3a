"""`fairlead runs` and `fairlead explain`: what happened, and why a value is what it is."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from fairlead.cli.explain_text import explanation_lines
from fairlead.cli.options import CatalogFlag, JsonFlag, settings_to_look
from fairlead.cli.output import output_of
from fairlead.cli.run_text import tell_run
from fairlead.cli.tables import duration, instant, table


def runs(
    context: typer.Context,
    run: Annotated[int, typer.Argument(metavar="[RUN]", help="A run's number: its whole report.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many runs to list.")] = 20,
    catalog: CatalogFlag = "",
    as_json: JsonFlag = False,
) -> int:
    """List runs, or show one with its readings and changes."""
    from fairlead.app import runs as use_case

    output = output_of(context)
    settings = settings_to_look(output, catalog=catalog)
    if run:
        tell_run(output, settings, asyncio.run(use_case.report(settings, run)), list_changes=True)
        return 0
    found = asyncio.run(use_case.listing(settings, limit))
    output.value({"runs": found})
    output.lines(
        table(
            ("run", "mode", "state", "started", "took", "changes", "exit code"),
            [
                (
                    each.run,
                    each.mode,
                    each.state,
                    instant(each.started),
                    duration(each.seconds) if each.ended else "",
                    each.changes if each.ended else "",
                    each.exit_code if each.ended else "",
                )
                for each in found
            ],
        )
        or ["there are no runs yet: fairlead sync"]
    )
    return 0


def explain(
    context: typer.Context,
    blueprint: Annotated[str, typer.Argument(help="The entity's blueprint.")],
    identifier: Annotated[str, typer.Argument(help="The entity's identifier.")],
    property_: Annotated[
        str, typer.Argument(metavar="[PROPERTY]", help="One property, relation, or title, icon, team.")
    ] = "",
    catalog: CatalogFlag = "",
    as_json: JsonFlag = False,
) -> int:
    """Tell where each value of an entity comes from, or why the entity is not there.

    Ends with 1 where the entity does not exist and nothing is known of it.
    """
    from fairlead.app.explain import explain as use_case

    output = output_of(context)
    explanation = asyncio.run(
        use_case(settings_to_look(output, catalog=catalog), blueprint, identifier, property_)
    )
    output.value(explanation)
    output.lines(explanation_lines(explanation))
    return 0 if explanation.known else 1
