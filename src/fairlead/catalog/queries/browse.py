"""Pages of entities in SQL, their neighbors, and search. A page begins after a key, never at an offset: what is written
meanwhile neither repeats nor hides an entity."""

from __future__ import annotations

import heapq
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from fairlead.catalog.queries.entities import change_of
from fairlead.catalog.session import Row, Session
from fairlead.model.browsing import Among, Containing, Found, Instants, Neighbor, Pointing, Way
from fairlead.model.entities import EntityKey
from fairlead.model.stored import ChangeWrite

_BLOCK = 500
_WORDS = re.compile(r"[^\W_]+")


def page(session: Session, blueprint: str, way: Way, after: str, limit: int, *, stubs: bool) -> list[Found]:
    """The first `limit` entities after an identifier, in the order of its bytes; fewer only at the end."""
    number = session.name(blueprint)
    entities = (Found(id_, blueprint, identifier, body.encode()) for id_, identifier, body in
                _entities(session, number, way, after, limit))  # fmt: skip
    if not stubs:
        return list(entities)
    bare = (Found(0, blueprint, target, b"") for target in _stubs(session, number, way, after, limit))
    # Code points sort as their UTF-8 does.
    return list(islice(heapq.merge(entities, bare, key=lambda one: one.identifier), limit))


def _entities(session: Session, blueprint: int, way: Way, after: str, limit: int) -> Sequence[Row]:
    if isinstance(way, Among):
        return _among(session, blueprint, way.identifiers, after, limit)
    if isinstance(way, Pointing):
        target = (session.name(way.blueprint), way.identifier, session.name(way.relation))
        return session.rows("page_pointing", (*target, blueprint, after, limit))
    if isinstance(way, Containing):
        statement = "page_by_title" if way.title else "page_by_identifier"
        return session.rows(statement, (blueprint, after, way.text, limit))
    return session.rows("page", (blueprint, after, limit))


def _among(session: Session, blueprint: int, identifiers: Sequence[str], after: str, limit: int) -> list[Row]:
    found: list[Row] = []
    start = bisect_right(identifiers, after)
    while start < len(identifiers) and len(found) < limit:
        block = identifiers[start : start + _BLOCK]
        found += sorted(session.among("page_among", (blueprint,), block), key=lambda row: row[1])
        start += _BLOCK
    return found[:limit]


def _stubs(session: Session, blueprint: int, way: Way, after: str, limit: int) -> Iterator[str]:
    """Identifiers of stubs: they have neither title nor edges."""
    if isinstance(way, Pointing) or (isinstance(way, Containing) and way.title):
        return
    if isinstance(way, Among):
        wanted = way.identifiers[bisect_right(way.identifiers, after) :]
        yield from sorted(row[0] for row in session.among("stubs_among", (blueprint,), wanted))[:limit]
        return
    for (target,) in session.rows("page_of_stubs", (blueprint, after, limit)):
        yield target


def instants(session: Session, entities: Sequence[int]) -> dict[int, Instants]:
    """When each of the entities was made and last changed, as far as changes are kept."""
    return {
        entity: Instants(created, updated)
        for entity, created, updated in session.among("instants", (), entities)
    }


def titles(session: Session, keys: Iterable[EntityKey]) -> dict[EntityKey, str]:
    """The titles of those among the entities that exist."""
    by_blueprint: dict[str, list[str]] = {}
    for key in dict.fromkeys(keys):
        by_blueprint.setdefault(key.blueprint, []).append(key.identifier)
    return {
        EntityKey(blueprint, identifier): title
        for blueprint, identifiers in by_blueprint.items()
        for identifier, title in session.among("titles", (session.name(blueprint),), identifiers)
    }


def search(session: Session, text: str, limit: int) -> list[Found]:
    """Entities with a word that begins so for each word of the text, the best first. The statement is given the words
    with single blanks between them."""
    words = _WORDS.findall(text)
    if not words:
        return []
    return [
        Found(id_, session.text(blueprint), identifier, body.encode())
        for id_, blueprint, identifier, body in session.rows("search", (" ".join(words), limit))
    ]


def outgoing(session: Session, entity: int) -> list[Neighbor]:
    """What an entity points to, by relation, blueprint and identifier."""
    found = [_neighbor(session, row) for row in session.rows("neighbors_out", (entity,))]
    return sorted(found, key=lambda one: (one.relation, one.blueprint, one.identifier))


def incoming(session: Session, key: EntityKey, limit: int, offset: int) -> list[Neighbor]:
    """What points to an entity, by blueprint, identifier and relation."""
    bound = (session.name(key.blueprint), key.identifier, limit, offset)
    return [_neighbor(session, row) for row in session.rows("neighbors_in", bound)]


def count_incoming(session: Session, key: EntityKey) -> int:
    """How many edges end at an entity."""
    row = session.row("count_in", (session.name(key.blueprint), key.identifier))
    return 0 if row is None else int(row[0])


def _neighbor(session: Session, row: Row) -> Neighbor:
    relation, blueprint, identifier, title, exists = row
    return Neighbor(session.text(relation), session.text(blueprint), identifier, title, bool(exists))


def reached(
    session: Session, start: Sequence[EntityKey], relations: Collection[tuple[str, str]], *, forward: bool
) -> dict[str, list[str]]:
    """Identifiers by blueprint, sorted, of what is reached from `start` over edges of the relations (blueprint, name),
    along them or against them, in any number of steps."""
    allowed = {(session.name(blueprint), session.name(name)) for blueprint, name in relations}
    begun = {(session.name(key.blueprint), key.identifier) for key in start}
    known, frontier = set(begun), begun
    while frontier:
        by_blueprint: dict[int, list[str]] = {}
        for blueprint, identifier in frontier:
            by_blueprint.setdefault(blueprint, []).append(identifier)
        frontier = {
            (other, identifier)
            for blueprint, identifiers in by_blueprint.items()
            for source, name, other, identifier in session.among(
                "steps_out" if forward else "steps_in", (blueprint,), identifiers
            )
            if (source, name) in allowed
        } - known
        known |= frontier
    found: dict[str, list[str]] = {}
    for blueprint, identifier in sorted(known - begun):
        found.setdefault(session.text(blueprint), []).append(identifier)
    return found


def making_records(session: Session, entity: int, limit: int) -> list[int]:
    """Records whose contributions keep the entity alive, the first ones."""
    return [int(row[0]) for row in session.rows("making_records", (entity, limit))]


def configuration_saved(session: Session, id_: int) -> float:
    """When the configuration was first used, epoch seconds."""
    row = session.row("configuration_saved", (id_,))
    return 0.0 if row is None else float(row[0])


def changes(session: Session, run: int, blueprint: str, identifier: str, limit: int) -> list[ChangeWrite]:
    """A run's changes after an entity's, in the order of the bytes of (blueprint, identifier)."""
    after = (run, blueprint, identifier, limit)
    return [change_of(session, row) for row in session.rows("changes_after", after)]


def walks(session: Session, run: int) -> dict[int, tuple[int, int]]:
    """By reading: walks known, and proved; those of a run that has ended are forgotten."""
    return {reading: (known, proved) for reading, known, proved in session.rows("walks", (run,))}
