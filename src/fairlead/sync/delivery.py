"""What `sync` needs of a target: another catalog that receives entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from fairlead.model.blueprints import Blueprint
from fairlead.model.entities import Body


class Payload(msgspec.Struct, frozen=True, gc=False):
    """One entity as it is due at a target. `cleared` names keys delivered before that are absent now (sent as null)."""

    entity: int
    blueprint: str
    identifier: str
    body: Body
    cleared: tuple[str, ...] = ()


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What the target said of one entity; `error` "" = accepted."""

    entity: int
    error: str = ""


class Target(Protocol):
    """A target. Retries of one request are its own; a target that is down raises `Retry` and stays due."""

    @property
    def name(self) -> str:
        """Unique among targets; the key of the delivery table."""

    async def prepare(self, blueprints: Sequence[Blueprint]) -> None:
        """Creates blueprints that are absent there, in dependency order; never changes existing ones."""

    async def upsert(self, payloads: Sequence[Payload]) -> list[Outcome]:
        """Writes entities of one or several blueprints; one outcome for each, in order."""

    async def delete(self, payloads: Sequence[Payload]) -> list[Outcome]:
        """Removes entities, without cascade; what is not there counts as removed."""

    async def close(self) -> None:
        """Closes every connection."""
