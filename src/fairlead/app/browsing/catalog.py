"""What looking through the catalog asks of an engine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from fairlead.model.browsing import Found, Instants, Neighbor, Way
from fairlead.model.entities import EntityKey
from fairlead.model.stored import ChangeWrite


class Browsing(Protocol):
    """Reads committed states; lists are in the order of the bytes of their keys where nothing else is said."""

    async def page(self, blueprint: str, way: Way, after: str, limit: int, *, stubs: bool) -> list[Found]:
        """The first `limit` entities of a blueprint after an identifier ("": from the beginning) that the way leads
        to; fewer only at the end. With `stubs`, targets of edges that no entity answers to come among them."""

    async def count(self) -> dict[str, int]:
        """How many entities exist, by blueprint; those without any are left out."""

    async def instants(self, entities: Sequence[int]) -> dict[int, Instants]:
        """From the changes that were applied: the last creation (or the first change kept), and the last change."""

    async def titles(self, keys: Iterable[EntityKey]) -> dict[EntityKey, str]:
        """The titles ("" where there is none) of those among the entities that exist."""

    async def search(self, text: str, limit: int) -> list[Found]:
        """Existing entities whose identifier and title have, for each word of the text, a word that begins so, the
        best first. Letters and digits make words; case and diacritics do not count."""

    async def outgoing(self, entity: int) -> list[Neighbor]:
        """What an entity points to, by (relation, blueprint, identifier)."""

    async def incoming(self, key: EntityKey, limit: int, offset: int) -> list[Neighbor]:
        """What points to an entity (which need not exist), by (blueprint, identifier, relation)."""

    async def count_incoming(self, key: EntityKey) -> int:
        """How many edges end at an entity."""

    async def reached(
        self, start: Sequence[EntityKey], relations: Collection[tuple[str, str]], *, forward: bool
    ) -> dict[str, list[str]]:
        """Sorted identifiers by blueprint of what is reached from `start` over edges of the relations
        (blueprint, name), along them (`forward`) or against them, in any number of steps; `start` itself is left
        out. What does not exist is reached too."""

    async def making_records(self, entity: int, limit: int) -> list[int]:
        """Ids of the records whose contributions keep the entity alive, in the order of the contributions."""

    async def configuration_saved(self, id_: int) -> float:
        """When a configuration was first used, epoch seconds; 0 for one that is not there."""

    async def changes(self, run: int, blueprint: str, identifier: str, limit: int) -> list[ChangeWrite]:
        """The first `limit` changes of a run after those of (blueprint, identifier)."""

    async def walks(self, run: int) -> dict[int, tuple[int, int]]:
        """By reading of a run that has not ended: walks known, and proved of them."""
