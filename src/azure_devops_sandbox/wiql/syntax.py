"""Reads WIQL text into a tree.

The language is the one of Microsoft's WIQL syntax page: SELECT, FROM WorkItems, WHERE with AND, OR, NOT and
parentheses, ORDER BY; fields in brackets or bare; texts in single or double quotes with the quote doubled
inside; macros such as `@today - 7`. Link queries, ASOF, EVER and IN GROUP are not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


class QueryError(ValueError):
    """A query that Azure DevOps would refuse; `type_key` and the text tell why."""

    def __init__(self, message: str, type_key: str = "SyntaxException") -> None:
        super().__init__(message)
        self.type_key = type_key


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the query: `kind` is field, text, number, macro, word or sign."""

    kind: str
    text: str
    place: int


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro with an offset in days, such as `@today - 7`."""

    name: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class FieldValue:
    """Another field as the right side of a comparison."""

    name: str


Value: TypeAlias = "str | int | float | Macro | FieldValue"


@dataclass(frozen=True, slots=True)
class Condition:
    """`[field] operator value`; IN has several values, IS EMPTY none."""

    field: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a clause."""

    clause: Clause


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses joined by `and` or `or`."""

    joint: str
    clauses: tuple[Clause, ...]


Clause: TypeAlias = "Condition | Not | Group"


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query."""

    columns: tuple[str, ...]
    where: Clause | None
    order: tuple[tuple[str, bool], ...]
    """Field names with whether the order is descending."""


_TOKEN = re.compile(
    r"""\s*(?:
    (?P<field>\[[^\]]+\])
  | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
  | (?P<macro>@\w+)
  | (?P<number>\d+(?:\.\d+)?(?![\w.]))
  | (?P<word>[A-Za-z_][\w.]*)
  | (?P<sign><>|<=|>=|[=<>(),+-])
    )""",
    re.VERBOSE,
)
_SIGNS = frozenset({"=", "<>", "<", "<=", ">", ">="})


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise QueryError(
                f"TF51006: The query statement is missing a valid clause near '{text[place : place + 20]}'."
            )
        kind, raw = match.lastgroup, match.group(match.lastgroup)
        if kind == "field":
            raw = raw[1:-1].strip()
        elif kind == "text":
            raw = raw[1:-1].replace(raw[0] * 2, raw[0])
        yield Token(kind, raw, match.start(match.lastgroup))
        place = match.end()


class _Reader:
    """A recursive descent over the tokens."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._place = 0

    @property
    def next(self) -> Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def take(self) -> Token:
        token = self.next
        if token is None:
            raise QueryError("TF51006: The query statement is missing a clause at its end.")
        self._place += 1
        return token

    def accept(self, *words: str) -> bool:
        """Step over these words if they come next."""
        ahead = self._tokens[self._place : self._place + len(words)]
        found = [one.text.lower() for one in ahead if one.kind in {"word", "sign"}]
        if found != list(words):
            return False
        self._place += len(words)
        return True

    def expect(self, word: str) -> None:
        if not self.accept(word):
            token = self.next
            near = token.text if token else "the end"
            raise QueryError(
                f"TF51006: The query statement is missing '{word.upper()}'. The error is caused by «{near}»."
            )

    def field(self) -> str:
        token = self.take()
        if token.kind not in {"field", "word"}:
            raise QueryError(f"TF51009: A field name was expected. The error is caused by «{token.text}».")
        return token.text

    def fields(self) -> tuple[str, ...]:
        names = [self.field()]
        while self.accept(","):
            names.append(self.field())
        return tuple(names)

    def query(self) -> Query:
        self.expect("select")
        columns = self.fields()
        self.expect("from")
        source = self.field()
        if source.lower() != "workitems":
            raise QueryError(f"TF51007: The sandbox answers queries FROM WorkItems only, not «{source}».")
        where = self.either() if self.accept("where") else None
        order = self.order() if self.accept("order", "by") else ()
        if self.next is not None:
            raise QueryError(f"TF51006: The query statement has text behind its end: «{self.next.text}».")
        return Query(columns, where, order)

    def order(self) -> tuple[tuple[str, bool], ...]:
        found = []
        while True:
            name = self.field()
            descending = self.accept("desc")
            if not descending:
                self.accept("asc")
            found.append((name, descending))
            if not self.accept(","):
                return tuple(found)

    def either(self) -> Clause:
        clauses = [self.both()]
        while self.accept("or"):
            clauses.append(self.both())
        return clauses[0] if len(clauses) == 1 else Group("or", tuple(clauses))

    def both(self) -> Clause:
        clauses = [self.single()]
        while self.accept("and"):
            clauses.append(self.single())
        return clauses[0] if len(clauses) == 1 else Group("and", tuple(clauses))

    def single(self) -> Clause:
        if self.accept("not"):
            return Not(self.single())
        if self.accept("("):
            clause = self.either()
            self.expect(")")
            return clause
        return self.condition()

    def condition(self) -> Clause:
        name = self.field()
        if self.accept("is", "empty"):
            return Condition(name, "empty", ())
        if self.accept("is", "not", "empty"):
            return Not(Condition(name, "empty", ()))
        negated = self.accept("not")
        token = self.take()
        operator = token.text.lower()
        clause: Clause
        if operator == "in":
            clause = Condition(name, "in", self.listing())
        elif operator in {"contains", "under"}:
            self.accept("words")
            clause = Condition(name, operator, (self.value(),))
        elif operator in _SIGNS and token.kind == "sign" and not negated:
            return Condition(name, operator, (self.value(),))
        else:
            raise QueryError(f"TF51008: The operator «{token.text}» is not valid.")
        return Not(clause) if negated else clause

    def listing(self) -> tuple[Value, ...]:
        self.expect("(")
        values = [self.value()]
        while self.accept(","):
            values.append(self.value())
        self.expect(")")
        return tuple(values)

    def value(self) -> Value:
        negative = self.accept("-")
        token = self.take()
        if token.kind == "number":
            number = float(token.text) if "." in token.text else int(token.text)
            return -number if negative else number
        if negative:
            raise QueryError(f"TF51006: A number was expected. The error is caused by «{token.text}».")
        if token.kind == "macro":
            return Macro(token.text[1:].lower(), self.offset())
        if token.kind == "field":
            return FieldValue(token.text)
        if token.kind in {"text", "word"}:
            return token.text
        raise QueryError(f"TF51006: A value was expected. The error is caused by «{token.text}».")

    def offset(self) -> int:
        for sign, factor in (("-", -1), ("+", 1)):
            if self.accept(sign):
                token = self.take()
                if token.kind != "number" or "." in token.text:
                    raise QueryError("TF51006: A whole number of days was expected behind the macro.")
                return factor * int(token.text)
        return 0


def parse(text: str) -> Query:
    """Read a query. Raises QueryError."""
    return _Reader(text).query()
