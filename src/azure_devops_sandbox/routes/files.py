"""Files and folders of a repository.

Facts: a file is sent raw unless JSON is asked for by `Accept` or `$format=json`; a path that is missing
answers 404 TF401174; `version` and `versionDescriptor.version` mean the same (area `git`, Items).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from azure_devops_sandbox.calls import Answer, Call, bad_argument, json_answer
from azure_devops_sandbox.encoding.git import content_metadata, item
from azure_devops_sandbox.paging import whole
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.records import Repository

from .git import SCOPE, readable_repository
from .missing import no_branches, no_item, no_version


def _branch(repository: Repository, version: str | None, kind: str | None) -> str:
    """Return the branch that a version descriptor means. Raises ApiError (404)."""
    if repository.default_branch is None or not repository.heads:
        raise no_branches(repository.name)
    if version is None:
        return repository.default_branch
    if (kind or "branch").lower() == "commit":
        found = next((name for name, head in repository.heads.items() if head == version.lower()), None)
    else:
        name = version if version.startswith("refs/") else f"refs/heads/{version}"
        found = name if name in repository.heads else None
    if found is None:
        raise no_version(version, repository.name)
    return found


def _clean(path: str) -> str:
    return "/" + path.strip("/")


def _below(tree: Mapping[str, bytes], path: str, recursion: str) -> list[str]:
    """Return the paths that a recursion level adds below a folder: folders before their files."""
    prefix = "/" if path == "/" else path + "/"
    found: set[str] = set()
    for name in tree:
        if not name.startswith(prefix):
            continue
        parts = name.removeprefix(prefix).split("/")
        depth = 1 if recursion.startswith("onelevel") else len(parts)
        found.update(prefix + "/".join(parts[: count + 1]) for count in range(min(depth, len(parts))))
    return sorted(found)


def _is_folder(tree: Mapping[str, bytes], path: str) -> bool:
    return path == "/" or any(name.startswith(path + "/") for name in tree)


def _listing(
    call: Call, repository: Repository, branch: str, path: str, recursion: str, *, metadata: bool, links: bool
) -> list[dict[str, Any]]:
    tree = repository.trees[branch]
    if path not in tree and not _is_folder(tree, path):
        raise no_item(path, repository.name, branch.removeprefix("refs/heads/"), repository.heads[branch])
    paths = [path]
    if path not in tree and recursion != "none":
        paths += _below(tree, path, recursion)
    return [
        item(
            call.organization, repository, branch, one, content=tree.get(one), metadata=metadata, links=links
        )
        for one in paths
    ]


def items_get(call: Call) -> Answer:
    """Return a file (raw or as JSON), a folder, or with `scopePath` or a recursion level a list."""
    repository = readable_repository(call)
    version = call.text("versionDescriptor.version") or call.text("version")
    kind = call.text("versionDescriptor.versionType") or call.text("versionType")
    branch = _branch(repository, version, kind)
    recursion = (call.text("recursionLevel") or "none").lower()
    metadata, links = call.flag("includeContentMetadata"), call.flag("includeLinks")
    asked = call.text("path")
    path = _clean(asked or call.text("scopePath") or "/")
    if asked is None or recursion != "none":
        found = _listing(call, repository, branch, path, recursion, metadata=metadata, links=links)
        return whole(call, [orjson.dumps(one) for one in found])
    return _single(call, repository, branch, path)


def _wants_json(call: Call) -> bool:
    form = (call.text("$format") or "").lower()
    return form == "json" or (not form and "application/json" in call.accept)


def _single(call: Call, repository: Repository, branch: str, path: str) -> Answer:
    tree = repository.trees[branch]
    content = tree.get(path)
    if content is None and not _is_folder(tree, path):
        raise no_item(path, repository.name, branch.removeprefix("refs/heads/"), repository.heads[branch])
    if content is not None and not _wants_json(call):
        kind = "application/octet-stream"
        if (call.text("$format") or "").lower() != "octetstream" and not call.flag("download"):
            kind = str(content_metadata(path, content)["contentType"])
        return Answer(content, content_type=kind)
    return json_answer(
        item(
            call.organization,
            repository,
            branch,
            path,
            content=content,
            metadata=call.flag("includeContentMetadata"),
            text=call.flag("includeContent"),
            links=call.flag("includeLinks"),
        )
    )


def items_batch(call: Call) -> Answer:
    """Return a list per descriptor; one path that is missing fails the whole batch."""
    repository, body = readable_repository(call), call.json()
    descriptors = body.get("itemDescriptors")
    if not isinstance(descriptors, list) or not descriptors:
        raise bad_argument("The itemDescriptors of the batch are missing.")
    groups = []
    for one in descriptors:
        if not isinstance(one, dict) or not isinstance(one.get("path"), str):
            raise bad_argument("An itemDescriptor of the batch has no path.")
        branch = _branch(repository, one.get("version"), one.get("versionType"))
        recursion = str(one.get("recursionLevel") or "none").lower()
        metadata, links = bool(body.get("includeContentMetadata")), bool(body.get("includeLinks"))
        path = _clean(one["path"])
        groups.append(_listing(call, repository, branch, path, recursion, metadata=metadata, links=links))
    return json_answer({"count": len(groups), "value": groups})


_TEMPLATE = "_apis/git/repositories/{repositoryId}"
ROUTES = (
    Route("items.get", "GET", "op", f"{_TEMPLATE}/items", items_get, SCOPE),
    Route("items.batch", "POST", "op", f"{_TEMPLATE}/itemsbatch", items_batch, SCOPE),
)
