"""What `sync` needs of the catalog. Jobs that write run one after another, each in a transaction of its own or a
shared one that commits durably before `write` returns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol, TypeVar

from fairlead.model.entities import EntityKey
from fairlead.model.readings import Item
from fairlead.model.records import RecordState
from fairlead.model.stored import (
    AppliedChange,
    ChangeWrite,
    ContributionWrite,
    Delivery,
    EntityWrite,
    History,
    RecordBody,
    RecordWrite,
    SharedEntity,
    StoredChain,
    StoredConnection,
    StoredContribution,
    StoredEntity,
    StoredReading,
    StoredRecord,
    StoredRun,
)

T = TypeVar("T")


class Writer(Protocol):
    """The open write transaction. Synchronous: it runs in the catalog's writer thread. Every method is set-based."""

    def new_ids(self, table: str, count: int) -> int:
        """The first of `count` fresh ids of `record`, `contribution` or `entity`."""

    # -- runs, readings, pages -----------------------------------------------------------------------------------
    def start_run(self, mode: str, request: bytes, configuration: int, now: float) -> int: ...
    def end_run(self, run: int, state: str, report: bytes, now: float) -> None: ...
    def save_configuration(
        self, hash_: str, mapping: str, blueprints: str, preset: str, now: float, place: str = ""
    ) -> int: ...
    def save_connection(self, instance: str, name: str, url: str, credential: bytes) -> int: ...
    def open_reading(
        self, run: int, connection: int, kind: str, form: str, spec: str, start: int, now: float
    ) -> int: ...
    def end_reading(self, reading: int, state: str, reason: str) -> None:
        """Also drops the reading's `seen` rows and pages."""

    def mark_page(
        self, reading: int, chain: str, scope: str, page: int, cursor: str | None, items: Sequence[Item]
    ) -> None:
        """Page `page` (from 0) of a chain is done; `cursor` None = it was the last, which proves the chain's walk."""

    def end_chain(self, reading: int, chain: str, scope: str, state: str, reason: str) -> None: ...
    def see(self, reading: int, records: Sequence[int]) -> None: ...
    def set_cursor(self, connection: int, kind: str, spec: str, cursor: str) -> None: ...

    # -- records -------------------------------------------------------------------------------------------------
    def records(self, connection: int, kind: str, keys: Sequence[str]) -> dict[str, StoredRecord]: ...
    def put_records(self, rows: Sequence[RecordWrite]) -> None: ...
    def set_states(self, rows: Sequence[tuple[int, RecordState, int, float, str]]) -> None:
        """(record id, state, missing, missing_since, frozen)."""

    # -- contributions, entities, changes ------------------------------------------------------------------------
    def contributions_of_records(self, records: Sequence[int]) -> list[StoredContribution]: ...
    def contributions_of_entities(self, entities: Sequence[int]) -> list[StoredContribution]: ...
    def put_contributions(self, rows: Sequence[ContributionWrite]) -> None: ...
    def delete_contributions(self, ids: Sequence[int]) -> None: ...
    def entities(self, keys: Sequence[EntityKey]) -> dict[EntityKey, StoredEntity]: ...
    def entities_by_id(self, ids: Sequence[int]) -> dict[int, StoredEntity]: ...
    def put_entities(self, rows: Sequence[EntityWrite]) -> None:
        """Inserts or replaces entities with their edges; an entity without body loses its edges."""

    def put_changes(self, rows: Sequence[ChangeWrite]) -> None:
        """Inserts or replaces: there is at most one change of an entity in a run."""

    def changes_of(self, run: int, entities: Sequence[int]) -> dict[int, ChangeWrite]:
        """The changes that the run has recorded for these entities so far."""

    def drop_changes(self, run: int, entities: Sequence[int]) -> None:
        """Forgets changes of the run: the entity is back where it was before it."""

    # -- delivery ------------------------------------------------------------------------------------------------
    def mark_foreign(self, entities: Sequence[int]) -> None:
        """Others own these at a target: from now on no target is ever told to remove them."""

    def mark_delivered(self, rows: Sequence[Delivery]) -> None:
        """Stores delivered_hash, keys, attempts, error; a row whose delivered_hash is empty is dropped unless it has
        an error."""

    def deliveries(self, target: str, entities: Sequence[int]) -> dict[int, bytes]:
        """What is noted that the target holds of these: `delivered_hash` by entity."""

    def unlink(self, target: str, blueprint: str, identifiers: Sequence[str], held: bytes) -> None:
        """Delivered entities with relations to these are in the state `held` at the target now."""

    def forget_target(self, target: str) -> None:
        """Nothing is known of what the target holds: everything that exists is due to it."""

    def set_place(self, target: str, place: str) -> None:
        """What the target holds was looked at, and it was this catalog."""

    def put_bookmark(self, destination: str, run: int, entity: int) -> None:
        """The destination is done with every change up to (run, entity)."""


class Telling(Protocol):
    """What there is to tell destinations of changes."""

    async def bookmark(self, destination: str) -> tuple[int, int] | None:
        """(run, entity) of the last change that the destination is done with; None where it is new."""

    async def applied_after(self, run: int, entity: int, limit: int) -> list[AppliedChange]:
        """Applied changes of all runs after (run, entity), in this order."""

    async def history(self, run: int, changed: Sequence[int]) -> dict[int, History]:
        """What each entity is now, and its changes after `run`."""

    async def renamed_away(self, blueprint: str, identifier: str, run: int) -> AppliedChange | None:
        """The first change after `run` that gave the entity another identifier."""


class Store(Protocol):
    """The catalog. Reads see the last committed state."""

    @property
    def telling(self) -> Telling:
        """What there is to tell destinations of changes."""

    async def write(self, job: Callable[[Writer], T]) -> T:
        """Runs `job` in the writer; returns after its transaction is durable. A job that raises changes nothing."""

    def numbers(self) -> Callable[[], int]:
        """The sequence: each call gives a number above all that any process has ever taken."""

    # -- runs and readings ---------------------------------------------------------------------------------------
    async def unfinished_run(self) -> StoredRun | None: ...
    async def run(self, run: int) -> StoredRun | None: ...
    async def runs(self, limit: int) -> list[StoredRun]: ...
    async def readings(self, run: int) -> list[StoredReading]: ...
    async def chains(self, reading: int) -> dict[str, StoredChain]: ...
    async def items(self, reading: int, chain: str) -> list[Item]:
        """The items of the chain's done pages whose record has not been seen by the reading yet."""

    async def unseen(self, reading: StoredReading, scopes: Sequence[str] | None) -> list[StoredRecord]:
        """Alive or unseen records of the reading's (connection, kind) numbered before its start that it has not seen;
        `scopes` limits them to these parents, None means all."""

    async def cursor(self, connection: int, kind: str, spec: str) -> str | None: ...
    async def configuration(self, id_: int) -> tuple[str, str, str] | None:
        """(mapping, blueprints, preset) as saved."""

    async def connections(self) -> list[StoredConnection]: ...

    # -- records -------------------------------------------------------------------------------------------------
    async def knows(self, connection: int, kind: str) -> bool:
        """Whether any record of the kind is stored, gone ones included."""

    async def sample(self, connection: int, kind: str, count: int) -> list[int]:
        """Ids of `count` living records of a kind, always the same ones."""

    async def lookup(self, connection: int, kind: str, keys: Sequence[str]) -> dict[str, StoredRecord]: ...
    async def alive(self, connection: int, kind: str) -> list[RecordBody]:
        """Every record of a kind that is alive, outside or unseen (parents of others)."""

    async def bodies(self, records: Sequence[int]) -> list[RecordBody]: ...
    async def states(
        self, connection: int, kind: str, states: Sequence[RecordState]
    ) -> list[StoredRecord]: ...
    async def children(self, connection: int, kind: str, parents: Sequence[str]) -> list[StoredRecord]:
        """Records of `kind` that are not gone and whose parent is one of `parents`."""

    async def referring(self, connection: int, kind: str, keys: Sequence[str]) -> list[int]:
        """Ids of records (not gone) that refer to one of the given records."""

    # -- entities ------------------------------------------------------------------------------------------------
    async def pending(self, after: int, limit: int) -> list[StoredEntity]:
        """Entities whose desired and actual state differ, by id."""

    async def unresolved(self) -> list[StoredContribution]:
        """Contributions that carry queries (identifier or relations)."""

    async def rows_in_use(self) -> set[str]:
        """Hashes of mapping rows that have contributions."""

    async def contributions_of_rows(
        self, rows: Sequence[str], after: int, limit: int
    ) -> list[StoredContribution]: ...
    async def counts(self, blueprints: Sequence[str]) -> tuple[int, int]:
        """(entities that exist, stubs: targets of their relations, of these blueprints, that do not)."""

    async def entities_of_blueprint(self, blueprint: str) -> list[StoredEntity]:
        """Entities of a blueprint that exist or should (the state that queries are resolved against)."""

    # -- delivery ------------------------------------------------------------------------------------------------
    async def due(self, target: str, blueprint: str, after: int, limit: int) -> list[Delivery]:
        """Entities of a blueprint whose actual hash differs from what was delivered to `target`, by entity id."""

    async def foreign(self, target: str, blueprint: str) -> tuple[frozenset[int], frozenset[str]]:
        """(entities of the blueprint that are marked as foreign, identifiers of others that the target holds of us
        although they are no more)."""

    async def place_of(self, target: str) -> str:
        """Which catalog the target was when what it holds was last looked at; "" where that was never."""

    async def due_blueprints(self, target: str, *, leaving: bool) -> list[str]:
        """The blueprints of which anything is due to be written, or (`leaving`) to be removed."""

    async def count_held(self, target: str) -> tuple[int, int]:
        """(entities that the target holds, those of them that are to be removed)."""

    async def stubs_among(self, blueprint: str, identifiers: Sequence[str]) -> set[str]:
        """Those of the identifiers that no entity of the blueprint answers to, but that a relation names."""

    async def pointed_among(self, blueprint: str, way: tuple[str, str], keys: Sequence[str]) -> set[str]:
        """Those of a blueprint's identifiers that the way, a relation (blueprint, name), leads to."""

    async def change_counts(self, run: int) -> list[tuple[str, str, str, int]]:
        """How many changes of a run there are of each (op, reason, state)."""

    async def shared_entities(self, run: int) -> list[SharedEntity]:
        """By mapping row, the entities that the run changed and that more than one record makes."""

    def changes(self, run: int) -> AsyncIterator[ChangeWrite]:
        """A run's changes, in the order of the bytes of (blueprint, identifier)."""
