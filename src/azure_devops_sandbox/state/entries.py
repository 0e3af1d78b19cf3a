"""The entries of a tree of files: its files, the folders that follow from them, and their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from azure_devops_sandbox.formats import blob_id, object_id

Kind = Literal["blob", "tree", "commit"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file (`blob`), folder (`tree`) or submodule (`commit`)."""

    kind: Kind
    object_id: str
    symlink: bool = False


class ListedTree(Mapping[str, bytes]):
    """Files by path that know their entries without their contents being read."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Everything by path, `/` first."""
        raise NotImplementedError


_blob_id = lru_cache(maxsize=8192)(blob_id)


def entries_of(tree: Mapping[str, bytes]) -> Mapping[str, Entry]:
    """Return everything in a tree by path (`/` is its root).

    Files have the ids that git gives them. The id of a folder changes with everything below it, but is only like
    one of git's, unless the tree comes from git.
    """
    if isinstance(tree, ListedTree):
        return tree.entries
    found: dict[str, Entry] = {}
    inside: dict[str, list[str]] = {"/": []}
    for path in sorted(tree):
        file = found[path] = Entry("blob", _blob_id(tree[path]))
        parts = path.split("/")
        for depth in range(1, len(parts)):
            inside.setdefault("/".join(parts[:depth]) or "/", []).append(f"{path}:{file.object_id}")
    folders = {path: Entry("tree", object_id("tree", *lines)) for path, lines in inside.items()}
    return {**folders, **found}


def parent_of(path: str) -> str:
    """Return the folder that holds a path; the root holds itself."""
    return path.rsplit("/", 1)[0] or "/"
