"""Which commit and files a version descriptor (branch, tag or commit) means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .records import Repository

_COMMIT = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)


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


def version_of(repository: Repository, name: str | None, kind: str | None) -> Version | None:
    """Return the version asked for, without a name that of the default branch; None if there is no such version."""
    if name is None:
        return branch_version(repository, repository.default_branch or "")
    if (kind or "branch").lower() == "branch":
        return branch_version(repository, name)
    clone = repository.clone
    if (kind or "").lower() == "tag":
        commit = clone.tagged(name) if clone is not None else None
        return Version("Tag", name, commit, clone.tree(commit)) if clone is not None and commit else None
    if not _COMMIT.fullmatch(name):
        return None
    name = name.lower()
    if clone is not None:
        return Version("Commit", name, name, clone.tree(name)) if clone.has_commit(name) else None
    branch = next((one for one, head in repository.heads.items() if head == name), None)
    return None if branch is None else Version("Commit", name, name, repository.trees[branch])
