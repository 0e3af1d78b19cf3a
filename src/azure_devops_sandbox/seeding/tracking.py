"""Seeds work items with their revisions and links."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.processes import FINAL_STATES, PROCESSES, TypeStates
from azure_devops_sandbox.state.records import Board, Fields, Project, Relation, Team, WorkItem

from .names import TAGS, description, title

CHILD = "System.LinkTypes.Hierarchy-Forward"
PARENT = "System.LinkTypes.Hierarchy-Reverse"
_FIRST_DAYS = 400


@dataclass(frozen=True, slots=True)
class _Place:
    """Where work items of a project go: the team that owns the area, its path and its boards."""

    project: Project
    team: Team
    area: str
    boards: tuple[Board, ...]


def seed_work_items(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Add open or recent work items, old closed ones, and a few in the recycle bin."""
    places = _places(organization)
    if not places:
        return
    binned = sizes.stale_work_items // 10
    kinds = ["open"] * sizes.work_items + ["stale"] * sizes.stale_work_items + ["binned"] * binned
    rng.shuffle(kinds)
    history: list[tuple[datetime, int, int, Fields]] = []
    weights = [1 / (1 + index) ** 0.4 for index in range(len(places))]
    step = timedelta(days=_FIRST_DAYS) / max(1, len(kinds) + 1)
    origin = organization.clock.now() - timedelta(days=_FIRST_DAYS + 30)
    last_of_project: dict[str, WorkItem] = {}
    for index, kind in enumerate(kinds):
        place = rng.choices(places, weights)[0]
        item = _work_item(organization, place, kind, origin + step * index, rng, history)
        _link(item, last_of_project.get(place.project.id), rng)
        last_of_project[place.project.id] = item
    history.sort(key=lambda row: (row[0], row[1], row[2]))
    for changed, item_id, rev, fields in history:
        organization.revise(organization.work_items[item_id], fields, changed, rev=rev)
    _throw_away(organization, kinds)


def _places(organization: Organization) -> list[_Place]:
    places = []
    for project in organization.live_projects():
        for team in organization.of_project(organization.teams, project.id):
            default = team.id == project.default_team
            boards = organization.of_project(organization.boards, project.id)
            places.append(
                _Place(
                    project,
                    team,
                    project.name if default else f"{project.name}\\{team.name}",
                    tuple(board for board in boards if board.team == team.id),
                )
            )
    return places


def _work_item(
    organization: Organization,
    place: _Place,
    kind: str,
    created: datetime,
    rng: random.Random,
    history: list[tuple[datetime, int, int, Fields]],
) -> WorkItem:
    now = organization.clock.now()
    types = PROCESSES[place.project.process].types
    chosen = types[rng.choice(tuple(types))]
    created = created.replace(microsecond=rng.randrange(1000) * 1000)
    state, changed = _state_and_change(chosen, kind, created, now, rng)
    fields = _fields(organization, place, chosen, state, created, changed, rng)
    item = WorkItem(id=organization.next_number("work item"), rev=1, project=place.project.id, fields=fields)
    organization.work_items[item.id] = item
    if changed == created:
        history.append((changed, item.id, 1, fields))
        return item
    first = dict(fields)
    first.update(first_state(chosen, place.boards, created))
    first["System.ChangedBy"] = first["System.CreatedBy"]
    history.append((created, item.id, 1, first))
    history.append((changed, item.id, 2, fields))
    return item


def _state_and_change(
    chosen: TypeStates, kind: str, created: datetime, now: datetime, rng: random.Random
) -> tuple[str, datetime]:
    """Choose state and last change so that `open` items pass the filter of Port's mapping and `stale` do not."""
    final = [state for state in chosen.states if state in FINAL_STATES] or [chosen.states[-1]]
    if kind == "open" and rng.random() < 0.15:
        return rng.choice(final), now - timedelta(seconds=rng.randrange(60, 5 * 86_400))
    if kind == "open":
        open_states = [state for state in chosen.states if state not in FINAL_STATES]
        changed = created if rng.random() < 0.3 else created + (now - created) * rng.random()
        return rng.choice(open_states), changed.replace(microsecond=created.microsecond)
    return rng.choice(final), created + timedelta(hours=rng.randrange(2, 400))


def _fields(
    organization: Organization,
    place: _Place,
    chosen: TypeStates,
    state: str,
    created: datetime,
    changed: datetime,
    rng: random.Random,
) -> dict[str, Any]:
    author, editor = organization.pick_person(rng), organization.pick_person(rng)
    subject = title(rng)
    fields: dict[str, Any] = {
        "System.AreaPath": place.area,
        "System.TeamProject": place.project.name,
        "System.IterationPath": f"{place.project.name}\\Sprint {rng.randrange(1, 9)}",
        "System.WorkItemType": chosen.name,
        "System.State": state,
        "System.Reason": chosen.reasons[chosen.states.index(state)],
        "System.CreatedDate": created,
        "System.CreatedBy": author,
        "System.ChangedDate": changed,
        "System.ChangedBy": editor,
        "System.CommentCount": rng.randrange(4),
        "System.Title": subject,
        "Microsoft.VSTS.Common.StateChangeDate": changed,
        "Microsoft.VSTS.Common.Priority": rng.randrange(1, 5),
    }
    if rng.random() < 0.7:
        fields["System.AssignedTo"] = organization.pick_person(rng)
    if rng.random() < 0.8:
        fields["System.Description"] = description(rng, subject)
    if rng.random() < 0.4:
        fields["System.Tags"] = "; ".join(sorted(rng.sample(TAGS, rng.randrange(1, 3))))
    if chosen.effort_field and rng.random() < 0.6:
        fields[chosen.effort_field] = float(rng.choice((0.5, 1, 2, 3, 5, 8, 13)))
    fields.update(board_fields(place.boards, chosen.name, state, rng))
    return fields


def board_fields(boards: tuple[Board, ...], type_name: str, state: str, rng: random.Random) -> dict[str, Any]:
    """Return the fields that place a card on the first of these boards that takes it."""
    for board in boards:
        fitting = [one for one in board.columns if one.state_mappings.get(type_name) == state]
        if fitting:
            column = rng.choice(fitting)
            marker = f"WEF_{board.id.replace('-', '').upper()}"
            return {
                "System.BoardColumn": column.name,
                "System.BoardColumnDone": column.is_split and rng.random() < 0.5,
                f"{marker}_Kanban.Column": column.name,
                f"{marker}_Kanban.Column.Done": False,
            }
    return {}


def first_state(chosen: TypeStates, boards: tuple[Board, ...], created: datetime) -> dict[str, Any]:
    """Return the fields of the state in which a work item of this type begins."""
    return {
        "System.State": chosen.states[0],
        "System.Reason": chosen.reasons[0],
        "System.ChangedDate": created,
        "Microsoft.VSTS.Common.StateChangeDate": created,
        **board_fields(boards, chosen.name, chosen.states[0], random.Random(0)),
    }


def _link(item: WorkItem, before: WorkItem | None, rng: random.Random) -> None:
    chance = rng.random()
    attributes = {"isLocked": False, "name": "Parent"}
    if before is not None and chance < 0.25:
        item.relations = (Relation(PARENT, before.id, None, attributes),)
        before.relations = (
            *before.relations,
            Relation(CHILD, item.id, None, {"isLocked": False, "name": "Child"}),
        )
    elif chance > 0.9:
        item.relations = (Relation("Hyperlink", None, "https://example.com/notes", {"comment": "Notes"}),)


def _throw_away(organization: Organization, kinds: list[str]) -> None:
    for item, kind in zip(list(organization.work_items.values()), kinds, strict=True):
        if kind != "binned":
            continue
        when = organization.clock.now() - timedelta(days=3, minutes=item.id % 900)
        item.deleted, item.deleted_by = when, organization.owner
        fields = {**item.fields, "System.ChangedDate": when, "System.ChangedBy": organization.owner}
        organization.revise(item, fields, when, deleted=True)
