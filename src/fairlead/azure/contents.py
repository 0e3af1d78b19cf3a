"""What a file holds: its text, and the value that its text is, as Port's integration reads them.

Text is UTF-8 without a byte order mark; anything else has none. A value is JSON, or else YAML: all documents of a text
that begins with `---` (several make a list, null ones are left out), else the only one. Where neither will do, the
value is the text itself (reference of Port's integration, part 1.3). Unlike there, dates stay the texts that they are
written as, and YAML that is nested or repeated without measure is only text.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import orjson
import yaml

DEEPEST = 100
"""Levels of nesting of a YAML text that is taken for a value."""
MOST = 200_000
"""Nodes of such a text, each repeated one (`*alias`) counted with all it stands for."""

_BOM = b"\xef\xbb\xbf"
_BASE: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):  # type: ignore[valid-type, misc]  # which of two classes it is depends on the machine
    """Safe YAML without dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def text_of(content: bytes) -> str | None:
    """The file's text without a byte order mark, None where it is not UTF-8."""
    try:
        return content.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        return None


def value_of(text: str) -> msgspec.Raw:
    """The value as JSON: a JSON text stands as it was written."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return _yaml_value(text)
    return msgspec.Raw(text.encode())


def _yaml_value(text: str) -> msgspec.Raw:
    try:
        if not _is_measured(yaml.parse(text, Loader=_Loader)):
            return msgspec.Raw(orjson.dumps(text))
        value = _documents(text) if text.startswith("---") else yaml.load(text, Loader=_Loader)  # noqa: S506 a safe one
        return msgspec.Raw(orjson.dumps(text if value is None else value, option=orjson.OPT_NON_STR_KEYS))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError):
        return msgspec.Raw(orjson.dumps(text))


def _documents(text: str) -> object:
    found = [one for one in yaml.load_all(text, Loader=_Loader) if one is not None]
    return found if len(found) > 1 else found[0] if found else None


def _is_measured(events: Iterable[yaml.Event]) -> bool:
    """Whether the text stays within the limits, found out without building anything."""
    sizes: dict[str, int] = {}
    open_nodes: list[list[object]] = []
    total = 0
    for event in events:
        size = 1
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:  # it holds itself, or is not there
                return False
            size = sizes[event.anchor]
        elif isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append([event.anchor, total])
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if isinstance(anchor, str) and isinstance(before, int):
                sizes[anchor] = total - before
            continue
        elif isinstance(event, yaml.ScalarEvent):
            if event.anchor is not None:
                sizes[event.anchor] = 1
        else:
            continue
        total += size
        if total > MOST or len(open_nodes) > DEEPEST:
            return False
    return True
