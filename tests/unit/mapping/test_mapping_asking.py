"""A row maps the files and folders that it asked for, and not those of other rows."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from fairlead.model.errors import BadMapping
from unit.mapping.builders import configured, mapping, resource


def _file(path: str, repository: str) -> bytes:
    return json.dumps({"file": {"path": path}, "repo": {"name": repository}}).encode()


def _folder(pattern: str, repository: str, branch: str = "main", project: str = "Shop") -> bytes:
    home = {"name": repository, "defaultBranch": "refs/heads/main", "project": {"name": project}}
    return json.dumps({"path": "/x", "__pattern": pattern, "__branch": branch, "__repository": home}).encode()


async def _who(kind: str, selectors: list[Mapping[str, object]], records: list[bytes]) -> list[list[int]]:
    """For each record the places of the rows that map it."""
    rows = [
        resource('"x"', kind=kind, selector=selector, title=f'"{at}"')
        for at, selector in enumerate(selectors)
    ]
    async with mapping(*rows) as mapper:
        found = await mapper.map(kind, records)
    assert all(outcome.frozen == "" for outcomes in found for outcome in outcomes)
    return [[at for at, outcome in enumerate(outcomes) if outcome.contributions] for outcomes in found]


async def test_files_go_to_the_rows_that_name_them() -> None:
    selectors: list[Mapping[str, object]] = [
        {"files": {"path": "README.md"}},
        {"files": {"path": ["docs/*.md", "README.md"], "repos": ["api", 'we "quote"']}},
        {"files": {"path": "**/*.json"}},
    ]
    records = [
        _file("README.md", "api"),
        _file("README.md", "web"),
        _file("docs/a.md", 'we "quote"'),
        _file("a.json", "web"),
    ]
    assert await _who("file", selectors, records) == [[0, 1], [0], [1], [2]]


async def test_folders_go_to_the_rows_that_name_them() -> None:
    selectors: list[Mapping[str, object]] = [
        {"folders": [{"path": "src/*"}]},
        {"folders": [{"path": "src/*", "repos": [{"name": "api", "branch": "dev"}, "web"]}]},
        {"folders": [{"path": "src/*"}, {"path": "docs"}], "project_name": "Other"},
        {},
    ]
    records = [
        _folder("src/*", "api"), _folder("src/*", "api", "dev"), _folder("src/*", "web"), _folder("docs", "api"),
        _folder("docs", "api", project="Other"), _folder("src/*", "x", "dev", "Other"),
    ]  # fmt: skip
    assert await _who("folder", selectors, records) == [[0], [1], [0, 1], [], [2], []]


async def test_it_is_explained() -> None:
    row = resource('"x"', kind="file", selector={"files": {"path": "README.md"}}, title='"t"')
    async with mapping(row) as mapper:
        [mine] = await mapper.explain("file", _file("README.md", "api"))
        [other] = await mapper.explain("file", _file("x", "api"))
    assert (mine.selected, other.selected) == (True, False)
    assert any(field.field == "selector" and "file.path" in field.expression for field in other.fields)


def test_a_row_for_files_must_say_which() -> None:
    with pytest.raises(BadMapping, match=r"selector\.files"):
        configured(resource(kind="file"))


async def test_items_of_a_file_that_another_row_asked_for_are_not_mapped() -> None:
    row = resource(
        ".item",
        kind="file",
        selector={"files": {"path": "a.json"}},
        title='"t"',
        port={"itemsToParse": ".list"},
    )
    record = {"file": {"path": "a.json"}, "list": ["one", "two"]}
    async with mapping(row) as mapper:
        mine = (await mapper.map("file", [json.dumps(record).encode()]))[0][0]
        other = (await mapper.map("file", [json.dumps({**record, "file": {"path": "b"}}).encode()]))[0][0]
    assert [one.identifier for one in mine.contributions] == ["one", "two"]
    assert (other.contributions, other.frozen) == ((), "")
