"""Process templates: work item types with their states, board levels, and the policy types.

Template and policy type ids are those of Azure DevOps Services (recorded examples of the areas `core`
and `policy`); states and categories follow the documented Agile and Scrum processes. `Custom` stands
for an inherited process with a type and states of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TypeStates:
    """A work item type with its states from first to last, and the reason that goes with each."""

    name: str
    states: tuple[str, ...]
    reasons: tuple[str, ...]
    effort_field: str | None = None


@dataclass(frozen=True, slots=True)
class BoardLevel:
    """A backlog level that has a board: its name and the types on its cards."""

    name: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Process:
    """A process template."""

    name: str
    template_id: str
    types: Mapping[str, TypeStates]
    levels: tuple[BoardLevel, ...]


EFFORT = "Microsoft.VSTS.Scheduling.Effort"
POINTS = "Microsoft.VSTS.Scheduling.StoryPoints"
_AGILE = ("New", "Active", "Resolved", "Closed")
_AGILE_REASONS = (
    "New",
    "Implementation started",
    "Code complete and unit tests pass",
    "Acceptance tests pass",
)
_SCRUM = ("New", "Approved", "Committed", "Done")
_SCRUM_REASONS = (
    "New backlog item",
    "Approved by the Product Owner",
    "Commitment made by the team",
    "Work finished",
)


def _types(*types: TypeStates) -> dict[str, TypeStates]:
    return {one.name: one for one in types}


AGILE = Process(
    "Agile",
    "adcc42ab-9882-485e-a3ed-7678f01f66bc",
    _types(
        TypeStates("User Story", _AGILE, _AGILE_REASONS, POINTS),
        TypeStates("Bug", _AGILE, ("New", "Approved", "Fixed", "Verified"), EFFORT),
        TypeStates("Feature", _AGILE, _AGILE_REASONS, EFFORT),
        TypeStates("Epic", _AGILE, _AGILE_REASONS, EFFORT),
        TypeStates("Task", ("New", "Active", "Closed"), ("New", "Work started", "Completed")),
        TypeStates("Issue", ("Active", "Closed"), ("New", "Issue Resolved")),
    ),
    (BoardLevel("Stories", ("User Story", "Bug")), BoardLevel("Features", ("Feature",))),
)
SCRUM = Process(
    "Scrum",
    "6b724908-ef14-45cf-84f8-768b5384da45",
    _types(
        TypeStates("Product Backlog Item", _SCRUM, _SCRUM_REASONS, EFFORT),
        TypeStates("Bug", _SCRUM, ("New defect reported", *_SCRUM_REASONS[1:]), EFFORT),
        TypeStates(
            "Feature",
            ("New", "In Progress", "Done"),
            ("New feature", "Implementation started", "Work finished"),
        ),
        TypeStates(
            "Epic", ("New", "In Progress", "Done"), ("New epic", "Implementation started", "Work finished")
        ),
        TypeStates("Task", ("To Do", "In Progress", "Done"), ("New task", "Work started", "Work finished")),
        TypeStates("Impediment", ("Open", "Closed"), ("New impediment", "Impediment removed")),
    ),
    (BoardLevel("Backlog items", ("Product Backlog Item", "Bug")), BoardLevel("Features", ("Feature",))),
)
CUSTOM = Process(
    "Fabrikam Agile",
    "5c3ae8d2-9d17-4f0e-8a3c-2f6f4f0c2b11",
    _types(
        TypeStates(
            "User Story",
            (*_AGILE[:1], "In Review", *_AGILE[1:]),
            ("New", "Moved", *_AGILE_REASONS[1:]),
            POINTS,
        ),
        TypeStates("Bug", _AGILE, ("New", "Approved", "Fixed", "Verified"), EFFORT),
        TypeStates(
            "Risk & Opportunity", ("Proposed", "Active", "Removed"), ("New", "Accepted", "Removed"), EFFORT
        ),
        TypeStates("Epic", _AGILE, _AGILE_REASONS, EFFORT),
        TypeStates("Task", ("New", "Active", "Closed"), ("New", "Work started", "Completed")),
    ),
    (BoardLevel("Stories", ("User Story", "Bug", "Risk & Opportunity")), BoardLevel("Epics", ("Epic",))),
)
PROCESSES: Mapping[str, Process] = {one.name: one for one in (AGILE, SCRUM, CUSTOM)}

FINAL_STATES = frozenset({"Closed", "Done", "Removed"})

MINIMUM_REVIEWERS = "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"
WORK_ITEM_LINKING = "40e92b44-2fe1-4dd6-b3d8-74a9c21d0c6e"
BUILD = "0609b952-1397-4640-95ec-e00a01b2c241"
REQUIRED_REVIEWERS = "fd2167ab-b0be-447a-8ec8-39368250530e"
POLICY_TYPES: Mapping[str, tuple[str, str]] = {
    MINIMUM_REVIEWERS: ("Minimum number of reviewers", "Asks for a number of approvals before completion"),
    WORK_ITEM_LINKING: ("Work item linking", "Asks for a linked work item before completion"),
    BUILD: ("Build", "Asks for a successful build before completion"),
    REQUIRED_REVIEWERS: ("Required reviewers", "Adds reviewers for chosen paths"),
}
"""Policy type id to its display name and description."""
