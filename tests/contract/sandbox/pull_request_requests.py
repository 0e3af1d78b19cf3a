"""Requests for the routes about pull requests."""

from __future__ import annotations

from azure_devops_sandbox import Organization
from contract.sandbox.case import Case, P

_LISTED = f"{P}/git/pullrequests"
_OF_REPOSITORY = f"{P}/git/repositories/{{repositoryId}}/pullrequests"
_UNCHANGED = frozenset({"$[].repository.project.visibility"})
"""Rows of lists say `unchanged` where they do not know, as for the state, whose schema has that word."""


def pull_request_cases(organization: Organization) -> list[Case]:
    """Return the requests: for lists, and for one that has a fork, work items and groups among its reviewers."""
    disabled = {one.id for one in organization.repositories.values() if one.disabled or one.deleted}
    readable = [one for one in organization.pull_requests.values() if one.repository not in disabled]
    completed = next(one for one in readable if one.status == "completed" and one.work_items)
    abandoned = next(one for one in readable if one.status == "abandoned")
    project = organization.repositories[completed.repository].project
    mine = f"/_apis/git/repositories/{completed.repository}/pullrequests"
    everything = "searchCriteria.status=all&searchCriteria.includeLinks=true&$top=1000"
    return [
        Case("pull-requests.list", "git", _LISTED, f"/_apis/git/pullrequests?{everything}", known=_UNCHANGED),
        Case(
            "pull-requests.list",
            "git",
            _LISTED,
            f"/{project}/_apis/git/pullrequests?{everything}",
            known=_UNCHANGED,
        ),
        Case(
            "pull-requests.list",
            "git",
            _OF_REPOSITORY,
            f"{mine}?searchCriteria.status=completed",
            known=_UNCHANGED,
        ),
        Case(
            "pull-requests.get",
            "git",
            f"{_OF_REPOSITORY}/{{pullRequestId}}",
            f"{mine}/{completed.id}?includeCommits=true&includeWorkItemRefs=true",
        ),
        Case(
            "pull-requests.get",
            "git",
            f"{_LISTED}/{{pullRequestId}}",
            f"/_apis/git/pullrequests/{abandoned.id}",
        ),
    ]
