"""Seeds branches that live beside the default branch: releases, hotfixes, and what people forgot to delete."""

from __future__ import annotations

import random

from azure_devops_sandbox.formats import object_id
from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization

from .names import account
from .pull_request_texts import text


def seed_branches(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Add branches to the repositories that have one, fewer or more than the size says, on average as many."""
    for repository in organization.repositories.values():
        if repository.default_branch is None:
            continue
        release = rng.randrange(1, 30)
        for place in range(rng.randrange(2 * sizes.branches_per_repository + 1)):
            name = f"refs/heads/{_name(organization, place, release, rng)}"
            if name not in repository.heads:
                repository.heads[name] = object_id(repository.id, name, 0)
                repository.trees[name] = repository.trees[repository.default_branch]


def _name(organization: Organization, place: int, release: int, rng: random.Random) -> str:
    if place == 0 and rng.random() < 0.5:
        return "develop"
    choice = rng.random()
    if choice < 0.35:
        return f"release/{release // 10 + 1}.{release % 10 + place}"
    if choice < 0.45:
        return f"hotfix/{release // 10 + 1}.{release % 10}.{rng.randrange(1, 6)}"
    if choice < 0.75:
        who = account(rng.choice(organization.people).display_name) or "me"
        return f"users/{who}/{text(rng).branch.split('/')[-1]}"
    return text(rng).branch
