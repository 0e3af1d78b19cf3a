"""Reads the history of a repository: one that is remembered here, or a real one through git."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import Protocol

from .commits import Change, Commit, Signature, Snapshot, changes_between
from .entries import entries_of
from .organization import Organization
from .records import Identity, Repository


class History(Protocol):
    """What can be asked of a history; commits are named by their whole ids. None is what is not there."""

    def commit(self, commit: str) -> Commit | None:
        """Return a commit."""

    def tree(self, commit: str) -> Mapping[str, bytes] | None:
        """Return the files of a commit."""

    def blob(self, object_id: str) -> bytes | None:
        """Return the content of a file."""

    def log(self, head: str, path: str = "/") -> Iterator[Commit]:
        """Yield the commits that lead to `head`, newest first; with a path those that changed it."""

    def changes(self, commit: Commit) -> list[Change]:
        """Return what a commit changed against its first parent."""

    def apart(self, base: str, head: str) -> tuple[int, int]:
        """Return how many commits `head` is ahead of `base` and behind it."""


class RememberedHistory:
    """The history of a repository that lives in this process only."""

    def __init__(self, organization: Organization, repository: Repository) -> None:
        self._organization = organization
        self._repository = repository

    def commit(self, commit: str) -> Commit | None:
        """Return a commit; a head on which nothing was committed yet is the first one of its branch."""
        found = self._snapshot(commit)
        return None if found is None else found.commit

    def tree(self, commit: str) -> Mapping[str, bytes] | None:
        """Return the files of a commit."""
        found = self._snapshot(commit)
        return None if found is None else found.tree

    def blob(self, object_id: str) -> bytes | None:
        """Return the content of a file of any commit."""
        known = self._organization.derived(("blobs", self._repository.id), self._blobs)
        return known.get(object_id)

    def _blobs(self) -> dict[str, bytes]:
        past = (one.tree for one in self._repository.snapshots.values())
        return {
            entry.object_id: tree[path]
            for tree in (*self._repository.trees.values(), *past)
            for path, entry in entries_of(tree).items()
            if entry.kind == "blob"
        }

    def _snapshot(self, commit: str) -> Snapshot | None:
        repository, people = self._repository, self._organization.people
        found = repository.snapshots.get(commit)
        if found is not None:
            return found
        branch = next((name for name, head in repository.heads.items() if head == commit), None)
        if branch is None:
            return None
        author = people[int(commit[:8], 16) % len(people)]
        signature = Signature(author.display_name, author.unique_name, repository.created)
        tree = repository.trees[branch]
        root = entries_of(tree)["/"].object_id
        first = Snapshot(Commit(commit, root, (), signature, signature, "Begin"), tree)
        return repository.snapshots.setdefault(commit, first)

    def record(
        self, commit: str, parents: tuple[str, ...], tree: Mapping[str, bytes], author: Identity, message: str
    ) -> None:
        """Keep a new commit, and those that it builds on."""
        for parent in parents:
            self._snapshot(parent)
        signature = Signature(author.display_name, author.unique_name, self._organization.clock.now())
        root = entries_of(tree)["/"].object_id
        made = Commit(commit, root, parents, signature, signature, message)
        self._repository.snapshots[commit] = Snapshot(made, tree)

    def log(self, head: str, path: str = "/") -> Iterator[Commit]:
        """Yield the commits that lead to `head`, newest first; with a path those that changed it."""
        seen, waiting, order = {head}, [(0.0, 0, head)], 0
        while waiting:
            found = self.commit(heapq.heappop(waiting)[2])
            if found is None:
                continue
            if path == "/" or self._entry(found.id, path) != self._entry(next(iter(found.parents), ""), path):
                yield found
            for parent in found.parents:
                known = self.commit(parent)
                if known is not None and parent not in seen:
                    seen.add(parent)
                    order += 1
                    heapq.heappush(waiting, (-known.committer.date.timestamp(), order, parent))

    def _entry(self, commit: str, path: str) -> object:
        return entries_of(self.tree(commit) or {}).get(path)

    def changes(self, commit: Commit) -> list[Change]:
        """Return what a commit changed against its first parent."""
        before = self.tree(commit.parents[0]) if commit.parents else None
        return list(changes_between(before or {}, self.tree(commit.id) or {}))

    def apart(self, base: str, head: str) -> tuple[int, int]:
        """Return how many commits `head` is ahead of `base` and behind it."""
        ours, theirs = {one.id for one in self.log(head)}, {one.id for one in self.log(base)}
        return len(ours - theirs), len(theirs - ours)


def history_of(organization: Organization, repository: Repository) -> History:
    """Return the history of a repository."""
    return repository.clone or RememberedHistory(organization, repository)
