"""Commits, what they changed, and how far branches are from each other.

Facts: a list is by pages of `searchCriteria.$top` (100) and `searchCriteria.$skip`, without a token; a list shows the
first line of a message, a single commit all of it (area `git`, Commits, Stats; recorded examples).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import orjson

from azure_devops_sandbox.calls import Answer, Call, bad_argument, json_answer
from azure_devops_sandbox.encoding.commits import (
    branch_statistics,
    change_counts,
    change_item,
    commit_item,
    commit_row,
)
from azure_devops_sandbox.paging import whole
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.commits import Commit
from azure_devops_sandbox.state.history import history_of
from azure_devops_sandbox.state.records import Repository
from azure_devops_sandbox.state.versions import branch_version

from .files import wanted_version
from .git import SCOPE, readable_repository
from .missing import no_object, no_version

_PAGE = 100
_NOT_SERVED = ("compareVersion.version", "fromCommitId", "toCommitId", "showOldestCommitsFirst")


def _criterion(call: Call, name: str) -> str | None:
    return call.text(f"searchCriteria.{name}")


def commits_list(call: Call) -> Answer:
    """List the commits that lead to a version, newest first."""
    repository = readable_repository(call)
    for name in _NOT_SERVED:
        if _criterion(call, name) is not None:
            raise bad_argument(f"The sandbox does not know the criterion '{name}'.")
    if not repository.heads:
        return whole(call, [])
    skip = call.number("searchCriteria.$skip", call.number("$skip", 0))
    top = call.number("searchCriteria.$top", call.number("$top", _PAGE))
    found = islice(_wanted(call, _candidates(call, repository)), skip, skip + top)
    return whole(call, [orjson.dumps(commit_row(call.organization, repository, one)) for one in found])


def _candidates(call: Call, repository: Repository) -> Iterator[Commit]:
    history = history_of(call.organization, repository)
    ids = call.words("searchCriteria.ids")
    if ids:
        return (found for found in map(history.commit, ids) if found is not None)
    name, kind = _criterion(call, "itemVersion.version"), _criterion(call, "itemVersion.versionType")
    version = wanted_version(call.organization, repository, name, kind)
    return history.log(version.commit, _criterion(call, "itemPath") or "/")


def _wanted(call: Call, commits: Iterator[Commit]) -> Iterator[Commit]:
    author, user = _criterion(call, "author"), _criterion(call, "user")
    since, until = call.date("searchCriteria.fromDate"), call.date("searchCriteria.toDate")
    for one in commits:
        if (
            (author is None or author.casefold() in f"{one.author.name} {one.author.mail}".casefold())
            and (user is None or user.casefold() in f"{one.committer.name} {one.committer.mail}".casefold())
            and (since is None or one.committer.date >= since)
            and (until is None or one.committer.date <= until)
        ):
            yield one


def _commit(call: Call, repository: Repository) -> Commit:
    wanted = call.params["commitId"]
    found = history_of(call.organization, repository).commit(wanted.lower())
    if found is None:
        raise no_object(wanted, repository.name)
    return found


def commits_get(call: Call) -> Answer:
    """Return a commit, with `changeCount` also that many of its changes."""
    repository = readable_repository(call)
    commit, organization = _commit(call, repository), call.organization
    found = commit_item(organization, repository, commit)
    count = call.number("changeCount", 0)
    if count:
        changes = history_of(organization, repository).changes(commit)
        found["changeCounts"] = change_counts(changes)
        found["changes"] = [change_item(organization, repository, commit, one) for one in changes[:count]]
    return json_answer(found)


def commits_changes(call: Call) -> Answer:
    """Return what a commit changed against its first parent."""
    repository = readable_repository(call)
    commit, organization = _commit(call, repository), call.organization
    changes = history_of(organization, repository).changes(commit)
    skip = call.number("skip", 0)
    shown = changes[skip : skip + call.number("top", len(changes))]
    rows = [change_item(organization, repository, commit, one) for one in shown]
    return json_answer({"changeCounts": change_counts(changes), "changes": rows})


def branch_stats(call: Call) -> Answer:
    """Return how far branches are from a base (the default branch): of all, or of the one named."""
    repository, organization = readable_repository(call), call.organization
    base = wanted_version(
        organization,
        repository,
        call.text("baseVersionDescriptor.version"),
        call.text("baseVersionDescriptor.versionType"),
    )
    name = call.text("name")
    branches = [branch_version(repository, one) for one in ([name] if name else sorted(repository.heads))]
    found = [branch_statistics(organization, repository, one, base) for one in branches if one is not None]
    if name is None:
        return whole(call, [orjson.dumps(one) for one in found])
    if not found:
        raise no_version(name, repository.name)
    return json_answer(found[0])


_TEMPLATE = "_apis/git/repositories/{repositoryId}"
ROUTES = (
    Route("commits.list", "GET", "op", f"{_TEMPLATE}/commits", commits_list, SCOPE),
    Route("commits.get", "GET", "op", f"{_TEMPLATE}/commits/{{commitId}}", commits_get, SCOPE),
    Route(
        "commits.changes", "GET", "op", f"{_TEMPLATE}/commits/{{commitId}}/changes", commits_changes, SCOPE
    ),
    Route("branch-stats.list", "GET", "op", f"{_TEMPLATE}/stats/branches", branch_stats, SCOPE),
)
