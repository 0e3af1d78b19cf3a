"""Rules of entities: writing, deleting, searching."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from port_api.state import (
    ENTITY_PUNCTUATION,
    Json,
    Object,
    Refused,
    State,
    StoredEntity,
    check_identifier,
    section,
)
from port_api.validation import check_limit, check_properties, check_team

LARGEST_UPSERT = 20
LARGEST_DELETE = 100
_SYSTEM = ("_user", "_team")


@dataclass(frozen=True)
class Manner:
    """How a request wants entities written: its query parameters and its User-Agent."""

    upsert: bool
    merge: bool
    create_missing: bool
    validation_only: bool
    datasource: str


def write_many(
    state: State,
    blueprint: str,
    entities: list[Json],
    manner: Manner,
    failing: Collection[int] = (),
) -> tuple[int, Object]:
    """Status 200 or 207 and the body of a bulk upsert. Later entities see earlier ones of the same request; those at
    the places `failing` meet a fault of the service."""
    state.blueprint(blueprint)
    if not 1 <= len(entities) <= LARGEST_UPSERT:
        raise Refused(422, "invalid_request", f"entities must have 1 to {LARGEST_UPSERT} items")
    written: list[Json] = []
    errors: list[Json] = []
    for index, given in enumerate(entities):
        entity = given if isinstance(given, dict) else {}
        try:
            if index in failing:
                raise Refused(500, "internal_error", "by chance")
            created = write(state, blueprint, entity, manner)
        except Refused as refused:
            errors.append(
                {
                    "identifier": str(entity.get("identifier")),
                    "index": index,
                    "statusCode": refused.status,
                    "error": refused.code,
                    "message": refused.message,
                }
            )
        else:
            written.append({"identifier": entity["identifier"], "index": index, "created": created})
    return (207 if errors else 200), {"ok": True, "entities": written, "errors": errors}


def write(state: State, blueprint: str, given: Object, manner: Manner) -> bool:
    """Writes one entity, whole or not at all. Whether it was created."""
    definition = state.blueprint(blueprint)
    identifier = check_identifier(given.get("identifier"), ENTITY_PUNCTUATION, 1000)
    group = state.entities.setdefault(blueprint, {})
    old = group.get(identifier)
    if old is not None and not manner.upsert:
        raise Refused(409, "identifier_taken", f'Entity with identifier "{identifier}" already exists')
    instant = state.instant()
    if old is None or not manner.merge:
        created_at = instant if old is None else old.created_at
        base = StoredEntity(identifier, blueprint, manner.datasource, created_at, instant)
    else:
        base = replace(old, datasource=manner.datasource, updated_at=instant)
    entity = replace(
        base,
        title=given.get("title", base.title),
        icon=given.get("icon", base.icon),
        team=given.get("team", base.team),
        properties=_laid_over(base.properties, section(given, "properties")),
        relations=_laid_over(base.relations, section(given, "relations")),
    )
    check_team(definition, given.get("team"))
    check_properties(definition, entity)
    missing = _missing_targets(state, definition, entity)
    if missing and not manner.create_missing:
        target, absent = missing[0]
        raise Refused(404, "not_found", f'Entity "{absent}" of blueprint "{target}" was not found')
    if old is None:
        check_limit(state)
    if not manner.validation_only:
        group[identifier] = entity
        for target, absent in missing:
            bare = StoredEntity(absent, target, manner.datasource, instant, instant)
            state.entities.setdefault(target, {}).setdefault(absent, bare)
    return old is None


def delete_many(state: State, blueprint: str, identifiers: list[Json], *, cascade: bool) -> list[Json]:
    """The identifiers that were there. Raises `Refused` for the whole request if one has dependents."""
    state.blueprint(blueprint)
    if not 1 <= len(identifiers) <= LARGEST_DELETE:
        raise Refused(422, "invalid_request", f"entities must have 1 to {LARGEST_DELETE} items")
    names = [str(identifier) for identifier in identifiers]
    present = [name for name in names if name in state.entities.get(blueprint, {})]
    for name in present:
        if not cascade and _dependents(state, blueprint, name):
            raise Refused(403, "has_dependents", f'Entity "{name}" has dependents')
    for name in present:
        _remove(state, blueprint, name)
    return list(present)


def search(state: State, query: Object) -> list[Json]:
    """Entities by a flat or nested query over identifier, blueprint, title and datasource.

    A rule `relatedTo` may stand at the top: what points to the entity directly, by relations that are required or not.
    """
    given = query.get("rules")
    rules = [rule for rule in given if isinstance(rule, dict)] if isinstance(given, list) else []
    related = [rule for rule in rules if rule.get("operator") == "relatedTo"]
    rest: Object = {**query, "rules": [rule for rule in rules if rule not in related]} if related else query
    found = [entity for entity in state.every_entity() if matches(entity, rest)]
    for rule in related:
        near = [
            entity
            for entity, _, required in _pointing(state, str(rule.get("blueprint")), str(rule.get("value")))
            if rule.get("required") in (None, required)
        ]
        found = [entity for entity in found if entity in near]
    return [entity.shown() for entity in found]


def _laid_over(old: Object, given: Object) -> Object:
    return {key: value for key, value in {**old, **given}.items() if value is not None}


def _missing_targets(state: State, definition: Object, entity: StoredEntity) -> list[tuple[str, str]]:
    """Targets of relations that do not exist, after checking the relations' form."""
    relations = section(definition, "relations")
    missing: list[tuple[str, str]] = []
    for name, value in entity.relations.items():
        if name not in relations:
            raise Refused(422, "blueprint_schema_mismatch", f'relation "{name}" is not in the blueprint')
        relation = section(relations, name)
        if isinstance(value, list) != bool(relation.get("many")):
            raise Refused(422, "relation_many_violation", f'relation "{name}" has the other cardinality')
        target = str(relation.get("target"))
        for identifier in _targets(value):
            if identifier not in state.entities.get(target, {}):
                if target in _SYSTEM:
                    raise Refused(404, "not_found", f'"{identifier}" of "{target}" was not found')
                check_identifier(identifier, ENTITY_PUNCTUATION, 1000)
                missing.append((target, identifier))
    for name in relations:
        if section(relations, name).get("required") and name not in entity.relations:
            raise Refused(422, "required_relation", f'relation "{name}" is required')
    return [pair for pair in missing if pair != (entity.blueprint, entity.identifier)]


def _targets(value: Json) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(item) for item in values if item is not None]


def _pointing(state: State, blueprint: str, identifier: str) -> list[tuple[StoredEntity, str, bool]]:
    """(entity, relation, whether it is required) for every relation that points to an entity."""
    found: list[tuple[StoredEntity, str, bool]] = []
    for entity in state.every_entity():
        relations = section(state.blueprints[entity.blueprint], "relations")
        for name, value in entity.relations.items():
            relation = section(relations, name)
            if relation.get("target") == blueprint and identifier in _targets(value):
                found.append((entity, name, bool(relation.get("required"))))
    return found


def _dependents(state: State, blueprint: str, identifier: str) -> list[StoredEntity]:
    return [entity for entity, _, required in _pointing(state, blueprint, identifier) if required]


def _remove(state: State, blueprint: str, identifier: str) -> None:
    """Removes an entity, what requires it, and every optional link to it."""
    if state.entities[blueprint].pop(identifier, None) is None:
        return
    for entity, name, required in _pointing(state, blueprint, identifier):
        if required:
            _remove(state, entity.blueprint, entity.identifier)
        else:
            rest: list[Json] = [item for item in _targets(entity.relations[name]) if item != identifier]
            if isinstance(entity.relations[name], list):
                entity.relations[name] = rest
            else:
                del entity.relations[name]


def matches(entity: StoredEntity, rule: Object) -> bool:
    """Whether an entity answers to a rule or a nested query."""
    rules = rule.get("rules")
    if isinstance(rules, list):
        results = [matches(entity, inner) for inner in rules if isinstance(inner, dict)]
        return any(results) if rule.get("combinator") == "or" else all(results)
    sides: dict[str, Json] = {
        "$identifier": entity.identifier,
        "$blueprint": entity.blueprint,
        "$title": entity.title,
        "$datasource": entity.datasource,
    }
    name = str(rule.get("property"))
    left, right = sides.get(name, entity.properties.get(name)), rule.get("value")
    match rule.get("operator"):
        case "=":
            return left == right
        case "!=":
            return left != right
        case "in":
            return isinstance(right, list) and left in right
        case "contains":
            return str(right) in str(left or "")
        case operator:
            raise Refused(422, "invalid_request", f"the stand-in does not know the operator {operator!r}")
