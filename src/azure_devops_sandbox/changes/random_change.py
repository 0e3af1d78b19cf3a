"""One random change of the kind that happens all day in an organization."""

from __future__ import annotations

import random
from collections.abc import Callable

from azure_devops_sandbox.seeding.names import WORDS, title
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.processes import PROCESSES

from . import Changes
from .random_builds import build_change, pipeline_change
from .random_people import people_change, planning_change
from .random_pull_requests import pull_request_change

_Choice = Callable[[Organization, Changes, random.Random], str | None]


def random_change(organization: Organization, rng: random.Random) -> str:
    """Change one thing and tell what: mostly work items, builds and pull requests. Moves the clock by seconds."""
    organization.clock.advance(rng.randrange(1, 30))
    changes = Changes(organization)
    while True:
        told = rng.choices(_CHOICES, _WEIGHTS)[0](organization, changes, rng)
        if told is not None:
            return told


def update_item(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    live = organization.derived(
        "live work items", lambda: [o for o in organization.work_items.values() if not o.deleted]
    )
    if not live:
        return None
    item = rng.choice(live)
    states = PROCESSES[organization.projects[item.project].process].types.get(
        str(item.fields["System.WorkItemType"])
    )
    if states is None or rng.random() < 0.5:
        changes.update_work_item(item.id, title=title(rng))
        return f"retitled work item {item.id}"
    changes.update_work_item(item.id, state=rng.choice(states.states))
    return f"changed the state of work item {item.id}"


def create_item(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    projects = organization.live_projects()
    if not projects:
        return None
    project = rng.choice(projects)
    kind = rng.choice(tuple(PROCESSES[project.process].types))
    item = changes.create_work_item(project.id, type=kind, title=title(rng))
    return f"created work item {item.id}"


def _delete_item(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    live = [one.id for one in organization.work_items.values() if one.deleted is None]
    if not live:
        return None
    item = rng.choice(live)
    if rng.random() < 0.7:
        changes.delete_work_item(item)
        return f"deleted work item {item}"
    changes.destroy_work_item(item)
    return f"destroyed work item {item}"


def _restore_item(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    binned = [one.id for one in organization.work_items.values() if one.deleted is not None]
    if not binned:
        return None
    item = rng.choice(binned)
    changes.restore_work_item(item)
    return f"restored work item {item}"


def _move_item(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    live, projects = (
        [one for one in organization.work_items.values() if not one.deleted],
        organization.live_projects(),
    )
    if not live or len(projects) < 2:
        return None
    item, project = rng.choice(live), rng.choice(projects)
    if project.id == item.project:
        return None
    changes.move_work_item(item.id, project.id)
    return f"moved work item {item.id} to {project.name}"


def _repository(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    live = [one for one in organization.repositories.values() if one.deleted is None and one.clone is None]
    hosts = [one for one in organization.live_projects() if one.source_control == "Git"]
    choice = rng.random()
    if hosts and (choice < 0.3 or not live):
        number = organization.next_number("random repository")
        changes.create_repository(rng.choice(hosts).id, f"new repository {number}", {"/README.md": "# New\n"})
        return f"created repository {number}"
    if not live:
        return None
    found = rng.choice(live)
    if choice < 0.6:
        changes.set_file(found.id, "/README.md", f"# {found.name}\n\nNow about the {rng.choice(WORDS)}.\n")
        return f"committed to repository {found.name}"
    if choice < 0.8:
        changes.rename_repository(
            found.id, f"{found.name.split(' ~')[0]} ~{organization.next_number('rename')}"
        )
        return f"renamed repository {found.id}"
    if choice < 0.9:
        changes.delete_repository(found.id)
        return f"deleted repository {found.name}"
    changes.disable_repository(found.id, not found.disabled)
    return f"disabled or enabled repository {found.name}"


def _policy(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    live = [one for one in organization.policies.values() if not one.deleted]
    if not live:
        return None
    policy = rng.choice(live)
    if rng.random() < 0.2:
        changes.delete_policy(policy.id)
        return f"deleted policy {policy.id}"
    changes.change_policy(policy.id, enabled=not policy.enabled)
    return f"changed policy {policy.id}"


def _release(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    definitions = [one.id for one in organization.release_definitions.values() if not one.deleted]
    live = [one.id for one in organization.releases.values() if not one.deleted]
    choice = rng.random()
    if definitions and (choice < 0.5 or not live):
        return f"created release {changes.create_release(rng.choice(definitions)).id}"
    if not live:
        return None
    release = rng.choice(live)
    if choice < 0.9:
        changes.change_release(release, status=rng.choice(("active", "abandoned")))
        return f"changed release {release}"
    changes.delete_release(release)
    return f"deleted release {release}"


def _board(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    if not organization.boards:
        return None
    board = rng.choice(list(organization.boards.values()))
    number = organization.next_number("random column")
    if rng.random() < 0.5:
        changes.add_board_column(board.id, f"Extra {number}")
        return f"added a column to board {board.name}"
    changes.rename_board_column(board.id, rng.choice(board.columns).id, f"Renamed {number}")
    return f"renamed a column of board {board.name}"


def _project(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    projects = organization.live_projects()
    number = organization.next_number("random project")
    if not projects or rng.random() < 0.2:
        return f"created project {changes.create_project(f'New Project {number}').name}"
    found = rng.choice(projects)
    changes.describe_project(found.id, f"Description {number}")
    return f"described project {found.name}"


_CHOICES: tuple[_Choice, ...] = (
    update_item, create_item, _delete_item, _restore_item, _move_item, _repository, _policy, _release, _board,
    _project, people_change, planning_change, build_change, pipeline_change, pull_request_change,
)  # fmt: skip
_WEIGHTS = (50, 15, 4, 2, 2, 10, 4, 8, 2, 2, 4, 3, 60, 4, 45)
