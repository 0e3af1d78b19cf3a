"""Where each value of an entity comes from, and why an entity is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from fairlead.app.configuring import Parsed, mapping_of_last_run
from fairlead.app.settings.values import Settings
from fairlead.app.wiring import BASES, EntityDelivery, ExplainedContribution, reading_catalog
from fairlead.app.wiring import Explanation as Facts
from fairlead.mapping.blueprints import violations
from fairlead.mapping.expressions import constant
from fairlead.mapping.rows import Row, Term
from fairlead.model.delivery import Refused
from fairlead.model.entities import Body, EntityKey, Fragment, Json
from fairlead.model.errors import BadUsage
from fairlead.model.records import RecordState
from fairlead.reconcile.canonical import decode_body, decode_fragment
from fairlead.reconcile.merge import natural

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog

PLAIN = ("title", "icon", "team")


class Origin(msgspec.Struct, frozen=True):
    """One contribution's part in one field. `wins` marks the one whose value holds.

    `position` is the row's place in the mapping, 0 for a row that is no longer in it; `expression` its jq text for the
    field. `read_at` is when the record was last proved, epoch seconds. `note` is why the expression gave nothing,
    `frozen` why the record is kept as it was.
    """

    position: int
    kind: str
    expression: str
    record: str
    connection: str
    read_at: float
    wins: bool
    value: object
    note: str = ""
    frozen: str = ""


class FieldOrigin(msgspec.Struct, frozen=True):
    """One field: `title`, `icon`, `team`, `properties.x` or `relations.x`."""

    field: str
    value: object
    sources: tuple[Origin, ...]
    violations: tuple[str, ...]


class Past(msgspec.Struct, frozen=True):
    """One change of the entity. `at` is epoch seconds."""

    run: int
    at: float
    op: str
    reason: str
    record: str
    state: str


class Delivery(msgspec.Struct, frozen=True):
    """How the entity stands at a target. `state` is *delivered*, *due* or *refused*; `error` is what the target says,
    `field` what is wrong and `advice` what a person can do, where that is known."""

    target: str
    state: str
    error: str = ""
    field: str = ""
    advice: str = ""


class Explanation(msgspec.Struct, frozen=True):
    """`known` is False where the catalog has never heard of the entity; `absence` says why it is not there."""

    blueprint: str
    identifier: str
    exists: bool
    known: bool
    absence: str
    fields: tuple[FieldOrigin, ...]
    history: tuple[Past, ...]
    deliveries: tuple[Delivery, ...] = ()


async def explain(settings: Settings, blueprint: str, identifier: str, field: str = "") -> Explanation:
    """Everything about the entity, or about one of its fields, by the mapping of the newest run.

    BadUsage for a field that nothing maps. CatalogUnusable where there is no catalog.
    """
    async with reading_catalog(settings) as store:
        return await explained(
            store, await mapping_of_last_run(store), EntityKey(blueprint, identifier), field
        )


async def explained(store: Catalog, mapping: Parsed | None, key: EntityKey, field: str = "") -> Explanation:
    """As `explain`, in an open catalog, by the given mapping."""
    facts = await store.explain(key)
    names = {row.id: row.name for row in await store.connections()}
    fields = _fields(facts, key.blueprint, mapping, names)
    if field:
        fields = tuple(each for each in fields if field in (each.field, each.field.partition(".")[2]))
        if not fields and facts.entity is not None and facts.entity.body:
            raise BadUsage(f"nothing maps {field} of {key.blueprint} {key.identifier}")
    exists = facts.entity is not None and bool(facts.entity.body)
    absence = "" if exists else await _absence(store, facts, key, mapping)
    return Explanation(
        key.blueprint,
        key.identifier,
        exists,
        facts.entity is not None or facts.stub,
        absence,
        fields,
        tuple(
            Past(past.run, past.made, past.op, past.cause.reason, past.cause.record, past.state)
            for past in facts.changes
        ),
        tuple(_delivery(each) for each in facts.deliveries),
    )


def _delivery(facts: EntityDelivery) -> Delivery:
    if not facts.error:
        return Delivery(facts.target, "due" if facts.due else "delivered")
    try:
        why = msgspec.json.decode(facts.error, type=Refused)
    except msgspec.DecodeError:
        why = Refused(facts.error)  # as an older Fairlead kept it
    return Delivery(facts.target, "refused", why.error, why.field, why.advice)


def _fields(
    facts: Facts, blueprint: str, mapping: Parsed | None, names: Mapping[int, str]
) -> tuple[FieldOrigin, ...]:
    body = decode_body(facts.entity.body) if facts.entity is not None and facts.entity.body else Body()
    rows = {row.hash: row for row in mapping.configuration.rows} if mapping else {}
    schema = mapping.blueprint(blueprint) if mapping else None
    notes = violations(body, schema) if schema and facts.entity is not None and facts.entity.body else ()
    wrong: dict[str, list[str]] = {}
    for note in notes:
        wrong.setdefault(note.field, []).append(note.reason)
    ordered = sorted(facts.contributions, key=lambda each: _order(each, rows))
    origins: dict[str, list[Origin]] = {}
    for each in ordered:
        fragment = decode_fragment(each.contribution.fragment)
        for name, value in values_of(fragment):
            earlier = origins.setdefault(name, [])
            earlier[:] = [msgspec.structs.replace(one, wins=False) for one in earlier]
            earlier.append(_origin(each, rows.get(each.contribution.row), names, name, value))
    held = dict(values_of(Fragment(PLAIN, body.title, body.icon, body.team, body.properties, body.relations)))
    listed = sorted({*origins, *wrong}, key=_reading_order)
    return tuple(
        FieldOrigin(name, held.get(name), tuple(origins.get(name, ())), tuple(wrong.get(name, ())))
        for name in listed
    )


def values_of(fragment: Fragment) -> list[tuple[str, Json]]:
    """A fragment's fields by their full names."""
    plain: dict[str, Json] = {"title": fragment.title, "icon": fragment.icon, "team": fragment.team}
    found = [(name, plain[name]) for name in fragment.fields]
    found += [(f"properties.{name}", value) for name, value in fragment.properties.items()]
    found += [(f"relations.{name}", value) for name, value in fragment.relations.items()]
    return found


def _order(each: ExplainedContribution, rows: Mapping[str, Row]) -> tuple[object, ...]:
    """The order of merging: the last wins."""
    one = each.contribution
    position = rows[one.row].position if one.row in rows else 0
    return position, one.connection, natural(one.key), natural(one.item)


def _reading_order(name: str) -> tuple[int, str]:
    return (PLAIN.index(name), "") if name in PLAIN else (3 if name.startswith("properties") else 4, name)


def _origin(
    each: ExplainedContribution, row: Row | None, names: Mapping[int, str], field: str, value: Json
) -> Origin:
    one, record = each.contribution, each.record
    notes = msgspec.json.decode(one.notes, type=list[tuple[str, str]]) if one.notes else []
    return Origin(
        row.position if row else 0,
        one.kind,
        expression_of(row, field) if row else "",
        one.key,
        names.get(one.connection, str(one.connection)),
        record.verified if record else 0.0,
        wins=True,
        value=value,
        note=next((reason for name, reason in notes if name == field), ""),
        frozen=record.frozen if record else "",
    )


def expression_of(row: Row, field: str) -> str:
    """The row's jq text for a field; a query as JSON."""
    mapping = row.mapping
    terms: dict[str, Term | None] = {"title": mapping.title, "icon": mapping.icon, "team": mapping.team}
    terms |= {f"properties.{name}": text for name, text in mapping.properties.items()}
    terms |= {f"relations.{name}": term for name, term in mapping.relations.items()}
    term = terms.get(field)
    return term if isinstance(term, str) else msgspec.json.encode(term).decode() if term is not None else ""


async def _absence(store: Catalog, facts: Facts, key: EntityKey, mapping: Parsed | None) -> str:
    """Why the entity is not there, as far as the catalog can tell."""
    last = facts.changes[0] if facts.changes else None
    if last is not None and last.op == "delete" and last.state != "planned":
        proof = f", {last.cause.proof}" if last.cause.proof else ""
        record = f" ({last.cause.kind} {last.cause.record})" if last.cause.record else ""
        return f"run {last.run} deleted it: {last.cause.reason}{record}{proof}"
    if last is not None and last.op == "rename" and last.identifier != key.identifier:
        return f"run {last.run} renamed it to {last.identifier}"
    if facts.contributions:
        return "it is planned and not applied yet: fairlead sync"
    if facts.stub:
        count = len(facts.incoming)
        return f"no record makes it; {count} relation{'' if count == 1 else 's'} of other entities name it"
    if mapping is None:
        return "nothing has been synced yet"
    return await _candidates(store, key, mapping)


async def _candidates(store: Catalog, key: EntityKey, mapping: Parsed) -> str:
    """Looks for a record whose own key is the identifier, among the kinds that make this blueprint."""
    rows = [
        row for row in mapping.configuration.rows if constant(row.mapping.blueprint) in (None, key.blueprint)
    ]
    if not rows:
        return f"no row of the mapping makes {key.blueprint}"
    for row in rows:
        for connection in await store.connections():
            found = await store.lookup(connection.id, BASES[row.kind], [key.identifier])
            for record in found.values():
                name = f"{record.kind} {record.key} of {connection.name}"
                if record.frozen:
                    return f"{name} could not be mapped: {record.frozen}"
                if record.state is RecordState.GONE:
                    return f"{name} is gone"
                return f"{name} was read, but {row.place} does not select it, or gives it another identifier"
    kinds = ", ".join(sorted({row.kind for row in rows}))
    return f"no record that was read leads to it (of {kinds})"
