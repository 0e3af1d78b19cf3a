"""The folders and files of a repository that patterns may match, in one or two requests whatever the patterns are.

A batch of items fails as a whole if one path is missing (400), so only folders that are known to be there are asked
for: first the root, then those of its folders that a pattern leads into, as deep as need be. A pattern that may begin
anywhere (`**/package.json`) takes the whole tree in the first request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from fairlead.azure.http.calls import Call
from fairlead.azure.http.envelope import decode, split
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.kinds.asked_paths import ITEMS
from fairlead.azure.kinds.definition import Fill
from fairlead.model import globs
from fairlead.model.errors import IncompleteReading
from fairlead.model.source import Number

_ALL, _ONE = "full", "oneLevel"


class Entry(msgspec.Struct, frozen=True, rename="camel"):
    """A listed item. `path` has a leading slash; a submodule is of type `commit`. `raw` is the item as it came."""

    path: str
    object_id: str
    git_object_type: str = ""
    commit_id: str = ""
    is_folder: bool | None = None
    raw: bytes = b""

    @property
    def name(self) -> str:
        """The path without its leading slash, as patterns are laid over it."""
        return self.path.strip("/")


class Tree(msgspec.Struct, frozen=True):
    """What was listed, by name ("" is the root), and the number of the first request."""

    entries: dict[str, Entry]
    number: int

    @property
    def commit(self) -> str:
        """The commit that was listed, "" where nothing came."""
        return next((entry.commit_id for entry in self.entries.values()), "")


async def listed(hosts: Hosts, fill: Fill, branch: str, patterns: Sequence[str], number: Number) -> Tree:
    """The entries of a branch that the patterns can reach, and some that they cannot. Raises as `Hosts.send`."""
    anywhere = any(globs.begins_anywhere(pattern) for pattern in patterns)
    root, taken = await _items(hosts, fill, branch, {"": _ALL if anywhere else _ONE}, number)
    if anywhere:
        return Tree(root, taken)
    deeper = {
        name: level
        for name, entry in root.items()
        if name and entry.is_folder and (level := _level(name, patterns))
    }
    if not deeper:
        return Tree(root, taken)
    below, _ = await _items(hosts, fill, branch, deeper, number)
    return Tree(root | below, taken)


def _level(name: str, patterns: Iterable[str]) -> str:
    """How deep a folder of the root must be read, "" where no pattern leads into it."""
    depths = [globs.depth(pattern) for pattern in patterns if globs.leads_into(pattern, name)]
    return "" if not depths else _ONE if max(depths) == 2 else _ALL


async def _items(
    hosts: Hosts, fill: Fill, branch: str, folders: dict[str, str], number: Number
) -> tuple[dict[str, Entry], int]:
    version = {"version": branch, "versionType": "branch"}
    asked = [{"path": f"/{name}", "recursionLevel": level, **version} for name, level in folders.items()]
    call = Call(ITEMS, fill, body=msgspec.json.encode({"itemDescriptors": asked}))
    answer = await hosts.send(call, number)
    groups = split(answer.body, call.label).items
    if len(groups) != len(asked):
        raise IncompleteReading(f"{call.label}: {len(groups)} answers came to {len(asked)} questions")
    found: dict[str, Entry] = {}
    for group in groups:
        for raw in decode(group, list[msgspec.Raw], call.label):
            entry = decode(bytes(raw), Entry, "an item of a repository")
            found[entry.name] = msgspec.structs.replace(entry, raw=bytes(raw))
    return found, answer.number
