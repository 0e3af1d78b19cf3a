"""Watches a sandbox's requests, to do something at a certain one."""

from __future__ import annotations

from collections.abc import Callable

from azure_devops_sandbox import Sandbox
from azure_devops_sandbox.ledger import Ledger


class Watch(Ledger):
    """A ledger that calls back when a request comes in, before it is answered."""

    def __init__(self) -> None:
        super().__init__()
        self._at = 0
        self._do: Callable[[], object] | None = None
        self._route = ""
        self._do_after: Callable[[], object] | None = None

    def on_request(self, number: int, do: Callable[[], object]) -> None:
        """Does it once, at the request of this number from now on."""
        self._at, self._do = self.total + number, do

    def disarm(self) -> None:
        """Forgets what was to be done."""
        self._do = self._do_after = None

    def on_route(self, route: str, do: Callable[[], object]) -> None:
        """Does it once, when the next request of this route has been answered."""
        self._route, self._do_after = route, do

    def end(self, number: int, method: str, route: str, path: str, status: int, size: int) -> None:
        """Notes an answer, as the sandbox's own ledger does."""
        super().end(number, method, route, path, status, size)
        if self._do_after is not None and route == self._route:
            do, self._do_after = self._do_after, None
            do()

    def begin(self) -> int:
        """Counts a request, as the sandbox's own ledger does."""
        number = super().begin()
        if self._do is not None and number >= self._at:
            do, self._do = self._do, None
            do()
        return number


def watched(sandbox: Sandbox) -> Watch:
    """Puts a watch into a sandbox."""
    watch = Watch()
    sandbox.server.ledger = watch
    return watch
