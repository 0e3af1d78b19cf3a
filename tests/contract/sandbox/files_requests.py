"""Requests for the routes about files, commits and branches."""

from __future__ import annotations

from azure_devops_sandbox import Organization
from azure_devops_sandbox.formats import blob_id
from azure_devops_sandbox.state.records import Project
from contract.sandbox.case import Case, P

_REPOSITORY = f"{P}/git/repositories/{{repositoryId}}"


def files_cases(organization: Organization, project: Project) -> list[Case]:
    """Return the requests; the repository has a commit after its first one."""
    repositories = organization.of_project(organization.repositories, project.id)
    repository = next(one for one in repositories if one.default_branch and not one.disabled)
    organization.changes.set_file(repository.id, "/docs/more/new.md", "# New\n")
    organization.changes.remove_file(repository.id, "/docs/more/new.md")
    branch = repository.default_branch or ""
    blob = blob_id(repository.trees[branch]["/src/main.py"])
    return [*_items(repository.id, blob), *_commits(repository.id, repository.heads[branch], branch[11:])]


def _items(repository: str, blob: str) -> list[Case]:
    r = f"/_apis/git/repositories/{repository}"
    every = "includeContentMetadata=true&includeLinks=true&latestProcessedChange=true"
    return [
        Case(
            "items.get", "git", f"{_REPOSITORY}/items", f"{r}/items?scopePath=/&recursionLevel=full&{every}"
        ),
        Case(
            "items.get",
            "git",
            f"{_REPOSITORY}/items?path={{path}}",
            f"{r}/items?path=/src/main.py&includeContent=true&$format=json",
        ),
        Case("blobs.get", "git", f"{_REPOSITORY}/blobs/{{sha1}}", f"{r}/blobs/{blob}?$format=json"),
        Case(
            "items.batch",
            "git",
            f"{_REPOSITORY}/itemsbatch",
            f"{r}/itemsbatch",
            "POST",
            {"itemDescriptors": [{"path": "/", "recursionLevel": "full"}, {"path": "/src/main.py"}]},
        ),
    ]


def _commits(repository: str, head: str, branch: str) -> list[Case]:
    r = f"/_apis/git/repositories/{repository}"
    version = f"searchCriteria.itemVersion.version={branch}"
    return [
        Case("commits.list", "git", f"{_REPOSITORY}/commits?", f"{r}/commits?{version}"),
        Case(
            "commits.get", "git", f"{_REPOSITORY}/commits/{{commitId}}", f"{r}/commits/{head}?changeCount=10"
        ),
        Case(
            "commits.changes",
            "git",
            f"{_REPOSITORY}/commits/{{commitId}}/changes",
            f"{r}/commits/{head}/changes?top=5",
        ),
        Case("branch-stats.list", "git", f"{_REPOSITORY}/stats/branches", f"{r}/stats/branches"),
        Case(
            "branch-stats.list",
            "git",
            f"{_REPOSITORY}/stats/branches?name={{name}}",
            f"{r}/stats/branches?name={branch}",
        ),
    ]
