"""The entry point: builds the command line, and turns every outcome into an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from fairlead import __version__
from fairlead.cli import exits
from fairlead.cli.output import Output
from fairlead.model.errors import FairleadError

HELP = """Sync Azure DevOps into a software catalog: complete, current and provable.

Start with `fairlead connect URL`, then `fairlead plan`, then `fairlead sync`."""


def build() -> typer.Typer:
    """The command line with all commands."""
    from fairlead.cli import commands

    app = typer.Typer(
        name="fairlead",
        help=HELP,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def root(
        version: Annotated[
            bool,
            typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_version),
        ] = False,
    ) -> None:
        pass

    commands.add(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fairlead {__version__}")
        raise typer.Exit


def main(arguments: list[str], output: Output) -> int:
    """Runs one command and returns its exit code."""
    command = typer.main.get_command(build())
    try:
        code = command.main(arguments or ["--help"], "fairlead", standalone_mode=False, obj=output)
    except FairleadError as error:
        return output.error(error)
    except typer.TyperException as error:
        output.failure("BadUsage", error.format_message(), "see: fairlead --help", exits.USAGE)
        return exits.USAGE
    except KeyboardInterrupt:
        code = exits.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`fairlead export | head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.ERROR
    if code == exits.INTERRUPTED:
        output.failure("Interrupted", "interrupted", "a run continues at its page next time", code)
    return code if isinstance(code, int) else 0


def run() -> None:
    """The `fairlead` command."""
    arguments = sys.argv[1:]
    output = Output(sys.stdout, sys.stderr, as_json="--json" in arguments)
    sys.excepthook = output.crash
    sys.exit(main(arguments, output))
