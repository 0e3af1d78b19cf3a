"""What can be said of a jq expression without running it.

Port's quote rule, and a cautious reading of the tokens that answers two questions for the compiler: does the
expression give exactly one output, and which paths of the record can it touch at all. "I cannot tell" is
always a right answer to both; it only costs time. Facts about jq are those of libjq 1.8.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import orjson

Path = tuple[str, ...]
"""Keys from the record's root, outermost first."""

_OUTSIDE = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*"?)      # a double-quoted string: its apostrophes are text
      | (?P<comment>\#[^\n]*)
      | (?P<open>(?<!\S)'|'(?!\S))          # an apostrophe beside a blank, the start or the end
    """,
    re.VERBOSE | re.DOTALL,
)


def double_quoted(expression: str) -> str:
    """The expression with single quotes that look like delimiters made double, as Port's integrations do.

    A quote looks like a delimiter at the start, at the end and beside a blank: `.a == 'x y'` and `// ''` work,
    `gsub(' ';'')` does not. Unlike there, apostrophes inside double-quoted strings and comments are left alone:
    such an expression is good jq as it stands.
    """
    if "'" not in expression:
        return expression
    return _OUTSIDE.sub(lambda match: '"' if match.lastgroup == "open" else match.group(), expression)


class Token(NamedTuple):
    """`kind` is key, string, number, name, variable, dot or op; a key's `text` is the key itself, unescaped."""

    kind: str
    text: str
    source: str


_STRING = r'"(?:[^"\\]|\\[^(u]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*"'
_TOKEN = re.compile(
    rf"""(?P<blank>\s+)
      | \.(?P<key>[A-Za-z_][A-Za-z0-9_]*)
      | \.(?P<quoted>{_STRING})
      | (?P<string>{_STRING})
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<variable>\$[A-Za-z_][A-Za-z0-9_]*)
      | (?P<name>@?[A-Za-z_][A-Za-z0-9_]*)
      | (?P<op>//|==|!=|<=|>=|[-+*/%<>|();,?\[\]:])
      | (?P<dot>\.(?!\.))
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def tokens(expression: str) -> tuple[Token, ...] | None:
    """The tokens of an expression, None where it holds anything that this reading does not know for sure.

    Comments, interpolation, object construction, assignments and `..` are not known.
    """
    found: list[Token] = []
    at = 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if match is None or match.lastgroup is None:
            return None
        kind, text = match.lastgroup, match.group(match.lastgroup)
        if kind in ("quoted", "string"):
            text = _unescaped(text)
            if text is None:
                return None
        if kind != "blank":
            found.append(Token("key" if kind == "quoted" else kind, text, match.group()))
        at = match.end()
    return tuple(found) if _balanced(found) else None


def _unescaped(source: str) -> str | None:
    try:
        value = orjson.loads(source)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, str) else None


_PAIRS = {")": "(", "]": "["}


def _balanced(found: list[Token]) -> bool:
    stack: list[str] = []
    for token in found:
        if token.kind != "op":
            continue
        if token.text in "([":
            stack.append(token.text)
        elif token.text in _PAIRS and (not stack or stack.pop() != _PAIRS[token.text]):
            return False
    return not stack


_SINGLE_NAMES = frozenset(
    [
        "and",
        "or",
        "not",
        "if",
        "then",
        "elif",
        "else",
        "end",
        "true",
        "false",
        "null",
        "tostring",
        "tonumber",
        "tojson",
        "fromjson",
        "length",
        "utf8bytelength",
        "ascii_downcase",
        "ascii_upcase",
        "type",
        "floor",
        "ceil",
        "round",
        "sqrt",
        "abs",
        "keys",
        "keys_unsorted",
        "add",
        "any",
        "all",
        "sort",
        "unique",
        "reverse",
        "min",
        "max",
        "first",
        "last",
        "has",
        "contains",
        "startswith",
        "endswith",
        "ltrimstr",
        "rtrimstr",
        "trim",
        "ltrim",
        "rtrim",
        "split",
        "join",
        "test",
        "gsub",
        "sub",
        "todate",
        "fromdate",
        "fromdateiso8601",
        "todateiso8601",
        "flatten",
        "infinite",
        "@uri",
        "@base64",
        "@text",
        "@json",
    ]
)
_SINGLE_OPS = frozenset({"//", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "|", "(", ")", ";"})


def single(expression: str) -> bool:
    """Whether the expression surely gives exactly one output, or an error: paths, operators and known functions."""
    found = tokens(expression)
    if not found:
        return False
    return all(_is_single(found, at) for at in range(len(found)))


def _is_single(found: tuple[Token, ...], at: int) -> bool:
    token = found[at]
    if token.kind in ("key", "string", "number", "dot"):
        return True
    if token.kind == "name":
        return token.text in _SINGLE_NAMES
    if token.kind == "op" and token.text in "[]":
        return _is_index(found, at)
    return token.kind == "op" and token.text in _SINGLE_OPS


def _is_index(found: tuple[Token, ...], at: int) -> bool:
    """Whether the bracket at `at` belongs to an index by one literal, as in `.a["b"]`."""
    start = at if found[at].text == "[" else at - 2
    if start < 1 or start + 2 >= len(found):
        return False
    before, inside, after = found[start - 1], found[start + 1], found[start + 2]
    closes = before.kind in ("key", "dot") or (before.kind == "op" and before.text in ")]")
    indexes = inside.kind in ("string", "number") and (after.kind, after.text) == ("op", "]")
    return closes and (found[start].kind, found[start].text) == ("op", "[") and indexes


_CONSTANT = re.compile(rf"\s*(?P<text>{_STRING})\s*")


def constant(expression: str) -> str | None:
    """The text that the expression always gives, None where it is more than one plain string."""
    match = _CONSTANT.fullmatch(expression)
    return _unescaped(match.group("text")) if match else None


_GSUB = re.compile(rf"\bgsub\(\s*(?P<pattern>{_STRING})\s*;\s*(?P<by>{_STRING})\s*\)")
_PLAIN = re.compile(r"[A-Za-z0-9 _/:,@!%&='<>~-]+")


def quicker(expression: str) -> str:
    """The same expression with `gsub("plain text"; "…")` done without a regular expression (ten times faster).

    For strings the result is the same; anything else is an error in both, whose message the caller takes from
    the expression itself.
    """
    if tokens(expression) is None:
        return expression
    return _GSUB.sub(_split_and_join, expression)


def _split_and_join(match: re.Match[str]) -> str:
    pattern = _unescaped(match["pattern"])
    if pattern is None or not _PLAIN.fullmatch(pattern):
        return match.group()
    joined = 'add // ""' if match["by"] == '""' else f"join({match['by']})"
    return f"(split({match['pattern']}) | {joined})"


_KEYWORDS = frozenset(
    {"and", "or", "true", "false", "null", "if", "then", "elif", "else", "end", "as", "empty"}
)


class _Context(NamedTuple):
    """Inside one pair of brackets: whether `.` is the record itself, and whether the next `|` ends a binding."""

    root: bool
    binds: bool = False


def touched(expression: str) -> frozenset[Path] | None:
    """Paths of the record outside of which the expression can see nothing, None for "all of it".

    Keys reached after a `|` are relative to an earlier value, which is counted whole; counting them from the
    root as well is harmless. A bare `.` or a function applied to the record itself means all of it.
    """
    found = tokens(expression)
    if found is None or _branches_without_else(found):
        return None
    paths: set[Path] = set()
    contexts = [_Context(root=True)]
    at = 0
    while at < len(found):
        token = found[at]
        if token.kind == "key":
            path, at = _path(found, at)
            paths.add(path)
            continue
        if contexts[-1].root and (
            token.kind == "dot" or (token.kind == "name" and token.text not in _KEYWORDS)
        ):
            return None
        _follow(contexts, token)
        at += 1
    return frozenset(paths)


def _branches_without_else(found: tuple[Token, ...]) -> bool:
    """`if c then x end` gives its input, which may be the record, where the condition fails."""
    names = [token.text for token in found if token.kind == "name"]
    return names.count("if") != names.count("else")


def _follow(contexts: list[_Context], token: Token) -> None:
    """Keep track of whether `.` is the record: after a `|` it is not, until the bracket around it closes."""
    if token.kind not in ("op", "name"):
        return
    here = contexts[-1]
    if token.text in ("(", "[", "if"):
        contexts.append(_Context(here.root))
    elif token.text in (")", "]", "end"):
        if len(contexts) > 1:
            contexts.pop()
    elif token.text in (";", "then", "elif", "else"):
        contexts[-1] = _Context(root=contexts[-2].root if len(contexts) > 1 else True)
    elif token.text == "as":
        contexts[-1] = _Context(here.root, binds=True)
    elif token.text == "|":
        # What follows `… as $x |` has the input that stood before the binding.
        contexts[-1] = _Context(here.root and here.binds)


def _path(found: tuple[Token, ...], at: int) -> tuple[Path, int]:
    """The keys from `at` on, and the index after them. `["key"]` counts as a key, other brackets end the path."""
    keys: list[str] = []
    while at < len(found):
        if found[at].kind == "key":
            keys.append(found[at].text)
            at += 1
        elif (
            at + 2 < len(found)
            and (found[at].kind, found[at].text) == ("op", "[")
            and found[at + 1].kind == "string"
            and (found[at + 2].kind, found[at + 2].text) == ("op", "]")
        ):
            keys.append(found[at + 1].text)
            at += 3
        else:
            break
    return tuple(keys), at


def plain_path(expression: str) -> Path | None:
    """The path that the expression starts with, None where it starts otherwise. `.a.b | to_entries` gives a, b."""
    found = tokens(expression)
    if not found or found[0].kind != "key":
        return None
    return _path(found, 0)[0]
