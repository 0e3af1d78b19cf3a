"""Rules of blueprints: what a definition must satisfy, and when one may go."""

from __future__ import annotations

from port_api.state import BLUEPRINT_PUNCTUATION, Json, Object, Refused, State, check_identifier, section

PARTS = ("relations", "mirrorProperties", "calculationProperties", "aggregationProperties")


def listed(state: State) -> list[Json]:
    return list(state.blueprints.values())


def create(state: State, definition: Object) -> Object:
    identifier = check_identifier(definition.get("identifier"), BLUEPRINT_PUNCTUATION, 100)
    if identifier in state.blueprints:
        raise Refused(409, "identifier_taken", f'Blueprint with identifier "{identifier}" already exists')
    _check(state, identifier, definition)
    instant = state.instant()
    stored = {**{part: {} for part in PARTS}, **definition, "createdAt": instant, "updatedAt": instant}
    state.blueprints[identifier] = stored
    state.entities.setdefault(identifier, {})
    return stored


def merge(state: State, identifier: str, part: Object) -> Object:
    """PATCH: what is given replaces its key; the members of relations and of the property kinds are merged."""
    stored = dict(state.blueprint(identifier))
    for key, value in part.items():
        stored[key] = {**section(stored, key), **value} if key in PARTS and isinstance(value, dict) else value
    _check(state, identifier, stored)
    state.blueprints[identifier] = {**stored, "updatedAt": state.instant()}
    return state.blueprints[identifier]


def replace(state: State, identifier: str, definition: Object) -> Object:
    old = state.blueprint(identifier)
    _check(state, identifier, definition)
    kept = {"identifier": identifier, "createdAt": old["createdAt"], "updatedAt": state.instant()}
    state.blueprints[identifier] = {**{part: {} for part in PARTS}, **definition, **kept}
    return state.blueprints[identifier]


def remove(state: State, identifier: str) -> None:
    state.blueprint(identifier)
    if state.entities.get(identifier):
        raise Refused(403, "has_dependents", f'Blueprint "{identifier}" has entities')
    for other, definition in state.blueprints.items():
        targets = [
            section({"r": relation}, "r").get("target")
            for relation in section(definition, "relations").values()
        ]
        if other != identifier and identifier in targets:
            raise Refused(403, "has_dependents", f'Blueprint "{identifier}" is the target of "{other}"')
    del state.blueprints[identifier]
    state.entities.pop(identifier, None)


def _check(state: State, identifier: str, definition: Object) -> None:
    if not isinstance(definition.get("title"), str) or "properties" not in section(definition, "schema"):
        raise Refused(422, "invalid_request", "a blueprint needs a title and a schema with properties")
    relations = section(definition, "relations")
    for name, relation in relations.items():
        target = section({"r": relation}, "r").get("target")
        if target != identifier and target not in state.blueprints:
            raise Refused(
                404, "not_found", f'Blueprint "{target}", target of relation "{name}", was not found'
            )
    for name, mirror in section(definition, "mirrorProperties").items():
        _check_mirror(state, relations, name, section({"m": mirror}, "m").get("path"))


def _check_mirror(state: State, relations: Object, name: str, path: Json) -> None:
    """Every hop but the last is a relation, and the last a property or meta property."""
    hops = path.split(".") if isinstance(path, str) else []
    schema: Object = {}
    for hop in hops[:-1]:
        if hop not in relations:
            raise Refused(
                422, "invalid_request", f'mirror property "{name}" walks along no relation: "{hop}"'
            )
        target = state.blueprint(str(section(relations, hop).get("target")))
        relations, schema = section(target, "relations"), section(section(target, "schema"), "properties")
    if len(hops) < 2 or not (hops[-1].startswith("$") or hops[-1] in schema):
        raise Refused(422, "invalid_request", f'mirror property "{name}" has an unusable path: {path!r}')
