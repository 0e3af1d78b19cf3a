"""`folder`: the folders that rows name, on the default branch or on branches of their own.

One that several patterns match is a record for each, keyed `{repository}//{branch}//{pattern}//{path}` (no branch:
the default one).
"""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.asked_paths import BLOBS, ITEMS, Asked, Listed, always, locate, short
from fairlead.azure.kinds.definition import Draft, Kind
from fairlead.azure.kinds.parents import repository_head
from fairlead.model import globs
from fairlead.model.kinds import KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents


class _Head(msgspec.Struct, frozen=True):
    path: str
    branch: str = msgspec.field(name="__branch")
    pattern: str = msgspec.field(name="__pattern")


def key_of(repository: str, asked: Asked, name: str) -> str:
    """The key of a folder."""
    return "//".join((repository, asked.branch, globs.clean(asked.pattern), name))


def wish_of(key: str) -> tuple[str, str]:
    """The branch ("" is the default one) and the pattern, without needless slashes, in a key."""
    _, branch, pattern, _ = key.split("//")
    return branch, pattern


def body_of(listed: Listed, commit: str) -> bytes:
    """The record: the item with the branch that it was listed on, and the pattern as the row spells it."""
    item = decode(bytes(listed.item), dict[str, msgspec.Raw], "a folder")
    added = {"commitId": commit, "__branch": listed.on, "__pattern": listed.pattern}
    return msgspec.json.encode(
        item | {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in added.items()}
    )


def _drafts(raw: bytes, scope: str, parents: Parents) -> tuple[Draft, ...]:
    head, repository = decode(raw, _Head, "a folder"), parents.get("repository", {}).get(scope)
    default = short(repository_head(repository.body).default_branch) if repository is not None else ""
    asked = Asked(head.pattern, "" if head.branch == default else head.branch)
    reference = Reference("__repository", "repository", scope)
    return (Draft(key_of(scope, asked, head.path.strip("/")), scope, raw, None, (reference,)),)


KIND = Kind(
    KindSpec(
        kind="folder",
        parent="repository",
        listings=(Listing(ITEMS, per="repository", paging="single"),),
        read=ITEMS,
        read_batch=1000,
        detail=BLOBS,
        detail_batch=50,
        options=("folders", "includedFiles", "project_name"),
        membership="window",
        settles=True,
        scope="vso.code",
        probe=Route("_apis/git/repositories", "7.1"),
        hooks=("git.push",),
        cost="per parent",
    ),
    _drafts,
    locate,
    detail="own",
    wants_detail=always,
)
