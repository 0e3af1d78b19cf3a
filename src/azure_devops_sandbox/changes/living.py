"""What an organization does all day, for a demonstration: work goes on, and nothing is lost.

Unlike `random_change`, which is for tests, this deletes nothing but merged branches, keeps names believable and does
not move the clock.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeAlias, TypeVar

from azure_devops_sandbox.seeding.names import WORDS, title
from azure_devops_sandbox.state.git_clone import NoGit
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pull_requests import PullRequest
from azure_devops_sandbox.state.records import Repository

from . import Changes
from .random_builds import build_change
from .random_change import create_item, update_item

_Doing: TypeAlias = Callable[[Organization, Changes, random.Random], str | None]
ThingT = TypeVar("ThingT")
_ENDINGS = ("service", "worker", "client", "next", "tools", "site")


def live_a_little(organization: Organization, rng: random.Random) -> list[str]:
    """Do one to three plausible things and see what became of attached repositories; tell what was done."""
    changes = Changes(organization)
    told = [
        news
        for one in list(organization.repositories.values())
        if one.clone is not None and (news := _news(changes, one)) is not None
    ]
    for doing in rng.choices(_DOINGS, _WEIGHTS, k=rng.choice((1, 1, 2, 3))):
        done = doing(organization, changes, rng)
        told += [done] if done is not None else []
    return told


def _news(changes: Changes, attached: Repository) -> str | None:
    try:
        return f"new commits in {attached.name}" if changes.read_clone(attached) else None
    except NoGit as error:
        return str(error)


def _any(rng: random.Random, things: list[ThingT]) -> ThingT | None:
    return rng.choice(things) if things else None


def _a_repository(organization: Organization, rng: random.Random) -> Repository | None:
    ours = [
        one
        for one in organization.repositories.values()
        if one.deleted is None and not one.disabled and one.clone is None and one.default_branch is not None
    ]
    return _any(rng, [one for one in ours if organization.projects[one.project].state == "wellFormed"])


def _commit(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    found = _a_repository(organization, rng)
    if found is None:
        return None
    word = rng.choice(WORDS)
    path = f"/docs/notes/{word}.md" if rng.random() < 0.5 else "/README.md"
    changes.set_file(found.id, path, f"# {found.name}\n\n{title(rng)}: see the {word}.\n")
    return f"committed {path} to {found.name}"


def _branch(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    found = _a_repository(organization, rng)
    if found is None:
        return None
    name = f"feature/{rng.choice(WORDS).replace(' ', '-')}-{organization.next_number('live branch')}"
    changes.create_branch(found.id, name)
    return f"created branch {name} in {found.name}"


def _open_pull_request(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    found = _a_repository(organization, rng)
    if found is None:
        return None
    words, number = title(rng), organization.next_number("live branch")
    branch = f"feature/{words.lower().replace(' ', '-')}-{number}"
    changes.create_branch(found.id, branch)
    changes.set_file(found.id, f"/docs/notes/{number}.md", f"# {words}\n", branch=branch)
    author = rng.choice(organization.people)
    made = changes.create_pull_request(found.id, words, branch, author=author.id)
    for reviewer in rng.sample(organization.people, min(2, len(organization.people))):
        changes.add_reviewer(made.id, reviewer.id)
    return f"opened pull request {made.id} in {found.name}: {words}"


def _a_pull_request(organization: Organization, rng: random.Random) -> PullRequest | None:
    """Return an open pull request that can be merged, mostly one of the latest."""
    ready = [
        one
        for one in organization.pull_requests.values()
        if one.status == "active" and not one.draft and one.merge_status == "succeeded" and one.fork is None
        and _can_merge(organization, organization.repositories[one.repository], one)
    ]  # fmt: skip
    return _any(rng, ready[-40:])


def _can_merge(organization: Organization, repository: Repository, one: PullRequest) -> bool:
    readable = organization.projects[repository.project].state == "wellFormed" and not repository.disabled
    return (
        readable
        and repository.clone is None
        and repository.deleted is None
        and one.target in repository.heads
    )


def _vote(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    found = _a_pull_request(organization, rng)
    if found is None:
        return None
    voter, vote = rng.choice(organization.people), rng.choices((10, 5, -5), (7, 2, 1))[0]
    changes.vote_on_pull_request(found.id, voter.id, vote)
    return f"{voter.display_name} voted {vote} on pull request {found.id}"


def _merge(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    found = _a_pull_request(organization, rng)
    if found is None:
        return None
    changes.complete_pull_request(found.id, by=rng.choice(organization.people).id)
    told = f"merged pull request {found.id}: {found.title}"
    definition = next(
        (
            one
            for one in organization.definitions.values()
            if one.repository == found.repository and not one.deleted
        ),
        None,
    )
    if definition is not None:
        build = changes.queue_build(definition.id, found.target, "individualCI", message=found.title)
        told += f", and queued build {build.number}"
    return told


def _rename_repository(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    found = _a_repository(organization, rng)
    if found is None:
        return None
    taken = {one.name.casefold() for one in organization.of_project(organization.repositories, found.project)}
    name = f"{rng.choice(WORDS).replace(' ', '-')}-{rng.choice(_ENDINGS)}"
    if name.casefold() in taken:
        return None
    old = found.name
    changes.rename_repository(found.id, name)
    return f"renamed repository {old} to {name}"


def _release(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    definition = _any(rng, [one for one in organization.release_definitions.values() if not one.deleted])
    if definition is None or organization.projects[definition.project].state != "wellFormed":
        return None
    release = changes.create_release(definition.id)
    status = "succeeded" if rng.random() < 0.85 else "failed"
    changes.deploy_release(release.id, 0, status)
    return f"released {release.name}: {status} in its first environment"


def _promote(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    waiting = [
        (one, place)
        for one in organization.releases.values()
        if not one.deleted and organization.projects[one.project].state == "wellFormed"
        for place, state in enumerate(one.environment_statuses)
        if place and state == "notStarted" and one.environment_statuses[place - 1] == "succeeded"
    ]
    found = _any(rng, waiting)
    if found is None:
        return None
    changes.deploy_release(found[0].id, found[1], "succeeded")
    return f"deployed {found[0].name} to its environment {found[1] + 1}"


def _describe(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    project = _any(rng, organization.live_projects())
    if project is None:
        return None
    changes.describe_project(project.id, f"Everything about {project.name}, and the {rng.choice(WORDS)}")
    return f"described project {project.name}"


def _policy(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    policy = _any(rng, [one for one in organization.policies.values() if not one.deleted])
    if policy is None:
        return None
    changes.change_policy(policy.id, enabled=not policy.enabled)
    return f"switched policy {policy.id} {'on' if policy.enabled else 'off'}"


def _sign_in(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    user = _any(rng, list(organization.users.values()))
    if user is None:
        return None
    changes.sign_in(user.id)
    return f"{user.identity.display_name} signed in"


_DOINGS: tuple[_Doing, ...] = (
    update_item, create_item, _commit, _open_pull_request, _vote, _merge, build_change,
    _branch, _rename_repository, _release, _promote, _describe, _policy, _sign_in,
)  # fmt: skip
_WEIGHTS = (24, 8, 8, 10, 10, 10, 28, 2, 2, 4, 4, 1, 1, 4)
