"""What a person reads: tables, durations, progress."""

from __future__ import annotations

import io

import msgspec
import pytest

from fairlead.app.changes import document, line
from fairlead.cli.output import Output
from fairlead.cli.progress import Board, Lines, as_line, time_left
from fairlead.cli.run_text import run_lines
from fairlead.cli.tables import count, duration, instant, table
from fairlead.model.changes import Cause
from fairlead.model.reports import (
    DeliveryReport,
    FrozenRecord,
    ProgressUpdate,
    ReadingReport,
    RefusalReport,
    RefusedEntity,
    RunReport,
)
from fairlead.model.stored import ChangeWrite


def test_tables_are_aligned() -> None:
    assert table(("kind", "records"), [("project", 7), ("board", 1200)]) == [
        "kind     records",
        "project        7",
        "board       1200",
    ]
    assert table(("kind",), []) == []


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (65, "1 min 5 s"), (7380, "2 h 3 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_counts_and_instants() -> None:
    assert (count(1, "row"), count(2, "row"), count(2, "entity", "entities")) == (
        "1 row",
        "2 rows",
        "2 entities",
    )
    assert (instant(0), instant(1_700_000_000)) == ("", "2023-11-14 22:13:20Z")


def update(done: int, walks: int, seconds: float, *, finished: bool = False) -> ProgressUpdate:
    return ProgressUpdate("work-item", "acme", 400, done, walks, finished, 12, seconds)


def test_time_left_is_told_only_when_it_can_be() -> None:
    assert time_left(update(2, 10, 4.0)) == 16.0
    assert time_left(update(0, 10, 4.0)) is None
    assert time_left(update(10, 10, 4.0, finished=True)) is None


def test_lines_come_now_and_then_and_at_the_end() -> None:
    err = io.StringIO()
    show = Lines(Output(io.StringIO(), err, as_json=False))
    for second in range(25):
        show(update(second, 30, float(second)))
    show(update(30, 30, 25.0, finished=True))
    assert err.getvalue().splitlines() == [
        as_line(update(10, 30, 10.0)),
        as_line(update(20, 30, 20.0)),
        "acme work-item: 400 records, 30 of 30 listings, 12 requests, done",
    ]


def test_the_board_shows_every_kind_and_the_rate() -> None:
    from rich.console import Console

    board = Board()
    board(update(2, 10, 4.0))
    console = Console(file=io.StringIO(), width=120)
    console.print(board)
    assert isinstance(console.file, io.StringIO)
    assert "400 records" in console.file.getvalue()
    assert "16.0 s left" in console.file.getvalue()
    assert "3.0/s" in console.file.getvalue()


def report() -> RunReport:
    return RunReport(
        run=3,
        mode="plan",
        state="done",
        resumed=True,
        readings=(ReadingReport("acme", "project", "listing", "incomplete", 1, 0, ("cut body",), 7, 2),),
        changes={"update": {"read": 1}, "delete": {"gone": 1}},
        held=0,
        unresolved=1,
        entities=7,
        stubs=1,
        frozen=(FrozenRecord("acme", "project", "p1", "jq: cannot iterate"),),
        frozen_count=3,
        warnings=("two records write one entity",),
        requests={"GET _apis/projects": {"200": 3}},
        request_count=3,
        bytes_received=1_500_000,
        throttled_seconds=61.0,
        delivery=(delivery(),),
        seconds=12.34,
        cpu_seconds=1.0,
        peak_memory=90_000_000,
        exit_code=3,
    )


def delivery() -> DeliveryReport:
    refused = RefusalReport("service", "properties.name", "cut it", 4, (RefusedEntity("a", "too long"),))
    return DeliveryReport("port", 5, 1, 4, (refused,), "asks for a pause", "wait", notes=("one stays",))


def changes() -> list[ChangeWrite]:
    return [
        ChangeWrite(3, 1, "delete", "Service", "z", b"{}", Cause("gone", proof="recycle bin"), "", "planned"),
        ChangeWrite(
            3, 2, "update", "service", "b", b'{"title":["old","new"]}', Cause("read"), "aa", "planned"
        ),
    ]


def test_a_run_as_text() -> None:
    text = "\n".join(run_lines(report(), [line(change) for change in changes()]))
    for expected in (
        "run 3, plan: continued, done in 12.3 s",
        "  acme project: cut body",
        "changes: 1 update (read), 1 delete (gone)",
        "catalog: 7 entities and 1 stub",
        '  - Service z (gone)\n  ~ service b (read)\n      title: "old" → "new"',
        "target port: 5 written, 1 removed, 4 refused, down: asks for a pause\n  wait\n  one stays\n",
        "  4 of service, properties.name: cut it\n    a: too long\n    … and 3 more\n",
        "frozen: acme project p1: jq: cannot iterate",
        "frozen: 3 in all; their entities are kept as they were",
        "warning: two records write one entity",
        "waited 1 min 1 s because the service asked for it",
    ):
        assert expected in text


def test_changes_are_the_same_in_a_plan_and_in_the_run_after_it() -> None:
    planned = changes()
    applied = [msgspec.structs.replace(change, run=4, state="applied") for change in planned]
    encoded = [msgspec.json.encode(line(change)) for change in planned]
    assert encoded == [msgspec.json.encode(line(change)) for change in applied]
    assert document(report())["change_counts"] == {"update": {"read": 1}, "delete": {"gone": 1}}
    assert msgspec.json.decode(encoded[0]) == {
        "op": "delete",
        "blueprint": "Service",
        "identifier": "z",
        "delta": {},
        "cause": {"reason": "gone", "proof": "recycle bin"},
        "result": "",
    }
