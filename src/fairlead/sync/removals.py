"""Which removals a target is sent: those with a proof, and not more than its limit allows.

An entity that the catalog had and has no more went for a proved reason. What an earlier installation left at the
target and the catalog never had (*found*) is another thing: it goes only when the run read everything of every
connection and proved all of it, when no row that could not be read may be its origin, and when nothing points to it.

What pointed to a removed entity lost that link at the target. It is written again, for the target to make a bare entity
at the end of the link, where it makes such, or to refuse it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from fairlead.model.stored import Delivery
from fairlead.sync.delivery import FOUND, DeliveryRules, Target
from fairlead.sync.sending import Sending
from fairlead.sync.store import Store

_BARE = (b"", b"[]")


async def remove(
    store: Store, target: Target, names: Sequence[str], rules: DeliveryRules, sending: Sending
) -> tuple[int, list[str]]:
    """Removes what may go, of these blueprints in this order. How many removals are withheld, and why."""
    held, leaving = await store.count_held(target.name)
    if not leaving:
        return 0, []
    kept, unproved = await _kept(store, names, rules, sending)
    going = leaving - len(kept)
    notes = []
    if unproved:
        why = "a row cannot be read" if rules.proved else "this run did not read and prove everything"
        notes.append(
            f"{unproved} entities that an earlier installation wrote there, and that nothing here makes, stay: {why}"
        )
    if going > rules.threshold * held:
        notes.append(
            f"{going} of the {held} entities there would be removed, more than entityDeletionThreshold "
            f"{rules.threshold:g} allows: none was (raise it in the mapping if this is meant)"
        )
        return going, notes
    if going:
        await sending.delete_all(names, lambda due: due.entity not in kept)
    return 0, notes


async def _kept(
    store: Store, names: Sequence[str], rules: DeliveryRules, sending: Sending
) -> tuple[frozenset[int], int]:
    """Found entities that may not go, and how many of them for want of a proof."""
    kept: set[int] = set()
    unproved = 0
    async with aclosing(sending.due(names, _is_found)) as pages:
        async for page in pages:
            blueprint = page[0].blueprint
            if not rules.proved or rules.unread is None or blueprint in rules.unread:
                kept.update(due.entity for due in page)
                unproved += len(page)
                continue
            # Only what is bare stands in for the end of a relation; the target makes such a one where it is wanted.
            bare = [due.identifier for due in page if due.keys in _BARE]
            named = await store.stubs_among(blueprint, bare)
            kept.update(due.entity for due in page if due.identifier in named)
    return frozenset(kept), unproved


def _is_found(due: Delivery) -> bool:
    return not due.desired_hash and not due.foreign and due.delivered_hash == FOUND
