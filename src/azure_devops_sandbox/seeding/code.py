"""Seeds Git repositories and policy configurations."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from azure_devops_sandbox.formats import guid, object_id
from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.processes import (
    BUILD,
    MINIMUM_REVIEWERS,
    REQUIRED_REVIEWERS,
    WORK_ITEM_LINKING,
)
from azure_devops_sandbox.state.records import Policy, Project, Repository

from . import company
from .names import REPOSITORIES, WORDS

_POLICY_TYPES = (
    MINIMUM_REVIEWERS,
    MINIMUM_REVIEWERS,
    WORK_ITEM_LINKING,
    WORK_ITEM_LINKING,
    BUILD,
    REQUIRED_REVIEWERS,
)


def seed_repositories(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Add repositories to the projects that have Git; the first projects hold the most."""
    hosts = [
        one
        for one in organization.projects.values()
        if one.source_control == "Git" and one.state == "wellFormed"
    ]
    taken: dict[str, int] = {}
    for index in range(sizes.repositories):
        host = hosts[index] if index < len(hosts) else hosts[int(len(hosts) * rng.random() ** 1.6)]
        place = taken.get(host.id, 0)
        taken[host.id] = place + 1
        name = host.name if place == 0 else _name(host, place, sizes)
        repository = Repository(
            id=guid(rng),
            name=name,
            project=host.id,
            default_branch=None,
            created=organization.clock.now() - timedelta(days=rng.randrange(10, 900)),
        )
        _fill(repository, index, rng)
        organization.repositories[repository.id] = repository
    _forks(organization, rng)


def _name(host: Project, place: int, sizes: Sizes) -> str:
    if sizes.company:
        return company.repository_name(host.name, place - 1)
    word = REPOSITORIES[place % len(REPOSITORIES)]
    return word if place < len(REPOSITORIES) else f"{word}-{place}"


def _fill(repository: Repository, index: int, rng: random.Random) -> None:
    if index % 23 == 4:
        return
    branch = "refs/heads/master" if index % 7 == 3 else "refs/heads/main"
    files = _files(repository.name, index, rng)
    repository.default_branch = branch
    for name in (
        branch,
        *(f"refs/heads/feature/{rng.choice(WORDS).replace(' ', '-')}" for _ in range(index % 3)),
    ):
        repository.trees[name] = files
        repository.heads[name] = object_id(repository.id, name, 0)
    repository.disabled = index % 29 == 6


def _files(name: str, index: int, rng: random.Random) -> dict[str, bytes]:
    files: dict[str, bytes] = {"/src/main.py": f"print({name!r})\n".encode()}
    if index % 5 != 2:
        files["/README.md"] = f"# {name}\n\nAbout the {rng.choice(WORDS)}.\n".encode()
    if index % 2 == 0:
        files["/CODEOWNERS"] = f"* @{rng.choice(WORDS).split()[0]}\n".encode()
    if index % 17 == 5:
        files["/README.md"] = b""
    if index % 19 == 8:
        files["/README.md"] = b"\xef\xbb\xbf# " + name.encode() + b"\r\n\r\nWith a byte order mark.\r\n"
    if index % 13 == 9:
        files["/README.md"] = b"# Caf\xe9 men\xfc\n\nNot UTF-8.\n"
    if index % 4 == 1:
        files["/docs/guide/start here.md"] = b"Start here.\n"
        files["/azure-pipelines.yml"] = b"trigger:\n- main\n"
    if index % 31 == 12:
        files["/logo.png"] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
    return files


def _forks(organization: Organization, rng: random.Random) -> None:
    full = [one for one in organization.repositories.values() if one.default_branch and not one.disabled]
    for repository in full[11::37]:
        parent = rng.choice(full)
        if parent is not repository:
            repository.parent = parent.id


def seed_policies(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Add policy configurations with all sorts of scopes."""
    hosts = [
        one
        for one in organization.live_projects()
        if organization.of_project(organization.repositories, one.id)
    ]
    for index in range(sizes.policies if hosts else 0):
        host = hosts[index % len(hosts)]
        type_id = _POLICY_TYPES[(index // len(hosts)) % len(_POLICY_TYPES)]
        policy = Policy(
            id=organization.next_number("policy"),
            project=host.id,
            type_id=type_id,
            settings=policy_settings(organization, host, type_id, index, rng),
            enabled=index % 9 != 5,
            blocking=index % 4 != 3,
            revision=rng.randrange(1, 6),
            created=organization.clock.now()
            - timedelta(days=rng.randrange(1, 700), microseconds=rng.randrange(10**6)),
            created_by=organization.pick_person(rng),
        )
        organization.policies[policy.id] = policy


def policy_settings(
    organization: Organization, project: Project, type_id: str, index: int, rng: random.Random
) -> dict[str, Any]:
    """Return the settings of a policy of this type, with a scope that varies with `index`."""
    repositories = organization.of_project(organization.repositories, project.id)
    repository = repositories[index // 7 % len(repositories)] if repositories else None
    settings: dict[str, Any] = {}
    if type_id == MINIMUM_REVIEWERS:
        settings = {
            "minimumApproverCount": 1 + index % 4,
            "creatorVoteCounts": False,
            "allowDownvotes": False,
            "resetOnSourcePush": index % 2 == 0,
        }
    elif type_id == BUILD:
        settings = {
            "buildDefinitionId": 1 + index,
            "queueOnSourceUpdateOnly": True,
            "manualQueueOnly": False,
            "displayName": None,
            "validDuration": 720.0,
        }
    elif type_id == REQUIRED_REVIEWERS:
        settings = {
            "requiredReviewerIds": [organization.pick_person(rng).id],
            "filenamePatterns": ["/src/*"],
            "addedFilesOnly": False,
            "message": None,
        }
    settings["scope"] = [_scope(repository, index)]
    return settings


def _scope(repository: Repository | None, index: int) -> dict[str, Any]:
    choice = index % 5
    repository_id = None if repository is None or choice == 4 else repository.id
    if choice == 3:
        return {"refName": None, "matchKind": "DefaultBranch", "repositoryId": repository_id}
    if choice == 2:
        return {"refName": "refs/heads/feature", "matchKind": "Prefix", "repositoryId": repository_id}
    branch = (repository.default_branch if repository is not None else None) or "refs/heads/main"
    return {"refName": branch, "matchKind": "Exact", "repositoryId": repository_id}
