"""What others made at targets, of the blueprints that search queries ask of: read once in a run, and no more of each
entity than its identifier and what the queries compare."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from typing import Protocol

import msgspec

from fairlead.model.delivery import Held
from fairlead.model.entities import Body
from fairlead.model.errors import FairleadError
from fairlead.model.reports import ReadingReport
from fairlead.sync.store import Store


class Searched(Protocol):
    """A target, as far as queries look into it."""

    @property
    def name(self) -> str:
        """As of `Target`."""

    def held(self, blueprint: str, include: Sequence[str] = ()) -> AsyncGenerator[list[Held], None]:
        """As of `Target`."""


class Foreign(msgspec.Struct, frozen=True):
    """`found`: by blueprint and identifier, what targets hold and is not known to be ours alone. `unread` are
    blueprints of which that is not known, with the reason; `reports` says so for the report of the run."""

    found: Mapping[str, dict[str, Body]]
    unread: Mapping[str, str]
    reports: tuple[ReadingReport, ...]


async def read_foreign(
    store: Store, searched: Sequence[Searched], wanted: Mapping[str, tuple[str, ...]]
) -> Foreign:
    """Reads what targets hold of the blueprints in `wanted`, with these fields of each entity.

    Entities that the target holds of ours and that are to go there are left out. After the first blueprint that cannot
    be read no other is asked for: a target that is down would make the run wait for each.
    """
    found: dict[str, dict[str, Body]] = {blueprint: {} for blueprint in wanted}
    unread: dict[str, str] = {}
    reports: list[ReadingReport] = []
    for target in searched:
        records, reason = 0, ""
        for blueprint, fields in wanted.items():
            if not reason:
                try:
                    records += await _read(store, target, blueprint, fields, found[blueprint])
                except FairleadError as error:
                    reason = f"what {target.name} holds of {blueprint} cannot be read: {error.message}"
            if reason:
                unread[blueprint] = reason
        if reason:
            left = sum(blueprint in unread for blueprint in wanted)
            reasons = (f"{reason}; search queries of {left} blueprints keep their last answers",)
            reports.append(
                ReadingReport(target.name, "search queries", "listing", "incomplete", len(wanted),
                              len(wanted) - left, reasons, records, 0)
            )  # fmt: skip
    return Foreign(found, unread, tuple(reports))


async def _read(
    store: Store, target: Searched, blueprint: str, fields: Sequence[str], found: dict[str, Body]
) -> int:
    """How many entities were read."""
    records = 0
    leaving: Collection[str] = (await store.foreign(target.name, blueprint))[1]
    # The identifier is asked for by name, so that a query of nothing else does not bring everything.
    async with aclosing(target.held(blueprint, fields or ("identifier",))) as pages:
        async for page in pages:
            records += len(page)
            found.update(
                (one.identifier, _only(one.body, fields)) for one in page if one.identifier not in leaving
            )
    return records


def _only(body: Body, fields: Sequence[str]) -> Body:
    """A target may tell more than it was asked for, and there may be millions."""
    return Body(
        title=body.title if "title" in fields else None,
        icon=body.icon if "icon" in fields else None,
        team=body.team if "team" in fields else None,
        properties={name: value for name, value in body.properties.items() if f"properties.{name}" in fields},
        relations={name: value for name, value in body.relations.items() if f"relations.{name}" in fields},
    )
