"""What is said of expressions without running them, against jq itself where it is about jq."""

from __future__ import annotations

import json

import pytest

from fairlead.mapping.expressions import constant, double_quoted, plain_path, quicker, single, touched
from fairlead.mapping.pool import ProgramFailed, WorkerPool
from unit.mapping.builders import QUICK


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (".a == 'x y'", '.a == "x y"'),
        (".a // ''", '.a // ""'),
        ("'a'", '"a"'),
        ("gsub(' '; '')", "gsub(\" \"; \"')"),
        (".a | test('x')", ".a | test('x')"),
        ('"it\'s" + \'a\'', '"it\'s" + "a"'),
        ("\"a 'b' c\"", "\"a 'b' c\""),
        ('.a # it is \'so\'\n', '.a # it is \'so\'\n'),
        (r'"\" \'x" + .a', r'"\" \'x" + .a'),
    ],
)  # fmt: skip
def test_the_quote_rule(given: str, expected: str) -> None:
    assert double_quoted(given) == expected


@pytest.mark.parametrize(
    "expression",
    ['.a', '.a.b', '."a b".c', '.a["b c"]', '.a // -1', '.a + "/" + (.b | tostring) | gsub(" "; "")',
     'if .a then .b else null end', '.a == "x" and .b', '.a | split("/")[0]', '-(.a)', '.["a"]', '.'],
)  # fmt: skip
def test_expressions_with_one_output(expression: str) -> None:
    assert single(expression)


@pytest.mark.parametrize(
    "expression",
    ['.a[]', '.[]', '.a?', 'empty', '.a, .b', '..', 'def f: 1; f', '"\\(.a)"', 'range(3)', '.a[.b]', '', '# x',
     '.a) | (.b', 'first(.a[])', '$x', '{a: 1}', '.a |= 1', 'recurse', 'select(.a)', 'tostring)', '["a"]',
     '.a as $x | $x'],
)  # fmt: skip
def test_expressions_that_may_have_more_or_fewer(expression: str) -> None:
    assert not single(expression)


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        (".a.b", {("a", "b")}),
        ('.fields."System.Title" // ""', {("fields", "System.Title")}),
        ('.x["y z"].w', {("x", "y z", "w")}),
        (".a | tostring", {("a",)}),
        (".a | .b", {("a",), ("b",)}),
        ('(.a | ascii_downcase) + "/" + (.b.c | tostring) | gsub(" "; "")', {("a",), ("b", "c")}),
        ("[.a[]?.b] | length", {("a",), ("b",)}),
        ("if .a then .b else .c end", {("a",), ("b",), ("c",)}),
        (".a | keys_unsorted[] as $k | .[$k]", {("a",)}),
        ('"x"', set()),
        ("true", set()),
    ],
)
def test_what_an_expression_touches(expression: str, paths: set[tuple[str, ...]]) -> None:
    assert touched(expression) == frozenset(paths)


@pytest.mark.parametrize(
    "expression",
    [".", "tostring", "keys", ".[]", ".a as $x | .", ".a as $x | keys", "if .a then .b end", "..", "{a}",
     "(.a | .b) + (. | tojson)", "getpath([\"a\"])", "[.a, length]", ".a[tostring]", "select(.a)", "input",
     ".a + (if . then 1 else 2 end)", '.["a"]'],
)  # fmt: skip
def test_what_touches_everything(expression: str) -> None:
    assert touched(expression) is None


def test_constants() -> None:
    assert constant(' "a b" ') == "a b"
    assert constant(r'"\u0041"') == "A"
    assert constant('"a" + "b"') is None
    assert constant(r'"\(.a)"') is None


def test_plain_paths() -> None:
    assert plain_path(".a.b | to_entries") == ("a", "b")
    assert plain_path("[.a]") is None


VALUES: list[object] = ["", " ", "a b  c", " x ", "abc", "ä ö", None, 3, True, [], {}, "~%"]


@pytest.mark.parametrize(
    "expression", ['gsub(" "; "")', 'gsub("b"; "=")', 'gsub("~"; "=7E") | gsub("%"; "=")']
)
async def test_quicker_means_the_same(expression: str) -> None:
    assert quicker(expression) != expression
    page = json.dumps(VALUES).encode()
    async with WorkerPool(1, QUICK) as pool:
        slow = await pool.run(f'[.[] | try {{v: ({expression})}} catch "error"]', page)
        fast = await pool.run(f'[.[] | try {{v: ({quicker(expression)})}} catch "error"]', page)
    assert slow == fast


@pytest.mark.parametrize(
    "expression",
    ['gsub("a.c"; "")', 'gsub("a?"; "")', 'gsub(""; "x")', 'gsub("a"; .b)', 'gsub("a"; "\\(.x)")'],
)
def test_regular_expressions_stay(expression: str) -> None:
    assert quicker(expression) == expression


async def test_one_output_is_one_output() -> None:
    """Every function that `single` trusts gives one output, or an error, for every kind of value."""
    from fairlead.mapping import expressions

    record = {"a": ["x", None, {"b": 1}, "", 0, [1, "2"], True, "a b", -2.5]}
    page = json.dumps([record]).encode()
    words = expressions._SINGLE_NAMES - expressions._KEYWORDS
    async with WorkerPool(1, QUICK) as pool:
        for name in sorted(words):
            calls = {
                "test": '("a")',
                "gsub": '("a"; "b")',
                "sub": '("a"; "b")',
                "join": '("-")',
                "split": '(" ")',
            }
            calls |= dict.fromkeys(
                ("has", "contains", "startswith", "endswith", "ltrimstr", "rtrimstr"), '("a")'
            )
            program = f"[.[0].a[] | [try ({name}{calls.get(name, '')}) catch 0] | length] | unique"
            try:
                assert json.loads(await pool.run(program, page)) == [1], name
            except ProgramFailed as error:
                assert "not defined" in error.message, name  # noqa: PT017  a name of another arity
