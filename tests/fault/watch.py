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

    def on_request(self, number: int, do: Callable[[], object]) -> None:
        """Does it once, at the request of this number from now on."""
        self._at, self._do = self.total + number, do

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
