"""The open write transaction, as jobs see it: each method is one or a few statements over a whole set."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fairlead.catalog.queries import deliveries, destinations, readings, runs
from fairlead.catalog.queries import entities as entity_sql
from fairlead.catalog.queries import records as record_sql
from fairlead.catalog.session import Session
from fairlead.model.entities import EntityKey
from fairlead.model.readings import Item
from fairlead.model.records import RecordState
from fairlead.model.stored import (
    ChangeWrite,
    ContributionWrite,
    Delivery,
    EntityWrite,
    RecordWrite,
    StoredContribution,
    StoredEntity,
    StoredRecord,
)


class CatalogWriter:
    """Satisfies `sync.store.Writer`. Lives in the writer thread; `clock` gives epoch seconds.

    Ids are handed out from counters in memory, which start at the highest id of each table and never go back: a job
    that fails leaves a gap. An id above the highest that was ever put has nothing stored that would have to be
    replaced, which spares the first full sync one look-up per row.
    """

    def __init__(self, session: Session, clock: Callable[[], float]) -> None:
        self._session = session
        self._clock = clock
        self.look_again()

    def look_again(self) -> None:
        """Takes the highest ids from the tables: another process may have written them."""
        self._last = {table: self._highest(table) for table in ("record", "contribution", "entity")}
        self._put = dict(self._last)

    def _highest(self, table: str) -> int:
        row = self._session.row(f"last_{table}")
        return 0 if row is None else int(row[0])

    def new_ids(self, table: str, count: int) -> int:
        """The first of `count` fresh ids of `record`, `contribution` or `entity`."""
        first = self._last[table] + 1
        self._last[table] += count
        return first

    def _newest(self, table: str, ids: Sequence[int]) -> int:
        """The highest id put before these are."""
        before = self._put[table]
        highest = max(ids, default=0)
        self._put[table] = max(before, highest)
        self._last[table] = max(self._last[table], highest)
        return before

    # -- runs, readings, pages -----------------------------------------------------------------------------------
    def start_run(self, mode: str, request: bytes, configuration: int, now: float) -> int:
        """A new running run."""
        return runs.start_run(self._session, mode, request, configuration, now)

    def end_run(self, run: int, state: str, report: bytes, now: float) -> None:
        """Ends a run."""
        runs.end_run(self._session, run, state, report, now)

    def save_configuration(
        self, hash_: str, mapping: str, blueprints: str, preset: str, now: float, place: str = ""
    ) -> int:
        """The id of the configuration with this hash. `place` is where it was asked for, "" for nowhere."""
        return runs.save_configuration(self._session, hash_, mapping, blueprints, preset, now, place)

    def save_connection(self, instance: str, name: str, url: str, credential: bytes) -> int:
        """The id of the connection to `instance`. BadUsage when another one has the name."""
        return runs.save_connection(self._session, instance, name, url, credential)

    def open_reading(
        self, run: int, connection: int, kind: str, form: str, spec: str, start: int, now: float
    ) -> int:
        """A new open reading."""
        return readings.open_reading(self._session, run, connection, kind, form, spec, start, now)

    def end_reading(self, reading: int, state: str, reason: str) -> None:
        """Ends a reading; drops its seen rows and pages."""
        readings.end_reading(self._session, reading, state, reason)

    def mark_page(
        self, reading: int, chain: str, scope: str, page: int, cursor: str | None, items: Sequence[Item]
    ) -> None:
        """Page `page` (from 0) of a walk is done; `cursor` None proves the walk."""
        readings.mark_page(self._session, reading, chain, scope, page, cursor, items)

    def end_chain(self, reading: int, chain: str, scope: str, state: str, reason: str) -> None:
        """Gives a walk its final state."""
        readings.end_chain(self._session, reading, chain, scope, state, reason)

    def see(self, reading: int, records: Sequence[int]) -> None:
        """The reading has seen these records."""
        readings.see(self._session, reading, records)

    def set_cursor(self, connection: int, kind: str, spec: str, cursor: str) -> None:
        """Where the next delta of (connection, kind, spec) starts."""
        self._session.run("set_cursor", (connection, self._session.intern(kind), spec, cursor))

    def wish(self) -> None:
        """Notes a wish for a sync."""
        self._session.run("wish")

    def serve_wishes(self, number: int) -> None:
        """A run has come after the first `number` wishes."""
        self._session.run("serve_wishes", (number,))

    # -- records -------------------------------------------------------------------------------------------------
    def records(self, connection: int, kind: str, keys: Sequence[str]) -> dict[str, StoredRecord]:
        """The stored records among `keys`, tombstones included."""
        return record_sql.find_records(self._session, connection, kind, keys)

    def put_records(self, rows: Sequence[RecordWrite]) -> None:
        """Inserts or replaces records whole."""
        record_sql.put_records(self._session, rows, self._newest("record", [row.id for row in rows]))

    def set_states(self, rows: Sequence[tuple[int, RecordState, int, float, str]]) -> None:
        """(record id, state, missing, missing_since, frozen)."""
        record_sql.set_states(self._session, rows)

    # -- contributions, entities, changes ------------------------------------------------------------------------
    def contributions_of_records(self, records: Sequence[int]) -> list[StoredContribution]:
        """Contributions that the given records make."""
        return entity_sql.contributions_of_records(self._session, records)

    def contributions_of_entities(self, entities: Sequence[int]) -> list[StoredContribution]:
        """Contributions that make the given entities."""
        return entity_sql.contributions_of_entities(self._session, entities)

    def put_contributions(self, rows: Sequence[ContributionWrite]) -> None:
        """Inserts or replaces contributions by id; what they replace under another id is deleted first."""
        self._newest("contribution", [row.id for row in rows])
        entity_sql.put_contributions(self._session, rows)

    def delete_contributions(self, ids: Sequence[int]) -> None:
        """Deletes contributions."""
        entity_sql.delete_contributions(self._session, ids)

    def entities(self, keys: Sequence[EntityKey]) -> dict[EntityKey, StoredEntity]:
        """The stored entities among `keys`, those that do not exist now included."""
        return entity_sql.find_entities(self._session, keys)

    def entities_by_id(self, ids: Sequence[int]) -> dict[int, StoredEntity]:
        """The stored entities among `ids`."""
        return entity_sql.entities_by_id(self._session, ids)

    def put_entities(self, rows: Sequence[EntityWrite]) -> None:
        """Inserts or replaces entities with their edges; an entity without body loses its edges."""
        entity_sql.put_entities(self._session, rows, self._newest("entity", [row.id for row in rows]))

    def put_changes(self, rows: Sequence[ChangeWrite]) -> None:
        """Inserts or replaces: there is at most one change of an entity in a run."""
        entity_sql.put_changes(self._session, rows, self._clock())

    def changes_of(self, run: int, entities: Sequence[int]) -> dict[int, ChangeWrite]:
        """The changes that the run has recorded for these entities so far."""
        return entity_sql.changes_of(self._session, run, entities)

    def drop_changes(self, run: int, entities: Sequence[int]) -> None:
        """Forgets changes of the run."""
        entity_sql.drop_changes(self._session, run, entities)

    # -- delivery ------------------------------------------------------------------------------------------------
    def mark_delivered(self, rows: Sequence[Delivery]) -> None:
        """Stores what the targets have now."""
        deliveries.mark_delivered(self._session, rows)

    def mark_foreign(self, entities: Sequence[int]) -> None:
        """Others own these at a target: no target is told to remove them."""
        deliveries.mark_foreign(self._session, entities)

    def register_target(self, target: str) -> None:
        """From now on every entity written is due to `target`, and all that exist are due now."""
        deliveries.register(self._session, target)

    def deliveries(self, target: str, entities: Sequence[int]) -> dict[int, bytes]:
        """What is noted that the target holds of these: `delivered_hash` by entity."""
        return deliveries.held(self._session, target, entities)

    def unlink(self, target: str, blueprint: str, identifiers: Sequence[str], held: bytes) -> None:
        """Delivered entities with relations to these are in the state `held` at the target now."""
        deliveries.unlink(self._session, target, blueprint, identifiers, held)

    def forget_target(self, target: str) -> None:
        """Nothing is known of what the target holds: everything that exists is due to it."""
        deliveries.forget(self._session, target)

    def set_place(self, target: str, place: str) -> None:
        """What the target holds was looked at, and it was this catalog."""
        deliveries.set_place(self._session, target, place)

    def put_bookmark(self, destination: str, run: int, entity: int) -> None:
        """The destination is done with every change up to this one."""
        destinations.put_bookmark(self._session, destination, run, entity)

    # -- of the catalog itself -----------------------------------------------------------------------------------
    def reserve_numbers(self, count: int) -> int:
        """Reserves `count` sequence numbers and gives the last of them."""
        row = self._session.row("reserve_numbers", (count,))
        assert row is not None  # noqa: S101 - RETURNING gives a row
        return int(row[0])
