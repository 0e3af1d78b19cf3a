"""Patterns of paths, as mapping rows write them: what they match, and how deep a tree must be read for them.

`*` is any run of characters of one name, `?` one character, `[…]` one of a set, `**` as a whole name any number of
folders. Letter case does not count, names that begin with a dot are nothing special, and everything else stands for
itself (reference of Port's integration, part 1.3). A pattern also matches the path that it spells, whatever is in
it: `docs/[old]/x.md` finds that very file. A pattern without `*`, `?` and `[` is a plain path, whose case counts.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SPECIAL = re.compile(r"[*?\[]")
_SET = re.compile(r"\[(?P<no>[!^]?)(?P<members>\]?[^\]/]*)\]")
_EVERYWHERE = 1_000_000
"""A depth that no tree has."""


def clean(pattern: str) -> str:
    """The pattern without what does not matter: slashes at its ends, `./` at its beginning, doubled slashes."""
    return "/".join(part for part in pattern.split("/") if part not in {"", "."})


def is_plain(pattern: str) -> bool:
    """Whether the pattern is just a path."""
    return _SPECIAL.search(pattern) is None


def expression(pattern: str) -> str:
    """A regular expression for a whole path (without a leading slash) in a syntax that Python and jq share."""
    pattern = clean(pattern)
    if is_plain(pattern):
        return f"^{_quoted(pattern)}$"
    parts = pattern.split("/")
    text = ""
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        if part == "**":
            text += ".+" if last else "(?:[^/]+/)*"
        else:
            text += _name(part) + ("" if last else "/")
    as_spelled = f"|{_quoted(pattern)}" if "[" in pattern else ""
    return f"^(?:{text}{as_spelled})$"


def _name(part: str) -> str:
    if not part.strip("*"):
        return "[^/]+"
    text, at = "", 0
    while at < len(part):
        found = _SET.match(part, at)
        members = _members(found) if found is not None else ""
        if found is not None and members:
            text += f"(?!/){members}"
            at = found.end()
            continue
        text += {"*": "[^/]*", "?": "[^/]"}.get(part[at]) or _quoted(part[at])
        at += 1
    return text


def _members(found: re.Match[str]) -> str:
    """The set as a regular expression, "" where it is none (`[]`, `[z-a]`): then its signs stand for themselves."""
    escaped = re.sub(r"([^0-9A-Za-z\-])", r"\\\1", found["members"], flags=re.ASCII)
    text = f"[{'^' if found['no'] else ''}{escaped}]"
    try:
        re.compile(text)
    except re.error:
        return ""
    return text


def _quoted(text: str) -> str:
    return re.sub(r"([^0-9A-Za-z_/ \-\u0080-\U0010ffff])", r"\\\1", text)


def is_sensitive(pattern: str) -> bool:
    """Whether the case of letters counts."""
    return is_plain(clean(pattern))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    flags = re.DOTALL if is_sensitive(pattern) else re.DOTALL | re.IGNORECASE
    return re.compile(expression(pattern), flags)


def matches(pattern: str, path: str) -> bool:
    """Whether the pattern matches a path, which has no leading slash."""
    return _compiled(pattern).match(path) is not None


def begins_anywhere(pattern: str) -> bool:
    """Whether the paths that match may begin with any folders."""
    return clean(pattern).partition("/")[0] == "**"


def leads_into(pattern: str, name: str) -> bool:
    """Whether paths below a folder of the root, which has this name, can match."""
    first, _, rest = clean(pattern).partition("/")
    if first == "**" or not rest:
        return first == "**"
    if is_sensitive(pattern):
        return first == name
    return matches(first, name) or first.casefold() == name.casefold()


def depth(pattern: str) -> int:
    """How many names the longest path has that can match: 1 for what lies at the root."""
    parts = clean(pattern).split("/")
    return _EVERYWHERE if "**" in parts else len(parts)
