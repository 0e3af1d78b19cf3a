"""Repositories, refs and items as the area `git` answers them, and policies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import orjson

from azure_devops_sandbox.formats import blob_id, date3, date7, object_id, segment
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.processes import POLICY_TYPES
from azure_devops_sandbox.state.records import Policy, Project, Repository

from . import kept, link, person
from .core import project_reference

ZERO = "0" * 40


def repository_url(organization: Organization, repository: Repository) -> str:
    """Return the address of the repository in the API."""
    return f"{organization.base_url}/{repository.project}/_apis/git/repositories/{repository.id}"


def repository_item(
    organization: Organization, repository: Repository, *, links: bool = False, parent: bool = False
) -> bytes:
    """Return a repository; with `parent` a fork tells what it was forked from."""
    project = organization.projects[repository.project]
    origin = organization.repositories.get(repository.parent) if parent and repository.parent else None

    def build() -> dict[str, Any]:
        base, url = organization.base_url, repository_url(organization, repository)
        names = f"{segment(project.name)}/_git/{segment(repository.name)}"
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
            remoteUrl=f"{base}/{names}",
            sshUrl=f"git@ssh.{organization.name}.example:v3/{names.replace('/_git', '')}",
            webUrl=f"{base}/{names}",
            isDisabled=repository.disabled,
            isInMaintenance=False,
        )
        if repository.parent is not None:
            found["isFork"] = True
        if links:
            found["_links"] = _repository_links(url, project, f"{base}/{names}")
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


def item(
    organization: Organization,
    repository: Repository,
    branch: str,
    path: str,
    *,
    content: bytes | None,
    metadata: bool = False,
    text: bool = False,
    links: bool = False,
) -> dict[str, Any]:
    """Return a file (`content` given) or a folder; with `text` its content is part of the answer."""
    tree = repository.trees[branch]
    found: dict[str, Any] = {
        "objectId": tree_id(tree, path) if content is None else blob_id(content),
        "gitObjectType": "tree" if content is None else "blob",
        "commitId": repository.heads[branch],
        "path": path,
    }
    if content is None:
        found["isFolder"] = True
    if metadata or (text and content is not None):
        found["contentMetadata"] = content_metadata(path, content)
    if text and content is not None:
        found["content"] = content.decode("utf-8-sig", errors="replace")
    base = repository_url(organization, repository)
    version = segment(branch.removeprefix("refs/heads/"))
    found["url"] = f"{base}/items{_quoted(path)}?versionType=Branch&version={version}&versionOptions=None"
    if links:
        kind = "trees" if content is None else "blobs"
        found["_links"] = {
            "self": link(str(found["url"])),
            "repository": link(base),
            kind[:-1]: link(f"{base}/{kind}/{found['objectId']}"),
        }
    return found


def _quoted(path: str) -> str:
    return "/".join(segment(part) for part in path.split("/"))


def tree_id(tree: Mapping[str, bytes], path: str) -> str:
    """Return the id of a folder, which changes with everything below it."""
    prefix = path.rstrip("/") + "/"
    return object_id(
        "tree", *(f"{name}:{blob_id(data)}" for name, data in sorted(tree.items()) if name.startswith(prefix))
    )


def content_metadata(path: str, content: bytes | None) -> dict[str, Any]:
    """Return what Azure DevOps tells about a file's content: encoding 65001 is UTF-8, 1252 is Western."""
    name = PurePosixPath(path).name
    if content is None:
        return {"fileName": name}
    binary = b"\x00" in content[:8000]
    return {
        "encoding": -1 if binary else 65001 if _is_utf8(content) else 1252,
        "contentType": "application/octet-stream" if binary else "text/plain",
        "fileName": name,
        "extension": PurePosixPath(path).suffix.removeprefix("."),
        **({"isBinary": True} if binary else {}),
    }


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


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
