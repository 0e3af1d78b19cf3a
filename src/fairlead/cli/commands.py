"""The list of commands."""

from __future__ import annotations

import typer

from fairlead.cli.connecting import connect, doctor
from fairlead.cli.demonstration import demo
from fairlead.cli.exporting import export
from fairlead.cli.inspecting import explain, runs
from fairlead.cli.mappings import mapping
from fairlead.cli.ocean import ocean
from fairlead.cli.serving import serve
from fairlead.cli.syncing import plan, sync


def add(app: typer.Typer) -> None:
    """Adds every command, in the order of first use."""
    app.add_typer(demo, name="demo")
    for command in (connect, doctor, plan, sync, serve, ocean, runs, explain, export):
        app.command()(command)
    app.add_typer(mapping, name="mapping")
