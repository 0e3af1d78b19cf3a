"""Small random organizations, and what happens in them: everyday changes, and now and then a large one."""

from __future__ import annotations

import random
from collections.abc import Callable

from azure_devops_sandbox import Organization, Sizes, seeded
from azure_devops_sandbox.changes.random_change import random_change
from azure_devops_sandbox.state.records import Repository

DAY = 86_400.0

Change = Callable[[Organization, random.Random], str]
"""Changes something and tells what; "" where there is nothing to change in this way."""


def small_organization(seed: int) -> Organization:
    """An organization with a few of every kind."""
    rng = random.Random(f"organization {seed}")
    projects = rng.randrange(3, 6)
    sizes = Sizes(
        projects=projects,
        repositories=rng.randrange(4, 9),
        policies=rng.randrange(4, 9),
        teams=projects + rng.randrange(2),
        boards_per_team=1,
        work_items=rng.randrange(10, 25),
        stale_work_items=rng.randrange(3, 12),
        releases=rng.randrange(5, 11),
        extra_projects=rng.randrange(3),
    )
    return seeded(seed, sizes)


def make_history(organization: Organization, rng: random.Random) -> list[str]:
    """Some changes; returns what they were."""
    told = [random_change(organization, rng) for _ in range(rng.randrange(3, 18))]
    for _ in range(rng.randrange(1, 6)):
        what = rng.choice(LARGE)(organization, rng)
        if what:
            told.append(what)
    return told


def one_change(organization: Organization, rng: random.Random) -> str:
    """One change that moves rows in listings: what is there appears, vanishes or goes elsewhere."""
    choices: tuple[Change, ...] = (*LARGE, random_change)
    while not (told := rng.choice(choices)(organization, rng)):
        continue
    return told


def _rename_project(organization: Organization, rng: random.Random) -> str:
    project = rng.choice(organization.live_projects())
    # A name before or behind the others: listings by name shift.
    name = f"{rng.choice(('AAA', 'zzz'))} {organization.next_number('renamed project')}"
    old = project.name
    organization.changes.rename_project(project.id, name)
    return f"renamed project {old} to {name}"


def _delete_project(organization: Organization, rng: random.Random) -> str:
    live = organization.live_projects()
    if len(live) < 3:
        return ""
    project = rng.choice(live)
    organization.changes.delete_project(project.id)
    return f"deleted project {project.name}"


def _restore_project(organization: Organization, rng: random.Random) -> str:
    deleted = [one for one in organization.projects.values() if one.state == "deleted"]
    if not deleted:
        return ""
    project = rng.choice(deleted)
    organization.changes.restore_project(project.id)
    return f"restored project {project.name}"


def _repositories(organization: Organization) -> list[Repository]:
    live = {one.id for one in organization.live_projects()}
    return [one for one in organization.repositories.values() if one.deleted is None and one.project in live]


def _delete_repository(organization: Organization, rng: random.Random) -> str:
    found = rng.choice(_repositories(organization) or [None])
    if found is None:
        return ""
    organization.changes.delete_repository(found.id)
    return f"deleted repository {found.name}"


def _restore_repository(organization: Organization, rng: random.Random) -> str:
    deleted = [one for one in organization.repositories.values() if one.deleted is not None]
    if not deleted:
        return ""
    found = rng.choice(deleted)
    organization.changes.restore_repository(found.id)
    return f"restored repository {found.name}"


def _move_repository(organization: Organization, rng: random.Random) -> str:
    found = rng.choice(_repositories(organization) or [None])
    project = rng.choice(organization.live_projects())
    if found is None or found.project == project.id:
        return ""
    organization.changes.move_repository(found.id, project.id)
    return f"moved repository {found.name} to {project.name}"


def _change_default_branch(organization: Organization, rng: random.Random) -> str:
    found = rng.choice([one for one in _repositories(organization) if one.heads] or [None])
    if found is None:
        return ""
    branch = f"refs/heads/trunk-{organization.next_number('trunk')}"
    organization.changes.create_branch(found.id, branch)
    organization.changes.set_default_branch(found.id, branch)
    return f"made {branch} the default branch of {found.name}"


def _remove_file(organization: Organization, rng: random.Random) -> str:
    full = [
        one
        for one in _repositories(organization)
        if one.default_branch and "/README.md" in one.trees[one.default_branch]
    ]
    if not full:
        return ""
    found = rng.choice(full)
    organization.changes.remove_file(found.id, "/README.md")
    return f"removed the README.md of {found.name}"


def _leave_filter(organization: Organization, rng: random.Random) -> str:
    live = [
        one
        for one in organization.work_items.values()
        if one.deleted is None and organization.projects[one.project].state == "wellFormed"
    ]
    if not live:
        return ""
    item = rng.choice(live)
    organization.changes.update_work_item(item.id, state="Closed")
    organization.changes.backdate_work_item(item.id, 30)
    return f"closed work item {item.id}, thirty days ago"


def _days_pass(organization: Organization, rng: random.Random) -> str:
    days = rng.randrange(1, 4)
    organization.clock.advance(days * DAY)
    return f"{days} days passed"


def _remove_column(organization: Organization, rng: random.Random) -> str:
    wide = [one for one in organization.boards.values() if len(one.columns) > 3]
    if not wide:
        return ""
    board = rng.choice(wide)
    column = rng.choice(board.columns[1:-1])
    organization.changes.remove_board_column(board.id, column.id)
    return f"removed column {column.name} of board {board.name}"


def _delete_release(organization: Organization, rng: random.Random) -> str:
    live = [one.id for one in organization.releases.values() if not one.deleted]
    if not live:
        return ""
    release = rng.choice(live)
    organization.changes.delete_release(release)
    return f"deleted release {release}"


def _restore_release(organization: Organization, rng: random.Random) -> str:
    deleted = [one.id for one in organization.releases.values() if one.deleted]
    if not deleted:
        return ""
    release = rng.choice(deleted)
    organization.changes.restore_release(release)
    return f"restored release {release}"


def _delete_policy(organization: Organization, rng: random.Random) -> str:
    live = [one.id for one in organization.policies.values() if not one.deleted]
    if not live:
        return ""
    policy = rng.choice(live)
    organization.changes.delete_policy(policy)
    return f"deleted policy {policy}"


def _delete_work_items(organization: Organization, rng: random.Random) -> str:
    live = [one.id for one in organization.work_items.values() if one.deleted is None]
    chosen = rng.sample(live, min(len(live), 3))
    for item in chosen:
        organization.changes.delete_work_item(item)
    return f"deleted work items {chosen}" if chosen else ""


def _age_pull_request(organization: Organization, rng: random.Random) -> str:
    closed = [one for one in organization.pull_requests.values() if one.closed is not None]
    if not closed:
        return ""
    one, days = rng.choice(closed), rng.randrange(2, 9)
    organization.changes.backdate_pull_request(one.id, days)
    return f"pull request {one.id} was closed {days} days earlier"


def _disable_repository(organization: Organization, rng: random.Random) -> str:
    found = rng.choice(_repositories(organization) or [None])
    if found is None:
        return ""
    organization.changes.disable_repository(found.id)
    return f"disabled repository {found.name}"


def _delete_builds(organization: Organization, rng: random.Random) -> str:
    live = [one.id for one in organization.builds.values() if one.deleted is None]
    chosen = rng.sample(live, min(len(live), 3))
    for one in chosen[:2]:
        organization.changes.delete_build(one)
    for one in chosen[2:]:
        organization.changes.purge_build(one)
    return f"deleted builds {chosen[:2]}, and purged {chosen[2:]}" if chosen else ""


LARGE: tuple[Change, ...] = (
    _rename_project, _delete_project, _restore_project, _delete_repository, _restore_repository, _move_repository,
    _change_default_branch, _remove_file, _leave_filter, _days_pass, _remove_column, _delete_release,
    _restore_release, _delete_policy, _delete_work_items, _delete_work_items, _age_pull_request, _disable_repository,
    _delete_builds,
)  # fmt: skip
