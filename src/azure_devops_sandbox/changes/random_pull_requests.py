"""What happens to pull requests all day: the thing that changes most in an organization."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeAlias

from azure_devops_sandbox.seeding.pull_request_texts import text
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pull_requests import (
    APPROVED,
    REJECTED,
    STRATEGIES,
    SUGGESTIONS,
    WAITING,
    PullRequest,
)
from azure_devops_sandbox.state.records import Identity, Repository

from . import Changes

_OfOne: TypeAlias = Callable[[Changes, random.Random, PullRequest], str | None]
_NEW = 0.28
"""How often somebody makes a new one; a few less than that are closed."""


def pull_request_change(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    """Make a pull request, or change one that is open."""
    repositories = organization.derived("repositories to work in", lambda: _to_work_in(organization))
    if not repositories:
        return None
    if rng.random() < _NEW:
        return _create(changes, rng, rng.choice(list(repositories.values())))
    active = organization.derived(
        "open pull requests",
        lambda: [
            one
            for one in organization.pull_requests.values()
            if one.status == "active" and one.repository in repositories
        ],
    )
    if not active:
        return None
    return rng.choices(_CHOICES, _WEIGHTS)[0](changes, rng, rng.choice(active))


def _to_work_in(organization: Organization) -> dict[str, Repository]:
    """Return the repositories that can be written to."""
    live = {one.id for one in organization.live_projects()}
    return {
        one.id: one
        for one in organization.repositories.values()
        if one.default_branch is not None
        and one.clone is None
        and one.deleted is None
        and not one.disabled
        and one.project in live
    }


def _create(changes: Changes, rng: random.Random, repository: Repository) -> str:
    organization = changes.organization
    says = text(rng)
    number = organization.next_number("random pull request")
    made = changes.create_pull_request(
        repository.id,
        says.title,
        f"{says.branch}-{number}",
        description=says.description,
        author=organization.pick_person(rng).id,
        draft=rng.random() < 0.15,
        labels=list(says.labels),
    )
    for who in rng.sample(organization.people, min(len(organization.people), 2)):
        if who is not made.created_by:
            changes.add_reviewer(made.id, who.id)
    teams = organization.of_project(organization.teams, repository.project)
    if teams and rng.random() < 0.4:
        changes.add_reviewer(made.id, rng.choice(teams).id, required=True)
    return f"created pull request {made.id}"


def _somebody(changes: Changes, rng: random.Random, one: PullRequest) -> str:
    """Return who does something with a pull request: mostly its author, unless that is a service."""
    organization = changes.organization
    own = one.created_by in organization.people and rng.random() < 0.7
    return one.created_by.id if own else organization.pick_person(rng).id


def _vote(changes: Changes, rng: random.Random, one: PullRequest) -> str | None:
    people = [each.subject for each in one.reviewers if isinstance(each.subject, Identity)]
    who = rng.choice(people) if people else changes.organization.pick_person(rng)
    vote = rng.choices((APPROVED, SUGGESTIONS, WAITING, REJECTED), (70, 12, 15, 3))[0]
    changes.vote_on_pull_request(one.id, who.id, vote)
    return f"voted {vote} on pull request {one.id}"


def _complete(changes: Changes, rng: random.Random, one: PullRequest) -> str | None:
    heads = changes.organization.repositories[one.repository].heads
    if one.draft or one.merge_status != "succeeded" or one.target not in heads:
        return None
    strategy = rng.choices(STRATEGIES, (20, 70, 7, 3))[0]
    changes.complete_pull_request(
        one.id, strategy, delete_source=rng.random() < 0.9, by=_somebody(changes, rng, one)
    )
    return f"completed pull request {one.id}"


def _push(changes: Changes, rng: random.Random, one: PullRequest) -> str | None:
    home = one.fork or changes.organization.repositories[one.repository]
    if one.source not in home.heads:
        return None
    words = text(rng)
    changes.set_file(home.id, f"/docs/changes/{one.id}.md", f"# {words.title}\n", branch=one.source)
    return f"pushed to pull request {one.id}"


def _tell(changes: Changes, rng: random.Random, one: PullRequest) -> str | None:
    says = text(rng)
    if rng.random() < 0.4:
        changes.change_pull_request(one.id, title=says.title)
        return f"retitled pull request {one.id}"
    changes.change_pull_request(one.id, description=says.description or "", labels=list(says.labels))
    return f"described pull request {one.id}"


def _draft(changes: Changes, rng: random.Random, one: PullRequest) -> str | None:
    changes.change_pull_request(one.id, draft=not one.draft)
    return f"made pull request {one.id} {'a draft' if one.draft else 'ready'}"


def _reviewer(changes: Changes, rng: random.Random, one: PullRequest) -> str | None:
    who = changes.organization.pick_person(rng)
    if one.reviewer(who.id) is not None:
        changes.remove_reviewer(one.id, who.id)
        return f"took a reviewer off pull request {one.id}"
    changes.add_reviewer(one.id, who.id, required=rng.random() < 0.2)
    return f"asked a reviewer of pull request {one.id}"


def _auto_complete(changes: Changes, rng: random.Random, one: PullRequest) -> str | None:
    if one.auto_complete_by is not None:
        changes.auto_complete_pull_request(one.id, strategy=None)
        return f"took back the completion of pull request {one.id}"
    changes.auto_complete_pull_request(one.id, by=_somebody(changes, rng, one))
    return f"set pull request {one.id} to complete by itself"


def _conflict(changes: Changes, rng: random.Random, one: PullRequest) -> str | None:
    changes.change_pull_request(one.id, merge_status="conflicts")
    return f"pull request {one.id} has conflicts"


def _abandon(changes: Changes, rng: random.Random, one: PullRequest) -> str | None:
    changes.abandon_pull_request(one.id, by=_somebody(changes, rng, one))
    return f"abandoned pull request {one.id}"


def _reactivate(changes: Changes, rng: random.Random, one: PullRequest) -> str | None:
    for each in reversed(changes.organization.pull_requests.values()):
        if each.status == "abandoned" and each.repository == one.repository:
            changes.reactivate_pull_request(each.id)
            return f"reactivated pull request {each.id}"
    return None


_CHOICES: tuple[_OfOne, ...] = (
    _vote, _complete, _push, _tell, _draft, _reviewer, _auto_complete, _conflict, _abandon, _reactivate,
)  # fmt: skip
_WEIGHTS = (30, 44, 14, 8, 5, 6, 4, 2, 4, 1)
