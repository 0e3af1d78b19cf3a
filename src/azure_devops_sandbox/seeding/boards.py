"""The layout of boards: a pure function of sizes, so that the number of columns is known beforehand.

A default team has the columns of its process; other teams named their own columns, as teams do. Several
columns map to one state, and the outer columns are shared names, which makes the column identifiers of
Port's mapping collide across the teams of a project, as they do in real organizations.
"""

from __future__ import annotations

from dataclasses import dataclass

from azure_devops_sandbox.formats import derived_guid
from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.processes import AGILE, CUSTOM, SCRUM, BoardLevel, Process
from azure_devops_sandbox.state.records import Column

_DEFAULT_STEPS = ("Ready", "Doing", "In Review", "Testing", "Accepted")
_OWN_STEPS = ("Refined", "Building", "Peer review (PR)", "Staging", "Sign-off")
EMPTY_GUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class BoardLayout:
    """A board of a team before it has ids."""

    level: BoardLevel
    columns: tuple[Column, ...]


def process_of(project_index: int) -> Process:
    """Return the process template of the project at this place."""
    return (AGILE, AGILE, SCRUM, AGILE, CUSTOM)[project_index % 5]


def team_counts(sizes: Sizes) -> list[int]:
    """Return the number of teams per project: one default team each, the others dealt out unevenly."""
    counts = [1] * sizes.projects
    for index in range(max(0, sizes.teams - sizes.projects)):
        counts[(index * index + index // 3) % sizes.projects] += 1
    return counts


def layouts(process: Process, team_ordinal: int, boards: int) -> list[BoardLayout]:
    """Return the boards of a team; the team with ordinal 0 is the default team."""
    return [BoardLayout(level, _columns(process, level, team_ordinal)) for level in process.levels[:boards]]


def _columns(process: Process, level: BoardLevel, ordinal: int) -> tuple[Column, ...]:
    states = {name: process.types[name].states for name in level.types}
    first, last = next(iter(states.values()))[0], next(iter(states.values()))[-1]
    if ordinal == 0:
        middle: tuple[str, ...] = _DEFAULT_STEPS if len(level.types) > 1 else _DEFAULT_STEPS[1:4]
    else:
        middle = tuple(f"{step} {ordinal}" for step in _OWN_STEPS)
    names = (first, *middle, last)
    columns = []
    for place, name in enumerate(names):
        kind = "incoming" if place == 0 else "outgoing" if place == len(names) - 1 else "inProgress"
        mappings = {one: _state_at(states[one], place, len(names)) for one in level.types}
        columns.append(
            Column(
                id=derived_guid("column", process.name, level.name, ordinal, place),
                name=name,
                item_limit=5 if kind == "inProgress" else 0,
                column_type=kind,
                state_mappings=mappings,
                is_split=kind == "inProgress" and place == 2,
            )
        )
    return tuple(columns)


def _state_at(states: tuple[str, ...], place: int, columns: int) -> str:
    if place == 0:
        return states[0]
    if place == columns - 1:
        return states[-1]
    inner = states[1:-1] or states[:1]
    return inner[(place - 1) * len(inner) // (columns - 2)]


def distinct_columns(sizes: Sizes) -> int:
    """Count the column entities of Port's default mapping: (type, column name, project) without spaces."""
    found: set[tuple[int, str, str]] = set()
    for index, teams in enumerate(team_counts(sizes)):
        for ordinal in range(teams):
            for layout in layouts(process_of(index), ordinal, sizes.boards_per_team):
                for column in layout.columns:
                    found.update(
                        (index, one.replace(" ", ""), column.name.replace(" ", ""))
                        for one in column.state_mappings
                    )
    return len(found)
