"""The door of a Kafka broker, and nothing behind it: it asks who one is (SASL PLAIN) and lets in whom it knows.

The brokers that librdkafka brings along let in everybody. The messages follow the protocol's guide: ApiVersions,
SaslHandshake and SaslAuthenticate in their oldest versions.
"""

from __future__ import annotations

import asyncio
import struct
from types import TracebackType

_HANDSHAKE, _VERSIONS, _AUTHENTICATE = 17, 18, 36
_UNSUPPORTED_VERSION, _REFUSED = 35, 58


class KafkaGate:
    """On a free port of the loopback, while the context lasts. `tried` are the names and passwords given to it."""

    def __init__(self, username: str, password: str) -> None:
        self.known = (username, password)
        self.tried: list[tuple[str, str]] = []
        self.address = ""

    async def __aenter__(self) -> KafkaGate:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = "{}:{}".format(*self._server.sockets[0].getsockname())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                [size] = struct.unpack(">i", await reader.readexactly(4))
                request = await reader.readexactly(size)
                key, version, number, named = struct.unpack(">hhih", request[:10])
                told = self._answer(key, version, request[10 + max(named, 0) :])
                if told is None:
                    continue
                writer.write(struct.pack(">ii", 4 + len(told), number) + told)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, key: int, version: int, body: bytes) -> bytes | None:
        """None for a request of one who is inside: there is nobody to answer."""
        if key == _VERSIONS:
            known = [(_VERSIONS, 0, 0), (_HANDSHAKE, 0, 1), (_AUTHENTICATE, 0, 0)]
            rows = b"".join(struct.pack(">hhh", *row) for row in known)
            return struct.pack(">hi", _UNSUPPORTED_VERSION if version else 0, len(known)) + rows
        if key == _HANDSHAKE:
            return struct.pack(">hih", 0, 1, 5) + b"PLAIN"
        if key == _AUTHENTICATE:
            _, username, password = body[4:].decode().split("\0")
            self.tried.append((username, password))
            refused = self.tried[-1] != self.known
            return struct.pack(">hhi", _REFUSED if refused else 0, -1, 0)
        return None
