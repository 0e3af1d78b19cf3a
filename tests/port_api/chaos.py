"""Trouble by chance: what a network, a proxy and a busy service do to requests, drawn from a seeded generator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from aiohttp import web

from port_api.state import Object

if TYPE_CHECKING:
    from port_api.server import PortApi

BEFORE = ("429 after", "429 reset", "500", "502", "503", "504", "408", "401", "reset", "413", "html")
"""What strikes before a request is carried out."""

AFTER = ("lost", "cut", "207")
"""What strikes when it was carried out, or a part of it; `slow` is another, and takes real time."""

_WRITES = ("/entities/bulk", "/entities/delete")


@dataclass
class Chaos:
    """Strikes a share of the requests. `slow_seconds` is how long a slow answer takes, in real time."""

    random: Random
    rate: float
    troubles: Sequence[str] = BEFORE + AFTER
    slow_seconds: float = 0.0
    struck: Counter[str] = field(default_factory=Counter)

    def draw(self, path: str) -> str:
        """The trouble of one request, "" for none. A large body is refused only where a smaller one is possible."""
        if self.random.random() >= self.rate or path.endswith("access_token"):
            return ""
        trouble = self.random.choice(self.troubles)
        if trouble in {"413", "lost", "cut", "207"} and not path.endswith(_WRITES):
            return ""
        self.struck[trouble] += 1
        return trouble

    def answer(self, trouble: str, api: PortApi, entities: int) -> web.Response | None:
        """The answer in place of the true one; None cuts the connection."""
        if trouble == "reset":
            return None
        if trouble == "html":
            return web.Response(text="<html>sign in to the proxy</html>", content_type="text/html")
        if trouble == "413":
            return _error(413 if entities > 1 else 503, "bad_request")
        if trouble.startswith("429"):
            wait = self.random.randint(1, 40)
            by_reset = {"x-ratelimit-reset": str(int(api.now()) + wait), "x-ratelimit-remaining": "0"}
            return _error(
                429, "too_many_requests", {"Retry-After": str(wait)} if "after" in trouble else by_reset
            )
        return _error(int(trouble), "unavailable")

    def failing(self, count: int) -> frozenset[int]:
        """Which of so many entities of a bulk upsert fail by themselves."""
        return frozenset(self.random.sample(range(count), self.random.randint(1, count)))


def _error(status: int, code: str, headers: dict[str, str] | None = None) -> web.Response:
    told: Object = {"ok": False, "error": code, "message": "by chance"}
    return web.json_response(told, status=status, headers=headers)
