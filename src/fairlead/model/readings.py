"""Readings: what was asked for, page by page, and what the answers can prove."""

from __future__ import annotations

from typing import Literal

import msgspec

from fairlead.model.records import Record

Form = Literal["listing", "delta", "point"]

EVERY = "*"
"""As a chain's scope: every parent that this identity can see."""


class Chain(msgspec.Struct, frozen=True, gc=False):
    """One walk of a listing: the whole organization (`scope` EVERY) or one parent record (`scope` its key).

    `form` is the index of the listing in `KindSpec.listings`. Where one walk cannot bring all there is (closed pull
    requests are not listed with active ones), `part` names the walk's share; a scope is proved when all its parts are.
    """

    kind: str
    scope: str
    form: int = 0
    part: str = ""

    @property
    def name(self) -> str:
        """Unique within a reading."""
        return f"{self.form}:{self.scope}{f':{self.part}' if self.part else ''}"


class Item(msgspec.Struct, frozen=True, gc=False):
    """A listed object that needs a detail read to become a record. `raw` is what the listing said (may be empty).

    `number` is that of the listing's request: a record made of this item and a later answer is as old as its
    older part. 0 where the record will come from the later answer alone.
    """

    key: str
    parent: str
    raw: bytes
    number: int = 0


class Page(msgspec.Struct, frozen=True):
    """One answer of a chain. `next` is the cursor of the next page, None at the proved end of the chain.

    A kind with a detail read gives `items`, all others give `records`.
    """

    records: tuple[Record, ...] = ()
    items: tuple[Item, ...] = ()
    next: str | None = None


class Missing(msgspec.Struct, frozen=True):
    """Why a point read gave nothing for a key."""

    why: Literal["not there", "not permitted", "failed"]
    reason: str


class Found(msgspec.Struct, frozen=True):
    """The outcome of reading given keys: complete records, and for every other key the reason."""

    records: tuple[Record, ...] = ()
    missing: tuple[tuple[str, Missing], ...] = ()


class Delta(msgspec.Struct, frozen=True):
    """One answer of a change feed. `changed` are keys to read again; `removed` carry a positive tombstone.

    `records` are changed objects that the feed gives whole: they need not be read again. `cursor` is where the next
    delta starts; `more` is False when this answer has caught up. `behind` are parts of the organization that could not
    be asked, with the reason: the cursor starts them again where they were.
    """

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    cursor: str
    more: bool
    records: tuple[Record, ...] = ()
    behind: tuple[tuple[str, str], ...] = ()
