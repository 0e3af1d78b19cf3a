"""Brings targets to the catalog's state: work is every entity whose hash differs from what was delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import orjson

from fairlead.model.blueprints import Blueprint
from fairlead.model.delivery import Outcome, Payload
from fairlead.model.entities import Body
from fairlead.model.errors import FairleadError
from fairlead.model.reports import DeliveryReport
from fairlead.model.stored import Delivery
from fairlead.reconcile.canonical import canonical, decode_body
from fairlead.reconcile.order import dependency_order
from fairlead.sync.delivery import Target
from fairlead.sync.store import Store

BATCH = 400
ERRORS_SHOWN = 20


class _Sent:
    """What one target took and refused so far."""

    def __init__(self) -> None:
        self.upserted = 0
        self.deleted = 0
        self.errors: list[str] = []
        self.refused = 0


async def deliver_all(
    store: Store, targets: Sequence[Target], blueprints: Mapping[str, Blueprint]
) -> list[DeliveryReport]:
    """Drains every target. One that is down stays due, and never stops the others."""
    reports: list[DeliveryReport] = []
    for target in targets:
        sent, down = _Sent(), ""
        try:
            await _drain(store, target, blueprints, sent)
        except FairleadError as error:
            down = error.message
        errors = tuple(sent.errors)
        reports.append(DeliveryReport(target.name, sent.upserted, sent.deleted, sent.refused, errors, down))
    return reports


async def _drain(store: Store, target: Target, blueprints: Mapping[str, Blueprint], sent: _Sent) -> None:
    order = dependency_order(blueprints)
    prepared = False
    for deletes in (False, True):
        for name in reversed(order) if deletes else order:
            after = 0
            while batch := await store.due(target.name, name, after, BATCH):
                after = batch[-1].entity
                chosen = [due for due in batch if bool(due.desired_hash) is not deletes]
                if not chosen:
                    continue
                if not prepared:
                    await target.prepare([blueprints[name] for name in order])
                    prepared = True
                await _send(store, target, chosen, sent, deletes=deletes)


async def _send(store: Store, target: Target, due: Sequence[Delivery], sent: _Sent, *, deletes: bool) -> None:
    payloads = [_payload(one) for one in due]
    outcomes = await (target.delete(payloads) if deletes else target.upsert(payloads))
    marked = [_marked(one, outcome) for one, outcome in zip(due, outcomes, strict=True)]
    await store.write(lambda writer: writer.mark_delivered(marked))
    for one, outcome in zip(due, outcomes, strict=True):
        if outcome.error:
            sent.refused += 1
            if len(sent.errors) < ERRORS_SHOWN:
                sent.errors.append(f"{one.blueprint} {one.identifier}: {outcome.error}")
        elif deletes:
            sent.deleted += 1
        else:
            sent.upserted += 1


def _payload(due: Delivery) -> Payload:
    body = decode_body(due.body) if due.body else Body()
    before = orjson.loads(due.keys) if due.keys else []
    cleared = tuple(key for key in before if key not in set(_keys(body)))
    return Payload(due.entity, due.blueprint, due.identifier, body, cleared)


def _keys(body: Body) -> list[str]:
    """The keys that a delivery carries, so that one that vanishes later can be sent as null."""
    keys = [name for name in ("title", "icon", "team") if getattr(body, name) is not None]
    keys += [f"properties.{name}" for name in body.properties]
    return keys + [f"relations.{name}" for name in body.relations]


def _marked(due: Delivery, outcome: Outcome) -> Delivery:
    if outcome.error:
        return msgspec.structs.replace(due, attempts=due.attempts + 1, error=outcome.error)
    keys = canonical(sorted(_keys(decode_body(due.body)))) if due.body else b""
    return msgspec.structs.replace(due, delivered_hash=due.desired_hash, keys=keys, attempts=0, error="")
