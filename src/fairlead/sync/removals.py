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
from fairlead.sync.sending import Sending, leaves
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
    required = await _required(store, names, sending) - kept
    going = leaving - len(kept) - len(required)
    notes = []
    if required:
        notes.append(
            f"{len(required)} entities that are gone stay there: others that stay there require them"
        )
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
        stay = kept | required
        await sending.delete_all(names, lambda due: due.entity not in stay)
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
            # Only what is bare stands in for the end of a relation; the target makes such a one where it is wanted.
            bare = [due.identifier for due in page if due.keys in _BARE]
            named = await store.stubs_among(blueprint, bare)
            others = [due.entity for due in page if due.identifier not in named]
            kept.update(due.entity for due in page if due.identifier in named)
            if not rules.proved or rules.unread is None or blueprint in rules.unread:
                kept.update(others)
                unproved += len(others)
    return frozenset(kept), unproved


async def _required(store: Store, names: Sequence[str], sending: Sending) -> frozenset[int]:
    """Those that an entity of the catalog points to by a relation that its blueprint requires: no target lets them go,
    nor that relation."""
    required: set[int] = set()
    for name in names:
        ways = sending.required_ways(name)
        if not ways:
            continue
        async with aclosing(sending.due([name], leaves)) as pages:
            async for page in pages:
                identifiers = [due.identifier for due in page]
                for way in ways:
                    named = await store.pointed_among(name, way, identifiers)
                    required.update(due.entity for due in page if due.identifier in named)
    return frozenset(required)


def _is_found(due: Delivery) -> bool:
    return leaves(due) and due.delivered_hash == FOUND
