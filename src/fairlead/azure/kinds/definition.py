"""What a kind's file holds: its `KindSpec`, and how one JSON object of it becomes records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from fairlead.azure.http.calls import Query
from fairlead.model.kinds import FetchSpec, KindSpec
from fairlead.model.records import Reference
from fairlead.model.source import Parents


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A record but for what the reader adds: number and hash. Fields as in `model.records.Record`."""

    key: str
    parent: str
    body: bytes
    version: int | None = None
    references: tuple[Reference, ...] = ()
    failure: str = ""


Drafts = Callable[[bytes, str, Parents], tuple[Draft, ...]]
"""(object, scope of the walk, known parents) -> its records; none where the object is not one of the kind's."""

Fill = Mapping[str, str]
"""What fills a route's path."""

Locate = Callable[[str, str, Parents], Fill | None]
"""(key, parent key, known parents) -> what fills the point read's path; None where a parent is not known."""


def _no_query(_fetch: FetchSpec, _part: str) -> Query:
    return ()


def _no_detail(_fetch: FetchSpec) -> bool:
    return False


def _everything(_fetch: FetchSpec, _body: bytes) -> bool:
    return True


def _plain(_fetch: FetchSpec, body: bytes) -> bytes:
    return body


def _anything(_key: str, _body: bytes) -> None:
    return None


class Kind(msgspec.Struct, frozen=True):
    """A kind's spec and functions.

    `detail` says how a detail read completes an item: it *replace*s it, is *merge*d over it, or the kind has a reader
    of its *own*; `wants_detail` whether a fetch-spec needs it. `parts` are the shares that a listing is walked in (see
    `model.readings.Chain`). `query` are the listing's filters for a part, `fits` checks that they took effect (unknown
    parameters are ignored silently). `as_listed` makes a point read's body
    equal to the listing's. `relist`: a point read answers 404 for objects that a listing still shows, so after one the
    parent's listing is looked through. `attempts`: how often a listing's request is sent, 0 = as usual. `check` raises
    IncompleteReading where an object's own answer lacks what the kind lives on, or is another object's.
    """

    spec: KindSpec
    drafts: Drafts
    locate: Locate
    detail: Literal["", "replace", "merge", "own"] = ""
    wants_detail: Callable[[FetchSpec], bool] = _no_detail
    parts: tuple[str, ...] = ("",)
    query: Callable[[FetchSpec, str], Query] = _no_query
    fits: Callable[[FetchSpec, bytes], bool] = _everything
    as_listed: Callable[[FetchSpec, bytes], bytes] = _plain
    relist: bool = False
    attempts: int = 0
    check: Callable[[str, bytes], None] = _anything
