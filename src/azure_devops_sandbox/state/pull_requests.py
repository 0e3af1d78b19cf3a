"""Pull requests, and the people and groups that review them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from azure_devops_sandbox.formats import object_id

from .people import Group
from .records import Identity, Repository, Stateful, Team

Status: TypeAlias = Literal["active", "completed", "abandoned"]
Strategy: TypeAlias = Literal["noFastForward", "squash", "rebase", "rebaseMerge"]
STRATEGIES: tuple[Strategy, ...] = ("noFastForward", "squash", "rebase", "rebaseMerge")
APPROVED, SUGGESTIONS, NO_VOTE, WAITING, REJECTED = 10, 5, 0, -5, -10
VOTES = (APPROVED, SUGGESTIONS, NO_VOTE, WAITING, REJECTED)


@dataclass(eq=False, slots=True)
class Reviewer:
    """A person, group or team that reviews; `voted_for` are ids of groups among the reviewers."""

    subject: Identity | Group | Team
    vote: int = NO_VOTE
    required: bool = False
    flagged: bool = False
    declined: bool = False
    voted_for: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The storage key of the person or group."""
        return self.subject.id


@dataclass(eq=False, slots=True, kw_only=True)
class PullRequest(Stateful):
    """A pull request of a repository (the one that it merges into); `source` and `target` are names of refs.

    `fork` is the repository of the source branch when that is another one. `base` are the files that the
    source branch began with. `strategy` and `delete_source` are what was chosen for the completion. The
    commits are those of the last merge that was tried; `merge_commit` is None when it did not succeed.
    """

    id: int
    repository: str
    title: str
    description: str | None
    source: str
    target: str
    created_by: Identity
    created: datetime
    source_commit: str = ""
    target_commit: str = ""
    merge_commit: str | None = None
    merge_status: str = "notSet"
    status: Status = "active"
    draft: bool = False
    closed: datetime | None = None
    closed_by: Identity | None = None
    auto_complete_by: Identity | None = None
    strategy: Strategy | None = None
    delete_source: bool = True
    fork: Repository | None = None
    base: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    reviewers: list[Reviewer] = field(default_factory=list)
    labels: tuple[str, ...] = ()
    work_items: tuple[int, ...] = ()

    def comes_from(self, repository: Repository) -> bool:
        """Tell whether the source branch is one of this repository."""
        return repository is self.fork or (self.fork is None and repository.id == self.repository)

    def follow(self, source_commit: str, target_commit: str) -> None:
        """Take the heads of both branches and merge them."""
        self.source_commit, self.target_commit = source_commit, target_commit
        self.merge_status = "succeeded"
        self.merge_commit = object_id("merge", self.id, source_commit, target_commit)

    def reviewer(self, subject_id: str) -> Reviewer | None:
        """Return the reviewer with this storage key."""
        return next((one for one in self.reviewers if one.id == subject_id), None)

    def vote(self, voter: Identity, vote: int) -> None:
        """Let a reviewer vote: the vote counts for the groups among the reviewers that the person is a member of."""
        groups = []
        for one in self.reviewers:
            if not isinstance(one.subject, Identity) and voter.id in one.subject.members:
                one.vote = vote
                groups.append(one.id)
        for one in self.reviewers:
            if one.id == voter.id:
                one.vote, one.voted_for = vote, tuple(groups)
