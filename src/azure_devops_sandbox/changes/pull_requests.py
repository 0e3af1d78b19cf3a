"""Changes to pull requests."""

from __future__ import annotations

from datetime import timedelta

from azure_devops_sandbox.state.graph import find_by_id
from azure_devops_sandbox.state.people import User
from azure_devops_sandbox.state.pull_requests import (
    STRATEGIES,
    VOTES,
    PullRequest,
    Reviewer,
    Status,
    Strategy,
)
from azure_devops_sandbox.state.records import Identity

from .base import ChangeGroup
from .code import CodeChanges


def _ref(branch: str) -> str:
    return branch if branch.startswith("refs/") else f"refs/heads/{branch}"


class PullRequestChanges(ChangeGroup):
    """Verbs over pull requests. Without a person it is the owner who does it."""

    def create_pull_request(
        self,
        repository: str,
        title: str,
        source: str,
        target: str | None = None,
        description: str | None = None,
        author: str | None = None,
        draft: bool = False,
        labels: list[str] | None = None,
        work_items: list[int] | None = None,
        fork: str | None = None,
    ) -> PullRequest:
        """Create a pull request (default: into the default branch); a source branch that is missing is made.

        With `fork` the source branch is one of that repository.
        """
        organization, found = self.organization, self._repository(repository)
        into = _ref(target) if target is not None else found.default_branch
        if into is None or into not in found.heads:
            raise ValueError(f"the repository has no branch {into!r} to merge into")
        origin, branch = self._repository(fork) if fork is not None else found, _ref(source)
        if branch not in origin.heads:
            CodeChanges(organization).create_branch(origin.id, branch)
        created = PullRequest(
            id=organization.next_number("pull request"),
            repository=found.id,
            title=title,
            description=description,
            source=branch,
            target=into,
            created_by=self._who(author),
            created=organization.clock.now(),
            draft=draft,
            fork=origin if origin is not found else None,
            base=found.trees[into],
            labels=tuple(labels or ()),
            work_items=tuple(work_items or ()),
        )
        created.follow(origin.heads[branch], found.heads[into])
        organization.pull_requests[created.id] = created
        organization.touch(created)
        return created

    def _pull_request(self, number: int, *statuses: Status) -> PullRequest:
        """Return a pull request. Raises ValueError if it is in another status than these."""
        found = self.organization.pull_requests.get(number)
        if found is None:
            raise LookupError(f"no pull request {number!r}")
        if statuses and found.status not in statuses:
            raise ValueError(f"pull request {number} is {found.status}")
        return found

    def _who(self, person: str | None) -> Identity:
        return self.organization.owner if person is None else self._person(person)

    def change_pull_request(
        self,
        pull_request: int,
        title: str | None = None,
        description: str | None = None,
        draft: bool | None = None,
        target: str | None = None,
        labels: list[str] | None = None,
        merge_status: str | None = None,
    ) -> PullRequest:
        """Change title, description, whether it is a draft, target, labels or merge status (`conflicts`, `queued`)."""
        found = self._pull_request(pull_request)
        found.title = found.title if title is None else title
        found.description = found.description if description is None else description
        found.draft = found.draft if draft is None else draft
        found.labels = found.labels if labels is None else tuple(labels)
        if target is not None:
            heads = self.organization.repositories[found.repository].heads
            found.target = _ref(target)
            found.follow(found.source_commit, heads[found.target])
        if merge_status is not None:
            found.merge_status = merge_status
            found.merge_commit = None
        self.organization.touch(found)
        return found

    def complete_pull_request(
        self,
        pull_request: int,
        strategy: Strategy = "squash",
        delete_source: bool = True,
        by: str | None = None,
    ) -> PullRequest:
        """Merge a pull request: the target branch gets a new head, the source branch goes if it is to go."""
        found, organization = self._pull_request(pull_request, "active"), self.organization
        if strategy not in STRATEGIES:
            raise LookupError(f"no strategy {strategy!r}; known: {', '.join(STRATEGIES)}")
        if found.draft or found.merge_status != "succeeded":
            raise ValueError(f"pull request {pull_request} is a draft or cannot be merged")
        repository = self._writable(found.repository)
        if found.target not in repository.heads:
            raise ValueError(f"the repository has no branch {found.target!r} any more")
        origin = found.fork or repository
        tree = dict(repository.trees[found.target])
        changed = origin.trees.get(found.source, found.base)
        for path in {*changed, *found.base}:
            if path not in changed:
                tree.pop(path, None)
            elif changed[path] != found.base.get(path):
                tree[path] = changed[path]
        found.target_commit = repository.heads[found.target]
        found.status, found.strategy, found.delete_source = "completed", strategy, delete_source
        found.closed, found.closed_by = organization.clock.now(), self._who(by)
        merged = found.source_commit if strategy in {"noFastForward", "rebaseMerge"} else None
        told = f"Merged PR {found.id}: {found.title}"
        self._advance(repository, found.target, tree, told, found.closed_by, merged)
        found.merge_commit = repository.heads[found.target]
        if delete_source and found.source in origin.heads and found.source != origin.default_branch:
            CodeChanges(organization).delete_branch(origin.id, found.source)
        organization.touch(found)
        return found

    def abandon_pull_request(self, pull_request: int, by: str | None = None) -> PullRequest:
        """Abandon a pull request."""
        found = self._pull_request(pull_request, "active")
        found.status, found.auto_complete_by = "abandoned", None
        found.closed, found.closed_by = self.organization.clock.now(), self._who(by)
        self.organization.touch(found)
        return found

    def reactivate_pull_request(self, pull_request: int) -> PullRequest:
        """Make an abandoned pull request active again."""
        found = self._pull_request(pull_request, "abandoned")
        found.status = "active"
        found.closed = found.closed_by = None
        self.organization.touch(found)
        return found

    def auto_complete_pull_request(
        self, pull_request: int, by: str | None = None, strategy: Strategy | None = "squash"
    ) -> PullRequest:
        """Let a pull request complete by itself some day, or with no strategy no longer."""
        found = self._pull_request(pull_request, "active")
        found.auto_complete_by = self._who(by) if strategy is not None else None
        found.strategy = strategy
        self.organization.touch(found)
        return found

    def backdate_pull_request(self, pull_request: int, days: float) -> PullRequest:
        """Set the dates of a pull request back, as if time had passed."""
        found = self._pull_request(pull_request)
        found.created -= timedelta(days=days)
        found.closed = found.closed - timedelta(days=days) if found.closed is not None else None
        self.organization.touch(found)
        return found

    def add_reviewer(self, pull_request: int, reviewer: str, required: bool = False) -> PullRequest:
        """Ask a person, group or team for a review (a reviewer already: only set whether it is required)."""
        found = self._pull_request(pull_request)
        known = found.reviewer(reviewer)
        if known is None:
            subject = find_by_id(self.organization, reviewer)
            who = self._person(reviewer) if subject is None or isinstance(subject, User) else subject
            known = Reviewer(who)
            found.reviewers.append(known)
        known.required = required
        self.organization.touch(found)
        return found

    def remove_reviewer(self, pull_request: int, reviewer: str) -> PullRequest:
        """Take a reviewer off a pull request."""
        found = self._pull_request(pull_request)
        known = found.reviewer(reviewer)
        if known is None:
            raise LookupError(f"{reviewer!r} is no reviewer")
        found.reviewers.remove(known)
        self.organization.touch(found)
        return found

    def vote_on_pull_request(self, pull_request: int, reviewer: str, vote: int) -> PullRequest:
        """Let a person vote (10, 5, 0, -5, -10), also for the groups among the reviewers that the person is in."""
        if vote not in VOTES:
            raise LookupError(f"no vote {vote!r}; known: {', '.join(map(str, VOTES))}")
        found, voter = self._pull_request(pull_request), self._person(reviewer)
        if found.reviewer(voter.id) is None:
            self.add_reviewer(found.id, voter.id)
        found.vote(voter, vote)
        self.organization.touch(found)
        return found
