"""The contents of files by their object ids: many in one zip, and singly where that will not do.

The names inside the zip are nowhere promised, so a content is known by its own id, which is a hash of it. Ids never
mean anything else, so what was read of one stays true.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable

import msgspec

from fairlead.azure.concurrency import concurrently
from fairlead.azure.http.calls import Call
from fairlead.azure.http.envelope import decode
from fairlead.azure.http.hosts import Hosts
from fairlead.azure.kinds.asked_paths import BLOB, BLOBS, Blob, Unreadable
from fairlead.azure.kinds.definition import Fill
from fairlead.azure.reading import UNREAD
from fairlead.model.source import Number

LARGEST = 1024 * 1024
"""Bytes of a file whose content is read; Port's integration reads no larger one."""
_LARGEST_ZIP = 8 * LARGEST


class _Described(msgspec.Struct, frozen=True):
    size: int


async def contents(
    hosts: Hosts, fill: Fill, ids: Iterable[str], number: Number
) -> dict[str, Blob | Unreadable]:
    """What each id stands for."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Blob | Unreadable] = {}
    if len(wanted) > 1:
        found |= await _zipped(hosts, fill, wanted, number)
    rest = [one for one in wanted if one not in found]
    single = await concurrently(_single(hosts, fill, one, number) for one in rest)
    return found | dict(zip(rest, single, strict=True))


async def _zipped(hosts: Hosts, fill: Fill, ids: list[str], number: Number) -> dict[str, Blob]:
    call = Call(BLOBS, fill, body=msgspec.json.encode(ids), accept="bytes", limit=_LARGEST_ZIP)
    try:
        answer = await hosts.send(call, number)
        found = {} if answer.cut else _unpacked(answer.body)
    except (*UNREAD, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
        return {}  # read singly, which tells what is wrong with which
    return {one: found[one] for one in ids if one in found}


def _unpacked(data: bytes) -> dict[str, Blob]:
    found: dict[str, Blob] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for one in archive.infolist():
            if one.file_size <= LARGEST and not one.is_dir():
                content = archive.read(one)
                found[blob_id(content)] = Blob(content, len(content))
    return found


def blob_id(content: bytes) -> str:
    """The id that git gives to a file with this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


async def _single(hosts: Hosts, fill: Fill, object_id: str, number: Number) -> Blob | Unreadable:
    named = {**fill, "id": object_id}
    try:
        call = Call(BLOB, named, (("$format", "octetStream"),), accept="bytes", limit=LARGEST)
        answer = await hosts.send(call, number)
        if answer.cut:
            described = await hosts.send(Call(BLOB, named, (("$format", "json"),)), number)
            return Blob(None, decode(described.body, _Described, "a file").size)
    except UNREAD as error:
        return Unreadable(str(error))
    if blob_id(answer.body) != object_id:
        return Unreadable(f"the service gave another content than that of {object_id}")
    return Blob(answer.body, len(answer.body))
