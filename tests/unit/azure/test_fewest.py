"""The fewest requests of a full read: pages, walks and details, and nothing for what is not asked for."""

from __future__ import annotations

import pytest

from fairlead.azure.fewest import CONNECTION, fewest
from unit.azure.scripted import fetch

COUNTS = {"project": 12, "repository": 240, "team": 12, "board": 30, "work-item": 450, "release": 101}


@pytest.mark.parametrize(
    ("kind", "options", "requests"),
    [
        ("project", {}, 1),
        ("project", {"defaultTeam": True}, 1 + 12),
        ("repository", {}, 1),
        ("repository", {"includedFiles": ("README.md", "CODEOWNERS")}, 1 + 2 * 240),
        ("repository-policy", {}, 12),
        ("board", {}, 12 + 30),
        ("work-item", {}, 1 + 3),
        ("release", {}, 2),
    ],
)
def test_a_kind(kind: str, options: dict[str, object], requests: int) -> None:
    assert fewest([fetch(kind, **options)], COUNTS) == {CONNECTION: 1, kind: requests}


def test_an_empty_organization_is_asked_once_for_what_it_lists() -> None:
    assert fewest([fetch("project"), fetch("repository-policy"), fetch("work-item")], {}) == {
        CONNECTION: 1,
        "project": 1,
        "repository-policy": 0,
        "work-item": 1,
    }
