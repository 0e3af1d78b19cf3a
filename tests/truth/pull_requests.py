"""Pull requests and branches, restated in plain Python.

For the example mapping of every kind (`ALL`), and for preset `standard` (`STANDARD`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

from azure_devops_sandbox.formats import date7
from azure_devops_sandbox.state.pull_requests import PullRequest
from azure_devops_sandbox.state.records import Identity
from truth.entities import Entities, Entity, Targets
from truth.people import person
from truth.sight import Sight

TARGETS: Targets = {
    "azureDevopsPullRequest": {
        "repository": "azureDevopsRepository",
        "creator": "azureDevopsUser",
        "reviewers": "azureDevopsUser",
    },
    "azureDevopsBranch": {"repository": "azureDevopsRepository"},
}
STANDARD_TARGETS: Targets = {
    "pullRequest": {"repository": "repository", "creator": "user", "reviewers": "user"}
}


def inside(sight: Sight, days: int, most: int) -> Iterator[PullRequest]:
    """Active ones, and of each repository the newest that were completed, and abandoned, within so many days."""
    start = sight.organization.clock.now().replace(microsecond=0) - timedelta(days=days)
    readable = {one.id for one in sight.repositories() if not one.disabled}
    taken: Counter[tuple[str, str]] = Counter()
    for one in sorted(sight.organization.pull_requests.values(), key=lambda each: -each.id):
        if one.repository not in readable:
            continue
        if one.closed is not None:
            if one.closed < start or taken[one.repository, one.status] >= most:
                continue
            taken[one.repository, one.status] += 1
        yield one


def _people(one: PullRequest) -> list[str]:
    return [each.subject.unique_name for each in one.reviewers if isinstance(each.subject, Identity)]


def pull_requests(sight: Sight) -> Entities:
    """`azureDevopsPullRequest`, in Port's window: seven days, and a hundred."""
    found: Entities = {}
    for one in inside(sight, 7, 100):
        hours = None
        if one.status == "completed" and one.closed is not None:
            seconds = one.closed.replace(microsecond=0) - one.created.replace(microsecond=0)
            hours = int(seconds.total_seconds() / 36) / 100
        repository = sight.organization.repositories[one.repository]
        found["azureDevopsPullRequest", f"{one.repository}/{one.id}"] = Entity(
            title=one.title,
            properties={
                "status": one.status,
                "createdAt": date7(one.created),
                "link": f"{sight.base}/{repository.project}/_apis/git/repositories/{repository.id}"
                f"/pullRequests/{one.id}",
                "leadTimeHours": hours,
            },
            relations={
                "repository": one.repository,
                "creator": one.created_by.unique_name.replace(" ", ""),
                "reviewers": [name.replace(" ", "") for name in _people(one)],
            },
        )
    return found


def branches(sight: Sight) -> Entities:
    """`azureDevopsBranch`: those of repositories that can be asked."""
    found: Entities = {}
    for one in sight.repositories():
        for ref, commit in ({} if one.disabled else one.heads).items():
            name = ref.removeprefix("refs/heads/")
            written = quote(name, safe="/").replace("~", "=7E").replace("%", "=")
            found["azureDevopsBranch", f"{one.id}/{written}"] = Entity(
                title=name,
                properties={
                    "repositoryName": one.name,
                    "projectName": sight.project(one.project).name,
                    "commit": commit,
                    "link": f"{sight.web_address(one)}?version=GB{quote(name, safe='')}",
                },
                relations={"repository": one.id},
            )
    return found


def standard_pull_requests(sight: Sight) -> Entities:
    """`pullRequest`, in the window of preset `standard`."""
    found: Entities = {}
    for one in inside(sight, 30, 1000):
        repository = sight.organization.repositories[one.repository]
        project = sight.project(repository.project)
        place = "/".join(quote(name, safe="") for name in (project.name, "_git", repository.name))
        found["pullRequest", f"{one.repository}/{one.id}"] = Entity(
            title=one.title,
            properties={
                "number": one.id,
                "status": one.status,
                "draft": one.draft,
                "sourceBranch": one.source.removeprefix("refs/heads/"),
                "targetBranch": one.target.removeprefix("refs/heads/"),
                "mergeStatus": one.merge_status,
                "labels": list(one.labels),
                "created": date7(one.created),
                "closed": one.closed and date7(one.closed),
                "url": f"{sight.base}/{place}/pullrequest/{one.id}",
            },
            relations={
                "repository": one.repository,
                "creator": person(one.created_by.unique_name),
                "reviewers": [person(name) for name in _people(one)],
            },
        )
    return found


ALL = (pull_requests, branches)
STANDARD = (standard_pull_requests,)
