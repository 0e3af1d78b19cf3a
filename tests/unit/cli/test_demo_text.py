"""What the demo says, word for word."""

from __future__ import annotations

import msgspec

from fairlead.app.demo.breaking import RunSeen, Target
from fairlead.app.demo.showing import Shown
from fairlead.cli.demo_text import (
    catalog_lines,
    healed_line,
    hidden_lines,
    hiding_line,
    next_lines,
    open_line,
    organization_line,
    sync_line,
)
from fairlead.model.reports import ReadingReport, RunReport


def reading(
    kind: str, records: int, proved: int = 1, scopes: int = 1, unseen: int = 0, reason: str = ""
) -> ReadingReport:
    reasons = (reason,) if reason else ()
    return ReadingReport(
        "contoso", kind, "listing", "proved", scopes, proved, reasons, records, 0, unseen=unseen
    )


READINGS = (
    reading("project", 12),
    reading("team", 0),
    reading("repository", 240),
    reading("board", 72, 35, 36),
    reading("pull-request", 4800),
    reading("build", 6000),
    reading("release", 500),
)
FIRST = RunReport(
    1, "full", "done", False, READINGS, {"create": {"new": 12408}}, 0, 0, 12408, 3, (), 0, (), {}, 412,
    100, 0.0, (), 3.94, 2.0, 100, 0,
)  # fmt: skip
AGAIN = msgspec.structs.replace(FIRST, changes={}, seconds=0.6)
SHOWN = Shown(FIRST, AGAIN, 380, 11, ("pullRequest", "a b/1", "status"))


def test_the_stages() -> None:
    objects = {"projects": 12, "repositories": 240}
    assert (
        organization_line("contoso", objects, 1.04)
        == '[3/4] sandbox organization "contoso": 12 projects, 240 repositories   1 s'
    )
    assert sync_line(FIRST) == (
        "[4/4] first sync   project 12 ✓  repository 240 ✓  build 6,000 ✓  pull-request 4,800 ✓  "
        "release 500 ✓ …   3.9 s"
    )
    few = msgspec.structs.replace(FIRST, readings=READINGS[:4])
    assert (
        sync_line(few) == "[4/4] first sync   project 12 ✓  repository 240 ✓  board 72 (incomplete)   3.9 s"
    )


def test_the_end_of_the_start() -> None:
    assert [
        *catalog_lines(SHOWN),
        open_line("http://127.0.0.1:8400", ".demo"),
        *next_lines("./fairlead", SHOWN, "", served=True),
    ] == [
        "Catalog   12,408 entities, 11 blueprints · 41 of 42 scopes proved complete · "
        "412 requests (fewest possible: 380)",
        "Again     nothing changed, 0 writes, 0.6 s",
        "Open      http://127.0.0.1:8400   Ctrl-C stops · data in .demo/",
        "Try       ./fairlead explain pullRequest 'a b/1' status",
        "          ./fairlead demo break    hides a project behind 403s in mid-sync: watch nothing be deleted",
        "Yours     ./fairlead connect https://dev.azure.com/YOUR-ORG --test-only    tests the token, writes nothing",
    ]


def test_what_differs_is_said() -> None:
    changed = msgspec.structs.replace(SHOWN, again=msgspec.structs.replace(AGAIN, changes=FIRST.changes))
    assert list(catalog_lines(changed))[1] == "Again     12,408 changed, 12,408 writes, 0.6 s"
    bare = msgspec.structs.replace(SHOWN, example=None)
    assert [line[:10] for line in next_lines("fairlead", bare, "", served=False)] == ["Yours     "]
    elsewhere = next(iter(next_lines("fairlead", SHOWN, ".demo/catalog.db", served=False)))
    assert elsewhere.endswith("status --catalog .demo/catalog.db")


def test_a_hidden_project() -> None:
    project = Target("1", "Fabrikam", 47, 4490)
    doubtful = reading("board", 64, 33, 36, reason="x" * 200)
    unseen = reading("work-item", 3, unseen=633)
    seen = RunSeen(2, 4490, (READINGS[0], doubtful, unseen), {})
    assert hiding_line(project) == (
        'Hiding    project "Fabrikam" (47 repositories): 403 from the middle of a full sync on'
    )
    catalog, why, *doubts = hidden_lines(project, seen)
    assert catalog == "Catalog   4,490 entities before, 4,490 after: nothing deleted"
    assert why.startswith("Why       ")
    assert doubts == [
        "          board      3 of 36 scopes not read: " + "x" * 99 + "…",
        "          work-item  633 records not shown: kept",
    ]
    gone = msgspec.structs.replace(seen, change_counts={"delete": {"gone": 2}})
    assert next(iter(hidden_lines(project, gone))).endswith(": 2 deleted")
    healed = RunSeen(3, 4490, READINGS[:2], {})
    assert healed_line(healed) == "Healed    4,490 entities · 2 of 2 scopes proved complete · nothing changed"
    assert healed_line(gone).endswith("· 2 changed")
