"""Mistakes that a mapping can hold and still be good jq: found before anybody wonders about the entities.

Each check names row and field, what happens, and what to write. All of them were met in mappings in use; those of
the mapping that Port's integration installs are the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from fairlead.mapping.blueprints import unknown_targets
from fairlead.mapping.expressions import constant, tokens
from fairlead.mapping.rows import Configuration, Row, expressions
from fairlead.model.blueprints import Blueprint

Blueprints = Mapping[str, Blueprint]
_Found = Iterator[tuple[Row, str, str]]

_QUESTION = re.compile(r'\b(?P<name>g?sub|test)\("(?P<pattern>[^"\\]*[A-Za-z]\?[A-Za-z][^"\\]*)"')
_SENTINEL = re.compile(r"//\s*-\s*\d+(?:\.\d+)?\s*\)?\s*$")
_FALLBACK_DATE = re.compile(r"//\s*0\s*\)?\s*$")
_CLOCK = re.compile(r"(?<![.$\w\"])now\b")
_INCLUDED = re.compile(r'\.__includedFiles\["(?P<file>[^"\\]+)"\]')
_FLOWS = re.compile(r"\[\]\s*$")
_NUMBERS = {
    "project": frozenset({".revision"}),
    "pipeline": frozenset({".id", ".revision"}),
    "release": frozenset({".id"}),
    "work-item": frozenset({".id", ".rev"}),
    "build": frozenset({".id"}),
    "pull-request": frozenset({".pullRequestId"}),
}
"""Fields that Azure DevOps writes as numbers."""
_API_URL = {"board": ".url", "work-item": ".url", "release": ".url", "repository": ".url", "build": ".url"}
"""Where a record's `.url` is the address of the REST API, which a browser shows as JSON."""


def lint(configuration: Configuration, blueprints: tuple[Blueprint, ...]) -> tuple[str, ...]:
    """Warnings for a mapping and the blueprints it fills, in the order of rows."""
    known = {blueprint.identifier: blueprint for blueprint in blueprints}
    found: list[tuple[Row, str, str]] = []
    for row in configuration.rows:
        for check in _ROW_CHECKS:
            found += check(row, known)
    found += _unmatched(configuration, known)
    found.sort(key=lambda one: one[0].position)
    lines = [f"{configuration.source}: {row.place}: {field}: {what}" for row, field, what in found]
    return (*dict.fromkeys(lines), *unknown_targets(blueprints))


def _patterns(row: Row, _: Blueprints) -> _Found:
    for field, text in expressions(row):
        match = _QUESTION.search(text)
        if match:
            yield (
                row,
                field,
                f"`{match['name']}` takes a regular expression, in which `?` makes the letter before it optional, "
                f'so that "{match["pattern"]}" never matches that text; write `[?]`',
            )


def _sentinels(row: Row, known: Blueprints) -> _Found:
    for name, text in row.mapping.properties.items():
        field = f"port.entity.mappings.properties.{name}"
        if _SENTINEL.search(text):
            value = text[text.rindex("//") + 2 :].strip(" )")
            yield (
                row,
                field,
                f"a missing value becomes {value}, which counts in sums and averages; leave `//` out",
            )
        elif _FALLBACK_DATE.search(text) and _property(row, name, known)[0] == "string":
            yield row, field, "a missing value becomes the number 0 in a text; leave `//` out"


def _types(row: Row, known: Blueprints) -> _Found:
    for name, text in row.mapping.properties.items():
        if text.strip() in _NUMBERS.get(row.kind, ()) and _property(row, name, known)[0] == "string":
            yield (
                row,
                f"port.entity.mappings.properties.{name}",
                f"`{text.strip()}` is a number and the blueprint wants a text; add `| tostring`",
            )


def _enums(row: Row, known: Blueprints) -> _Found:
    for name, text in row.mapping.properties.items():
        enum = _property(row, name, known)[1]
        if enum and "System.WorkItemType" in text and tokens(text):
            yield (
                row,
                f"port.entity.mappings.properties.{name}",
                f"the blueprint lists {len(enum)} values ({', '.join(map(str, enum))}); work item types outside of "
                "it, for instance your own, are refused",
            )


def _addresses(row: Row, _: Blueprints) -> _Found:
    for name, text in row.mapping.properties.items():
        if name in ("link", "url") and text.strip() == _API_URL.get(row.kind):
            yield (
                row,
                f"port.entity.mappings.properties.{name}",
                "`.url` is the address of the REST API, not of a page; see `_links` or `webUrl`",
            )


def _files(row: Row, _: Blueprints) -> _Found:
    listed = row.selector.get("includedFiles")
    files = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    for field, text in expressions(row):
        for match in _INCLUDED.finditer(text):
            if match["file"] not in files:
                yield row, field, f"{match['file']} is not among the selector's includedFiles: always null"


def _clocks(row: Row, _: Blueprints) -> _Found:
    for field, text in expressions(row):
        if _CLOCK.search(text):
            yield (
                row,
                field,
                "`now` is read only when the record changes: a record that rests is not mapped again",
            )


def _lists(row: Row, _: Blueprints) -> _Found:
    if _FLOWS.search(row.items_to_parse):
        yield row, "port.itemsToParse", "must give one list: leave the last `[]` out"


def _fields(row: Row, known: Blueprints) -> _Found:
    blueprint = known.get(constant(row.mapping.blueprint) or "")
    if blueprint is None:
        name = constant(row.mapping.blueprint)
        if name and known:
            yield row, "port.entity.mappings.blueprint", f"the blueprint {name} is not defined"
        return
    for name in row.mapping.properties:
        if name not in blueprint.properties:
            yield row, f"port.entity.mappings.properties.{name}", "is not in the blueprint"
    for name in row.mapping.relations:
        if name not in blueprint.relations:
            yield row, f"port.entity.mappings.relations.{name}", "is not in the blueprint"
    if not row.creates:
        return
    for name, relation in blueprint.relations.items():
        if relation.required and name not in row.mapping.relations:
            yield (
                row,
                f"port.entity.mappings.relations.{name}",
                "the blueprint requires it and it is not mapped",
            )


def _boards(row: Row, _: Blueprints) -> _Found:
    text = row.mapping.identifier
    if (
        row.kind == "column"
        and isinstance(text, str)
        and "__board.id" not in text
        and "columnField" not in text
    ):
        yield (
            row,
            "port.entity.mappings.identifier",
            "does not tell boards apart: columns of the same name on two boards of a project are one entity",
        )


_ROW_CHECKS: tuple[Callable[[Row, Blueprints], _Found], ...] = (
    _patterns, _sentinels, _types, _enums, _addresses, _files, _clocks, _lists, _fields, _boards,
)  # fmt: skip


def _unmatched(configuration: Configuration, known: Blueprints) -> _Found:
    """Relations built from the same number of parts as the identifiers they aim at, joined differently."""
    shapes: dict[str, list[tuple[Row, tuple[str, ...]]]] = {}
    for row in configuration.rows:
        name = constant(row.mapping.blueprint)
        if name and row.creates and isinstance(row.mapping.identifier, str):
            shapes.setdefault(name, []).append((row, _joints(row.mapping.identifier)))
    for row in configuration.rows:
        blueprint = known.get(constant(row.mapping.blueprint) or "")
        for name, term in row.mapping.relations.items():
            relation = blueprint.relations.get(name) if blueprint else None
            if relation is None or not isinstance(term, str):
                continue
            wanted, aims = _joints(term), shapes.get(relation.target, [])
            if wanted and aims and all(len(shape) == len(wanted) and shape != wanted for _row, shape in aims):
                target, shape = aims[0]
                yield (
                    row,
                    f"port.entity.mappings.relations.{name}",
                    f"joins its parts with {_quoted(wanted)}, the identifiers of {relation.target} ({target.place}) "
                    f"with {_quoted(shape)}: it never hits one",
                )


def _joints(text: str) -> tuple[str, ...]:
    """The texts between the parts of a concatenation: `.a + "/" + .b | …` gives "/"."""
    found: list[str] = []
    for token in tokens(text) or ():
        if token.kind == "op" and token.text == "|" and "(" not in found:
            break
        if token.kind == "op" and token.text in "()":
            found = found[:-1] if token.text == ")" and found[-1:] == ["("] else [*found, token.text]
        elif token.kind == "string":
            found.append(token.text)
    return tuple(one for one in found if one not in "()")


def _quoted(shape: tuple[str, ...]) -> str:
    return " and ".join(f'"{one}"' for one in dict.fromkeys(shape))


def _property(row: Row, name: str, known: Blueprints) -> tuple[str, tuple[object, ...]]:
    blueprint = known.get(constant(row.mapping.blueprint) or "")
    found = blueprint.properties.get(name) if blueprint else None
    return (found.type, found.enum) if found else ("", ())
