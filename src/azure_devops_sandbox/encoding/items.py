"""Files and folders of a repository as the area `git` answers them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from azure_devops_sandbox.formats import segment
from azure_devops_sandbox.state.entries import Entry
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import Repository
from azure_devops_sandbox.state.versions import Version

from . import link
from .git import repository_url

_IMAGES = frozenset({"png", "gif", "jpg", "jpeg", "bmp", "ico"})
_PLURALS = {"blob": "blobs", "tree": "trees", "commit": "commits"}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a request wants to know about items."""

    metadata: bool = False
    links: bool = False
    text: bool = False
    latest: bool = False


def item(
    organization: Organization,
    repository: Repository,
    version: Version,
    path: str,
    entry: Entry,
    wishes: Wishes,
) -> dict[str, Any]:
    """Return a file, folder or submodule; the content of a file is read only for its metadata or its text."""
    found: dict[str, Any] = {
        "objectId": entry.object_id,
        "gitObjectType": entry.kind,
        "commitId": version.commit,
        "path": path,
    }
    if entry.kind == "tree":
        found["isFolder"] = True
    if entry.symlink:
        found["isSymLink"] = True
    content = None
    if entry.kind == "blob" and (wishes.metadata or wishes.text):
        content = version.tree[path]
    if wishes.metadata or content is not None:
        found["contentMetadata"] = content_metadata(path, content)
    if wishes.text and content is not None:
        found["content"] = content.decode("utf-8-sig", errors="replace")
    base = repository_url(organization, repository)
    found["url"] = item_url(base, version, path)
    if wishes.links:
        found["_links"] = {
            "self": link(str(found["url"])),
            "repository": link(base),
            entry.kind: link(f"{base}/{_PLURALS[entry.kind]}/{entry.object_id}"),
        }
    return found


def item_url(base: str, version: Version, path: str) -> str:
    """Return the address of an item."""
    quoted = "/".join(segment(part) for part in path.split("/"))
    query = f"versionType={version.kind}&version={segment(version.name)}&versionOptions=None"
    return f"{base}/items{quoted}?{query}"


def content_metadata(path: str, content: bytes | None) -> dict[str, Any]:
    """Return what Azure DevOps tells about a file's content: encoding 65001 is UTF-8, 1252 is Western."""
    name = PurePosixPath(path).name
    if content is None:
        return {"fileName": name}
    binary = b"\x00" in content[:8000]
    extension = PurePosixPath(path).suffix.removeprefix(".")
    return {
        "encoding": -1 if binary else 65001 if _is_utf8(content) else 1252,
        "contentType": "application/octet-stream" if binary else "text/plain",
        "fileName": name,
        "extension": extension,
        **({"isBinary": True} if binary else {}),
        **({"isImage": True} if binary and extension.lower() in _IMAGES else {}),
    }


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
