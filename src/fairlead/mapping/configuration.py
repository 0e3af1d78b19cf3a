"""A mapping configuration in Port's dialect, from text to frozen rows.

Errors are `BadMapping`: source, row (counted from 1), kind, path of the field, what was expected. jq itself is
checked by `Mapper.check`, because only a worker may compile it.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar, cast

import msgspec
from pydantic import ValidationError

from fairlead.mapping.asking import condition
from fairlead.mapping.dialect import Document, Mappings, Resource
from fairlead.mapping.document import read
from fairlead.mapping.expressions import constant, double_quoted
from fairlead.mapping.fetching import fetch_spec
from fairlead.mapping.hashing import fingerprint
from fairlead.mapping.rows import Configuration, EntityMapping, Row, Term, is_query
from fairlead.mapping.selectors import validated
from fairlead.model.errors import BadMapping

__all__ = ["Configuration", "EntityMapping", "Row", "check_kinds", "fetch_spec", "parse"]

_FILE = "file://"
_T = TypeVar("_T")


def parse(text: str, *, source: str = "port-app-config.yml") -> Configuration:
    """The configuration in `text` (YAML or JSON). Anything that cannot be used is BadMapping."""
    value, repeated = read(text, source)
    if not isinstance(value, dict) or not value.get("resources"):
        raise BadMapping(
            f"{source}: no resources",
            advice="A mapping needs at least one entry under `resources:`, with kind, selector and port.",
        )
    try:
        document = Document.model_validate(value)
    except ValidationError as error:
        raise _refusal(error, value, source) from error
    warnings = [f"{source}: {warning}" for warning in repeated]
    warnings += [f"{source}: {name} is not known and has no effect" for name in document.unknown()]
    warnings += [f"{source}: {warning}" for warning in _requoted(value)]
    rows = _Rows(source)
    for number, resource in enumerate(document.resources, 1):
        rows.add(number, resource)
    return Configuration(
        rows=tuple(rows.rows),
        warnings=(*warnings, *rows.warnings),
        create_missing_related_entities=document.create_missing_related_entities,
        delete_dependent_entities=document.delete_dependent_entities,
        merge_entity=document.merge_entity,
        deletion_threshold=document.deletion_threshold,
        hash=_hash(document, rows.rows),
        text=text,
        source=source,
        environment=tuple(sorted(rows.environment)),
    )


def check_kinds(configuration: Configuration, known: Collection[str]) -> None:
    """BadMapping for the first row whose kind is not among `known`, with the likeliest spelling."""
    for row in configuration.rows:
        if row.kind in known:
            continue
        near = difflib.get_close_matches(row.kind, sorted(known), n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise BadMapping(
            f"{configuration.source}: {row.place}: the kind {row.kind!r} is not known",
            advice=f"{hint}Known kinds: {', '.join(sorted(known))}.",
        )


class _Rows:
    """Rows in the making, with what a later row has to know of earlier ones."""

    def __init__(self, source: str) -> None:
        self.rows: list[Row] = []
        self.warnings: list[str] = []
        self.environment: set[str] = set()
        self._source = source
        self._seen: Counter[str] = Counter()

    def add(self, number: int, resource: Resource) -> None:
        """The rows of one resource: one per mapping."""
        mappings = resource.port.entity.mappings
        self.environment.update(resource.selector.export_env_variables)
        for at, given in enumerate(mappings, 1):
            nth = f", mapping {at}" if len(mappings) > 1 else ""
            place = f"row {number}{nth} ({resource.kind})"
            if at == 1:
                self._warn_unknown(place, resource)
            selector = self._selector(place, resource)
            mapping = self._mapping(place, given)
            if resource.kind == "repository":
                mapping, selector = self._file_links(place, mapping, selector)
            self._append(place, resource, selector, mapping)

    def _append(
        self, place: str, resource: Resource, selector: dict[str, object], mapping: EntityMapping
    ) -> None:
        port = resource.port
        if not resource.selector.query.strip():
            raise BadMapping(
                f"{self._source}: {place}: selector.query: no expression", advice="Write `true`."
            )
        content = [
            resource.kind,
            resource.selector.query,
            selector,
            msgspec.to_builtins(mapping),
            [port.items_to_parse, port.items_name, port.items_transform],
        ]
        hash_ = fingerprint(content)
        self._seen[hash_] += 1
        repeat = self._seen[hash_]
        if repeat > 1:
            self.warnings.append(f"{self._source}: {place}: the same row stands further up")
        self.rows.append(
            Row(
                hash=hash_ if repeat == 1 else f"{hash_}-{repeat}",
                position=len(self.rows) + 1,
                place=place,
                kind=resource.kind,
                query=resource.selector.query,
                selector=selector,
                mapping=mapping,
                items_to_parse=port.items_to_parse or "",
                items_name=port.items_name,
                items_transform=port.items_transform,
                creates=self._creates(resource.kind, mapping),
                asked=condition(resource.kind, selector),
            )
        )

    def _creates(self, kind: str, mapping: EntityMapping) -> bool:
        """The rule of ADR 0002: a patch has no title and follows a row of another kind for the same blueprint."""
        if is_query(mapping.identifier):
            return False
        follows = any(row.kind != kind and row.mapping.blueprint == mapping.blueprint for row in self.rows)
        return mapping.title is not None or not follows

    def _selector(self, place: str, resource: Resource) -> dict[str, object]:
        try:
            selector, unknown = validated(resource.kind, resource.selector.model_extra or {})
        except ValueError as error:
            raise BadMapping(f"{self._source}: {place}: {error}") from error
        for name in unknown:
            self._warn(place, f"selector.{name} means nothing to this kind")
        return selector

    def _mapping(self, place: str, given: Mappings) -> EntityMapping:
        for name in ("identifier", "blueprint"):
            value = getattr(given, name)
            if value is None or (isinstance(value, str) and not value.strip()):
                raise BadMapping(f"{self._source}: {place}: port.entity.mappings.{name}: no expression")
        for name in given.unknown():
            self._warn(place, f"port.entity.mappings.{name} is not known and has no effect")
        if constant(given.blueprint) is None and given.blueprint.replace("_", "a").isalnum():
            self._warn(
                place,
                f"blueprint: `{given.blueprint}` is jq; for that blueprint write '\"{given.blueprint}\"'",
            )
        return EntityMapping(
            identifier=_term(given.identifier),
            blueprint=given.blueprint,
            title=given.title,
            icon=given.icon,
            team=None if given.team is None else _term(given.team),
            properties=dict(self._present(place, given.properties)),
            relations={name: _term(value) for name, value in self._present(place, given.relations)},
        )

    def _present(self, place: str, given: Mapping[str, _T | None] | None) -> Iterable[tuple[str, _T]]:
        for name, value in (given or {}).items():
            if value is None:
                self._warn(place, f"{name} has no expression and is not mapped")
            else:
                yield name, value

    def _file_links(
        self, place: str, mapping: EntityMapping, selector: dict[str, object]
    ) -> tuple[EntityMapping, dict[str, object]]:
        """`file://README.md` is Port's older way to write an included file."""
        linked = {name: text for name, text in mapping.properties.items() if text.startswith(_FILE)}
        if not linked:
            return mapping, selector
        files = [text.removeprefix(_FILE).strip() for text in linked.values()]
        for name, text in linked.items():
            self._warn(place, f"properties.{name}: {text} is read as an included file; use includedFiles")
        quoted = {name: _included(text.removeprefix(_FILE).strip()) for name, text in linked.items()}
        known = selector.get("includedFiles")
        listed = [*known, *files] if isinstance(known, list) else files
        return (
            msgspec.structs.replace(mapping, properties={**mapping.properties, **quoted}),
            {**selector, "includedFiles": list(dict.fromkeys(listed))},
        )

    def _warn_unknown(self, place: str, resource: Resource) -> None:
        for prefix, part in (
            ("", resource),
            ("port.", resource.port),
            ("port.entity.", resource.port.entity),
        ):
            for name in part.unknown():
                self._warn(place, f"{prefix}{name} is not known and has no effect")

    def _warn(self, place: str, what: str) -> None:
        self.warnings.append(f"{self._source}: {place}: {what}")


def _requoted(value: Mapping[object, object]) -> Iterable[str]:
    """Texts that are jq only by the quote rule: another jq, or a playground, refuses them."""
    resources = value.get("resources")
    for number, resource in enumerate(resources if isinstance(resources, list) else (), 1):
        port, selector = resource["port"], resource["selector"]
        parts = {
            "selector.query": selector["query"],
            "port.itemsToParse": port.get("itemsToParse"),
            "port.entity.mappings": port["entity"]["mappings"],
        }
        for path, part in parts.items():
            for field, text in _texts(path, part):
                if double_quoted(text) != text:
                    yield f"row {number} ({resource['kind']}): {field}: `{text}` is no jq: quotes are made double"


def _texts(path: str, value: object) -> Iterable[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(f"{path}.{name}", part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(path, part)


def _included(file: str) -> str:
    return f".__includedFiles[{msgspec.json.encode(file).decode()}]"


def _term(value: object) -> Term:
    """What `dialect.term` made, as the type that it is."""
    return cast(Term, value)


def _hash(document: Document, rows: list[Row]) -> str:
    return fingerprint(
        [
            [[row.hash, row.creates] for row in rows],
            document.create_missing_related_entities,
            document.delete_dependent_entities,
            document.merge_entity,
            document.deletion_threshold,
        ]
    )


def _refusal(error: ValidationError, value: Mapping[object, object], source: str) -> BadMapping:
    """All of pydantic's findings as one error, a line each, in the words of the file."""
    lines = [f"{source}: {_place(found['loc'], value)}{_problem(found)}" for found in error.errors()]
    nested = any("properties" in found["loc"] and "an object" in found["msg"] for found in error.errors())
    advice = (
        "Properties are flat: one jq text per property; build objects inside the jq text." if nested else ""
    )
    return BadMapping("\n".join(dict.fromkeys(lines)), advice=advice)


def _problem(found: Mapping[str, object]) -> str:
    if found["type"] == "missing":
        return "is missing"
    return str(found["msg"]).removeprefix("Value error, ")


def _place(loc: tuple[int | str, ...], value: Mapping[object, object]) -> str:
    """`row 6 (work-item): port.entity.mappings.title: ` for pydantic's ("resources", 5, "port", …)."""
    path = list(loc)
    prefix = ""
    if path[:1] == ["resources"] and len(path) > 1 and isinstance(path[1], int):
        resources = value.get("resources")
        one = resources[path[1]] if isinstance(resources, list) else None
        kind = one.get("kind") if isinstance(one, dict) else None
        prefix = f"row {path[1] + 1}" + (f" ({kind})" if isinstance(kind, str) else "") + ": "
        path = path[2:]
    names: list[str] = []
    for part in path:
        if isinstance(part, str):
            names.append(part)
        elif part > 0 or names[-1:] != ["mappings"]:
            names.append(str(part + 1))
    return prefix + (".".join(names) + ": " if names else "")
