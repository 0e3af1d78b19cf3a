"""Every expression compiled once, in a worker, before any request is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fairlead.mapping.expressions import single
from fairlead.mapping.pool import ProgramFailed, WorkerDied, WorkerPool
from fairlead.mapping.program import PageProgram, embedded
from fairlead.mapping.rows import Configuration, Row, expressions
from fairlead.model.errors import BadMapping

_AT = re.compile(
    r"^(?:jq: error: )?(?P<what>.*?)(?: at <[^>]*>, line (?P<line>\d+), column (?P<column>\d+):.*)?$"
)
_MODULE = re.compile(r"(?:\s|#[^\n]*\n)*(?:import\s*\"|include\s*\"|module\s*\{)")


async def check_programs(
    pool: WorkerPool, configuration: Configuration, programs: Sequence[PageProgram]
) -> None:
    """BadMapping for the first expression that cannot be used.

    An expression must compile alone, so that brackets which close ours are found, and then inside its
    program. Where the reading of `expressions.single` knows it to be in balance the second is enough.
    """
    for row in configuration.rows:
        for field, text in expressions(row):
            if not single(text):
                await _check(pool, configuration.source, row, field, text)
    for program in programs:
        message = await _compiled(pool, program.text)
        if message is not None:
            await _find(pool, configuration, program, message)


async def _find(pool: WorkerPool, configuration: Configuration, program: PageProgram, message: str) -> None:
    """The expression for which a whole program does not compile."""
    for row, field, text in _all(program):
        await _check(pool, configuration.source, row, field, text)
    raise BadMapping(f"{configuration.source}: the rows do not compile together: {message}")


def _all(program: PageProgram) -> Iterator[tuple[Row, str, str]]:
    for inner in program.all_rows():
        for field, text in expressions(inner.row):
            yield inner.row, field, text


async def _check(pool: WorkerPool, source: str, row: Row, field: str, text: str) -> None:
    place = f"{source}: {row.place}: {field}"
    if _MODULE.match(text):
        raise BadMapping(
            f"{place}: `import` and `include` are not allowed: {text}",
            advice="Modules are files; write the definition into the expression: `def f: …; f`.",
        )
    # In brackets first: there `import` is a syntax error, and no file is looked for.
    message = await _compiled(pool, embedded(text))
    if message is None:
        if (outside := await _compiled(pool, text)) is None:
            return
        message = outside
    elif (outside := await _compiled(pool, text)) is not None:
        message = outside
    what, line, column = _where(message)
    where = f", line {line}, column {column}" if line else ""
    raise BadMapping(f"{place}{where}: {what}: {text}", advice=_advice(what, text))


async def _compiled(pool: WorkerPool, program: str) -> str | None:
    """The compiler's message, None where there is none."""
    try:
        await pool.run(program, b"")
    except ProgramFailed as error:
        return error.message
    except WorkerDied as error:
        return f"compiling it {error.reason}"
    return None


def _where(message: str) -> tuple[str, int, int]:
    first = message.splitlines()[0] if message else "no expression"
    match = _AT.match(first)
    if match is None or match["line"] is None:
        return first.removeprefix("jq: error: "), 0, 0
    return match["what"], int(match["line"]), int(match["column"])


def _advice(what: str, text: str) -> str:
    if "'" in text:
        return "Write texts in double quotes: jq has no single ones."
    if what.startswith("Top-level program"):
        return "The text holds a definition or a comment only; add the expression itself."
    if "/0 is not defined" in what:
        return "A plain word is a jq function; a text needs double quotes of its own: '\"text\"'."
    return ""
