"""Search queries that stand for identifiers and relations find what the run itself has made, in a plan as in a sync."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from azure_devops_sandbox import Organization, Sizes, seeded
from fairlead.app.changes import line
from fairlead.mapping import presets
from fault.product import installed, rules_of

BY_TITLE = """\
            project:
              combinator: '"and"'
              rules:
                - property: '"$title"'
                  operator: '"="'
                  value: '{value}'
"""
PATCH = """\
  - kind: repository
    selector:
      query: .name == "{repository}"
    port:
      entity:
        mappings:
          identifier:
            combinator: '"and"'
            rules:
              - property: '"$title"'
                operator: '"="'
                value: '{value}'
          blueprint: '"azureDevopsProject"'
          properties:
            visibility: '"seen from " + .name'
"""


@pytest.fixture
def organization() -> Organization:
    return seeded(7, Sizes.preset("tiny"))


def with_queries(repository: str, value: str = ".project.name") -> str:
    """Port's default mapping, its repository rows finding their project by title, and a patch found the same way."""
    text = presets.load("port").mapping_text
    plain = '            project: .project.id | gsub(" "; "")\n'
    start = text.index("kind: repository\n")
    place = text.index(plain, start)
    changed = text[:place] + BY_TITLE.format(value=value) + text[place + len(plain) :]
    return changed.rstrip() + "\n" + PATCH.format(repository=repository, value=value)


async def test_queries_find_what_the_run_made(tmp_path: Path, organization: Organization) -> None:
    repository = next(iter(organization.repositories.values()))
    async with (
        rules_of("port", with_queries(repository.name)) as rules,
        installed(tmp_path, organization, rules) as (_, product),
    ):
        plan = await product.sync("plan")
        outcome = await product.sync("full")
        again = await product.sync("full")
        entities = [orjson.loads(line) for line in await product.export()]

    assert [line(change) for change in plan.changes] == [line(change) for change in outcome.changes]
    assert outcome.report is not None
    assert outcome.report.unresolved == 0
    assert again.changes == ()
    repositories = [one for one in entities if one["blueprint"] == "azureDevopsRepository" and "title" in one]
    projects = {one["identifier"]: one for one in entities if one["blueprint"] == "azureDevopsProject"}
    assert repositories
    for one in repositories:
        assert one["relations"]["project"] == organization.repositories[one["identifier"]].project
    assert projects[repository.project]["properties"]["visibility"] == f"seen from {repository.name}"


async def test_a_query_without_an_answer_changes_nothing_and_is_counted(
    tmp_path: Path, organization: Organization
) -> None:
    repository = next(iter(organization.repositories.values()))
    text = with_queries(repository.name, '"no such project"')
    async with rules_of("port", text) as rules, installed(tmp_path, organization, rules) as (_, product):
        outcome = await product.sync("full")
        entities = [orjson.loads(line) for line in await product.export()]

    assert outcome.report is not None
    assert outcome.report.unresolved == 1
    assert not any(
        "project" in one["relations"] for one in entities if one["blueprint"] == "azureDevopsRepository"
    )
