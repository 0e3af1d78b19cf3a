"""What has been read of a topic, what waits to be handed over, and up to where it is done. Pure bookkeeping.

Any number of requests mean one thing: begin a sync after now. So requests that wait are handed over as one, the latest.
A partition is done up to its first request that was not handed over, or whose handing over is not acknowledged.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec


class ResyncRequest(msgspec.Struct, frozen=True):
    """Somebody asks for a resync: the message that says so."""

    topic: str
    partition: int
    offset: int


class Progress:
    """Of one consumer; partitions by number. Offsets are Kafka's: done up to n means that n is the next to read."""

    def __init__(self) -> None:
        self._read: dict[int, int] = {}
        self._waiting: dict[int, int] = {}
        self._handed: dict[int, int] = {}
        self._latest: ResyncRequest | None = None
        self._told: dict[int, int] = {}

    def read(self, partition: int, offset: int, request: ResyncRequest | None) -> None:
        """A message was read; `request` where it is one for us."""
        self._read[partition] = offset + 1
        if request is not None:
            self._waiting.setdefault(partition, offset)
            self._latest = request

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    def take(self) -> ResyncRequest | None:
        """The latest request that waits, for all of them; None where none waits. It is then open until acknowledged."""
        if not self._waiting or self._latest is None:
            return None
        for partition, offset in self._waiting.items():
            self._handed.setdefault(partition, offset)
        self._waiting.clear()
        return self._latest

    def acknowledge(self) -> None:
        """What was taken is handed over for good."""
        self._handed.clear()

    def keep(self, partitions: Collection[int]) -> None:
        """Forgets every other partition: it is another's, who reads on from where it is done."""
        for held in (self._read, self._waiting, self._handed, self._told):
            for gone in held.keys() - set(partitions):
                del held[gone]

    def done(self) -> dict[int, int]:
        """By partition up to where it is done, for those that are further than when this was last asked."""
        further = {}
        for partition, read in self._read.items():
            offsets = (read, self._waiting.get(partition, read), self._handed.get(partition, read))
            if min(offsets) > self._told.get(partition, 0):
                further[partition] = self._told[partition] = min(offsets)
        return further
