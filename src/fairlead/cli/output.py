"""What a command prints: reports on standard output, everything else on standard error, secrets nowhere."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import TextIO

import msgspec
import typer

from fairlead.cli.exits import ERROR, code_of
from fairlead.model.errors import FairleadError
from fairlead.model.secrets import Secret, redact


class Output:
    """The two streams of a command. `as_json` makes standard output one JSON value."""

    def __init__(self, stdout: TextIO, stderr: TextIO, *, as_json: bool) -> None:
        self.stdout = stdout
        self.stderr = stderr
        self.as_json = as_json
        self._secrets: tuple[Secret, ...] = ()

    def hide(self, *secrets: Secret) -> None:
        """From now on these never appear, wherever they come from: a server's answer, an error, a log line."""
        self._secrets += secrets

    def clean(self, text: str) -> str:
        """`text` without any known secret."""
        return redact(text, self._secrets)

    def line(self, text: str = "") -> None:
        """A line for a person; nothing where a program reads."""
        if not self.as_json:
            self.stdout.write(self.clean(text) + "\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Several lines for a person."""
        for text in texts:
            self.line(text)

    def value(self, value: object) -> None:
        """The report itself, for a program; nothing where a person reads."""
        if self.as_json:
            text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
            self.stdout.write(self.clean(text) + "\n")

    async def streamed(self, members: dict[str, object], name: str, rows: AsyncIterator[object]) -> None:
        """A report whose last member is a list that is too long to be held: one row a line."""
        head = msgspec.json.format(msgspec.json.encode(members), indent=2).decode()
        self.stdout.write(self.clean(head.removesuffix("\n}")) + f',\n  "{name}": [')
        between = "\n    "
        async for row in rows:
            self.stdout.write(between + self.clean(msgspec.json.encode(row).decode()))
            between = ",\n    "
        self.stdout.write("\n  ]\n}\n")

    def warn(self, text: str) -> None:
        """A warning, for both."""
        self.stderr.write(self.clean(f"warning: {text}") + "\n")

    def note(self, text: str) -> None:
        """A line beside the report: progress, hints."""
        self.stderr.write(self.clean(text) + "\n")
        self.stderr.flush()

    def error(self, error: FairleadError) -> int:
        """Tells what went wrong and what to do; returns the exit code."""
        self.failure(type(error).__name__, error.message, error.advice, code_of(error))
        return code_of(error)

    def failure(self, name: str, message: str, advice: str, code: int) -> None:
        """The one form of every error: `error: …`, then the advice; as JSON too where a program reads."""
        self.stderr.write(self.clean(f"error: {message}") + "\n")
        if advice:
            self.stderr.write(self.clean(advice) + "\n")
        self.value({"error": {"type": name, "message": message, "advice": advice, "exit_code": code}})

    def crash(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        """`sys.excepthook`: a fault of Fairlead itself, shown whole but for the secrets."""
        self.stderr.write(self.clean("".join(traceback.format_exception(kind, value, trace))))
        self.failure(
            kind.__name__, f"a fault in Fairlead: {value}", "please report it with the lines above", ERROR
        )


def output_of(context: typer.Context) -> Output:
    """The output that `main` gave to this command."""
    output = context.obj
    if not isinstance(output, Output):
        raise TypeError("a command runs through fairlead.cli.main only")
    return output
