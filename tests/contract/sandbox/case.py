"""A request to the sandbox with the operation of the official files that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

O = "/{organization}/_apis"  # noqa: E741 the levels of a path, as the reference of the sandbox names them
P = "/{organization}/{project}/_apis"
T = "/{organization}/{project}/{team}/_apis"


@dataclass(frozen=True, slots=True)
class Case:
    """A request with the operation of the official files that it belongs to."""

    route: str
    area: str
    template: str
    path: str
    method: str = "GET"
    body: Any = None
    known: frozenset[str] = field(default_factory=frozenset)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
