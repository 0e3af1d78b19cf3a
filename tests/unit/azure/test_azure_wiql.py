"""WIQL texts out of the rows' filters."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from fairlead.azure import wiql
from unit.azure.scripted import fetch

OPEN = "[System.State] <> 'Closed'"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (OPEN, OPEN),
        (f"{OPEN} ORDER BY [System.ChangedDate] DESC", OPEN),
        (f"{OPEN}\n\torder\n  by [System.Id]", OPEN),
        ("[System.Title] = 'put in ORDER BY size'", "[System.Title] = 'put in ORDER BY size'"),
        ("[System.Title] = 'it''s ORDER BY'", "[System.Title] = 'it''s ORDER BY'"),
        ('[System.Title] = "ORDER BY" ORDER BY [a]', '[System.Title] = "ORDER BY"'),
        ("[Custom.Order by] = 1", "[Custom.Order by] = 1"),
        ("[Custom.Reorder] = border AND by = 1", "[Custom.Reorder] = border AND by = 1"),
        ("ORDER BY [System.Id]", ""),
    ],
)
def test_order_by_is_cut_outside_of_quotes(text: str, kept: str) -> None:
    with capture_logs() as logs:
        assert wiql.conditions(text) == kept
    assert bool(logs) == (kept != text)


def test_filters_are_united() -> None:
    assert wiql.filter_of(fetch("work-item")) == ""
    assert wiql.filter_of(fetch("work-item", wiql="a = 1")) == "(a = 1)"
    assert (
        wiql.filter_of(fetch("work-item", wiql=("a = 1", "b = 2 OR c = 3", "a = 1")))
        == "(a = 1) OR (b = 2 OR c = 3)"
    )
    assert wiql.filter_of(fetch("work-item", wiql=("a = 1", None))) == ""
    assert wiql.filter_of(fetch("work-item", wiql=["a = 1", "  "])) == ""
    assert wiql.filter_of(fetch("work-item", wiql=())) == ""


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("[System.TeamProject] = @project", True),
        ("[System.IterationPath] = @CurrentIteration", True),
        (r"[System.IterationPath] = @currentIteration('[P]\T')", False),
        ("[System.AreaPath] = @TeamAreas", True),
        ("[System.Title] = '@project'", False),
        ("[System.ChangedDate] >= @today - 7 AND [System.AssignedTo] = @me", False),
    ],
)
def test_macros_that_need_a_project(text: str, needed: bool) -> None:
    assert wiql.needs_project(text) is needed


def test_the_queries() -> None:
    start = "SELECT [System.Id] FROM WorkItems WHERE "
    assert wiql.page("", 0, "") == f"{start}[System.Id] > 0 ORDER BY [System.Id] ASC"
    assert wiql.page("(a) OR (b)", 7, "project") == (
        f"{start}[System.TeamProject] = @project AND [System.Id] > 7 AND ((a) OR (b)) ORDER BY [System.Id] ASC"
    )
    assert wiql.among("(a)", [1, 2]) == f"{start}((a)) AND [System.Id] IN (1, 2)"
