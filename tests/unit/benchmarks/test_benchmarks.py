"""The benchmarks' own arithmetic: floors, parts, aims and tables. No times are asserted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import orjson
import pytest
from benchmarks.aims import aims_of
from benchmarks.floor import run
from benchmarks.full_sync import arguments_of
from benchmarks.observing import Cost, Stat, observe, parse_pss, parse_stat, tree_of
from benchmarks.parts import BUDGET, MAIN, part_of, picture
from benchmarks.results import FloorRun, Measured, Results, Sync
from benchmarks.sampling import Frame, Sample, Samples
from benchmarks.sizes import FORMULAS, Sizes, by_kind, floor_of
from benchmarks.tables import table, text_of

from azure_devops_sandbox.running import running
from azure_devops_sandbox.seeding import catalog_entities, seeded

SIZES = Sizes(
    projects=60, repositories=900, readable=831, files=2, policy_pages=60, teams=130, boards=260,
    work_items=13_000, releases=3_436,
)  # fmt: skip
EMPTY = Sizes(
    projects=0,
    repositories=0,
    readable=0,
    files=2,
    policy_pages=0,
    teams=0,
    boards=0,
    work_items=0,
    releases=0,
)


def test_floor_of_twenty_thousand_entities() -> None:
    assert floor_of(SIZES) == {
        "connection": 1, "project": 61, "repository": 1663, "repository-policy": 60, "team": 2, "board": 390,
        "work-item": 66, "release": 35,
    }  # fmt: skip
    assert floor_of(SIZES).keys() == FORMULAS.keys()


def test_an_empty_listing_takes_a_request_too() -> None:
    assert sum(floor_of(EMPTY).values()) == 6


def test_work_items_over_one_wiql_answer() -> None:
    assert floor_of(Sizes(1, 0, 0, 0, 1, 0, 0, 20_001, 0))["work-item"] == 2 + 101


def test_routes_are_counted_by_kind() -> None:
    assert by_kind({"projects.list": 1, "projects.get": 60, "options": 1}) == {"project": 61, "options": 1}


async def test_the_floor_finds_everything_in_as_many_requests_as_the_formulas_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    organization = seeded()
    async with running(organization) as sandbox:
        monkeypatch.setenv("FLOOR_TOKEN", sandbox.pat)
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
        found = await run(sandbox.url, str(tmp_path / "floor.db"))
        served = sum(sandbox.ledger.counts.values())
    assert found.entities == sum(catalog_entities(organization).values())
    assert found.requests == floor_of(found.sizes)
    assert served == sum(found.requests.values())


def test_stat_lines_with_odd_names() -> None:
    tick = 1 / os.sysconf("SC_CLK_TCK")
    line = "7 (a ) b) S 3 7 7 0 -1 4194304 1 2 3 4 100 50 20 10 20 0 1 0"
    assert parse_stat(line) == Stat(3, 150 * tick, 30 * tick)


def test_pss_of_a_rollup() -> None:
    assert parse_pss("Rss:  9 kB\nPss:                 327 kB\nPss_Dirty: 1 kB\n") == 327 * 1024


def test_a_tree_holds_grandchildren_and_no_strangers() -> None:
    stats = {1: Stat(0, 0, 0), 5: Stat(1, 0, 0), 6: Stat(5, 0, 0), 7: Stat(6, 0, 0), 8: Stat(1, 0, 0)}
    assert sorted(tree_of(5, stats)) == [5, 6, 7]


def test_a_command_is_observed_with_its_exit_code_and_output(tmp_path: Path) -> None:
    output = tmp_path / "out"
    cost = observe(
        [sys.executable, "-c", "print('x'); raise SystemExit(3)"],
        environment=dict(os.environ), folder=tmp_path, output=output, timeout=60,
    )  # fmt: skip
    assert (cost.exit_code, output.read_text()) == (3, "x\n")


def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        observe(
            [sys.executable, "-c", "import time; time.sleep(60)"],
            environment=dict(os.environ), folder=tmp_path, output=tmp_path / "out", timeout=0.3,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("innermost", "function", "part"),
    [
        ("/x/src/fairlead/sync/splice.py", "enrich", "splice"),
        ("/x/src/fairlead/azure/http/client.py", "_once", "HTTP"),
        ("/x/site-packages/aiohttp/client.py", "_request", "HTTP"),
        ("/x/src/fairlead/azure/http/envelope.py", "split", "split and version"),
        ("/x/src/fairlead/catalog/queries/entities.py", "put", "SQLite"),
        ("/x/src/fairlead/catalog/queries/bodies.py", "packed", "zstd"),
        ("/usr/lib/python3/asyncio/selector_events.py", "_sock_sendall", "pipe to jq"),
        ("/usr/lib/python3/asyncio/selector_events.py", "_read_ready", "HTTP"),
        ("/usr/lib/python3/selectors.py", "select", "rest"),
        ("<frozen importlib._bootstrap>", "_load", "start-up"),
    ],
)
def test_stacks_belong_to_parts(innermost: str, function: str, part: str) -> None:
    loop = Frame("/usr/lib/python3/asyncio/base_events.py", "run_forever", 1)
    assert part_of((Frame(innermost, function, 1), loop)) == part


def test_a_picture_adds_up_to_what_was_sampled() -> None:
    frames = (Frame("/x/src/fairlead/sync/splice.py", "enrich", 9), Frame("/x/threading.py", "run", 1))
    found = picture(Samples(0.5, (Sample("MainThread", frames, 1.0), Sample("writer", frames, 2.0))))
    assert found.parts == {"start-up": 0.5, "splice": 3.0}
    assert found.threads == {"MainThread": 1.0, "writer": 2.0}
    assert found.lines[0].place == "fairlead/sync/splice.py:9 enrich"


def test_the_budget_is_that_of_the_design() -> None:
    assert sum(budget for budget in BUDGET.values() if budget is not None) <= MAIN + 2


def _sync(wall: float, requests: int, changes: int = 0) -> Sync:
    cost = Cost(wall, 2.0, 4.0, 100_000_000, 60_000_000, 0)
    return Sync(cost, 20_000, 19_000, changes, requests, 6.0, {"items.get": requests}, 1.0)


def _measured() -> list[Measured]:
    return [
        Measured(20_000, 0, (_sync(9, 2_300), _sync(5, 2_300), _sync(7, 2_300)), _sync(2, 2_300)),
        Measured(20_000, 50, (_sync(30, 2_300),), _sync(9, 2_300, changes=1)),
    ]


def test_aims_take_the_median_and_say_what_was_missed() -> None:
    aims = {aim.name: aim for aim in aims_of(_measured(), {20_000: 2_278}, start_up=1.0)}
    assert aims["20000 at 0 ms: wall"].value == 7
    assert not aims["20000 at 0 ms: wall"].reached
    assert aims["20000 at 0 ms: CPU"].reached
    assert aims["20000 at 50 ms: wall"].limit == pytest.approx(1.5 * (2_300 * 0.05 / 15 + 7))
    assert not aims["20000 at 50 ms: changes of a second sync"].reached
    assert aims["20000 at 0 ms: requests"].reached
    assert aims["start-up: CPU"].reached


def test_the_report_prints_and_is_json() -> None:
    measured = _measured()
    floor = FloorRun(Cost(4.0, 1.0, 4.0, 1, 1, 0), SIZES, floor_of(SIZES), 20_000)
    seen = picture(Samples(0.2, (Sample("MainThread", (Frame("/x/src/fairlead/a.py", "b", 1),), 1.0),)))
    results = Results(
        "port", 12.0, measured, {20_000: floor}, {20_000: floor_of(SIZES)}, 20_000,
        (measured[0].typical.cost, seen), _sync(1, 10), aims_of(measured, {20_000: 2_278}, 1.0),
    )  # fmt: skip
    text = text_of(results)
    assert "MISSED" in text
    assert "NOT in this run" in text
    assert "⌈W/20000⌉ + ⌈W/200⌉" in text
    assert orjson.loads(orjson.dumps(results, default=_plain, option=orjson.OPT_NON_STR_KEYS))


def _plain(value: object) -> object:
    import msgspec

    return msgspec.to_builtins(value, str_keys=True)


def test_tables_line_up() -> None:
    lines = table(("a", "bb"), [("long", "1")]).splitlines()
    assert lines == ["| a    | bb |", "| ---- | -: |", "| long |  1 |"]


def test_options_have_the_defaults_of_make_bench() -> None:
    options = arguments_of([])
    assert (options.sizes, options.latency, options.preset) == ("1000,20000,100000", "0,50", "port")
