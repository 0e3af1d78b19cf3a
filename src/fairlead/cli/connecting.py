"""`fairlead connect` and `fairlead doctor`: whose token it is, and what it can read."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairlead.cli import exits
from fairlead.cli.health_text import expected_line, health_lines, port_lines
from fairlead.cli.options import (
    BlueprintsFlag,
    CatalogFlag,
    JsonFlag,
    LogFlag,
    MappingFlag,
    PatFileFlag,
    PresetFlag,
    settings_of,
)
from fairlead.cli.output import output_of
from fairlead.model.secrets import Secret

if TYPE_CHECKING:
    from fairlead.app.health import Health
    from fairlead.app.port_health import PortHealth


def connect(
    context: typer.Context,
    url: Annotated[
        str, typer.Argument(help="https://dev.azure.com/your-organization, or a Server collection's address.")
    ],
    pat_file: PatFileFlag = "",
    name: Annotated[str, typer.Option("--name", help="What to call it; else the organization's name.")] = "",
    test_only: Annotated[bool, typer.Option("--test-only", help="Look, and store nothing.")] = False,
    catalog: CatalogFlag = "",
    log_level: LogFlag = "",
    as_json: JsonFlag = False,
) -> int:
    """Test a connection and store it, with its token encrypted.

    The token comes from --pat-file, AZURE_DEVOPS_EXT_PAT or SYSTEM_ACCESSTOKEN, or is asked for on a terminal.
    """
    from fairlead.app.connect import ConnectRequest
    from fairlead.app.connect import connect as use_case

    output = output_of(context)
    settings = settings_of(output, catalog=catalog, log_level=log_level)
    request = ConnectRequest(url, name, Path(pat_file) if pat_file else None, store=not test_only)
    report = asyncio.run(use_case(settings, request, asker(), output.hide))
    output.value(report)
    output.lines(health_lines(report.health))
    if report.number:
        output.line(f"stored as connection {report.number}, {report.health.name}")
        if not report.token_stored:
            output.line(f"the token of {report.token_from} is not stored: it is gone when the pipeline ends")
        output.line("next: fairlead plan")
    else:
        output.line("nothing was stored (--test-only)")
        output.line(f"next: fairlead connect {report.health.url}, then fairlead plan")
    if report.expected:
        output.line(f"      {expected_line(report.expected)}")
    return 0


def asker() -> Callable[[], Secret] | None:
    """Asks for a token without showing it; None where nobody sits at a terminal."""
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        return None
    return lambda: Secret(getpass.getpass("Personal access token (it is not shown): ").strip())


def doctor(
    context: typer.Context,
    connection: Annotated[
        str, typer.Argument(metavar="[CONNECTION]", help="A name or number; else all.")
    ] = "",
    catalog: CatalogFlag = "",
    mapping: MappingFlag = "",
    blueprints: BlueprintsFlag = "",
    preset: PresetFlag = "",
    log_level: LogFlag = "",
    as_json: JsonFlag = False,
) -> int:
    """Tell what each connection's identity can read, what is missing, and what is therefore off; and how Port stands.

    Ends with 3 when a kind that the mapping asks for cannot be read, or Port lacks what the mapping fills.
    """
    from fairlead.app.health import doctor as use_case

    output = output_of(context)
    settings = settings_of(
        output, catalog=catalog, mapping=mapping, blueprints=blueprints, preset=preset, log_level=log_level
    )
    found = asyncio.run(use_case(settings, connection, output.hide))
    output.value(found)
    for health in found.connections:
        output.lines(health_lines(health))
    asked: list[Health | PortHealth] = [*found.connections]
    if found.port:
        output.lines(port_lines(found.port))
        asked.append(found.port)
    if not all(one.credential for one in asked):
        return exits.CREDENTIAL
    if any(one.error for one in asked):
        return exits.ERROR
    lacking = any(health.off for health in found.connections) or (found.port and found.port.missing)
    return exits.INCOMPLETE if lacking else 0
