"""What the rows of the kinds `file` and `folder` ask of one repository. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from fairlead.azure.kinds.definition import Fill
from fairlead.azure.kinds.parents import RepositoryHead
from fairlead.model import globs
from fairlead.model.kinds import FetchSpec, Route
from fairlead.model.source import Parents

ITEMS = Route("{project}/_apis/git/repositories/{repository}/itemsbatch", "7.1", "POST")
BLOBS = Route("{project}/_apis/git/repositories/{repository}/blobs", "7.1", "POST")
BLOB = Route("{project}/_apis/git/repositories/{repository}/blobs/{id}", "7.1")


class Asked(msgspec.Struct, frozen=True):
    """One wish: a pattern, as the row spells it, on a branch ("" is the default one)."""

    pattern: str
    branch: str = ""


class Listed(msgspec.Struct, frozen=True):
    """What a walk finds, and all that makes the record: the item as it came but for its commit, the object ids of the
    included files by the path that the rows write (None: missing), the wish, and the branch that it was listed on."""

    item: msgspec.Raw
    included: dict[str, str | None] = {}
    branch: str = ""
    pattern: str = ""
    on: str = ""


class Blob(msgspec.Struct, frozen=True):
    """A file's content, None where it is too large; `size` in bytes."""

    content: bytes | None
    size: int


class Unreadable(msgspec.Struct, frozen=True):
    """Why a content could not be read."""

    reason: str


class _Repository(msgspec.Struct, frozen=True):
    name: str
    branch: str = ""


class _Files(msgspec.Struct, frozen=True):
    path: list[str]
    repos: list[str] | None = None


class _Folder(msgspec.Struct, frozen=True):
    path: str
    repos: list[_Repository] | None = None


def _options(fetch: FetchSpec, name: str) -> Iterator[object]:
    """The values of an option of which each row has its own: objects, or lists of them."""
    value = fetch.option(name)
    for one in value if isinstance(value, list | tuple) else ():
        yield from one if isinstance(one, list | tuple) else (one,)


def files_of(fetch: FetchSpec, repository: RepositoryHead) -> tuple[Asked, ...]:
    """The patterns of files that some row has for the repository, without repeats."""
    found: dict[Asked, None] = {}
    for value in _options(fetch, "files"):
        one = msgspec.convert(value, _Files)
        if not one.repos or repository.name in one.repos:
            found |= dict.fromkeys(Asked(path) for path in one.path if globs.clean(path))
    return tuple(found)


def folders_of(fetch: FetchSpec, repository: RepositoryHead) -> tuple[Asked, ...]:
    """The patterns of folders that some row has for the repository, with the branches they are asked on."""
    projects = fetch.option("project_name")
    if isinstance(projects, tuple) and None not in projects and repository.project.name not in projects:
        return ()
    default = short(repository.default_branch)
    found: dict[Asked, None] = {}
    for value in _options(fetch, "folders"):
        if value is None:
            continue
        one = msgspec.convert(value, _Folder)
        branches = [""] if not one.repos else [r.branch for r in one.repos if r.name == repository.name]
        found |= {Asked(one.path, "" if branch == default else branch): None for branch in branches}
    return tuple(found)


def short(branch: str | None) -> str:
    """A branch without `refs/heads/`."""
    return (branch or "").removeprefix("refs/heads/")


def locate(_key: str, parent: str, parents: Parents) -> Fill | None:
    """What fills the routes of both kinds."""
    repository = parents.get("repository", {}).get(parent)
    return {"project": repository.parent, "repository": parent} if repository else None


def always(_fetch: FetchSpec) -> bool:
    """Both kinds list what may be unchanged, and complete the rest."""
    return True
