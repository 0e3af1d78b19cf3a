"""What `sync` needs of a target: another catalog that receives entities."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

import msgspec

from fairlead.model.blueprints import Blueprint
from fairlead.model.delivery import Held, Outcome, Payload
from fairlead.model.entities import EntityKey

SENT = b"sent"
"""As `delivered_hash`: it was sent, and the answer is not known. It may be there."""

LEAVING = b"leaving"
"""As `delivered_hash`: its removal was sent, and the answer is not known. If it is there, links to it may not be."""

FOUND = b"found"
"""As `delivered_hash`: it was there before us, as an earlier installation wrote it, and differs from what is due."""


class DeliveryRules(msgspec.Struct, frozen=True):
    """What a run says of removals at a target.

    `proved`: the run read everything of every connection, and all of it is proved. `unread` are blueprints that rows
    of kinds that this version cannot read may write to; None means any. `threshold` is the share (0 to 1) of what the
    target holds above which no removal is sent.
    """

    proved: bool = False
    unread: frozenset[str] | None = None
    threshold: float = 1.0
    stands_in: bool = False


class Target(Protocol):
    """A target. Retries of one request are its own; a target that is down raises `Retry` and stays due."""

    @property
    def name(self) -> str:
        """Unique among targets; the key of the delivery table."""

    @property
    def place(self) -> str:
        """Which catalog this is, so that another one under the same name is not taken for it."""

    async def sign_in(self) -> None:
        """Raises `Retry` where the target is out of reach, `BadCredential` where it refuses us."""

    async def prepare(self, blueprints: Sequence[Blueprint]) -> None:
        """Creates blueprints that are absent there, in dependency order; existing ones gain what they lack, at most."""

    def upsert(self, payloads: Sequence[Payload]) -> AsyncGenerator[list[Outcome], None]:
        """Writes entities; the outcomes as they come, one for each unless an error ends it."""

    def delete(self, payloads: Sequence[Payload]) -> AsyncGenerator[list[Outcome], None]:
        """Removes entities, without cascade; what is not there counts as removed. Outcomes as of `upsert`."""

    def held(self, blueprint: str, include: Sequence[str] = ()) -> AsyncGenerator[list[Held], None]:
        """Every entity of a blueprint there, whoever wrote it; none where there is no such blueprint.

        `include` names what is wanted of each (`title`, `properties.<name>` …), beside the identifier; everything
        where nothing is named.
        """

    def owned(self) -> AsyncGenerator[list[EntityKey], None]:
        """Every entity there that this installation, or the one that it takes over, wrote last.

        NotThere where the target cannot tell.
        """

    async def close(self) -> None:
        """Closes every connection."""
