"""Errors in jq are found before anything is read, with row, field, line and column."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead.mapping.configuration import parse
from fairlead.mapping.mapper import Mapper
from fairlead.mapping.pool import WorkerPool
from fairlead.mapping.presets import load
from fairlead.model.errors import BadMapping
from fairlead.model.kinds import Derivation
from unit.mapping.builders import mapping, resource


async def refusal(**fields: Any) -> BadMapping:
    async with mapping(resource(kind="project"), resource(**fields)) as mapper:
        with pytest.raises(BadMapping) as caught:
            await mapper.check()
    return caught.value


@pytest.mark.parametrize("name", ["port", "standard"])
async def test_presets_compile(name: str) -> None:
    column = Derivation("column", "board", ".columns[]?", ".id")
    async with WorkerPool(1) as pool:
        await Mapper(pool, parse(load(name).mapping_text), [column]).check()


async def test_the_place_in_the_expression() -> None:
    error = await refusal(properties={"x": ".a\n| foo(1)"})
    assert error.message.startswith(
        "test.yml: row 2 (repository): port.entity.mappings.properties.x, line 2, column 3: foo/1 is not defined"
    )


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        (".a | ", "line 1, column 5"),
        (".a b", "line 1, column 4"),
        ("$x", "line 1, column 1"),
        ("1) | (2", "line 1, column 2"),
        (".a) // (.b", "line 1, column 3"),
        ("{a", "line 1, column 2"),
        ('"abc', "line 1, column 2"),
    ],
)
async def test_lines_and_columns(expression: str, place: str) -> None:
    error = await refusal(title=expression)
    assert f"port.entity.mappings.title, {place}: " in error.message


@pytest.mark.parametrize("expression", ["def f: 1;", "# only a comment"])
async def test_no_expression_at_all(expression: str) -> None:
    assert "definition or a comment" in (await refusal(title=expression)).advice


async def test_single_quotes_that_the_rule_leaves() -> None:
    assert "double quotes" in (await refusal(title="gsub('a';'b')")).advice


async def test_a_plain_word() -> None:
    assert "double quotes" in (await refusal(blueprint="service")).advice


@pytest.mark.parametrize(
    "expression",
    [
        'import "a" as a; 1',
        '# x\n import "a" as a; 1',
        'include "a"; 1',
        'import "a" as $d {search: "/etc"}; $d',
    ],
)
async def test_modules_are_refused(expression: str) -> None:
    error = await refusal(title=expression)
    assert "not allowed" in error.message


@pytest.mark.parametrize("expression", ['"import " + .a', ".import", '."include"', '.a # import "x"'])
async def test_the_words_alone_are_fine(expression: str) -> None:
    async with mapping(resource(title=expression)) as mapper:
        await mapper.check()


@pytest.mark.parametrize("field", ["query", "identifier", "itemsToParse", "relation"])
async def test_every_place_for_jq_is_checked(field: str) -> None:
    if field == "itemsToParse":
        error = await refusal(port={"itemsToParse": ".a ]"})
    elif field == "relation":
        rule = {"property": '"a"', "operator": "=", "value": ".a ]"}
        error = await refusal(relations={"r": {"combinator": "or", "rules": [rule]}})
    else:
        error = await refusal(**{field: ".a ]"})
    assert field in error.message
