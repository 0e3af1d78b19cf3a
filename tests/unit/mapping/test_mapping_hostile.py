"""Programs and records that mean harm, or only end badly: nothing crashes, and only the guilty are frozen."""

from __future__ import annotations

import asyncio
import json

import orjson
import pytest

from fairlead.mapping.pool import Limits
from fairlead.model.entities import RowOutcome
from unit.mapping.builders import QUICK, field_of, mapping, only, resource

HASTY = Limits(seconds=0.5, memory=192 << 20, answer=1 << 20)


def records(count: int, **special: object) -> list[bytes]:
    """Records r0, r1 …; `special` are fields of the one in the middle."""
    return [
        json.dumps({"id": f"r{at}", **(special if at == count // 2 else {})}).encode() for at in range(count)
    ]


def is_good(outcome: RowOutcome) -> bool:
    return bool(outcome.contributions) and not outcome.frozen


KILLERS = {
    "endless": "def f: f; f",
    "endless range": "last(range(1e15))",
    "endless list": "[range(1e15)] | length",
    "memory": 'reduce range(60) as $i ("a"; . + .) | length',
    "recursion": "def f: [f]; f",
    "halt": "halt",
    "halt_error": '"x" | halt_error',
    "large": '"x" * 3000000',
    "deep": "reduce range(9000) as $i (1; [.])",
}


@pytest.mark.parametrize("name", KILLERS)
async def test_only_the_guilty_record_and_row_are_frozen(name: str) -> None:
    bad = resource(title=f"if .bad then ({KILLERS[name]}) else .id end")
    async with mapping(resource(".id"), bad, limits=HASTY) as mapper:
        found = await mapper.map("repository", records(9, bad=True))
    assert [is_good(first) for first, _ in found] == [True] * 9
    assert [is_good(second) for _, second in found] == [at != 4 for at in range(9)]
    reason = found[4][1].frozen
    assert reason.startswith("row 2 (repository): ")


async def test_a_forged_break_stays_in_its_row() -> None:
    """jq marks its own `break` by an object of this form."""
    async with mapping(resource(title="error({__jq: 0})"), resource(".id")) as mapper:
        ((outcome, other),) = await mapper.map("repository", records(1))
    assert outcome.frozen or only(outcome).fragment.title is None
    assert is_good(other)


@pytest.mark.parametrize("field", ["query", "identifier", "blueprint", "items"])
async def test_a_forged_break_elsewhere(field: str) -> None:
    forged = "first(error({__jq: 0}), error({__jq: 1}), error({__jq: 2}))"
    row = resource(port={"itemsToParse": forged}) if field == "items" else resource(**field_of(field, forged))
    async with mapping(row, resource(".id")) as mapper:
        ((_, other), (_, second)) = await mapper.map("repository", records(2))
    assert is_good(other)
    assert is_good(second)


async def test_a_field_that_cannot_be_helped() -> None:
    """The deep value is jq's own limit in a field: an error like any other."""
    async with mapping(resource(properties={"x": '"[" * 12000 | fromjson'})) as mapper:
        ((outcome,),) = await mapper.map("repository", records(1))
    assert [note.field for note in only(outcome).notes] == ["properties.x"]


@pytest.mark.parametrize("name", ["endless", "memory"])
async def test_an_endless_row_costs_a_few_time_limits(name: str) -> None:
    bad = resource(title=KILLERS[name])
    async with mapping(resource(".id"), bad, limits=HASTY, size=2) as mapper:
        loop = asyncio.get_running_loop()
        start = loop.time()
        found = await mapper.map("repository", records(300))
        spent = loop.time() - start
    assert all(second.frozen.startswith("row 2") for _, second in found)
    assert all(is_good(first) for first, _ in found)
    # By the clock, on a machine that does other things; the limit itself is processor time.
    assert spent < 12 * HASTY.seconds


async def test_two_endless_rows_and_a_good_one() -> None:
    rows = (resource(".id"), resource(title=KILLERS["endless"]), resource(query="[recurse(.)] | true"))
    async with mapping(*rows, limits=HASTY) as mapper:
        found = await mapper.map("repository", records(40))
    assert all(second.frozen and third.frozen for _, second, third in found)


@pytest.mark.parametrize("expression", ["env", "$ENV"])
async def test_the_environment_is_closed(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "s3cret")
    async with mapping(resource(properties={"x": expression})) as mapper:
        ((outcome,),) = await mapper.map("repository", records(1))
    assert only(outcome).fragment.properties == {"x": {}}


async def test_names_that_are_let_in() -> None:
    async with mapping(resource(properties={"x": "env"}), environment={"STAGE": "test"}) as mapper:
        ((outcome,),) = await mapper.map("repository", records(1))
    assert only(outcome).fragment.properties == {"x": {"STAGE": "test"}}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("input", None),
        ("[inputs]", []),
        ("debug | .id", "r0"),
        ("stderr | .id", "r0"),
        ("input_filename", None),
        ("get_search_list", []),
        ("[limit(3; repeat(1))]", [1, 1, 1]),
        ("$__loc__ | .file | type", "string"),
    ],
)
async def test_what_reaches_outside_finds_nothing(expression: str, value: object) -> None:
    async with mapping(resource(properties={"x": expression})) as mapper:
        ((outcome, *_), second) = await mapper.map("repository", records(2))
    assert only(outcome).fragment.properties == {"x": value}
    assert is_good(second[0])


async def test_an_import_that_was_not_checked_reads_nothing() -> None:
    async with mapping(resource(properties={"x": 'import "a" as $a; $a'})) as mapper:
        ((outcome,),) = await mapper.map("repository", records(1))
    assert "syntax error" in outcome.frozen


ODD = {
    "lone surrogate": (rb'{"id":"x","t":"\ud800"}', "�"),
    "lone surrogate and text": (rb'{"id":"x","t":"a\udbffb\\ud800\ud83d\ude00"}', "a�b\\ud800😀"),
    "low surrogate": (rb'{"id":"x","t":"\udc00"}', "�"),
    "not a number": (b'{"id":"x","t":NaN}', None),
    "huge integer": (b'{"id":"x","t":123456789012345678901234567890}', 1.2345678901234568e29),
    "beyond floats": (b'{"id":"x","t":1e1000}', 1.7976931348623157e308),
    "NUL": (rb'{"id":"x","t":"a\u0000b"}', "a\0b"),
    "not UTF-8": (b'{"id":"x","t":"a\xffb"}', "a�b"),
    "repeated key": (b'{"id":"y","id":"x","t":1}', 1),
    "escaped key": (rb'{"\u0069d":"x","t":1}', 1),
    "blanks": (b' {"id" : "x" ,\n"t":1} ', 1),
}


@pytest.mark.parametrize("name", ODD)
async def test_odd_records(name: str) -> None:
    record, value = ODD[name]
    async with mapping(resource(properties={"t": ".t"})) as mapper:
        ((outcome,), _) = await mapper.map("repository", [record, b'{"id":"z"}'])
    found = only(outcome)
    assert found.identifier == "x"
    assert found.fragment.properties == {"t": value}
    orjson.dumps(found.fragment.properties)


@pytest.mark.parametrize(
    "record", [b"", b"{", b"{}}", b"1,2", b"{},{}", b"]", b"[" * 20_000, b'{"id":"x"', b"\x00", b"\xff"]
)
async def test_records_that_are_no_json(record: bytes) -> None:
    async with mapping(resource(), resource(".id", title=".t"), limits=QUICK) as mapper:
        found = await mapper.map("repository", [b'{"id":"a"}', record, b'{"id":"b"}'])
    assert is_good(found[0][0])
    assert all(outcome.frozen for outcome in found[1])
    assert is_good(found[2][0])


@pytest.mark.parametrize("record", [b"null", b"3", b'"x"', b"[]", b"true"])
async def test_records_that_are_no_objects(record: bytes) -> None:
    async with mapping(resource(), resource('"c"')) as mapper:
        ((first, second),) = await mapper.map("repository", [record])
    assert first.contributions == ()
    assert is_good(second)


async def test_a_deep_record_is_mapped_around() -> None:
    deep = b'{"id":"x","deep":' + b"[" * 5000 + b"]" * 5000 + b"}"
    rows = (resource(title='"t"'), resource(properties={"deep": ".deep"}))
    async with mapping(*rows) as mapper:
        ((good, bad), (other, _)) = await mapper.map("repository", [deep, b'{"id":"y"}'])
    assert is_good(good)
    assert bad.frozen
    assert is_good(other)
