"""`board`: every board of every team, with its columns; and `column`, derived from it."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.errors import IncompleteReading
from fairlead.model.kinds import Derivation, FetchSpec, KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents


class _Head(msgspec.Struct, frozen=True):
    id: str


class _Column(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    state_mappings: dict[str, msgspec.Raw]


class _Whole(msgspec.Struct, frozen=True):
    id: str
    columns: list[_Column]


def _check(key: str, body: bytes) -> None:
    """Columns are entities of their own, so an answer that is short of them would delete them. A board cannot be
    without columns; a column may be without mappings, but then it says so."""
    board = decode(body, _Whole, f"board {key}")
    if board.id.lower() != key:
        raise IncompleteReading(f"board {key}: the answer is board {board.id}")
    if not board.columns:
        raise IncompleteReading(f"board {key}: the answer has no columns")


def _drafts(raw: bytes, scope: str, parents: Parents) -> tuple[Draft, ...]:
    head = decode(raw, _Head, "a board")
    team = parents.get("team", {}).get(scope)
    if team is None:
        return (Draft(head.id.lower(), scope, raw, failure=f"the board's team {scope} is not known"),)
    return (Draft(head.id.lower(), scope, raw, None, (Reference("__project", "project", team.parent),)),)


def _locate(key: str, parent: str, parents: Parents) -> Fill | None:
    team = parents.get("team", {}).get(parent)
    return {"project": team.parent, "team": parent, "id": key} if team else None


def _always(_fetch: FetchSpec) -> bool:
    return True


_ONE = Route("{project}/{team}/_apis/work/boards/{id}", "7.1")

KIND = Kind(
    KindSpec(
        kind="board",
        parent="team",
        listings=(Listing(Route("{project}/{team}/_apis/work/boards", "7.1"), per="team", paging="single"),),
        read=_ONE,
        detail=_ONE,
        scope="vso.work",
        probe=Route("{project}/_apis/work/boards", "7.1"),
        cost="per object",
    ),
    _drafts,
    _locate,
    detail="merge",
    wants_detail=_always,
    # A team without area settings answers 500 for ever; more attempts would only cost time.
    attempts=2,
    check=_check,
)

COLUMN = Derivation(
    kind="column",
    base="board",
    items=(
        ". as $board | .columns[]? | . as $column | .stateMappings // {} | to_entries[]"
        " | $column + {__board: $board, __stateType: .key, __stateName: .value}"
    ),
    key='(.id | tostring) + "/" + .__stateType',
)
"""One record per column and work item type that it holds; a column without state mappings gives none."""
