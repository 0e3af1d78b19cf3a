"""Pull requests: lists of the organization, a project or a repository, and single ones.

Facts: newest first, `$top` and `$skip` without a token, at most 1,000 at once; without a status active ones
only; `minTime` and `maxTime` compare the date of creation, or with `queryTimeRangeType=closed` that of the end,
which active ones do not have (reference of the API, parts 0.3 and 1.2; area `git`). The form without a project
is in no specification, so a setting takes it away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from azure_devops_sandbox.calls import Answer, ApiError, Call, bad_argument, listed
from azure_devops_sandbox.encoding.pull_requests import pull_request_item, pull_request_row
from azure_devops_sandbox.paging import cut
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.access import Permissions
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pull_requests import PullRequest

from .git import SCOPE, readable_repository
from .missing import no_pull_request, no_route

_PAGE, _LARGEST = 101, 1_000
_STATUSES = frozenset({"active", "completed", "abandoned", "all", "notset"})


@dataclass(frozen=True, slots=True)
class _Criteria:
    """What `searchCriteria` asks for; None is anything. `by_end`: the dates are those of the end."""

    status: str
    repository: str | None
    source_repository: str | None
    creator: str | None
    reviewer: str | None
    source: str | None
    target: str | None
    by_end: bool
    earliest: datetime | None
    latest: datetime | None

    def fits(self, one: PullRequest) -> bool:
        """Tell whether a pull request is asked for."""
        return (
            self.status in {"all", one.status}
            and self.repository in {None, one.repository}
            and self.source_repository in {None, one.fork.id if one.fork is not None else one.repository}
            and self.creator in {None, one.created_by.id}
            and (self.reviewer is None or one.reviewer(self.reviewer) is not None)
            and self.source in {None, one.source}
            and self.target in {None, one.target}
            and self._in_time(one.closed if self.by_end else one.created)
        )

    def _in_time(self, moment: datetime | None) -> bool:
        if self.earliest is None and self.latest is None:
            return True
        return (
            moment is not None
            and (self.earliest is None or moment >= self.earliest)
            and (self.latest is None or moment <= self.latest)
        )


def _criteria(call: Call) -> _Criteria:
    """Read the criteria of the query. Raises ApiError (400)."""

    def text(name: str) -> str | None:
        return call.text(f"searchCriteria.{name}")

    def key(name: str) -> str | None:
        value = text(name)
        return value.lower() if value is not None else None

    status, order = key("status") or "active", key("queryTimeRangeType") or "created"
    if status not in _STATUSES:
        raise bad_argument(f"The value '{status}' of 'searchCriteria.status' is not valid.")
    if order not in {"created", "closed"}:
        raise bad_argument(f"The value '{order}' of 'searchCriteria.queryTimeRangeType' is not valid.")
    return _Criteria(
        status="active" if status == "notset" else status,
        repository=key("repositoryId"),
        source_repository=key("sourceRepositoryId"),
        creator=key("creatorId"),
        reviewer=key("reviewerId"),
        source=text("sourceRefName"),
        target=text("targetRefName"),
        by_end=order == "closed",
        earliest=call.date("searchCriteria.minTime"),
        latest=call.date("searchCriteria.maxTime"),
    )


def _readable(organization: Organization, permissions: Permissions) -> frozenset[str]:
    """Return the repositories whose pull requests an identity may read: disabled ones are not among them."""

    def build() -> frozenset[str]:
        live = {one.id for one in organization.live_projects()}
        return frozenset(
            one.id
            for one in organization.repositories.values()
            if one.deleted is None
            and not one.disabled
            and one.project in live
            and permissions.sees_repository(one)
        )

    return organization.derived(("readable repositories", permissions), build)


def _listed(call: Call, repository: str | None) -> Answer:
    organization, permissions, criteria = call.organization, call.access.permissions, _criteria(call)
    project = call.project.id if call.project is not None else None

    def build() -> list[PullRequest]:
        """Return those that are asked for, newest first."""
        readable = {
            one
            for one in _readable(organization, permissions)
            if repository in {None, one} and project in {None, organization.repositories[one].project}
        }
        every = reversed(organization.pull_requests.values())
        return [one for one in every if one.repository in readable and criteria.fits(one)]

    fitting = organization.derived(("pull requests", permissions, project, repository, criteria), build)
    size = min(_LARGEST, call.number("$top", _PAGE))
    rows, _ = cut(call, fitting, max(0, call.number("$skip", 0)), size, tokens=False)
    links = call.flag("searchCriteria.includeLinks")
    return Answer(listed([pull_request_row(organization, one, links=links) for one in rows]))


def pull_requests_list(call: Call) -> Answer:
    """List the pull requests of the organization or a project."""
    if call.project is None and call.settings.organization_pull_requests == 404:
        raise no_route(f"/{call.organization.name}/_apis/git/pullrequests")
    if call.project is None and call.settings.organization_pull_requests == 400:
        raise ApiError(
            400, "ArgumentException", "A project name is required in order to perform this request.", "System"
        )
    return _listed(call, None)


def repository_pull_requests_list(call: Call) -> Answer:
    """List the pull requests into a repository."""
    return _listed(call, readable_repository(call).id)


def _found(call: Call) -> PullRequest:
    """Return the pull request of the path. Raises ApiError (404) if it is missing or hidden."""
    text, organization = call.params["pullRequestId"], call.organization
    found = organization.pull_requests.get(int(text)) if text.isdigit() else None
    if found is None or found.repository not in _readable(organization, call.access.permissions):
        raise no_pull_request()
    if call.project is not None and organization.repositories[found.repository].project != call.project.id:
        raise no_pull_request()
    return found


def pull_requests_get(call: Call) -> Answer:
    """Return a pull request by id."""
    return Answer(pull_request_item(call.organization, _found(call), commits=False, work_items=False))


def repository_pull_requests_get(call: Call) -> Answer:
    """Return a pull request of a repository by id: only this form tells commits and work items."""
    repository, found = readable_repository(call), _found(call)
    if found.repository != repository.id:
        raise no_pull_request()
    commits, work_items = call.flag("includeCommits"), call.flag("includeWorkItemRefs")
    return Answer(pull_request_item(call.organization, found, commits=commits, work_items=work_items))


_OF_REPOSITORY = "_apis/git/repositories/{repositoryId}/pullrequests"
ROUTES = (
    Route("pull-requests.list", "GET", "op", "_apis/git/pullrequests", pull_requests_list, SCOPE),
    Route(
        "pull-requests.get", "GET", "op", "_apis/git/pullrequests/{pullRequestId}", pull_requests_get, SCOPE
    ),
    Route("pull-requests.list", "GET", "op", _OF_REPOSITORY, repository_pull_requests_list, SCOPE),
    Route(
        "pull-requests.get",
        "GET",
        "op",
        f"{_OF_REPOSITORY}/{{pullRequestId}}",
        repository_pull_requests_get,
        SCOPE,
    ),
)
