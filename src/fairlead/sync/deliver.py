"""Brings targets to the catalog's state: work is every entity whose hash differs from what was delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import FairleadError
from fairlead.model.reports import DeliveryReport
from fairlead.reconcile.order import dependency_order
from fairlead.sync.adopt import adopt, find_leftovers
from fairlead.sync.delivery import DeliveryRules, Target
from fairlead.sync.removals import remove
from fairlead.sync.sending import Sending
from fairlead.sync.store import Store

_SWEPT = "swept"
"""The cursor, of no connection, that says so."""

STAYS_DUE = "what is due stays due: the next sync sends it"
"""What to do about a target that is down, where it does not say more."""


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
        if due := await store.due_blueprints(target.name, leaving=False):
            await target.prepare([blueprints[name] for name in order])
            await _swept(store, target, rules, done=False)
            await sending.upsert_all(_in(order, due))
        if rules.proved and await store.cursor(0, target.name, _SWEPT) == "no":
            await find_leftovers(store, target)
            await _swept(store, target, rules, done=True)
        due = await store.due_blueprints(target.name, leaving=True)
        withheld, why = await remove(store, target, [*reversed(_in(order, due))], rules, sending)
        notes += why
        if sending.unlinked:
            await _swept(store, target, rules, done=False)
            await sending.upsert_unlinked(_in(order, await store.due_blueprints(target.name, leaving=False)))
    except FairleadError as error:
        down, advice = error.message, error.advice or STAYS_DUE
    return DeliveryReport(
        target.name, sending.upserted, sending.deleted, sending.refusals.count,
        sending.refusals.told(), down, advice, adopted, withheld, tuple(notes),
    )  # fmt: skip


async def _swept(store: Store, target: Target, rules: DeliveryRules, *, done: bool) -> None:
    """Notes whether the target may have made bare entities since leftovers were looked for: with no relation to them
    any more, they are such."""
    if rules.stands_in:
        said = "yes" if done else "no"
        await store.write(lambda writer: writer.set_cursor(0, target.name, _SWEPT, said))


def _in(order: Sequence[str], due: Sequence[str]) -> list[str]:
    """The blueprints that are due, in order; those that the order does not know point to nothing that it does."""
    return [*(name for name in order if name in due), *(name for name in due if name not in order)]
