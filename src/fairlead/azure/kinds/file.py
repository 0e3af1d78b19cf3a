"""`file`: the files at the head of a repository's default branch that rows name, with their contents."""

from __future__ import annotations

import msgspec

from fairlead.azure.contents import text_of, value_of
from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.asked_paths import BLOBS, ITEMS, Blob, Unreadable, always, locate
from fairlead.azure.kinds.definition import Draft, Kind
from fairlead.model.kinds import KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents


class _File(msgspec.Struct, frozen=True):
    path: str


class _Item(msgspec.Struct, frozen=True, rename="camel"):
    content_metadata: dict[str, object] | None = None


class _Head(msgspec.Struct, frozen=True):
    file: _File


def key_of(repository: str, name: str) -> str:
    """The key of the file at a path (without a leading slash)."""
    return f"{repository}/{name}"


def name_of(key: str) -> str:
    """The path in a key, without a leading slash."""
    return key.partition("/")[2]


def body_of(name: str, object_id: str, commit: str, item: bytes, blob: Blob | Unreadable) -> bytes:
    """The record. A content that is no text, too large, or could not be read is null."""
    metadata = decode(item, _Item, "a file").content_metadata or {}
    content = blob.content if isinstance(blob, Blob) else None
    text = None if content is None else text_of(content)
    last = name.rpartition("/")[2]
    described = {
        "fileName": last,
        "extension": last.rpartition(".")[2] if "." in last else "",
        **metadata,
        "path": name,
        "objectId": object_id,
        "size": blob.size if isinstance(blob, Blob) else None,
        "isFolder": False,
        "commitId": commit,
        "content": {"raw": text, "parsed": None if text is None else value_of(text)},
    }
    return msgspec.json.encode({"file": described})


def _drafts(body: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """The body is the record: what makes it up comes from two requests."""
    key = key_of(scope, decode(body, _Head, "a file").file.path)
    return (Draft(key, scope, body, None, (Reference("repo", "repository", scope),)),)


KIND = Kind(
    KindSpec(
        kind="file",
        parent="repository",
        listings=(Listing(ITEMS, per="repository", paging="single"),),
        read=ITEMS,
        read_batch=1000,
        detail=BLOBS,
        detail_batch=50,
        options=("files", "includedFiles"),
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
