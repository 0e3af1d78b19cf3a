"""What the API takes as an entity: JSON Schema's keywords, formats, teams, and the size of the organization."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address

from port_api.state import Json, Object, Refused, State, StoredEntity, section

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


def check_limit(state: State) -> None:
    """Raises `Refused` where the organization has as many entities as its plan allows."""
    if state.entity_limit is not None and len(state.every_entity()) >= state.entity_limit:
        raise Refused(
            403, "limit_exceeded", f"the organization has reached the limit of {state.entity_limit} entities"
        )


def check_team(definition: Object, team: Json) -> None:
    """Raises `Refused` for a team where the blueprint inherits it."""
    if team is not None and section(definition, "ownership").get("type") == "Inherited":
        raise Refused(422, "team_inheritance_enabled", "the blueprint inherits its team")


def check_properties(definition: Object, entity: StoredEntity) -> None:
    """Raises `Refused` for the first property that does not fit, then for the first that is required and absent."""
    schema = section(definition, "schema")
    properties = section(schema, "properties")
    for name, value in entity.properties.items():
        if name not in properties:
            raise _mismatch(f'property "{name}" is not in the blueprint')
        fault = _fault(section(properties, name), value)
        if fault:
            raise _mismatch(f'property "{name}" {fault}')
    required = schema.get("required")
    meta: Object = {"$title": entity.title, "$icon": entity.icon, "$team": entity.team}
    held: Object = {**entity.properties, **{key: value for key, value in meta.items() if value is not None}}
    for key in required if isinstance(required, list) else []:
        if key not in held:
            raise _mismatch(f'property "{key}" is required')


def _mismatch(message: str) -> Refused:
    return Refused(422, "blueprint_schema_mismatch", message)


def _fault(schema: Object, value: Json) -> str:
    expected = _TYPES[str(schema.get("type", "string"))]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        return "is of another type"
    allowed = schema.get("enum")
    if isinstance(allowed, list) and allowed and value not in allowed:
        return "must be equal to one of the allowed values"
    for keyword, broken in _KEYWORDS.items():
        if keyword in schema and broken(value, schema[keyword]):
            return f"breaks {keyword} {json.dumps(schema[keyword])}"
    items = section(schema, "items")
    for item in value if isinstance(value, list) and items else []:
        fault = _fault(items, item)
        if fault:
            return f"has an item that {fault}"
    return ""


def _size(value: Json) -> float:
    """A text's or list's length, or a number itself."""
    if isinstance(value, str | list):
        return len(value)
    return value if isinstance(value, int | float) else 0


def _number(limit: Json) -> float:
    return limit if isinstance(limit, int | float) else 0


def _below(value: Json, limit: Json) -> bool:
    return _size(value) < _number(limit)


def _above(value: Json, limit: Json) -> bool:
    return _size(value) > _number(limit)


def _misses_pattern(value: Json, pattern: Json) -> bool:
    return isinstance(value, str) and re.search(str(pattern), value) is None


def _holds_twice(value: Json, wanted: Json) -> bool:
    return bool(wanted) and isinstance(value, list) and len({json.dumps(it) for it in value}) < len(value)


def _misses_format(value: Json, name: Json) -> bool:
    if not isinstance(value, str):
        return False
    match name:
        case "date-time":
            return not re.search(r"T\d\d:\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$", value) or _fails(
                datetime.fromisoformat, value
            )
        case "url":
            return not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+", value)
        case "email" | "user":
            return not re.fullmatch(r"[^@\s]+@[^@\s]+", value)
        case "ipv4" | "ipv6":
            return _fails(ip_address, value) or (":" in value) != (name == "ipv6")
        case _:
            return False


def _fails(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return True
    return False


_KEYWORDS: dict[str, Callable[[Json, Json], bool]] = {
    "minLength": _below,
    "maxLength": _above,
    "minimum": _below,
    "maximum": _above,
    "exclusiveMinimum": lambda value, limit: not _above(value, limit),
    "exclusiveMaximum": lambda value, limit: not _below(value, limit),
    "minItems": _below,
    "maxItems": _above,
    "pattern": _misses_pattern,
    "uniqueItems": _holds_twice,
    "format": _misses_format,
}
