"""What holds for every record and every program text."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairlead.mapping.configuration import parse
from fairlead.mapping.expressions import double_quoted, touched
from fairlead.mapping.mapper import Mapper
from fairlead.mapping.pool import Limits, WorkerPool
from fairlead.mapping.presets import load
from fairlead.model.entities import RowOutcome
from fairlead.model.kinds import Derivation

COLUMN = Derivation("column", "board", ".columns[]? | . + {__board: {}}", "(.id | tostring)")
KINDS = ("project", "repository", "repository-policy", "board", "work-item", "release")

NAMES = st.sampled_from(
    [
        "id",
        "name",
        "url",
        "fields",
        "__project",
        "__projectId",
        "projectReference",
        "type",
        "displayName",
        "System.Title",
        "System.CreatedBy",
        "columns",
        "__includedFiles",
        "__repository",
        "stateMappings",
        "_links",
        "web",
        "href",
        "item",
    ]
) | st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
RECORDS = st.dictionaries(NAMES, JSON, max_size=8) | JSON
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Running:
    """A mapper for synchronous tests: one loop and pool for all examples."""

    def __init__(self, preset: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.pool = WorkerPool(1, Limits(seconds=5))
        self.loop.run_until_complete(self.pool.__aenter__())
        self.mapper = Mapper(self.pool, parse(load(preset).mapping_text), [COLUMN])

    def map(self, kind: str, inputs: list[bytes]) -> list[tuple[RowOutcome, ...]]:
        return self.loop.run_until_complete(self.mapper.map(kind, inputs))

    def close(self) -> None:
        self.loop.run_until_complete(self.pool.__aexit__(None, None, None))
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.fixture(scope="module", params=["port", "standard"])
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    found = Running(request.param)
    yield found
    found.close()


@given(kind=st.sampled_from(KINDS), record=RECORDS)
@QUIET
def test_any_record_has_an_outcome_per_row(running: Running, kind: str, record: object) -> None:
    ((*outcomes,),) = running.map(kind, [json.dumps(record).encode()])
    assert outcomes
    assert not any(outcome.frozen and outcome.contributions for outcome in outcomes)


@given(kind=st.sampled_from(KINDS), record=st.binary(max_size=30))
@QUIET
def test_any_bytes_have_an_outcome_per_row(running: Running, kind: str, record: bytes) -> None:
    good = b'{"id":"x"}'
    found = running.map(kind, [good, record, good])
    assert [len(outcomes) for outcomes in found] == [len(found[0])] * 3
    assert found[0] == found[2] == running.map(kind, [good])[0]


@given(kind=st.sampled_from(KINDS), records=st.lists(RECORDS, max_size=6))
@QUIET
def test_a_page_is_its_records(running: Running, kind: str, records: list[object]) -> None:
    inputs = [json.dumps(record).encode() for record in records]
    assert running.map(kind, inputs) == [running.map(kind, [one])[0] for one in inputs]


@given(text=st.text())
def test_programs_without_single_quotes_stay(text: str) -> None:
    plain = text.replace("'", "")
    assert double_quoted(plain) == plain


@given(text=st.text(alphabet="' \"ab\\\n#", max_size=30))
def test_the_quote_rule_is_done_once(text: str) -> None:
    once = double_quoted(text)
    assert len(once) == len(text)
    assert all(new == old or (old == "'" and new == '"') for old, new in zip(text, once, strict=True))


PARTS = st.sampled_from(
    [".a", ".b.c", '."x y"', '["x y"]', "[0]", "|", "+", "//", "(", ")", ".", "tostring", "length", "if", "then",
     "else", "end", "as $v", "$v", ",", "[", "]", "keys", '"t"', "1", "==", "and", "?"]
)  # fmt: skip
LOOKED_AT = {"a": {"z": 1}, "b": {"c": [1, {"a": 2}]}, "x y": "t", "other": {"a": 5}, "z": [1]}


@given(parts=st.lists(PARTS, min_size=1, max_size=9))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_not_touched_makes_no_difference(running: Running, parts: list[str]) -> None:
    """A record without the parts that an expression is said not to touch gives the same result."""
    expression = " ".join(parts)
    paths = touched(expression)
    if paths is None:
        return
    narrow = {path[0]: LOOKED_AT[path[0]] for path in paths if path and path[0] in LOOKED_AT}
    page = json.dumps([LOOKED_AT, narrow]).encode()
    program = f"[.[] | [limit(20; try ({expression}\n) catch [.])]] | .[0] == .[1]"

    async def same() -> bytes:
        from fairlead.mapping.pool import ProgramFailed

        try:
            return await running.pool.run(program, page)
        except ProgramFailed as error:
            return b"true" if "compile error" in error.message else error.message.encode()

    assert running.loop.run_until_complete(same()) == b"true"
