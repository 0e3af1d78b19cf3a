"""`blueprints.json`: blueprints from text, and what of an entity does not fit its blueprint.

The rules for identifiers, titles and relations are Port's. An entity that does not fit is never changed: the
finding is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fairlead.mapping.document import read
from fairlead.mapping.hashing import canonical
from fairlead.model.blueprints import SYSTEM, TYPES, Blueprint, Property, Relation, is_of_type
from fairlead.model.entities import Body, Json, Note, type_name
from fairlead.model.errors import BadMapping

_BLUEPRINT_ID = re.compile(r"(?:[^\W\d_]|[0-9@_.+:\\/-]){1,100}")
_ENTITY_ID = re.compile(r"(?:[^\W\d_]|[0-9@_.+:\\/=-]){1,1000}")
_FIELD_ID = re.compile(r"[A-Za-z0-9@_=\\-]{1,100}")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
_DATE_TIME = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d|:60)(?:\.\d+)?"
    r"(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_FORMATS = {"url": _URL, "date-time": _DATE_TIME, "email": _EMAIL, "user": _EMAIL}


class _Model(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Property(_Model):
    type: str
    format: str = ""
    enum: list[object] = []


class _Relation(_Model):
    target: str
    many: bool = False
    required: bool = False
    title: str | None = None


class _Schema(_Model):
    properties: dict[str, _Property] = {}
    required: list[str] = []


class _Blueprint(_Model):
    identifier: str
    title: str = Field(max_length=100)
    description: str | None = Field(None, max_length=200)
    schema_: _Schema = Field(alias="schema")
    relations: dict[str, _Relation] = {}
    mirrors: dict[str, object] = Field({}, alias="mirrorProperties")
    calculations: dict[str, object] = Field({}, alias="calculationProperties")
    aggregations: dict[str, object] = Field({}, alias="aggregationProperties")


def parse(text: str, *, source: str = "blueprints.json") -> tuple[Blueprint, ...]:
    """The blueprints in `text` (a list, or one object; JSON or YAML), in file order. BadMapping names the place."""
    value, _ = read(text, source)
    given = value if isinstance(value, list) else [value]
    found: dict[str, Blueprint] = {}
    for number, one in enumerate(given, 1):
        if not isinstance(one, dict):
            raise BadMapping(f"{source}: blueprint {number}: expected an object")
        place = f"{source}: blueprint {number} ({one.get('identifier')})"
        try:
            model = _Blueprint.model_validate(one)
        except ValidationError as error:
            first = error.errors()[0]
            path = ".".join(str(part) for part in first["loc"])
            raise BadMapping(f"{place}: {path}: {first['msg'].removeprefix('Value error, ')}") from error
        for problem in _problems(model):
            raise BadMapping(f"{place}: {problem}")
        if model.identifier in found:
            raise BadMapping(f"{place}: the identifier is taken by an earlier blueprint")
        found[model.identifier] = _blueprint(model, one)
    return tuple(found.values())


def unknown_targets(blueprints: tuple[Blueprint, ...]) -> tuple[str, ...]:
    """A warning for each relation whose target is not among the blueprints."""
    known = {blueprint.identifier for blueprint in blueprints} | SYSTEM
    return tuple(
        f"blueprint {blueprint.identifier}: relation {name} points to {relation.target}, which is not defined"
        for blueprint in blueprints
        for name, relation in blueprint.relations.items()
        if relation.target not in known
    )


def identifier_problem(identifier: str) -> str:
    """Why Port would refuse the text as an entity's identifier; "" where it would not."""
    if identifier in (".", ".."):
        return "is a single or double dot"
    if len(identifier) > 1000:
        return f"has {len(identifier)} characters; 1000 are allowed"
    if not _ENTITY_ID.fullmatch(identifier):
        odd = next((sign for sign in identifier if not _ENTITY_ID.fullmatch(sign)), "")
        return f"holds {odd!r}; letters, digits and @ _ . + : \\ / = - are allowed" if odd else "is empty"
    return ""


def violations(body: Body, blueprint: Blueprint) -> tuple[Note, ...]:
    """What of an entity does not fit its blueprint, field by field; the entity stays as it is.

    Fields are named `properties.x`, `relations.x`, `title` or `team`. Absent and null are the same: nothing.
    """
    return tuple(_violations(body, blueprint))


def _violations(body: Body, blueprint: Blueprint) -> Iterator[Note]:
    for name, value in body.properties.items():
        known = blueprint.properties.get(name)
        problem = "is not in the blueprint" if known is None else _misfit(value, known)
        if problem:
            yield Note(f"properties.{name}", problem)
    for name, value in body.relations.items():
        relation = blueprint.relations.get(name)
        problem = "is not in the blueprint" if relation is None else _mislinked(value, relation)
        if problem:
            yield Note(f"relations.{name}", problem)
    for name in blueprint.required:
        if _required(body, name) is None:
            yield Note(
                name.removeprefix("$") if name.startswith("$") else f"properties.{name}", "is required"
            )
    for name, relation in blueprint.relations.items():
        if relation.required and not body.relations.get(name):
            yield Note(f"relations.{name}", "is required")


def _required(body: Body, name: str) -> Json:
    """A required field's value; Port requires `$title`, `$icon` and `$team` by those names."""
    meta: Mapping[str, Json] = {"$title": body.title, "$icon": body.icon, "$team": body.team}
    return meta[name] if name in meta else body.properties.get(name)


def _misfit(value: Json, known: Property) -> str:
    if value is None:
        return ""
    if not is_of_type(value, known.type):
        return f"is {type_name(value)}; the blueprint wants type {known.type}"
    if known.enum and value not in known.enum:
        return f"is {value!r}, which is not one of the {len(known.enum)} values of the blueprint"
    pattern = _FORMATS.get(known.format)
    if pattern and isinstance(value, str) and not pattern.fullmatch(value):
        return f"is no {known.format}: {value[:80]!r}"
    return ""


def _mislinked(value: Json, relation: Relation) -> str:
    if relation.many and isinstance(value, str):
        return "is one id; the blueprint wants a list"
    if not relation.many and isinstance(value, list):
        return "is a list; the blueprint wants one id"
    ids = value if isinstance(value, list) else [value]
    for one in ids:
        if isinstance(one, str) and (problem := identifier_problem(one)):
            return f"the id {one[:80]!r} {problem}"
    return ""


def _problems(model: _Blueprint) -> Iterator[str]:
    if model.identifier in (".", "..") or not _BLUEPRINT_ID.fullmatch(model.identifier):
        yield "identifier: 1 to 100 letters, digits and @ _ . + : \\ / - (no blank, no =)"
    properties, relations = model.schema_.properties, model.relations
    groups: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("schema.properties", properties),
        ("relations", relations),
        ("mirrorProperties", model.mirrors),
        ("calculationProperties", model.calculations),
        ("aggregationProperties", model.aggregations),
    )
    seen: dict[str, str] = {}
    for group, names in groups:
        for name in names:
            if not _FIELD_ID.fullmatch(name):
                yield f"{group}.{name}: 1 to 100 ASCII letters, digits and @ _ = \\ -"
            if name in seen and group != "relations" and seen[name] != "relations":
                yield f"{group}.{name}: the name is taken in {seen[name]}"
            seen[name] = group
    for name, one in properties.items():
        if one.type not in TYPES:
            yield f"schema.properties.{name}: type {one.type!r} is not one of {', '.join(TYPES)}"
    for name in model.schema_.required:
        if name not in properties and not name.startswith("$"):
            yield f"schema.required: {name!r} is not a property"
    for name, relation in relations.items():
        if relation.many and relation.required:
            yield f"relations.{name}: `many` and `required` cannot both be true"


def _blueprint(model: _Blueprint, definition: object) -> Blueprint:
    return Blueprint(
        identifier=model.identifier,
        title=model.title,
        properties={
            name: Property(one.type, one.format, tuple(one.enum))
            for name, one in model.schema_.properties.items()
        },
        relations={
            name: Relation(one.target, one.many, one.required, one.title or "")
            for name, one in model.relations.items()
        },
        required=tuple(model.schema_.required),
        definition=canonical(definition),
    )
