"""Where an entity's content does not fit its blueprint. It is told, never changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from fairlead.model.blueprints import Blueprint, Property
from fairlead.model.entities import Body, Json

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def violations(body: Body, blueprint: Blueprint) -> dict[str, list[str]]:
    """What is wrong by field (`properties.x`, `relations.y`); empty where all is well."""
    found: dict[str, list[str]] = {}
    for name, value in body.properties.items():
        known = blueprint.properties.get(name)
        reasons = of_property(value, known) if known else ["the blueprint has no such property"]
        if reasons:
            found[f"properties.{name}"] = reasons
    for name, value in body.relations.items():
        relation = blueprint.relations.get(name)
        if relation is None:
            found[f"relations.{name}"] = ["the blueprint has no such relation"]
        elif isinstance(value, list) and not relation.many:
            found[f"relations.{name}"] = ["the blueprint allows one target, and there are several"]
    for name in blueprint.required:
        if name not in body.properties:
            found[f"properties.{name}"] = ["the blueprint requires it"]
    for name, relation in blueprint.relations.items():
        if relation.required and not body.relations.get(name):
            found[f"relations.{name}"] = ["the blueprint requires it"]
    return found


def of_property(value: Json, known: Property) -> list[str]:
    """What is wrong with one value."""
    wanted = _TYPES.get(known.type)
    fits = wanted is None or (
        isinstance(value, wanted) and isinstance(value, bool) == (known.type == "boolean")
    )
    if not fits:
        return [f"it is {_type_of(value)}, the blueprint wants {known.type}"]
    found = []
    if known.enum and value not in known.enum:
        found.append("it is not one of the values that the blueprint lists")
    if isinstance(value, str) and known.format in _FORMATS and not _parses(_FORMATS[known.format], value):
        found.append(f"it is not of the format {known.format}")
    return found


def _type_of(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    return next((name for name, types in _TYPES.items() if isinstance(value, types)), "null")


def _url(text: str) -> None:
    parts = urlsplit(text)
    if not parts.scheme or not (parts.netloc or parts.path):
        raise ValueError(text)


def _email(text: str) -> None:
    name, _, host = text.rpartition("@")
    if not name or not host:
        raise ValueError(text)


_FORMATS: dict[str, Callable[[str], object]] = {
    "date-time": datetime.fromisoformat,
    "url": _url,
    "email": _email,
    "ipv4": IPv4Address,
    "ipv6": IPv6Address,
}


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True
