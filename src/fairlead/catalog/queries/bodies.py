"""Record bodies at rest: zstandard level 1 with a dictionary per kind, which is simply the first records of the kind.

Records of a kind share most of their bytes (names of fields, URLs, people), so that the first few serve as well as a
trained dictionary and cost nothing. A dictionary that was made from too little (one record of a live event) is
followed by a larger one; earlier ones stay for what was written with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import zstandard

PLAIN = 0
"""The codec of a body stored as it is; every other codec is the id of a dictionary."""

_FULL = 16 * 1024
_GROWTH = 4
_LEVEL = 1

Ask = Callable[[str, Sequence[int | float | str | bytes | None]], tuple[Any, ...] | None]
"""Executes a named statement and gives its first row (`Session.row`)."""


class Bodies:
    """Packs and unpacks bodies over one connection. One call for many bodies lets go of the interpreter's lock once."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._packers: dict[int, tuple[int, int, zstandard.ZstdCompressor]] = {}
        self._unpackers: dict[int, zstandard.ZstdDecompressor] = {}

    def forget(self) -> None:
        """Drops what may have been rolled back."""
        self._packers.clear()
        self._unpackers.clear()

    def pack(self, kind: int, bodies: Sequence[bytes]) -> list[tuple[int, bytes]]:
        """(codec, packed) of each body, in order."""
        codec, packer = self._packer(kind, bodies)
        full = [place for place, body in enumerate(bodies) if body]
        packed = [(PLAIN, body) for body in bodies]
        if not full:
            return packed
        segments = packer.multi_compress_to_buffer([bodies[place] for place in full])
        for turn, place in enumerate(full):
            segment = segments[turn]
            if len(segment) < len(bodies[place]):
                packed[place] = (codec, segment.tobytes())
        return packed

    def unpack(self, packed: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """The bodies again, in order."""
        bodies = [body for _, body in packed]
        by_codec: dict[int, list[int]] = {}
        for place, (codec, _) in enumerate(packed):
            if codec != PLAIN:
                by_codec.setdefault(codec, []).append(place)
        for codec, places in by_codec.items():
            segments = self._unpacker(codec).multi_decompress_to_buffer([bodies[place] for place in places])
            for turn, place in enumerate(places):
                bodies[place] = segments[turn].tobytes()
        return bodies

    def _packer(self, kind: int, bodies: Sequence[bytes]) -> tuple[int, zstandard.ZstdCompressor]:
        known = self._packers.get(kind)
        if known is None:
            row = self._ask("last_dictionary", (kind,))
            if row is not None:
                known = self._packers[kind] = (int(row[0]), len(row[1]), _packer(row[1]))
        if known is not None and known[1] >= _FULL:
            return known[0], known[2]
        content = _first(bodies)
        if known is not None and len(content) < known[1] * _GROWTH:
            return known[0], known[2]
        made = self._ask("put_dictionary", (kind, content))
        assert made is not None  # noqa: S101 - RETURNING gives a row
        self._packers[kind] = (int(made[0]), len(content), _packer(content))
        return int(made[0]), self._packers[kind][2]

    def _unpacker(self, codec: int) -> zstandard.ZstdDecompressor:
        known = self._unpackers.get(codec)
        if known is None:
            row = self._ask("dictionary", (codec,))
            content = b"" if row is None else row[0]
            known = self._unpackers[codec] = zstandard.ZstdDecompressor(dict_data=_dictionary(content))
        return known


def _first(bodies: Sequence[bytes]) -> bytes:
    """The first bodies up to a dictionary's size, the first of them last: zstandard finds what is near cheaper."""
    taken: list[bytes] = []
    size = 0
    for body in bodies:
        if size + len(body) > _FULL * 2 and taken:
            break
        taken.append(body[: _FULL * 2])
        size += len(body)
    # Eight bytes are the least that zstandard takes as a dictionary of raw content.
    return b"".join(reversed(taken)).ljust(8)


def _dictionary(content: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _packer(content: bytes) -> zstandard.ZstdCompressor:
    dictionary = _dictionary(content)
    dictionary.precompute_compress(level=_LEVEL)
    return zstandard.ZstdCompressor(level=_LEVEL, dict_data=dictionary)
