"""`__includedFiles`: the text of chosen files of a repository's default branch, one request per file.

As Port's integration: a missing and an empty file are the empty text, and so is a file above 1 MiB; a file that is
not UTF-8 is null. Unlike it, a file that could not be read is not the empty text: the record says why in
`failure`, and its contributions stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairlead.azure.blobs import LARGEST
from fairlead.azure.branches import NO_SUCH_BRANCH
from fairlead.azure.concurrency import concurrently
from fairlead.azure.contents import text_of
from fairlead.azure.http.answers import Answer
from fairlead.azure.http.calls import Call
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.http.problems import AbsentThing
from fairlead.azure.kinds.definition import Kind
from fairlead.azure.kinds.parents import repository_head
from fairlead.azure.kinds.repository import KIND, included_paths
from fairlead.azure.reading import record
from fairlead.model.errors import IncompleteReading, NotPermitted, NotThere, Retry
from fairlead.model.kinds import FetchSpec, Route
from fairlead.model.readings import EVERY, Found, Item
from fairlead.model.records import Record
from fairlead.model.source import Number, Parents, source_hash

_NO_SUCH_PATH = "GitItemNotFoundException"
"""The 404 that speaks of the path. One that speaks of neither it nor the branch means an unreadable repository."""


class _Unreadable(msgspec.Struct, frozen=True):
    reason: str


class _NoBranch(msgspec.Struct, frozen=True):
    """The branch that the listing named does not resolve."""


class _Item(msgspec.Struct, frozen=True, rename="camel"):
    """The answer of a server that does not take `$format=octetStream`: the file described, maybe with its content."""

    object_id: str
    path: str | None = None
    git_object_type: str | None = None
    content: str | None = None


async def complete(
    hosts: Hosts, kind: Kind, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
) -> Found:
    """Listed repositories with their files. A body is as old as the listing, even though its files are read later."""
    listed = [
        record(
            kind,
            kind.drafts(item.raw, item.parent or EVERY, parents)[0],
            item.number,
            source_hash(item.raw, fetch.hash),
        )
        for item in items
    ]
    return Found(tuple(await concurrently(_with_files(hosts, fetch, one, number) for one in listed)))


async def added(hosts: Hosts, kind: Kind, fetch: FetchSpec, found: Found, number: Number) -> Found:
    """Repositories that were read by id, with their files where the fetch-spec wants any."""
    if not kind.wants_detail(fetch):
        return found
    records = await concurrently(_with_files(hosts, fetch, one, number) for one in found.records)
    return Found(tuple(records), found.missing)


async def _with_files(hosts: Hosts, fetch: FetchSpec, record: Record, number: Number) -> Record:
    """The repository's record with its files in `extra`, or with the reason in `failure`."""
    paths = included_paths(fetch)
    head = repository_head(record.body)
    branch = (head.default_branch or "").removeprefix("refs/heads/")
    texts: dict[str, str | None] = dict.fromkeys(paths, "")
    if branch and head.healthy:
        outcomes = await concurrently(_text(hosts, record.key, branch, path, number) for path in paths)
        if any(isinstance(outcome, _NoBranch) for outcome in outcomes):
            outcomes = [*outcomes, await _branch_again(hosts, record.key, head.default_branch, number)]
        for path, outcome in zip((*paths, "the default branch"), outcomes, strict=False):
            if isinstance(outcome, _Unreadable):
                failure = f"{path} could not be read: {outcome.reason}"
                return msgspec.structs.replace(record, failure=failure)
            if path in texts:
                texts[path] = "" if isinstance(outcome, _NoBranch) else outcome
    return msgspec.structs.replace(record, extra=b'"__includedFiles":' + msgspec.json.encode(texts))


async def _branch_again(
    hosts: Hosts, repository: str, listed: str | None, number: Number
) -> _NoBranch | _Unreadable:
    """Whether the listed default branch points nowhere, or was another one by the time the files were read."""
    call = Call(KIND.spec.read, {"id": repository})
    try:
        answer = await hosts.send(call, number)
        now = repository_head(answer.body).default_branch
    except (IncompleteReading, NotPermitted, NotThere, Retry) as error:
        return _Unreadable(str(error))
    return _NoBranch() if now == listed else _Unreadable(f"it was {listed}, and is {now} now")


async def _text(
    hosts: Hosts, repository: str, branch: str, path: str, number: Number
) -> str | _Unreadable | _NoBranch | None:
    route = KIND.spec.detail or Route("", "")
    query = (
        ("path", "/" + path.lstrip("/")),
        ("versionDescriptor.version", branch),
        ("versionDescriptor.versionType", "branch"),
        ("$format", "octetStream"),
    )
    call = Call(route, {"id": repository}, query, accept="bytes", limit=LARGEST)
    try:
        answer = await hosts.send(call, number)
    except AbsentThing as error:
        if error.type_key == NO_SUCH_BRANCH:
            return _NoBranch()
        missing = error.type_key == _NO_SUCH_PATH or error.code == "TF401174"
        return "" if missing else _Unreadable(str(error))
    except (IncompleteReading, NotPermitted, NotThere, Retry) as error:
        return _Unreadable(str(error))
    if answer.cut:
        return ""
    return _content(answer)


def _content(answer: Answer) -> str | _Unreadable | None:
    if "json" in answer.headers.get("content-type", "").lower():
        try:
            item = msgspec.json.decode(answer.body, type=_Item)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return text_of(answer.body)  # a JSON file's own text, which some servers label by its name
        if item.content is not None:
            return item.content.removeprefix("\ufeff")
        if item.path is not None or item.git_object_type is not None:
            return _Unreadable("the server described the file and did not give it")
    return text_of(answer.body)
