"""Reading files and folders: the trees of repositories are listed, and contents read only where an id is new.

An object id is a hash of what it stands for. So a listed item with the same id (and the same ids of its included
files) has not changed, whatever was committed since, and `commitId` is the commit at which a record was last read.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from fairlead.azure import blobs
from fairlead.azure.concurrency import concurrently
from fairlead.azure.contents import text_of
from fairlead.azure.http.envelope import decode, without
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.http.problems import AbsentThing
from fairlead.azure.kind_reader import Keys, KindReader
from fairlead.azure.kinds import file, folder
from fairlead.azure.kinds.asked_paths import (
    Asked,
    Blob,
    Listed,
    Unreadable,
    files_of,
    folders_of,
    locate,
    short,
)
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.parents import RepositoryHead, repository_head
from fairlead.azure.kinds.repository import included_paths
from fairlead.azure.reading import UNREAD, Outcome, found, record, unread
from fairlead.azure.trees import Entry, Tree, listed
from fairlead.model import globs
from fairlead.model.errors import NotThere
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import Chain, Found, Item, Missing, Page
from fairlead.model.records import Record
from fairlead.model.source import Number, Parents, source_hash

_NO_BRANCH = "GitUnresolvableToCommitException"
_OF_COMMIT = frozenset({"commitId"})

Contents = Mapping[str, Blob | Unreadable]


class TreeReader(KindReader):
    """What both kinds share. Subclasses say what is asked, and make items and records of it."""

    def __init__(self, hosts: Hosts, kind: Kind) -> None:
        super().__init__(hosts, kind)
        self._heads: dict[str, RepositoryHead] = {}
        self._commits: dict[tuple[str, str], str] = {}

    def asked(self, fetch: FetchSpec, head: RepositoryHead) -> tuple[Asked, ...]:
        """What the rows want of a repository."""
        raise NotImplementedError

    def listing(
        self, scope: str, branch: str, tree: Tree, asked: Sequence[Asked]
    ) -> Iterable[tuple[str, Listed]]:
        """What a listed tree holds of it, by the keys of the records. `branch` is the one that was listed."""
        raise NotImplementedError

    def own(self, listed: Listed) -> tuple[str, ...]:
        """The object ids whose contents the record itself needs."""
        raise NotImplementedError

    def made(self, scope: str, listed: Listed, commit: str, contents: Contents, parents: Parents) -> Draft:
        """The record, without its included files."""
        raise NotImplementedError

    def is_wish(self, key: str, asked: Asked) -> bool:
        """Whether a record with this key is one that is asked for."""
        raise NotImplementedError

    async def page(
        self, chain: Chain, fetch: FetchSpec, parents: Parents, _cursor: str | None, number: Number
    ) -> Page:
        """One repository. One of which nothing is asked, or that is empty, costs no request."""
        return Page(items=tuple(await self._listed(fetch, chain.scope, parents, number)))

    async def _listed(self, fetch: FetchSpec, scope: str, parents: Parents, number: Number) -> list[Item]:
        fill, head = locate("", scope, parents), self._head(scope, parents)
        if fill is None or head is None:
            raise NotThere(f"repository {scope} is not known")
        default = short(head.default_branch)
        wishes: dict[str, list[Asked]] = defaultdict(list)
        for one in self.asked(fetch, head) if default else ():
            wishes[one.branch].append(one)
        walks = (
            self._on_branch(fetch, scope, fill, branch, default, asked, number)
            for branch, asked in wishes.items()
        )
        return [item for part in await concurrently(walks) for item in part]

    async def _on_branch(
        self, fetch: FetchSpec, scope: str, fill: Fill, branch: str, default: str, asked: Sequence[Asked],
        number: Number,
    ) -> list[Item]:  # fmt: skip
        patterns = [*(one.pattern for one in asked), *included_paths(fetch)]
        try:
            tree = await listed(self.hosts, fill, branch or default, patterns, number)
        except AbsentThing as error:
            if branch and error.type_key == _NO_BRANCH:
                return []  # a row names a branch that this repository does not have
            raise
        self._commits[scope, branch or default] = tree.commit
        included = _included(tree, fetch)
        return [
            Item(
                key, scope, msgspec.json.encode(msgspec.structs.replace(one, included=included)), tree.number
            )
            for key, one in self.listing(scope, branch or default, tree, asked)
        ]

    def _head(self, scope: str, parents: Parents) -> RepositoryHead | None:
        known = parents.get("repository", {}).get(scope)
        if known is not None:
            self._heads[scope] = repository_head(known.body)
        return self._heads[scope] if known is not None else None

    async def complete(
        self, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """Repository by repository. A record whose content could not be read says why, and stays as it was."""
        groups: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            groups[item.parent].append(item)
        jobs = (self._completed(fetch, scope, group, parents, number) for scope, group in groups.items())
        return found([outcome for part in await concurrently(jobs) for outcome in part])

    async def _completed(
        self, fetch: FetchSpec, scope: str, items: Sequence[Item], parents: Parents, number: Number
    ) -> list[Outcome]:
        fill, head = locate("", scope, parents), self._head(scope, parents)
        if fill is None or head is None:
            return [(item.key, Missing("failed", f"repository {scope} is not known")) for item in items]
        listed = [decode(item.raw, Listed, "a listed item") for item in items]
        default = short(head.default_branch)
        try:
            commits = {
                branch: await self._commit(scope, fill, branch or default, number)
                for branch in {one.branch for one in listed}
            }
        except UNREAD as error:
            return unread([item.key for item in items], error)
        ids = [
            *(object_id for one in listed for object_id in self.own(one)),
            *(object_id for one in listed for object_id in one.included.values() if object_id is not None),
        ]
        contents = await blobs.contents(self.hosts, fill, ids, number)
        # In a thread: a large YAML text takes a second to be read.
        return await asyncio.to_thread(self._made, fetch, scope, items, listed, commits, contents, parents)

    def _made(
        self, fetch: FetchSpec, scope: str, items: Sequence[Item], listed: Sequence[Listed],
        commits: Mapping[str, str], contents: Contents, parents: Parents,
    ) -> list[Outcome]:  # fmt: skip
        outcomes: list[Outcome] = []
        for item, one in zip(items, listed, strict=True):
            draft = self.made(scope, one, commits[one.branch], contents, parents)
            bare = record(self.kind, draft, item.number, source_hash(item.raw, fetch.hash))
            outcomes.append(_with_files(bare, one, contents))
        return outcomes

    async def _commit(self, scope: str, fill: Fill, branch: str, number: Number) -> str:
        """The commit that the branch was listed at; after a restart, the one that it is at now."""
        if (scope, branch) not in self._commits:
            tree = await listed(self.hosts, fill, branch, (), number)
            self._commits[scope, branch] = tree.commit
        return self._commits[scope, branch]

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """By listing their repositories again: one path that is missing would spoil a request for many."""
        wanted: dict[str, list[str]] = defaultdict(list)
        for key, parent in keys:
            wanted[parent].append(key)
        jobs = (self._read(fetch, scope, names, parents, number) for scope, names in wanted.items())
        return found([outcome for part in await concurrently(jobs) for outcome in part])

    async def _read(
        self, fetch: FetchSpec, scope: str, keys: Sequence[str], parents: Parents, number: Number
    ) -> list[Outcome]:
        try:
            there = {item.key: item for item in await self._listed(fetch, scope, parents, number)}
        except UNREAD as error:
            return unread(keys, error)
        gone = Missing("not there", "the tree leaves it out")
        outcomes: list[Outcome] = [(key, gone) for key in keys if key not in there]
        asked = [there[key] for key in keys if key in there]
        return outcomes + await self._completed(fetch, scope, asked, parents, number)

    def beyond(
        self, fetch: FetchSpec, records: Sequence[Record], _neighbors: Sequence[Record]
    ) -> frozenset[str]:
        """What no row asks for any more, of the repositories that were looked at."""
        return frozenset(
            one.key
            for one in records
            if one.parent in self._heads
            and not any(self.is_wish(one.key, asked) for asked in self.asked(fetch, self._heads[one.parent]))
        )

    def settled(self, _raw: bytes) -> bool:
        """Always: an id never means anything else."""
        return True


class FileReader(TreeReader):
    """Files of the default branch."""

    def asked(self, fetch: FetchSpec, head: RepositoryHead) -> tuple[Asked, ...]:
        """Patterns of files."""
        return files_of(fetch, head)

    def listing(
        self, scope: str, _branch: str, tree: Tree, asked: Sequence[Asked]
    ) -> Iterable[tuple[str, Listed]]:
        """Every file that a pattern matches, once."""
        for name, entry in tree.entries.items():
            if _is_file(entry) and any(globs.matches(one.pattern, name) for one in asked):
                yield file.key_of(scope, name), Listed(msgspec.Raw(without(entry.raw, _OF_COMMIT, "a file")))

    def own(self, listed: Listed) -> tuple[str, ...]:
        """The file's own."""
        return (decode(bytes(listed.item), Entry, "a file").object_id,)

    def made(self, scope: str, listed: Listed, commit: str, contents: Contents, parents: Parents) -> Draft:
        """With its content, or why that could not be read."""
        entry = decode(bytes(listed.item), Entry, "a file")
        blob = contents[entry.object_id]
        body = file.body_of(entry.name, entry.object_id, commit, bytes(listed.item), blob)
        draft = self.kind.drafts(body, scope, parents)[0]
        reason = f"its content could not be read: {blob.reason}" if isinstance(blob, Unreadable) else ""
        return msgspec.structs.replace(draft, failure=reason)

    def is_wish(self, key: str, asked: Asked) -> bool:
        """By the path."""
        return globs.matches(asked.pattern, file.name_of(key))


class FolderReader(TreeReader):
    """Folders of any branch."""

    def asked(self, fetch: FetchSpec, head: RepositoryHead) -> tuple[Asked, ...]:
        """Patterns of folders, each with its branch."""
        return folders_of(fetch, head)

    def listing(
        self, scope: str, branch: str, tree: Tree, asked: Sequence[Asked]
    ) -> Iterable[tuple[str, Listed]]:
        """Every folder, once for each pattern that matches it."""
        for name, entry in tree.entries.items():
            if not entry.is_folder:
                continue
            item = msgspec.Raw(without(entry.raw, _OF_COMMIT, "a folder"))
            for one in asked:
                if globs.matches(one.pattern, name):
                    yield folder.key_of(scope, one, name), Listed(item, {}, one.branch, one.pattern, branch)

    def own(self, _listed: Listed) -> tuple[str, ...]:
        """None: a folder has no content."""
        return ()

    def made(self, scope: str, listed: Listed, commit: str, _contents: Contents, parents: Parents) -> Draft:
        """The item with its branch and pattern."""
        return self.kind.drafts(folder.body_of(listed, commit), scope, parents)[0]

    def is_wish(self, key: str, asked: Asked) -> bool:
        """By branch and pattern."""
        return folder.wish_of(key) == (asked.branch, globs.clean(asked.pattern))


def _is_file(entry: Entry) -> bool:
    return not entry.is_folder and entry.git_object_type.lower() in {"", "blob"}


def _included(tree: Tree, fetch: FetchSpec) -> dict[str, str | None]:
    """The object ids of the included files, at the root of the repository, as Port's integration takes them."""
    files = {path: tree.entries.get(globs.clean(path)) for path in included_paths(fetch)}
    return {path: one.object_id if one is not None and _is_file(one) else None for path, one in files.items()}


def _with_files(one: Record, listed: Listed, contents: Contents) -> Record:
    texts: dict[str, str | None] = {}
    for path, object_id in listed.included.items():
        blob = contents[object_id] if object_id is not None else Blob(b"", 0)
        if isinstance(blob, Unreadable):
            return msgspec.structs.replace(one, failure=f"{path} could not be read: {blob.reason}")
        texts[path] = text_of(blob.content or b"")
    return (
        msgspec.structs.replace(one, extra=b'"__includedFiles":' + msgspec.json.encode(texts))
        if texts
        else one
    )
