"""Repositories, refs and the recycle bin."""

from __future__ import annotations

from azure_devops_sandbox.calls import Answer, Call
from azure_devops_sandbox.encoding.git import deleted_repository, ref_item, repository_item
from azure_devops_sandbox.paging import offset_of, page, whole
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.records import Repository

from .missing import no_repository

SCOPE = "vso.code"
_MAX_REFS = 1000


def repositories_list(call: Call) -> Answer:
    """List all repositories of the organization or a project; this list has no pages."""
    organization, permissions, links = call.organization, call.access.permissions, call.flag("includeLinks")
    project = call.project

    def rows() -> list[bytes]:
        projects = organization.live_projects() if project is None else [project]
        found: list[bytes] = []
        for host in projects:
            mine = [
                one
                for one in organization.of_project(organization.repositories, host.id)
                if one.deleted is None and permissions.sees_repository(one)
            ]
            mine.sort(key=lambda one: one.name.casefold())
            found.extend(repository_item(organization, one, links=links) for one in mine)
        return found

    return whole(
        call, organization.derived(("repositories", project and project.id, links, permissions), rows)
    )


def readable_repository(call: Call) -> Repository:
    """Return the repository of the path. Raises ApiError (404) if missing, hidden, disabled or in a dead project."""
    wanted = call.params["repositoryId"]
    repository = call.organization.find_repository(call.project, wanted)
    if repository is None or repository.disabled or not call.access.permissions.sees_repository(repository):
        raise no_repository(wanted)
    if call.organization.projects[repository.project].state != "wellFormed":
        raise no_repository(wanted)
    return repository


def repositories_get(call: Call) -> Answer:
    """Return a repository by id (or by name in a project)."""
    repository = readable_repository(call)
    return Answer(
        repository_item(call.organization, repository, links=True, parent=call.flag("includeParent"))
    )


def refs_list(call: Call) -> Answer:
    """List branches by name; without `$top` and token the whole list, at most 1,000 at once with `$top`."""
    repository, organization = readable_repository(call), call.organization
    prefix = "refs/" + (call.text("filter") or "")
    part = (call.text("filterContains") or "").casefold()
    names = sorted(name for name in repository.heads if name.startswith(prefix) and part in name.casefold())
    rows = [ref_item(organization, repository, name, statuses=call.flag("includeStatuses")) for name in names]
    if call.text("$top") is not None:
        size = min(_MAX_REFS, call.number("$top", 100))
    else:
        size = len(rows) if call.text("continuationToken") is None else 100
    return page(call, rows, offset_of(call), size)


def _deleted(call: Call) -> Answer:
    organization, project, permissions = call.organization, call.here, call.access.permissions
    gone = [
        one
        for one in organization.of_project(organization.repositories, project.id)
        if one.deleted is not None and permissions.sees_repository(one)
    ]
    return whole(call, [deleted_repository(organization, one) for one in gone])


def repositories_recycle_bin(call: Call) -> Answer:
    """List the repositories of a project that can be restored."""
    return _deleted(call)


def repositories_deleted(call: Call) -> Answer:
    """List the deleted repositories of a project."""
    return _deleted(call)


ROUTES = (
    Route("repositories.list", "GET", "op", "_apis/git/repositories", repositories_list, SCOPE),
    Route("repositories.get", "GET", "op", "_apis/git/repositories/{repositoryId}", repositories_get, SCOPE),
    Route("refs.list", "GET", "op", "_apis/git/repositories/{repositoryId}/refs", refs_list, SCOPE),
    Route(
        "repositories.recycle-bin",
        "GET",
        "p",
        "_apis/git/recycleBin/repositories",
        repositories_recycle_bin,
        SCOPE,
    ),
    Route("repositories.deleted", "GET", "p", "_apis/git/deletedrepositories", repositories_deleted, SCOPE),
)
