"""The records that others hang from (projects, repositories, teams), as a run knows them."""

from __future__ import annotations

from fairlead.model.records import Record, Reference
from fairlead.model.stored import RecordBody
from fairlead.reconcile.canonical import digest
from fairlead.sync.splice import Parent
from fairlead.sync.store import Store


class Known:
    """Records of one connection that others refer to or hang from, kept while a run needs them.

    `kinds` are those that are kept. `changed` are those that were there at the first `load` with another body: what
    they enrich must be mapped again.
    """

    def __init__(self, store: Store, connection: int, kinds: frozenset[str]) -> None:
        self._store = store
        self.kinds = kinds
        self._connection = connection
        self._first: dict[str, dict[str, bytes]] = {}
        self.records: dict[str, dict[str, Record]] = {}
        self.parents: dict[str, dict[str, Parent]] = {}
        self.readable: dict[str, frozenset[str]] = {}
        self.changed: dict[str, frozenset[str]] = {}
        self.added: dict[str, frozenset[str]] = {}

    async def load(self, kind: str, missing: frozenset[str], since: int | None = None) -> None:
        """Loads the kind's living records; those in `missing` were not met in this run and are not readable.

        A run that goes on after it was cut gives the number `since` which it has written records of the kind: what it
        changed before the cut, the first load has not seen otherwise.
        """
        before = self._first.get(kind)
        bodies = await self._store.alive(self._connection, kind)
        self.records[kind] = {body.record.key: record_of(body, extra=False) for body in bodies}
        self.parents[kind] = {
            key: Parent(record, digest(record.body)) for key, record in self.records[kind].items()
        }
        self.readable[kind] = frozenset(self.records[kind]) - missing
        now = {key: parent.digest for key, parent in self.parents[kind].items()}
        if before is None:
            self._first[kind] = now
        else:
            records = self.records[kind]
            self.added[kind] = frozenset(now.keys() - before.keys())
            self.changed[kind] = frozenset(
                key
                for key in before
                if key in now
                and (before[key] != now[key] or (since is not None and records[key].number > since))
            )


def record_of(stored: RecordBody, *, extra: bool = True) -> Record:
    """A stored record as if it had just been read."""
    head = stored.record
    return Record(
        kind=head.kind,
        key=head.key,
        parent=head.parent,
        body=stored.body,
        version=head.version,
        number=head.number,
        source_hash=head.source_hash,
        references=tuple(Reference(*reference) for reference in stored.references),
        extra=stored.extra if extra else b"",
    )
