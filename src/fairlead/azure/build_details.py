"""What completes a build: its first commit, and the stages of its timeline.

Facts: reference part 1.3 and, for the shape of the first commit, Port's integration.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from fairlead.azure.http.calls import Call
from fairlead.azure.http.envelope import decode, merged
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.http.problems import RefusedRequest
from fairlead.azure.kinds.build import TIMELINE, build_id, wants_first_commit, wants_stages
from fairlead.azure.kinds.moments import instant
from fairlead.azure.reading import UNREAD, walk
from fairlead.model.errors import IncompleteReading, NotPermitted, NotThere, Retry
from fairlead.model.kinds import FetchSpec, Route
from fairlead.model.records import Record
from fairlead.model.source import Number

CHANGES = Route("{project}/_apis/build/builds/{id}/changes", "7.1")
COMMIT = Route("_apis/git/repositories/{repository}/commits/{commit}", "7.1")

_REFUSED = (NotPermitted, NotThere, RefusedRequest)
"""Answers that will not be other ones the next time. What passes raises something else."""


class _Repository(msgspec.Struct, frozen=True):
    id: str = ""
    type: str = ""


class _Source(msgspec.Struct, frozen=True, rename="camel"):
    source_version: str | None = None
    repository: _Repository | None = None


class _Change(msgspec.Struct, frozen=True):
    id: str | None = None
    timestamp: str | None = None


class _Signature(msgspec.Struct, frozen=True):
    date: str | None = None


class _Commit(msgspec.Struct, frozen=True, rename="camel"):
    commit_id: str | None = None
    committer: _Signature | None = None
    author: _Signature | None = None


class _Marks(msgspec.Struct, frozen=True):
    sha: str | None = msgspec.field(name="__sha")
    timestamp: str | None = msgspec.field(name="__timestamp")
    count: int = msgspec.field(name="__commitCount")


class _Timeline(msgspec.Struct, frozen=True):
    records: list[msgspec.Raw]


class _Step(msgspec.Struct, frozen=True):
    type: str | None = None


async def completed(hosts: Hosts, fetch: FetchSpec, one: Record, number: Number) -> Record:
    """The build's record with what the fetch-spec wants, in `extra`.

    A first commit that cannot be read now freezes the record. A timeline that cannot concerns the stages alone: it is
    told in `__stagesFailure`, and asked for again the next time.
    """
    members: list[bytes] = []
    if wants_first_commit(fetch):
        try:
            commit = await _first_commit(hosts, one, number)
        except (IncompleteReading, Retry) as error:
            return msgspec.structs.replace(one, failure=f"its first commit could not be read: {error}")
        members.append(b'"__firstCommit":' + commit)
    listed = one.source_hash
    if wants_stages(fetch):
        try:
            members.append(b'"__stages":[' + b",".join(await _stages(hosts, one, number)) + b"]")
        except UNREAD as error:
            listed = b""
            members.append(b'"__stagesFailure":' + msgspec.json.encode(f"its timeline: {error}"))
    return msgspec.structs.replace(one, extra=b",".join(members), source_hash=listed)


async def _stages(hosts: Hosts, one: Record, number: Number) -> Sequence[bytes]:
    fill = {"project": one.parent, "id": build_id(one.key)}
    answer = await hosts.send(Call(TIMELINE, fill, may_be_empty=True), number)
    if not answer.body:  # it never started
        return ()
    records = decode(answer.body, _Timeline, "a timeline").records
    return [
        bytes(raw)
        for raw in records
        if (decode(bytes(raw), _Step, "a timeline's record").type or "").lower() == "stage"
    ]


async def _first_commit(hosts: Hosts, one: Record, number: Number) -> bytes:
    """The earliest of the build's changes, else the commit that it was made of, else null."""
    fill = {"project": one.parent, "id": build_id(one.key)}
    try:
        pages = await walk(hosts, Call(CHANGES, fill, (("$top", "200"),)), number)
        changes = [raw for rows, _ in pages for raw in rows]
    except _REFUSED:
        changes = []
    found: list[tuple[datetime, bytes, _Change]] = []
    for raw in changes:
        change = decode(raw, _Change, "a build's change")
        moment = instant(change.timestamp or "")
        if moment is not None:
            found.append((moment, raw, change))
    if not found:
        return await _source_version(hosts, one, number)
    _, raw, change = min(found, key=lambda each: each[0])
    return _marked(raw, _Marks(change.id, change.timestamp, len(changes)))


async def _source_version(hosts: Hosts, one: Record, number: Number) -> bytes:
    source = decode(one.body, _Source, "a build")
    repository = source.repository
    if repository is None or repository.type.lower() != "tfsgit" or not source.source_version:
        return b"null"
    fill = {"repository": repository.id, "commit": source.source_version}
    try:
        answer = await hosts.send(Call(COMMIT, fill), number)
    except _REFUSED:
        return b"null"
    commit = decode(answer.body, _Commit, "a commit")
    dates = [one.date for one in (commit.committer, commit.author) if one and one.date]
    return _marked(answer.body, _Marks(commit.commit_id, dates[0] if dates else None, 1))


def _marked(raw: bytes, marks: _Marks) -> bytes:
    return merged(raw, msgspec.json.encode(marks), "a build's first commit")
