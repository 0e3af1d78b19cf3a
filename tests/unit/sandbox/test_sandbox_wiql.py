"""Queries: what the language reads, and which work items it finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from azure_devops_sandbox import START, Organization, Sizes, seeded
from azure_devops_sandbox.wiql import Context, QueryError, parse, run_query

ITEMS: list[dict[str, Any]] = [
    {"type": "Bug", "state": "New", "title": "Fix the login page"},
    {
        "type": "Bug",
        "state": "Closed",
        "title": "Fix Jürgen's invoice",
        "fields": {"System.Tags": "ui; blocked"},
    },
    {
        "type": "Task",
        "state": "Active",
        "title": "Write docs",
        "fields": {"Microsoft.VSTS.Scheduling.Effort": 3},
    },
    {"type": "User Story", "state": "Closed", "fields": {"Microsoft.VSTS.Scheduling.Effort": 8}},
    {
        "type": "Epic",
        "state": "New",
        "fields": {"System.AreaPath": "Shop\\Web", "System.AssignedTo": "Normal Paulk"},
    },
]


@pytest.fixture(scope="module")
def shop() -> Organization:
    organization = seeded(1, Sizes.preset("empty"))
    organization.changes.create_project("Shop")
    for item in ITEMS:
        organization.changes.create_work_item("Shop", **item)
    organization.changes.backdate_work_item(4, 30)
    organization.changes.backdate_work_item(2, 6.9)
    return organization


def found(
    organization: Organization,
    where: str,
    *,
    order: str = "",
    precise: bool = False,
    project: str | None = "Shop",
) -> list[int]:
    query = parse(f"SELECT [System.Id] FROM WorkItems{' WHERE ' + where if where else ''}{order}")
    context = Context(START, project, organization.owner, precise)
    return [one.id for one in run_query(query, organization.work_items.values(), context).items]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("[System.State] = 'new'", [1, 5]),
        ("[State] <> 'New'", [2, 3, 4]),
        ("[System.State] IN ('New', 'ACTIVE')", [1, 3, 5]),
        (
            "[System.State] NOT IN ('Closed','Done','Removed') OR [System.ChangedDate] >= @today - 7",
            [1, 2, 3, 5],
        ),
        ("[System.State] NOT IN ('Closed') AND [System.ChangedDate] >= @Today-7", [1, 3, 5]),
        ("NOT [System.State] = 'New' AND ([System.Id] > 2 OR [System.Id] = 1)", [3, 4]),
        ("[System.Title] CONTAINS 'fix'", [1, 2]),
        ("[System.Title] NOT CONTAINS 'fix'", [3, 4, 5]),
        ("[System.Title] CONTAINS WORDS 'Jürgen''s'", [2]),
        ('[System.Title] = "write DOCS"', [3]),
        ("[System.AreaPath] UNDER 'Shop'", [1, 2, 3, 4, 5]),
        ("[System.AreaPath] UNDER 'Shop\\Web'", [5]),
        ("[System.AreaPath] NOT UNDER 'Shop\\Web'", [1, 2, 3, 4]),
        ("[System.AreaPath] = 'Shop'", [1, 2, 3, 4]),
        ("[Effort] >= 3", [3, 4]),
        ("[Effort] < 8", [3]),
        ("[Effort] <> 3", [1, 2, 4, 5]),
        ("[Effort] IS EMPTY", [1, 2, 5]),
        ("[Effort] IS NOT EMPTY", [3, 4]),
        ("[System.Tags] CONTAINS 'blocked'", [2]),
        ("[System.TeamProject] = @project AND [System.Id] <= 2", [1, 2]),
        ("[System.AssignedTo] = 'normal paulk'", [5]),
        ("[System.CreatedBy] = @me", [1, 2, 3, 4, 5]),
        ("[System.ChangedDate] >= '2026-03-02'", [1, 3, 5]),
        ("[System.ChangedDate] = '2026-02-23'", [2]),
        ("[System.ChangedDate] < @today - 20", [4]),
        ("[System.CreatedDate] > [System.ChangedDate]", [2, 4]),
        ("System.Id = 3", [3]),
        ("[System.Id] > 9", []),
    ],
)
def test_finds(shop: Organization, where: str, ids: list[int]) -> None:
    assert found(shop, where) == ids


def test_orders(shop: Organization) -> None:
    assert found(shop, "", order=" ORDER BY [System.Id] DESC") == [5, 4, 3, 2, 1]
    assert found(shop, "", order=" order by [System.State], [System.Id] desc") == [3, 4, 2, 5, 1]
    assert found(shop, "[Effort] IS NOT EMPTY", order=" ORDER BY [Effort] DESC") == [4, 3]
    assert found(shop, "", order=" ORDER BY [System.ChangedDate] ASC")[:2] == [4, 2]


def test_dates_are_days_unless_precise(shop: Organization) -> None:
    moment = (START - timedelta(days=6.9)).isoformat()[:19]
    assert found(shop, f"[System.ChangedDate] > '{moment}Z'", precise=True) == [1, 3, 5]
    assert found(shop, f"[System.ChangedDate] >= '{moment}+00:00'", precise=True) == [1, 2, 3, 5]
    with pytest.raises(QueryError, match="date precision"):
        found(shop, f"[System.ChangedDate] > '{moment}'")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT [System.Id] FROM WorkItems WHERE [Custom.Nothing] = 1", "TF51005"),
        ("SELECT [Custom.Nothing] FROM WorkItems", "TF51005"),
        ("SELECT [System.Id] FROM WorkItems ORDER BY [Custom.Nothing]", "TF51005"),
        ("SELECT [System.Id] FROM WorkItems WHERE", "TF51006"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.Id] = 1 AND", "TF51006"),
        ("SELECT [System.Id] FROM WorkItems WHERE ([System.Id] = 1", "TF51006"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.Id] = 1 [System.Id]", "TF51006"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.Id] ! 1", "TF51006"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.Id] IN ()", "TF51006"),
        ("SELECT [System.Id] FROM WorkItemLinks", "TF51007"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.Id] LIKE 1", "TF51008"),
        ("SELECT 5 FROM WorkItems", "TF51009"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.Id] = 'many'", "TF51004"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.ChangedDate] > 'soon'", "TF51004"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.State] UNDER 'New'", "TF51004"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.Description] <> 'x'", "TF51004"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.State] = @today", "TF51003"),
        ("SELECT [System.Id] FROM WorkItems WHERE [System.ChangedDate] > @today - 1.5", "TF51006"),
        ("DELETE FROM WorkItems", "TF51006"),
        ("", "TF51006"),
    ],
)
def test_refuses(shop: Organization, query: str, code: str) -> None:
    with pytest.raises(QueryError, match=code):
        run_query(parse(query), shop.work_items.values(), Context(START, "Shop", shop.owner))


def test_the_project_macro_needs_a_project(shop: Organization) -> None:
    with pytest.raises(QueryError, match="TF51003"):
        found(shop, "[System.TeamProject] = @project", project=None)
