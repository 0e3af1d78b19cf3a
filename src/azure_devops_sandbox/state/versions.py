"""Which commit and files a version descriptor (branch, tag or commit) means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from .history import history_of
from .organization import Organization
from .records import Repository

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Version:
    """A version with the name that it was asked by: a branch or tag without `refs/…/`, or a commit id."""

    kind: Literal["Branch", "Tag", "Commit"]
    name: str
    commit: str
    tree: Mapping[str, bytes]


def branch_version(repository: Repository, name: str) -> Version | None:
    """Return the version of a branch, named with or without `refs/heads/`; None if there is no such branch."""
    ref = name if name.startswith("refs/") else f"refs/heads/{name}"
    if ref not in repository.heads:
        return None
    return Version("Branch", ref.removeprefix("refs/heads/"), repository.heads[ref], repository.trees[ref])


def version_of(
    organization: Organization, repository: Repository, name: str | None, kind: str | None
) -> Version | None:
    """Return the version asked for, without a name that of the default branch; None if there is no such version."""
    if name is None:
        return branch_version(repository, repository.default_branch or "")
    if (kind or "branch").lower() == "branch":
        return branch_version(repository, name)
    clone = repository.clone
    if (kind or "").lower() == "tag":
        commit = clone.tagged(name) if clone is not None else None
        return Version("Tag", name, commit, clone.files(commit)) if clone is not None and commit else None
    return commit_version(organization, repository, name)


def commit_version(organization: Organization, repository: Repository, commit: str) -> Version | None:
    """Return the version of a commit named by its whole id; None if there is no such commit."""
    found = commit.lower()
    tree = history_of(organization, repository).tree(found) if _COMMIT.fullmatch(found) else None
    return None if tree is None else Version("Commit", found, found, tree)


def altered(
    organization: Organization, repository: Repository, version: Version, option: str, path: str
) -> Version | None:
    """Return the version that an option makes of another one; None if there is no such version.

    `firstParent` is the commit before, `previousChange` the last commit but one that changed the path.
    """
    history = history_of(organization, repository)
    if option == "firstparent":
        commit = history.commit(version.commit)
        before = next(iter(commit.parents), None) if commit is not None else None
    else:
        changed = list(islice(history.log(version.commit, path), 2))
        before = changed[1].id if len(changed) > 1 else None
    return None if before is None else commit_version(organization, repository, before)
