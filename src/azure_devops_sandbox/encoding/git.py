"""Repositories and refs as the area `git` answers them, and policies."""

from __future__ import annotations

from typing import Any

import orjson

from azure_devops_sandbox.formats import date3, date7, segment
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.processes import POLICY_TYPES
from azure_devops_sandbox.state.records import Policy, Project, Repository

from . import kept, link, person
from .core import project_reference

ZERO = "0" * 40


def repository_url(organization: Organization, repository: Repository) -> str:
    """Return the address of the repository in the API."""
    return f"{organization.base_url}/{repository.project}/_apis/git/repositories/{repository.id}"


def web_url(organization: Organization, repository: Repository) -> str:
    """Return the address of the repository in the browser, which is where it is cloned from."""
    project = segment(organization.projects[repository.project].name)
    return f"{organization.base_url}/{project}/_git/{segment(repository.name)}"


def repository_item(
    organization: Organization, repository: Repository, *, links: bool = False, parent: bool = False
) -> bytes:
    """Return a repository; with `parent` a fork tells what it was forked from."""
    project = organization.projects[repository.project]
    origin = organization.repositories.get(repository.parent) if parent and repository.parent else None

    def build() -> dict[str, Any]:
        url = repository_url(organization, repository)
        web = web_url(organization, repository)
        found: dict[str, Any] = {
            "id": repository.id,
            "name": repository.name,
            "url": url,
            "project": project_reference(organization, project),
        }
        if repository.default_branch is not None:
            found["defaultBranch"] = repository.default_branch
        found.update(
            size=repository.size,
            remoteUrl=web,
            sshUrl=f"git@ssh.{organization.name}.example:v3/{segment(project.name)}/{segment(repository.name)}",
            webUrl=web,
            isDisabled=repository.disabled,
            isInMaintenance=False,
        )
        if repository.parent is not None:
            found["isFork"] = True
        if links:
            found["_links"] = _repository_links(url, project, web)
        if origin is not None:
            found["parentRepository"] = _parent(organization, origin)
        return found

    stamp = max(repository.version, project.version, origin.version if origin else 0)
    return kept(repository, f"item {links} {parent}", stamp, build)


def _repository_links(url: str, project: Project, web: str) -> dict[str, dict[str, str]]:
    children = ("commits", "refs", "pullRequests", "items", "pushes")
    return {
        "self": link(url),
        "project": link(f"vstfs:///Classification/TeamProject/{project.id}"),
        "web": link(web),
        **{child: link(f"{url}/{child}") for child in children},
    }


def _parent(organization: Organization, origin: Repository) -> dict[str, Any]:
    project = organization.projects[origin.project]
    return {
        "id": origin.id,
        "name": origin.name,
        "isFork": origin.parent is not None,
        "url": repository_url(organization, origin),
        "project": project_reference(organization, project),
        "collection": {
            "id": organization.instance_id,
            "name": organization.name,
            "url": organization.base_url,
        },
    }


def deleted_repository(organization: Organization, repository: Repository) -> bytes:
    """Return a repository of the recycle bin."""
    project = organization.projects[repository.project]
    when = repository.deleted or repository.created

    def build() -> dict[str, Any]:
        return {
            "id": repository.id,
            "name": repository.name,
            "project": project_reference(organization, project),
            "deletedBy": person(organization, repository.deleted_by or organization.owner),
            "createdDate": date3(repository.created),
            "deletedDate": date3(when),
        }

    return kept(repository, "deleted", max(repository.version, project.version), build)


def ref_item(organization: Organization, repository: Repository, name: str, *, statuses: bool) -> bytes:
    """Return a branch; `name` begins with `refs/heads/`."""
    found: dict[str, Any] = {
        "name": name,
        "objectId": repository.heads[name],
        "creator": person(organization, organization.owner),
        "url": f"{repository_url(organization, repository)}/refs?filter={segment(name.removeprefix('refs/'))}",
    }
    if statuses:
        found["statuses"] = []
    return orjson.dumps(found)


def policy_type(organization: Organization, project: str, type_id: str, *, full: bool) -> dict[str, Any]:
    """Return a policy type, in full or as a reference."""
    name, description = POLICY_TYPES[type_id]
    url = f"{organization.base_url}/{project}/_apis/policy/types/{type_id}"
    found: dict[str, Any] = {"id": type_id, "url": url, "displayName": name}
    if full:
        found = {"description": description, "_links": {"self": link(url)}, **found}
    return found


def policy_item(organization: Organization, policy: Policy) -> bytes:
    """Return a policy configuration."""

    def build() -> dict[str, Any]:
        url = f"{organization.base_url}/{policy.project}/_apis/policy/configurations/{policy.id}"
        reference = policy_type(organization, policy.project, policy.type_id, full=False)
        return {
            "createdBy": person(organization, policy.created_by),
            "createdDate": date7(policy.created),
            "isEnabled": policy.enabled,
            "isBlocking": policy.blocking,
            "isDeleted": policy.deleted,
            "settings": policy.settings,
            "isEnterpriseManaged": False,
            "_links": {"self": link(url), "policyType": link(str(reference["url"]))},
            "revision": policy.revision,
            "id": policy.id,
            "url": url,
            "type": reference,
        }

    return kept(policy, "item", policy.version, build)
