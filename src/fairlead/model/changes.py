"""Changes: one entity's difference in one run, with its cause."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

Op = Literal["create", "update", "delete", "rename"]


class Reason(StrEnum):
    """Why a contribution came or went: the only reasons there are."""

    READ = "read"
    """A record was read and mapped."""
    GONE = "gone"
    LEFT_FILTER = "left the filter"
    NOT_SELECTED = "not selected"
    REMAPPED = "remapped"
    ROW_RETIRED = "row retired"
    PARENT_GONE = "parent gone"
    RETIRED = "connection, kind or project retired"
    EXPIRED = "expired by retention"


class Cause(msgspec.Struct, frozen=True, omit_defaults=True):
    """What moved an entity: the reason, and the record and row it came through. Free of run ids and times, so that
    a plan and the run that carries it out say the same."""

    reason: str
    kind: str = ""
    record: str = ""
    row: str = ""
    proof: str = ""
    renamed_from: str = ""


class Change(msgspec.Struct, frozen=True):
    """`delta` is JSON: for an update {field: [before, after]}, for a delete the whole body, for a create nothing, for a
    rename {"identifier": [before, after], …}. `result` is the hash of the entity after the change ("" when deleted)."""

    op: Op
    blueprint: str
    identifier: str
    delta: bytes
    cause: Cause
    result: str
