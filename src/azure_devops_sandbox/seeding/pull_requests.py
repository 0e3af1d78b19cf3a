"""Seeds pull requests and the branches that they and others left behind.

Most were made or closed within the last month, in working hours; an old one is closed, or was forgotten.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from azure_devops_sandbox.formats import object_id
from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pull_requests import (
    APPROVED,
    NO_VOTE,
    REJECTED,
    SUGGESTIONS,
    WAITING,
    PullRequest,
    Reviewer,
)
from azure_devops_sandbox.state.records import Identity, Repository, Team

from . import company
from .names import account
from .pull_request_texts import PLACES, text

_RECENT = 32
"""Days within which most of them were made."""
_TYPICAL_LIFE = math.log(14 * 3_600)
"""Logarithm of the seconds for which half of them are open."""
_FORGOTTEN = 0.02
"""The part that nobody ever closes."""
_ABANDONED = 0.09
_NOBODY_LOOKED = timedelta(hours=2)
"""So long after it was made, almost nobody has voted."""


@dataclass(frozen=True, slots=True)
class _Crew:
    """Who works in a repository, and their habits."""

    people: Sequence[Identity]
    teams: Sequence[Team]
    bots: Sequence[Identity]
    items: Sequence[int]
    places: Sequence[str]
    forks: Sequence[Repository]
    style: int


def seed_pull_requests(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Add pull requests to the repositories that have a branch, most of them to a few."""
    targets = [one for one in organization.repositories.values() if one.default_branch is not None]
    if not targets:
        return
    crews = {one.id: _crew(organization, one, rng) for one in targets}
    order = rng.sample(targets, len(targets))
    chosen = rng.choices(
        order, [1 / (place + 4) ** 0.7 for place in range(len(order))], k=sizes.pull_requests
    )
    moments = sorted(
        ((max(_moment(organization, rng), one.created + timedelta(hours=2)), one) for one in chosen),
        key=lambda pair: pair[0],
    )
    for created, repository in moments:
        one = _made(organization, repository, crews[repository.id], created, rng)
        _end(organization, one, crews[repository.id], rng)
        _review(one, crews[repository.id], organization.clock.now(), rng)
        _leave_branch(one, repository, organization)
        organization.pull_requests[one.id] = one


def _crew(organization: Organization, repository: Repository, rng: random.Random) -> _Crew:
    project = repository.project
    items = organization.of_project(organization.work_items, project)
    bots = [one.identity for one in organization.users.values() if one.kind == "svc"]
    return _Crew(
        people=rng.sample(organization.people, min(len(organization.people), rng.randrange(4, 11))),
        teams=organization.of_project(organization.teams, project),
        bots=bots[:1],
        items=[one.id for one in items if one.deleted is None],
        places=company.places(organization.projects[project].name) or PLACES,
        forks=[
            one
            for one in organization.repositories.values()
            if one.parent == repository.id and one.default_branch is not None
        ],
        style=rng.choices((0, 1, 2), (5, 3, 2))[0],
    )


def _moment(organization: Organization, rng: random.Random) -> datetime:
    """Return a moment in working hours, on a working day more often than not."""
    now = organization.clock.now()
    while True:
        days = rng.randrange(_RECENT) if rng.random() < 0.78 else _RECENT + int(rng.expovariate(1 / 70))
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
        moment = midnight + timedelta(
            seconds=int(rng.triangular(6, 20, 13) * 3_600), microseconds=rng.randrange(10**6)
        )
        if moment < now - timedelta(minutes=2) and (moment.weekday() < 5 or rng.random() < 0.1):
            return moment


def _made(
    organization: Organization, repository: Repository, crew: _Crew, created: datetime, rng: random.Random
) -> PullRequest:
    """Return a new pull request, active and without reviewers."""
    number = organization.next_number("pull request")
    item = rng.choice(crew.items) if crew.items and rng.random() < 0.6 else None
    says = text(rng, crew.places, item, crew.style)
    bot = says.kind.branch == "dependencies" and bool(crew.bots)
    author = crew.bots[0] if bot else rng.choice(crew.people)
    branch = says.branch
    if not bot and rng.random() < 0.15:
        branch = f"users/{account(author.display_name) or 'me'}/{branch.split('/')[-1]}"
    fork = rng.choice(crew.forks) if crew.forks and rng.random() < 0.3 else None
    source = f"refs/heads/{branch}"
    if source in (fork or repository).heads:
        source += f"-{number}"
    target = str(repository.default_branch)
    found = PullRequest(
        id=number,
        repository=repository.id,
        title=says.title,
        description=says.description,
        source=source,
        target=target,
        created_by=author,
        created=created,
        draft=rng.random() < 0.02,
        fork=fork,
        base=repository.trees[target],
        labels=says.labels,
        work_items=(item,) if item is not None else (),
    )
    found.follow(object_id(repository.id, source, 0), repository.heads[target])
    return found


def _end(organization: Organization, one: PullRequest, crew: _Crew, rng: random.Random) -> None:
    """Close a pull request if its time has come."""
    end = one.created + timedelta(seconds=600 + rng.lognormvariate(_TYPICAL_LIFE, 1.3))
    if end > organization.clock.now() or rng.random() < _FORGOTTEN:
        one.draft = one.draft or rng.random() < 0.16
        one.merge_status = rng.choices(("succeeded", "conflicts", "queued"), (88, 9, 3))[0]
        if one.merge_status != "succeeded":
            one.merge_commit = None
        if not one.draft and rng.random() < 0.15:
            one.auto_complete_by, one.strategy = one.created_by, "squash"
        return
    one.closed, one.closed_by = end, rng.choice((one.created_by, rng.choice(crew.people)))
    if rng.random() < _ABANDONED:
        one.status = "abandoned"
        return
    one.status, one.draft = "completed", False
    one.strategy = rng.choices(("squash", "noFastForward", "rebase", "rebaseMerge"), (70, 20, 7, 3))[0]
    one.delete_source = rng.random() < 0.9


def _review(one: PullRequest, crew: _Crew, now: datetime, rng: random.Random) -> None:
    """Ask people and perhaps a team, and let them vote as the status says."""
    others = [person for person in crew.people if person is not one.created_by]
    one.reviewers = [
        Reviewer(who) for who in rng.sample(others, min(len(others), rng.choice((1, 1, 2, 2, 3))))
    ]
    if crew.teams and rng.random() < 0.4:
        one.reviewers.insert(0, Reviewer(rng.choice(crew.teams), required=rng.random() < 0.7))
    for reviewer in [reviewer for reviewer in one.reviewers if isinstance(reviewer.subject, Identity)]:
        reviewer.required = rng.random() < 0.1
        vote = _vote(one, fresh=one.created > now - _NOBODY_LOOKED, rng=rng)
        if vote != NO_VOTE and isinstance(reviewer.subject, Identity):
            one.vote(reviewer.subject, vote)


def _vote(one: PullRequest, *, fresh: bool, rng: random.Random) -> int:
    votes = (APPROVED, SUGGESTIONS, NO_VOTE, WAITING, REJECTED)
    if one.status == "completed":
        return rng.choices(votes, (80, 8, 12, 0, 0))[0]
    if one.status == "abandoned":
        return rng.choices(votes, (8, 2, 65, 15, 10))[0]
    return rng.choices(votes, (2, 0, 95, 3, 0) if one.draft or fresh else (28, 6, 50, 14, 2))[0]


def _leave_branch(one: PullRequest, repository: Repository, organization: Organization) -> None:
    """Add the source branch, unless it went with the completion."""
    if one.status == "active" or not one.delete_source:
        home = one.fork or repository
        home.heads[one.source], home.trees[one.source] = one.source_commit, one.base
