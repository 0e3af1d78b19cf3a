"""A connection's health as a person reads it."""

from __future__ import annotations

import pytest

from fairlead.app.connect import Expected
from fairlead.app.health import Service
from fairlead.cli.health_text import expected_line, service_line

READABLE = Service("Code", "vso.code", ("repository",), readable=True)
OFF = Service("Code", "vso.code", ("branch", "file"), readable=False, reason="no permission")
SOME = Service("Code", "vso.code", ("commit",), readable=True, reason="no permission", refused=("A", "B"))


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ([READABLE], "reads   Code: repository"),
        ([OFF], "off     Code: branch, file off: no permission"),
        ([READABLE, OFF], "partly  Code: repository; branch, file off: no permission"),
        ([READABLE, SOME], "partly  Code: repository, commit; commit not in A, B: no permission"),
    ],
)
def test_a_service_is_one_line(parts: list[Service], line: str) -> None:
    assert service_line("Code", parts) == line


def test_the_estimate_says_what_it_was_made_from() -> None:
    line = expected_line(Expected(1254, 0.2, {"project": 12, "repository": 1240}))
    assert line.startswith("at least 1,254 requests, about 1 s: for 12 projects and 1,240 repositories")
