"""The fewest requests of a full read: pages, walks and details, and nothing for what is not asked for."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.azure.fewest import CONNECTION, FILES, fewest, with_files
from unit.azure.scripted import fetch

COUNTS = {
    "project": 12,
    "repository": 240,
    FILES: 230,
    "team": 12,
    "board": 30,
    "work-item": 450,
    "release": 101,
}


@pytest.mark.parametrize(
    ("kind", "options", "requests"),
    [
        ("project", {}, 1),
        ("project", {"defaultTeam": True}, 1 + 12),
        ("repository", {}, 1),
        ("repository", {"includedFiles": ("README.md", "CODEOWNERS")}, 1 + 2 * 230),
        ("branch", {}, 230),
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


def test_what_is_disabled_or_empty_has_no_files() -> None:
    project = {"id": "p", "name": "P"}
    repositories = [
        {"id": "1", "project": project, "defaultBranch": "refs/heads/main"},
        {"id": "2", "project": project, "defaultBranch": "refs/heads/main", "isDisabled": True},
        {"id": "3", "project": project},
    ]
    assert with_files(msgspec.json.encode(one) for one in repositories) == 1
