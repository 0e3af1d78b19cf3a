"""The flags that commands share, and the settings they lead to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fairlead.app.settings.values import Settings
    from fairlead.cli.output import Output

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value on standard output.")]
CatalogFlag = Annotated[
    str,
    typer.Option(
        "--catalog",
        metavar="URL",
        help="The catalog: a path, sqlite:////absolute/path.db, or postgresql://user@host/database.",
    ),
]
MappingFlag = Annotated[str, typer.Option("--mapping", metavar="FILE", help="The mapping to use.")]
BlueprintsFlag = Annotated[str, typer.Option("--blueprints", metavar="FILE", help="The blueprints to use.")]
PresetFlag = Annotated[str, typer.Option("--preset", help="standard, port or port-script.")]
ConnectionFlag = Annotated[
    str, typer.Option("--connection", metavar="NAME", help="Only this connection (name or number).")
]
KindsFlag = Annotated[str, typer.Option("--kinds", metavar="A,B", help="Only these kinds.")]
LogFlag = Annotated[str, typer.Option("--log-level", help="debug, info, warning or error.")]
PatFileFlag = Annotated[
    str, typer.Option("--pat-file", metavar="FILE", help="A file that holds the personal access token.")
]


def settings_of(
    output: Output,
    *,
    catalog: str = "",
    mapping: str = "",
    blueprints: str = "",
    preset: str = "",
    log_level: str = "",
) -> Settings:
    """The settings of this process with the flags on top. Warnings are printed, secrets are hidden from then on."""
    from fairlead.app.settings.load import load
    from fairlead.cli.logs import configure

    flags: dict[str, object] = {
        "catalog_url": catalog,
        "mapping_file": mapping,
        "blueprints_file": blueprints,
        "preset": preset,
        "log_level": log_level,
    }
    settings = load(os.environ, Path.cwd(), {name: value for name, value in flags.items() if value})
    output.hide(*settings.secrets())
    configure(output, settings.log_level)
    for warning in settings.warnings:
        output.warn(warning)
    return settings


def settings_to_look(output: Output, *, catalog: str = "") -> Settings:
    """As `settings_of`, for a command that only reads a catalog: where there is none yet, the demo's."""
    from fairlead.app.demo.place import or_demo

    settings = settings_of(output, catalog=catalog)
    found = or_demo(settings)
    if found is not settings:
        output.note("there is no catalog of yours yet: this is the demo's")
    return found


def names(text: str) -> tuple[str, ...]:
    """A comma list from a flag."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
