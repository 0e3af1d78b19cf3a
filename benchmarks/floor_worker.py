"""What a worker process of the floor does. Apart from it, so that a worker imports nothing but jq."""

from __future__ import annotations

from typing import Any

from benchmarks.expressions import PROGRAMS

_programs: dict[str, Any] = {}


def mapped(kind: str, page: bytes, projects: dict[str, Any] | None) -> str:
    """The entities of one page, as JSON."""
    import jq

    if kind not in _programs:
        _programs[kind] = jq.compile(PROGRAMS[kind], args={"projects": projects} if projects else None)
    text: str = _programs[kind].input_text(page.decode()).text()
    return text
