"""A real git repository on this machine, read through `git` itself and never changed.

Every read is one short `git` process, and what it found is kept under the object's id, which never means anything
else. Nothing touches the index, the working copy or a network: a shallow clone, a worktree, a bare repository and a
detached HEAD will do, a partial clone will not, because git would fetch what it lacks.
"""

from __future__ import annotations

import itertools
import os
import subprocess
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from .commits import Change, Commit, Signature
from .entries import Entry, Kind, ListedTree

_SECONDS = 30
"""The longest that one `git` may take."""
_KEPT_BYTES = 64 * 1024 * 1024
"""How much content of files is kept."""
_SAFE = ("-c", "protocol.allow=never", "-c", "log.showSignature=false", "-c", "core.quotePath=false")
_PARTIAL = r"^(remote\..*\.promisor|extensions\.partialclone)$"
_HEADS = "refs/heads/"
_COMMIT = "%x00".join(("%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"))
_WORDS = 10
_AT_ONCE = 200


class NoGit(ValueError):
    """There is no git, no repository at the path, or it cannot be read; the text says which."""


class GitTree(ListedTree):
    """The files of one commit by path (`/src/main.py`); a content is read when it is asked for.

    So are the names, of which `entries` also holds those of the folders, `/` among them.
    """

    def __init__(self, clone: GitClone, commit: str) -> None:
        self._clone = clone
        self.commit = commit

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """Everything in the commit by path."""
        return self._clone.entries(self.commit)

    @cached_property
    def _files(self) -> Mapping[str, str]:
        return {path: one.object_id for path, one in self.entries.items() if one.kind == "blob"}

    def __getitem__(self, path: str) -> bytes:
        object_id = self._files[path]
        return self._clone.contents([object_id])[object_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, path: object) -> bool:
        return path in self._files


class GitClone:
    """Reads one repository. Raises NoGit if `path` is not the top folder of one (or a bare one)."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        if not self.path.is_dir():
            raise NoGit(f"{path} is not a folder")
        self._trees: dict[str, GitTree] = {}
        self._commits: dict[str, Commit] = {}
        self._changes: dict[str, list[Change]] = {}
        self._contents: OrderedDict[str, bytes] = OrderedDict()
        self._kept = 0
        bare, top = self._text("rev-parse", "--is-bare-repository"), ""
        if bare == "false":
            top = self._text("rev-parse", "--show-toplevel")
        if bare != "true" and Path(top).resolve() != self.path:
            raise NoGit(f"{path} is not the top folder of a git repository: that is {top or 'nowhere'}")
        if self.run("config", "--get-regexp", _PARTIAL, fails=True):
            raise NoGit(f"{path} is a partial clone, whose files are not all here")

    def run(self, *arguments: str, given: bytes | None = None, fails: bool = False) -> bytes:
        """Return what `git` printed; with `fails` nothing if it fails. Raises NoGit."""
        command = ["git", "--no-optional-locks", "-C", str(self.path), *_SAFE, *arguments]
        try:
            done = subprocess.run(
                command,
                input=given or b"",
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                env=_environment(),
            )
        except FileNotFoundError:
            raise NoGit("git is not installed (no program of that name is on the path)") from None
        except subprocess.TimeoutExpired:
            raise NoGit(f"git {arguments[0]} took longer than {_SECONDS} s in {self.path}") from None
        if done.returncode and not fails:
            told = done.stderr.decode(errors="replace").strip().splitlines() or ["git said nothing"]
            raise NoGit(f"{self.path} cannot be read: {told[0]}")
        return b"" if done.returncode else done.stdout

    def _text(self, *arguments: str, fails: bool = False) -> str:
        return self.run(*arguments, fails=fails).decode(errors="replace").strip()

    def heads(self) -> tuple[str | None, dict[str, str]]:
        """Return the default branch (None if nothing was committed) and the commits of the branches.

        The default branch is the one that is checked out. A HEAD without a branch is at home on the branch that
        points to the same commit; if there is none it becomes one: `main`, or `detached` if that name is taken.
        """
        listed = self._text("for-each-ref", "--format=%(objectname) %(refname)", _HEADS).splitlines()
        found = {name: commit for commit, name in (one.split(" ", 1) for one in listed)}
        here = self._text("symbolic-ref", "--quiet", "HEAD", fails=True)
        if here in found:
            return here, found
        commit = self._resolved("HEAD")
        if commit is None:
            return next(iter(found), None), found
        same = next((name for name, one in found.items() if one == commit), None)
        if same is None:
            same = _HEADS + ("detached" if f"{_HEADS}main" in found else "main")
            found[same] = commit
        return same, found

    def tagged(self, name: str) -> str | None:
        """Return the commit of a tag, None if there is no such tag."""
        return self._resolved(f"refs/tags/{name.removeprefix('refs/tags/')}")

    def has_commit(self, commit: str) -> bool:
        """Tell whether a commit with this id is here."""
        return self._resolved(commit) == commit

    def _resolved(self, name: str) -> str | None:
        return self._text("rev-parse", "--quiet", "--verify", f"{name}^{{commit}}", fails=True) or None

    def commit(self, commit: str) -> Commit | None:
        """Return a commit by its id, None if it is not here."""
        if commit not in self._commits:
            if not self.has_commit(commit):
                return None
            next(self.log(commit), None)
        return self._commits[commit]

    def log(self, head: str, path: str = "/") -> Iterator[Commit]:
        """Yield the commits that lead to `head`, newest first; with a path those that changed it."""
        where = ["--", path.strip("/")] if path.strip("/") else []
        for skipped in itertools.count(0, _AT_ONCE):
            told = self.run(
                "--literal-pathspecs", "log", "-z", "--encoding=UTF-8", f"--format={_COMMIT}", f"--skip={skipped}",
                f"--max-count={_AT_ONCE}", head, *where,
            )  # fmt: skip
            words = told.decode(errors="replace").split("\0")[:-1]
            for place in range(0, len(words), _WORDS):
                found = _commit_of(words[place : place + _WORDS])
                yield self._commits.setdefault(found.id, found)
            if len(words) < _WORDS * _AT_ONCE:
                return

    def changes(self, commit: Commit) -> list[Change]:
        """Return what a commit changed against its first parent, by path; of folders those that came or went."""
        if commit.id not in self._changes:
            before = (
                commit.parents[0] if commit.parents else self._text("hash-object", "-t", "tree", "--stdin")
            )
            versions = (before, commit.id if commit.parents else commit.tree_id)
            told = self.run(
                "diff-tree", "-r", "-t", "-z", "--raw", "--no-abbrev", "--no-ext-diff", "-M", *versions
            )
            self._changes[commit.id] = sorted(_changes_of(told), key=lambda one: one.path)
        return self._changes[commit.id]

    def apart(self, base: str, head: str) -> tuple[int, int]:
        """Return how many commits `head` is ahead of `base` and behind it."""
        behind, ahead = self._text("rev-list", "--left-right", "--count", f"{base}...{head}").split()
        return int(ahead), int(behind)

    def size(self) -> int:
        """Return the bytes of the object store."""
        pairs = dict(one.split(": ") for one in self._text("count-objects", "-v").splitlines())
        return 1024 * (int(pairs["size"]) + int(pairs["size-pack"]))

    def tree(self, commit: str) -> GitTree | None:
        """Return the files of a commit, None if it is not here."""
        return self.files(commit) if commit in self._trees or self.has_commit(commit) else None

    def files(self, commit: str) -> GitTree:
        """Return the files of a commit that is known to be here."""
        return self._trees.setdefault(commit, GitTree(self, commit))

    def entries(self, commit: str) -> dict[str, Entry]:
        """Return everything in a commit by path."""
        found = {"/": Entry("tree", self._text("rev-parse", "--verify", f"{commit}^{{tree}}"))}
        for line in self.run("ls-tree", "-r", "-t", "-z", "--full-tree", commit).split(b"\0")[:-1]:
            about, _, name = line.partition(b"\t")
            mode, _, object_id = about.decode().split(" ")
            found["/" + name.decode(errors="replace")] = _entry_of(mode, object_id)
        return found

    def contents(self, object_ids: Sequence[str]) -> dict[str, bytes]:
        """Return the contents of files by their ids, those not kept yet by one `git`."""
        found = {one: self._contents[one] for one in object_ids if one in self._contents}
        missing = list(dict.fromkeys(one for one in object_ids if one not in found))
        if missing:
            answer = self.run("cat-file", "--batch", given="\n".join(missing).encode() + b"\n")
            place = 0
            for one in missing:
                end = answer.index(b"\n", place)
                size = int(answer[place:end].split(b" ")[2])
                found[one] = answer[end + 1 : end + 1 + size]
                place = end + 1 + size + 1
                self._keep(one, found[one])
        return found

    def blob(self, object_id: str) -> bytes | None:
        """Return the content of a file by its id, None if there is no such file in any commit."""
        if self._text("cat-file", "-t", "--", object_id, fails=True) != "blob":
            return None
        return self.contents([object_id])[object_id]

    def _keep(self, object_id: str, content: bytes) -> None:
        self._contents[object_id] = content
        self._kept += len(content)
        while self._kept > _KEPT_BYTES:
            self._kept -= len(self._contents.popitem(last=False)[1])


def _commit_of(words: Sequence[str]) -> Commit:
    commit, tree, parents, author, mail, when, committer, committer_mail, committed, message = words
    return Commit(
        commit,
        tree,
        tuple(parents.split()),
        Signature(author, mail, datetime.fromisoformat(when).astimezone(UTC)),
        Signature(committer, committer_mail, datetime.fromisoformat(committed).astimezone(UTC)),
        message,
    )


def _changes_of(told: bytes) -> Iterator[Change]:
    """Read what `diff-tree --raw -z` tells: about (`:mode mode id id letter`), path, and for a rename its new path."""
    words = iter(told.decode(errors="replace").split("\0")[:-1])
    for about in words:
        old_mode, mode, old_id, object_id, letter = about.removeprefix(":").split(" ")
        before, after = _entry_of(old_mode, old_id), _entry_of(mode, object_id)
        path = "/" + next(words)
        if letter.startswith("R"):
            renamed = "/" + next(words)
            yield Change(path, "delete, sourceRename", before)
            yield Change(renamed, "rename" if old_id == object_id else "edit, rename", after, path)
        elif letter == "D":
            yield Change(path, "delete", before)
        elif letter == "A" or after.kind != "tree":
            yield Change(path, "add" if letter == "A" else "edit", after)


def _entry_of(mode: str, object_id: str) -> Entry:
    kind: Kind = "tree" if mode == "040000" else "commit" if mode == "160000" else "blob"
    return Entry(kind, object_id, symlink=mode == "120000")


def _environment() -> dict[str, str]:
    """Return the process's own environment without what would lead git to another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
