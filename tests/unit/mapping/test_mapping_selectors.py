"""Selectors per kind and the fetch-spec that joins them."""

from __future__ import annotations

import pytest

from fairlead.mapping.configuration import fetch_spec
from fairlead.mapping.selectors import OPTIONS, validated
from fairlead.model.errors import BadMapping
from fairlead.model.kinds import FetchSpec
from unit.mapping.builders import configured, resource


def spec(kind: str, *selectors: dict[str, object]) -> FetchSpec:
    rows = configured(*(resource(kind=kind, selector=selector) for selector in selectors)).rows
    return fetch_spec(kind, rows)


def test_all_kinds_of_port_are_known() -> None:
    assert len(OPTIONS) == 29


@pytest.mark.parametrize(
    ("kind", "selector", "expected"),
    [
        ("project", {"defaultTeam": "true"}, {"defaultTeam": True}),
        ("project", {"defaultTeam": None}, {}),
        ("pull-request", {"minTimeInDays": "7"}, {"minTimeInDays": 7}),
        ("release", {"expand": "tags, approvals"}, {"expand": ["approvals", "tags"]}),
        ("release", {"tagFilter": "a"}, {"tagFilter": ["a"]}),
        ("wiki", {"apiVersion": 7.1}, {"apiVersion": "7.1"}),
        ("file", {"files": {"path": "a"}}, {"files": {"path": ["a"]}}),
        (
            "folder",
            {"folders": [{"path": "/", "repos": ["x"]}]},
            {"folders": [{"path": "/", "repos": [{"name": "x"}]}]},
        ),
        ("test-run", {"codeCoverage": {"flags": 1}}, {"codeCoverage": {"flags": 1}}),
    ],
)  # fmt: skip
def test_values_have_one_form(kind: str, selector: dict[str, object], expected: object) -> None:
    assert validated(kind, selector) == (expected, ())


@pytest.mark.parametrize(
    ("kind", "selector"),
    [
        ("project", {"defaultTeam": "perhaps"}),
        ("pull-request", {"maxResults": 0}),
        ("pull-request", {"maxResults": True}),
        ("work-item", {"expand": "all"}),
        ("work-item", {"wiql": 3}),
        ("repository", {"includedFiles": [1]}),
        ("release", {"statusFilter": "done"}),
        ("release", {"expand": ["tags", "x"]}),
        ("file", {"files": {"repos": ["a"]}}),
        ("file", {"files": {"path": "a", "other": 1}}),
        ("folder", {"folders": {}}),
        ("folder", {"folders": [{"path": "/", "repos": {}}]}),
        ("advanced-security-alert", {"criteria": []}),
        ("test-run", {"codeCoverage": [1]}),
    ],
)
def test_wrong_values_name_the_key(kind: str, selector: dict[str, object]) -> None:
    with pytest.raises(BadMapping, match=rf"row 1 \({kind}\): selector.{next(iter(selector))}: expected "):
        spec(kind, selector)


def test_an_unknown_kind_passes_to_check_kinds() -> None:
    assert validated("moon", {"a": 1}) == ({"a": 1}, ())


def test_a_project_needs_its_team_if_any_row_does() -> None:
    assert spec("project", {}, {"defaultTeam": True}).options == (("defaultTeam", True),)
    assert spec("project", {}, {"defaultTeam": False}).options == ()
    assert spec("board", {"defaultTeam": True}).options == ()


def test_included_files_are_joined_and_sorted() -> None:
    joined = spec("repository", {"includedFiles": ["b", "a"]}, {}, {"includedFiles": ["c", "a"]})
    assert joined.option("includedFiles") == ("a", "b", "c")


def test_expand_is_all_where_rows_differ() -> None:
    assert spec("work-item", {"expand": "Fields"}, {"expand": "Fields"}).option("expand") == "Fields"
    assert spec("work-item", {"expand": "Fields"}, {"expand": "Links"}).option("expand") == "All"
    assert spec("work-item", {"expand": "Fields"}, {}).option("expand") == "All"
    assert spec("work-item", {}).option("expand") == "All"


def test_filters_are_kept_apart_and_none_means_no_filter() -> None:
    assert spec("work-item", {"wiql": "b"}, {"wiql": "a"}, {"wiql": "b"}).option("wiql") == ("a", "b")
    assert spec("work-item", {"wiql": "b"}, {}).option("wiql") == (None, "b")
    assert spec("work-item", {}, {}).option("wiql") is None


def test_builds_are_bounded_only_where_every_row_bounds_them() -> None:
    assert spec("build", {"minTimeInDays": 7}, {"minTimeInDays": 30}).option("minTimeInDays") == (30, 7)
    assert spec("build", {"minTimeInDays": 7}, {}).option("minTimeInDays") == (None, 7)
    assert spec("build", {}).option("minTimeInDays") is None


def test_release_filters() -> None:
    same = spec("release", {"tagFilter": ["x", "y"], "statusFilter": "active", "expand": "tags"})
    assert dict(same.options) == {"expand": ("tags",), "statusFilter": ("active",), "tagFilter": ("x", "y")}
    other = spec("release", {"tagFilter": ["x"], "statusFilter": "active"}, {"tagFilter": ["y"]})
    assert dict(other.options) == {"statusFilter": (None, "active"), "tagFilter": (("x",), ("y",))}


def test_the_hash_is_of_the_union_and_never_of_queries() -> None:
    one = configured(resource(kind="work-item", query=".a", selector={"wiql": "x"})).rows
    other = configured(resource(kind="work-item", query=".b", selector={"wiql": "x"})).rows
    assert fetch_spec("work-item", one) == fetch_spec("work-item", other)
    assert spec("work-item", {"wiql": "y"}).hash != fetch_spec("work-item", one).hash


def test_largest_counts_the_default_of_rows_that_do_not_say() -> None:
    assert spec("pull-request", {"maxResults": 5}).option("maxResults") == 5
    assert spec("pull-request", {"maxResults": 5}, {}).option("maxResults") == 100
    assert spec("test-run", {"includeResults": False}).option("includeResults") is False
    assert spec("test-run", {"includeResults": False}, {}).option("includeResults") is True


@pytest.mark.parametrize("kind", sorted(OPTIONS))
def test_every_kind_has_a_spec(kind: str) -> None:
    assert spec(kind, {"files": {"path": "x"}} if kind == "file" else {}).kind == kind
