"""Files and folders, restated in plain Python: for the example mapping of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from azure_devops_sandbox.state.records import Repository
from truth.entities import Entities, Entity, Targets
from truth.sight import LARGEST_FILE, Sight

TARGETS: Targets = {
    "azureDevopsFile": {"repository": "azureDevopsRepository"},
    "azureDevopsFolder": {"repository": "azureDevopsRepository"},
}


def _trees(sight: Sight) -> Iterator[tuple[Repository, dict[str, bytes]]]:
    """The files at the head of the default branch, by path without a leading slash."""
    for one in sight.repositories():
        if one.default_branch is not None and not one.disabled:
            yield one, {path[1:]: content for path, content in one.trees[one.default_branch].items()}


def _is_named(path: str) -> bool:
    parts = path.split("/")
    if len(parts) == 1:
        return path in {"README.md", "azure-pipelines.yml"} or path.lower().endswith(".png")
    if parts[0].lower() == "docs":
        return True
    return len(parts) == 3 and (parts[0].lower(), parts[2].lower()) == ("services", "service.yaml")


def _text(content: bytes) -> str | None:
    if len(content) > LARGEST_FILE:
        return None
    try:
        return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        return None


def _written(path: str) -> str:
    return quote(path, safe="/").replace("~", "=7E").replace("%", "=")


def files(sight: Sight) -> Entities:
    """`azureDevopsFile`."""
    found: Entities = {}
    for one, tree in _trees(sight):
        for path, content in tree.items():
            if _is_named(path):
                name = path.rpartition("/")[2]
                found["azureDevopsFile", f"{one.id}/{_written(path)}"] = Entity(
                    title=path,
                    properties={
                        "path": path,
                        "size": len(content),
                        "extension": name.rpartition(".")[2] if "." in name else "",
                        "content": _text(content),
                        "link": f"{sight.web_address(one)}?path=/{quote(path, safe='')}",
                    },
                    relations={"repository": one.id},
                )
    return found


def folders(sight: Sight) -> Entities:
    """`azureDevopsFolder`."""
    found: Entities = {}
    for one, tree in _trees(sight):
        paths = {tuple(path.split("/")[:depth]) for path in tree for depth in range(1, path.count("/") + 1)}
        for parts in paths:
            if len(parts) == 1 or (len(parts) == 2 and parts[0].lower() in {"docs", "services"}):
                path = "/" + "/".join(parts)
                found["azureDevopsFolder", f"{one.id}{_written(path)}"] = Entity(
                    title=path,
                    properties={
                        "branch": (one.default_branch or "").removeprefix("refs/heads/"),
                        "link": f"{sight.web_address(one)}?path={quote(path, safe='')}",
                    },
                    relations={"repository": one.id},
                )
    return found


ALL = (files, folders)
