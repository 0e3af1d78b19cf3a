"""Brings targets to the catalog's state: work is every entity whose hash differs from what was delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import FairleadError
from fairlead.model.reports import DeliveryReport
from fairlead.reconcile.order import dependency_order
from fairlead.sync.adopt import adopt
from fairlead.sync.delivery import DeliveryRules, Target
from fairlead.sync.removals import remove
from fairlead.sync.sending import Sending
from fairlead.sync.store import Store


async def deliver_all(
    store: Store, targets: Sequence[Target], blueprints: Mapping[str, Blueprint], rules: DeliveryRules
) -> list[DeliveryReport]:
    """Drains every target. One that is down stays due, and never stops the others."""
    return [await _deliver(store, target, blueprints, rules) for target in targets]


async def _deliver(
    store: Store, target: Target, blueprints: Mapping[str, Blueprint], rules: DeliveryRules
) -> DeliveryReport:
    order = dependency_order(blueprints)
    sending = Sending(store, target, blueprints)
    adopted, withheld, down, advice = 0, 0, "", ""
    notes: list[str] = []
    try:
        await target.sign_in()
        found = await adopt(store, target)
        adopted = found.same
        notes += filter(None, [found.note])
        if due := await store.due_blueprints(target.name):
            await target.prepare([blueprints[name] for name in order])
            others = [name for name in due if name not in blueprints]
            await sending.upsert_all([name for name in [*order, *others] if name in due])
            leaving = [name for name in [*others, *reversed(order)] if name in due]
            withheld, why = await remove(store, target, leaving, rules, sending)
            notes += why
    except FairleadError as error:
        down, advice = error.message, error.advice
    return DeliveryReport(
        target.name, sending.upserted, sending.deleted, sending.refusals.count,
        sending.refusals.told(), down, advice, adopted, withheld, tuple(notes),
    )  # fmt: skip
