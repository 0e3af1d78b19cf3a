"""A blueprint as Port answers it, as far as it decides whether Port takes an entity.

Read leniently: what Port adds is ignored, and null means the same as absent. `object` stands for JSON of any shape: the
model's recursive type is not one that can be decoded to.
"""

from __future__ import annotations

import msgspec


class PropertySchema(msgspec.Struct, frozen=True, rename="camel"):
    """A property, or the items of a list: the keywords of JSON Schema that Port knows."""

    type: str | None = None
    format: str | None = None
    enum: tuple[object, ...] | None = None
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool | None = None
    items: PropertySchema | None = None


class RelationSchema(msgspec.Struct, frozen=True):
    """A relation: where it points, and how many entities it names."""

    target: str = ""
    many: bool | None = None
    required: bool | None = None


class _Schema(msgspec.Struct, frozen=True):
    properties: dict[str, PropertySchema] = {}
    required: tuple[str, ...] | None = None


class _Ownership(msgspec.Struct, frozen=True):
    type: str | None = None


class BlueprintSchema(msgspec.Struct, frozen=True, rename="camel"):
    """A blueprint. What Port computes by itself (mirrors and so on) cannot be written."""

    identifier: str
    schema: _Schema = _Schema()
    relations: dict[str, RelationSchema] | None = None
    mirror_properties: dict[str, msgspec.Raw] | None = None
    calculation_properties: dict[str, msgspec.Raw] | None = None
    aggregation_properties: dict[str, msgspec.Raw] | None = None
    ownership: _Ownership | None = None
    team_inheritance: dict[str, msgspec.Raw] | None = None

    @property
    def edges(self) -> dict[str, RelationSchema]:
        """The relations by name."""
        return self.relations or {}

    @property
    def required(self) -> tuple[str, ...]:
        """The required properties, and `$title`, `$icon`, `$team` for fields of that name."""
        return self.schema.required or ()

    @property
    def inherits_team(self) -> bool:
        """Whether the team comes along a relation, so that it cannot be written."""
        return bool(self.team_inheritance) or (
            self.ownership is not None and self.ownership.type == "Inherited"
        )

    def computed(self, name: str) -> str:
        """How Port computes the property, "" where it does not."""
        kinds = (
            ("mirror", self.mirror_properties),
            ("calculation", self.calculation_properties),
            ("aggregation", self.aggregation_properties),
        )
        return next((kind for kind, held in kinds if held and name in held), "")


class SentEntity(msgspec.Struct, frozen=True):
    """An entity as it is sent. Null clears a field; an absent one stays as it is."""

    identifier: object = None
    title: object = None
    icon: object = None
    team: object = None
    properties: dict[str, object] = {}
    relations: dict[str, object] = {}


class _Holder(msgspec.Struct, frozen=True):
    blueprint: BlueprintSchema


def schema_of(answer: bytes) -> BlueprintSchema | None:
    """The blueprint in the answer of `GET /blueprints/{identifier}`; None for one of another shape."""
    try:
        return msgspec.json.decode(answer, type=_Holder).blueprint
    except msgspec.DecodeError:
        return None
