"""What `sync` needs of a target: another catalog that receives entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fairlead.model.blueprints import Blueprint
from fairlead.model.delivery import Outcome, Payload


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
