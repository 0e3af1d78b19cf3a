"""What the stand-in holds: blueprints, entities, integrations; and how it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Object = dict[str, Json]

BLUEPRINT_PUNCTUATION = "@_.+:\\/-"
ENTITY_PUNCTUATION = BLUEPRINT_PUNCTUATION + "='"


class Refused(Exception):
    """A request or one entity that the API refuses: an HTTP status and the API's word for it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass
class StoredEntity:
    """An entity; `datasource` is the User-Agent of the last write; a cleared field is absent."""

    identifier: str
    blueprint: str
    datasource: str
    created_at: str
    updated_at: str
    title: Json = None
    icon: Json = None
    team: Json = None
    properties: Object = field(default_factory=dict)
    relations: Object = field(default_factory=dict)

    def shown(self) -> Object:
        """The entity as the API answers it."""
        return {
            "identifier": self.identifier,
            "blueprint": self.blueprint,
            "title": self.title,
            "icon": self.icon,
            "team": self.team,
            "properties": dict(self.properties),
            "relations": dict(self.relations),
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }


@dataclass
class State:
    """Everything stored. Tests may read and write it directly. `entity_limit` is of the organization, None for none."""

    now: Callable[[], float]
    blueprints: dict[str, Object] = field(default_factory=dict)
    entities: dict[str, dict[str, StoredEntity]] = field(default_factory=dict)
    integrations: dict[str, Object] = field(default_factory=dict)
    resync_requests: dict[str, Object] = field(default_factory=dict)
    base_url: str = ""
    entity_limit: int | None = None
    organization_flags: list[str] = field(default_factory=list)
    kafka_credentials: tuple[str, str] = ("stand-in-kafka", "stand-in-kafka-password")

    def instant(self) -> str:
        """Now, as RFC 3339."""
        return (
            datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )

    def blueprint(self, identifier: str) -> Object:
        """Raises `Refused` 404."""
        if identifier not in self.blueprints:
            raise Refused(404, "not_found", f'Blueprint with identifier "{identifier}" was not found')
        return self.blueprints[identifier]

    def entity(self, blueprint: str, identifier: str) -> StoredEntity:
        """Raises `Refused` 404."""
        self.blueprint(blueprint)
        if identifier not in self.entities.get(blueprint, {}):
            raise Refused(404, "not_found", f'Entity with identifier "{identifier}" was not found')
        return self.entities[blueprint][identifier]

    def every_entity(self) -> list[StoredEntity]:
        return [entity for group in self.entities.values() for entity in group.values()]


def section(holder: Object, key: str) -> Object:
    """The object at `key`, {} where there is none."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def check_identifier(value: Json, punctuation: str, longest: int) -> str:
    """The identifier if the API takes it: letters of any script, ASCII digits and some punctuation."""
    if not isinstance(value, str) or not 0 < len(value) <= longest or value in (".", ".."):
        raise Refused(
            422, "invalid_request", f"identifier {value!r} is not a text of 1 to {longest} characters"
        )
    for character in value:
        if not (character.isalpha() or character in "0123456789" or character in punctuation):
            raise Refused(422, "invalid_request", f"identifier {value!r} must not contain {character!r}")
    return value
