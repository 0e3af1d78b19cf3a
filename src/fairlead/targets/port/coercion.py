"""Values as a blueprint at Port takes them: a number becomes its own text where the blueprint says text. Pure.

Port's own defaults map a project's `revision`, a number, to a property of type string. No public document tells what
Port does with that; docs/adr/0013 says what is known. The text is right either way, and nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from fairlead.model.blueprints import Blueprint, Property
from fairlead.model.entities import Json
from fairlead.targets.port.definitions import Definition, properties_of


class _Property(msgspec.Struct, frozen=True):
    # Of any shape: a schema that Port added to since must not stop a delivery.
    type: object = None
    format: object = None


def texts_at_port(definition: Definition) -> frozenset[str]:
    """As `texts_of`, of a blueprint as Port lists it."""
    given = properties_of(definition)
    return _texts({name: msgspec.json.decode(one, type=_Property) for name, one in given.items()})


def texts_of(blueprint: Blueprint) -> frozenset[str]:
    """The properties that take any text: type string, no format. A number is no URL and no date, as text or not."""
    return _texts(blueprint.properties)


def fitted(properties: Mapping[str, Json], texts: frozenset[str]) -> dict[str, Json]:
    """The properties with a number as text where the property is one of `texts`; all else as it is."""
    return {name: _text(value) if name in texts else value for name, value in properties.items()}


def _texts(properties: Mapping[str, _Property | Property]) -> frozenset[str]:
    return frozenset(name for name, one in properties.items() if one.type == "string" and not one.format)


def _text(value: Json) -> Json:
    # A boolean is an int to Python, and stays what it is.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
