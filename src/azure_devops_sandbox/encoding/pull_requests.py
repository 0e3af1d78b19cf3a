"""Pull requests as the area `git` answers them.

Facts: a row of a list cuts the description to 400 characters and knows little about project and merge commit;
the request for one tells them in full, with who closed it, links and artifact id (recorded answers of the area
`git`). Keys without a value are absent.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson

from azure_devops_sandbox.formats import NULL_DATE, date7, derived_guid, segment
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pull_requests import PullRequest, Reviewer
from azure_devops_sandbox.state.records import Identity, Repository

from . import kept, link, named, person
from .git import repository_item, repository_url
from .graph import group_domain, group_principal

SHOWN = 400
"""Characters of the description in a list."""
_QUEUED = timedelta(milliseconds=1_400)
"""How long a completion takes."""


def pull_request_row(organization: Organization, pull_request: PullRequest, *, links: bool) -> bytes:
    """Return a pull request as a row of a list."""
    repository = organization.repositories[pull_request.repository]

    def build() -> dict[str, Any]:
        found = {"repository": _shallow(organization, repository), **_facts(organization, pull_request)}
        if pull_request.description is not None:
            found["description"] = pull_request.description[:SHOWN]
        if links:
            found["_links"] = _links(organization, pull_request)
        return found

    return kept(pull_request, f"row {links}", _stamp(organization, pull_request), build)


def pull_request_item(
    organization: Organization, pull_request: PullRequest, *, commits: bool, work_items: bool
) -> bytes:
    """Return a pull request as read by id; on demand with its commits, and the work items that it is linked to."""
    repository = organization.repositories[pull_request.repository]

    def build() -> dict[str, Any]:
        whole = orjson.Fragment(repository_item(organization, repository))
        found = {"repository": whole, **_facts(organization, pull_request)}
        if pull_request.merge_commit is not None:
            found["lastMergeCommit"] = _merge_commit(organization, pull_request)
        found["_links"] = _links(organization, pull_request)
        if pull_request.closed_by is not None:
            found["closedBy"] = person(organization, pull_request.closed_by)
        if commits:
            found["commits"] = [_commit(organization, repository, pull_request.source_commit)]
        if work_items:
            base = f"{organization.base_url}/_apis/wit/workItems"
            found["workItemRefs"] = [
                {"id": str(one), "url": f"{base}/{one}"} for one in pull_request.work_items
            ]
        place = f"{repository.project}%2f{repository.id}%2f{pull_request.id}"
        found["artifactId"] = f"vstfs:///Git/PullRequestId/{place}"
        return found

    return kept(pull_request, f"item {commits} {work_items}", _stamp(organization, pull_request), build)


def _stamp(organization: Organization, pull_request: PullRequest) -> int:
    """Return the version of everything that a pull request shows."""
    repository = organization.repositories[pull_request.repository]
    projects = {repository.project}
    versions = [pull_request.version, repository.version]
    if pull_request.fork is not None:
        versions.append(pull_request.fork.version)
        projects.add(pull_request.fork.project)
    for one in pull_request.reviewers:
        if not isinstance(one.subject, Identity):
            versions.append(one.subject.version)
            projects |= {one.subject.project} if one.subject.project is not None else set()
    return max(*versions, *(organization.projects[one].version for one in projects))


def _url(organization: Organization, pull_request: PullRequest) -> str:
    repository = organization.repositories[pull_request.repository]
    return f"{repository_url(organization, repository)}/pullRequests/{pull_request.id}"


def _shallow(organization: Organization, repository: Repository) -> dict[str, Any]:
    project = organization.projects[repository.project]
    return {
        "id": repository.id,
        "name": repository.name,
        "url": repository_url(organization, repository),
        "project": {
            "id": project.id,
            "name": project.name,
            "state": "unchanged",
            "visibility": "unchanged",
            "lastUpdateTime": NULL_DATE,
        },
    }


def _facts(organization: Organization, pull_request: PullRequest) -> dict[str, Any]:
    """Return what lists and single answers have in common; the description in full."""
    repository = organization.repositories[pull_request.repository]
    found: dict[str, Any] = {
        "pullRequestId": pull_request.id,
        "codeReviewId": pull_request.id,
        "status": pull_request.status,
        "createdBy": person(organization, pull_request.created_by),
        "creationDate": date7(pull_request.created),
    }
    if pull_request.closed is not None:
        found["closedDate"] = date7(pull_request.closed)
    found["title"] = pull_request.title
    if pull_request.description is not None:
        found["description"] = pull_request.description
    found.update(
        sourceRefName=pull_request.source,
        targetRefName=pull_request.target,
        mergeStatus=pull_request.merge_status,
        isDraft=pull_request.draft,
        mergeId=derived_guid(organization.seed, "merge", pull_request.id, pull_request.merge_commit),
        lastMergeSourceCommit=_commit(
            organization, pull_request.fork or repository, pull_request.source_commit
        ),
        lastMergeTargetCommit=_commit(organization, repository, pull_request.target_commit),
    )
    if pull_request.merge_commit is not None:
        found["lastMergeCommit"] = _commit(organization, repository, pull_request.merge_commit)
    found["reviewers"] = [_reviewer(organization, pull_request, one) for one in pull_request.reviewers]
    if pull_request.labels:
        found["labels"] = [
            {"id": derived_guid(repository.project, "label", one), "name": one, "active": True}
            for one in pull_request.labels
        ]
    found["url"] = _url(organization, pull_request)
    if pull_request.fork is not None:
        found["forkSource"] = {
            "name": pull_request.source,
            "objectId": pull_request.source_commit,
            "repository": {**_shallow(organization, pull_request.fork), "isFork": True},
        }
    found.update(_completion(organization, pull_request), supportsIterations=True)
    return found


def _completion(organization: Organization, pull_request: PullRequest) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if pull_request.strategy is not None:
        found["completionOptions"] = {
            "mergeCommitMessage": f"Merged PR {pull_request.id}: {pull_request.title}",
            "deleteSourceBranch": pull_request.delete_source,
            "squashMerge": pull_request.strategy == "squash",
            "mergeStrategy": pull_request.strategy,
            "transitionWorkItems": True,
            "autoCompleteIgnoreConfigIds": [],
        }
    if pull_request.status == "completed" and pull_request.closed is not None:
        found["completionQueueTime"] = date7(pull_request.closed - _QUEUED)
    if pull_request.auto_complete_by is not None:
        found["autoCompleteSetBy"] = person(organization, pull_request.auto_complete_by)
    return found


def _commit(organization: Organization, repository: Repository, commit: str) -> dict[str, Any]:
    return {"commitId": commit, "url": f"{repository_url(organization, repository)}/commits/{commit}"}


def _merge_commit(organization: Organization, pull_request: PullRequest) -> dict[str, Any]:
    repository = organization.repositories[pull_request.repository]
    who, when = pull_request.created_by, pull_request.created
    source, target = (one.removeprefix("refs/heads/") for one in (pull_request.source, pull_request.target))
    comment = f"Merge pull request {pull_request.id} from {source} into {target}"
    if pull_request.status == "completed":
        who, when = pull_request.closed_by or who, pull_request.closed or when
        comment = f"Merged PR {pull_request.id}: {pull_request.title}"
    by = {"name": who.display_name, "email": who.unique_name, "date": date7(when.replace(microsecond=0))}
    found = _commit(organization, repository, str(pull_request.merge_commit))
    return {"commitId": found.pop("commitId"), "author": by, "committer": by, "comment": comment, **found}


def _reviewer(organization: Organization, pull_request: PullRequest, reviewer: Reviewer) -> dict[str, Any]:
    found: dict[str, Any] = {
        "reviewerUrl": f"{_url(organization, pull_request)}/reviewers/{reviewer.id}",
        "vote": reviewer.vote,
        "hasDeclined": reviewer.declined,
    }
    groups = [pull_request.reviewer(one) for one in reviewer.voted_for]
    if groups:
        found["votedFor"] = [_reviewer(organization, pull_request, one) for one in groups if one is not None]
    if reviewer.required:
        found["isRequired"] = True
    found["isFlagged"] = reviewer.flagged
    subject = reviewer.subject
    if isinstance(subject, Identity):
        return {**found, **named(organization, subject.display_name, subject.unique_name, subject)}
    name = f"{group_domain(organization, subject)}\\{subject.name}"
    return {
        **found,
        **named(organization, group_principal(organization, subject), name, subject),
        "isContainer": True,
    }


def _links(organization: Organization, pull_request: PullRequest) -> dict[str, dict[str, str]]:
    url = _url(organization, pull_request)
    base = repository_url(organization, organization.repositories[pull_request.repository])
    source = repository_url(organization, pull_request.fork) if pull_request.fork is not None else base
    return {
        "self": link(url),
        "repository": link(base),
        "workItems": link(f"{url}/workitems"),
        "sourceBranch": link(f"{source}/refs/{_ref(pull_request.source)}"),
        "targetBranch": link(f"{base}/refs/{_ref(pull_request.target)}"),
        "statuses": link(f"{url}/statuses"),
        "sourceCommit": link(f"{source}/commits/{pull_request.source_commit}"),
        "targetCommit": link(f"{base}/commits/{pull_request.target_commit}"),
        "createdBy": link(f"{organization.base_url}/_apis/Identities/{pull_request.created_by.id}"),
        "iterations": link(f"{url}/iterations"),
    }


def _ref(name: str) -> str:
    return "/".join(segment(one) for one in name.removeprefix("refs/").split("/"))
