"""What a row makes of a record: contributions, notes, freezes. Port's behavior where it goes wrong is in the docs."""

from __future__ import annotations

import json

import pytest

from fairlead.mapping.mapper import Mapper
from fairlead.model.entities import Json, Note
from fairlead.model.kinds import Derivation
from unit.mapping.builders import configured, field_of, mapped, mapping, only, resource

RECORD: dict[str, Json] = {"id": "r1", "name": "One", "n": 3, "list": ["a", "b"], "flag": False, "none": None}


async def test_fields_in_their_places() -> None:
    row = resource(
        title=".name",
        icon='"Git"',
        team=".list",
        properties={"n": ".n"},
        relations={"to": ".name", "many": ".list"},
    )
    found = only(await mapped(row, RECORD))
    assert (found.blueprint, found.identifier, found.item, found.creates) == ("thing", "r1", "", True)
    assert found.fragment.fields == ("title", "icon", "team")
    assert (found.fragment.title, found.fragment.icon, found.fragment.team) == ("One", "Git", ["a", "b"])
    assert found.fragment.properties == {"n": 3}
    assert found.fragment.relations == {"to": "One", "many": ["a", "b"]}


async def test_unmapped_is_absent_and_null_is_null() -> None:
    found = only(await mapped(resource(properties={"x": ".missing"}), RECORD))
    assert found.fragment.fields == ()
    assert found.fragment.properties == {"x": None}
    assert found.notes == ()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (".n, .name", 3),
        ("empty", None),
        (".list[]", "a"),
        (".name # , .n", "One"),
        ("def f: .n; f + 1", 4),
        ("[.list[] | ascii_upcase]", ["A", "B"]),
        ("{name}", {"name": "One"}),
        ("100000000000000000000000", 1e23),
        ("nan", None),
        (".a.b.c", None),
    ],
)
async def test_first_output_only(expression: str, value: Json) -> None:
    assert only(await mapped(resource(properties={"x": expression}), RECORD)).fragment.properties == {
        "x": value
    }


async def test_a_fields_error_is_null_with_a_note() -> None:
    row = resource(
        title=".name.x", properties={"bad": ".n | keys", "good": ".n"}, relations={"to": '.n + "x"'}
    )
    found = only(await mapped(row, RECORD))
    assert found.fragment.title is None
    assert found.fragment.properties == {"bad": None, "good": 3}
    assert found.fragment.relations == {"to": None}
    assert [note.field for note in found.notes] == ["title", "properties.bad", "relations.to"]
    assert found.notes[1].reason == "number (3) has no keys"


async def test_a_fields_error_may_be_any_value() -> None:
    found = only(await mapped(resource(properties={"a": "error(null)", "b": 'error({"x":1})'}), RECORD))
    assert found.notes == (Note("properties.a", "null"), Note("properties.b", '{"x":1}'))


@pytest.mark.parametrize("field", ["identifier", "blueprint"])
@pytest.mark.parametrize("expression", [".none", ".flag", '""', ".missing", "empty"])
async def test_nothing_as_identifier_or_blueprint_makes_nothing(field: str, expression: str) -> None:
    outcome = await mapped(resource(**field_of(field, expression)), RECORD)
    assert (outcome.contributions, outcome.frozen) == ((), "")


@pytest.mark.parametrize("field", ["identifier", "blueprint"])
@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (".n", "is a number (3); add `| tostring`"),
        ("0", "is a number (0); add `| tostring`"),
        (".list", "is a list, not a text"),
        ("{}", "is an object, not a text"),
        ("true", "is a boolean, not a text"),
        (".n.x", 'Cannot index number with string ("x")'),
        ('error("no")', "no"),
    ],
)
async def test_a_wrong_identifier_or_blueprint_freezes(field: str, expression: str, reason: str) -> None:
    outcome = await mapped(resource(**field_of(field, expression)), RECORD)
    assert outcome.contributions == ()
    assert outcome.frozen.startswith(f"row 1 (repository): {field}")
    assert reason in outcome.frozen


async def test_the_selector_says_which_records() -> None:
    assert (await mapped(resource(query=".n > 2"), RECORD)).contributions
    outcome = await mapped(resource(query=".n > 3"), RECORD)
    assert (outcome.contributions, outcome.frozen) == ((), "")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (".n", "selector.query gives number, not true or false"),
        (".none", "selector.query gives null, not true or false"),
        ("empty", "selector.query gives null, not true or false"),
        ("{a:1}", "selector.query gives object, not true or false"),
        ("[true]", "selector.query gives array, not true or false"),
        (".n.x", 'selector.query: Cannot index number with string ("x")'),
        ("error(null)", "selector.query: null"),
    ],
)
async def test_a_selector_that_does_not_decide_freezes(query: str, reason: str) -> None:
    outcome = await mapped(resource(query=query), RECORD)
    assert outcome.frozen == f"row 1 (repository): {reason}"


@pytest.mark.parametrize(
    ("expression", "value", "note"),
    [
        ('""', None, ""),
        (".none", None, ""),
        (".n", None, "is a number, not an id or a list of ids; add `| tostring`"),
        (".flag", None, "is a boolean, not an id or a list of ids"),
        ("{}", None, "is an object, not an id or a list of ids"),
        ("[]", [], ""),
        ('["a", null, "b"]', ["a", "b"], "1 left out: null, not an id"),
        ('[1, "", "b"]', ["b"], "2 left out: a number, not an id; add `| tostring`"),
        ('{combinator: "and", rules: []}', {"combinator": "and", "rules": []}, ""),
    ],
)
async def test_relation_values(expression: str, value: Json, note: str) -> None:
    found = only(await mapped(resource(relations={"to": expression}), RECORD))
    assert found.fragment.relations == {"to": value}
    assert found.notes == ((Note("relations.to", note),) if note else ())


async def test_title_is_text() -> None:
    found = only(await mapped(resource(title=".n"), RECORD))
    assert found.fragment.title is None
    assert found.fragment.fields == ("title",)
    assert found.notes == (Note("title", "is a number, not a text; add `| tostring`"),)


QUERY = {"combinator": '"and"', "rules": [{"property": '"$identifier"', "operator": '"="', "value": ".name"}]}
SEARCHED: Json = {
    "combinator": "and",
    "rules": [{"property": "$identifier", "operator": "=", "value": "One"}],
}


async def test_queries_leave_as_values() -> None:
    row = resource(QUERY, title=".name", relations={"to": QUERY, "some": [".name", ".list[1]"]}, team=QUERY)
    found = only(await mapped(row, RECORD))
    assert found.identifier == ""
    assert json.loads(found.query) == SEARCHED
    assert not found.creates
    assert found.fragment.relations == {"to": SEARCHED, "some": ["One", "b"]}
    assert found.fragment.team == SEARCHED


async def test_an_error_in_a_query() -> None:
    broken = {"combinator": "and", "rules": [{"property": '"a"', "operator": '"="', "value": ".n.x"}]}
    found = only(await mapped(resource(relations={"to": broken}), RECORD))
    assert found.fragment.relations == {"to": None}
    assert [note.field for note in found.notes] == ["relations.to"]
    assert "identifier" in (await mapped(resource(broken), RECORD)).frozen


def exploded(expression: str, **more: object) -> dict[str, object]:
    return {"itemsToParse": expression, **more}


async def test_items_to_parse() -> None:
    row = resource(
        '.id + "/" + .item.k', port=exploded(".files.all"), properties={"rest": ".files", "v": ".item.v"}
    )
    record = {"id": "r", "files": {"all": [{"k": "a", "v": 1}, {"k": "b", "v": 2}], "more": 1}}
    outcome = await mapped(row, record)
    assert [(one.item, one.identifier) for one in outcome.contributions] == [("0", "r/a"), ("1", "r/b")]
    assert outcome.contributions[1].fragment.properties == {"rest": {"more": 1}, "v": 2}


async def test_items_to_parse_options() -> None:
    port = exploded(".list | map({key: .})", itemsToParseName="one", itemsToParseTopLevelTransform=False)
    row = resource('.id + "/" + .one.key', port=port, query='.one.key == "b"', properties={"all": ".list"})
    (found,) = (await mapped(row, RECORD)).contributions
    assert (found.identifier, found.item) == ("r1/b", "1")
    assert found.fragment.properties == {"all": ["a", "b"]}


@pytest.mark.parametrize(
    ("expression", "frozen"),
    [
        (".missing", ""),
        (".flag", ""),
        ("empty", ""),
        ("[]", ""),
        (".n", "itemsToParse gives number, not a list"),
        (".list[]", "itemsToParse gives string, not a list"),
        (".n.x", "itemsToParse: Cannot index"),
    ],
)
async def test_items_to_parse_without_a_list(expression: str, frozen: str) -> None:
    outcome = await mapped(resource(".item", port=exploded(expression)), RECORD)
    assert outcome.contributions == ()
    assert frozen in outcome.frozen
    assert bool(frozen) == bool(outcome.frozen)


async def test_one_wrong_item_freezes_the_row() -> None:
    outcome = await mapped(resource(".item", port=exploded('["a", 1]')), RECORD)
    assert (outcome.contributions, "number" in outcome.frozen) == ((), True)


COLUMN = Derivation("column", "board", ". as $b | .columns[]? | . + {__board: $b}", ".id")
BOARD = {"id": "b", "columns": [{"id": "c1", "name": "New"}, {"id": "c2", "name": "Done"}]}


async def test_derived_kinds_are_part_of_their_base() -> None:
    rows = (
        resource(".name", kind="column", relations={"board": ".__board.id"}, query='.name != "x"'),
        resource(kind="board"),
    )
    async with mapping(*rows, derivations=[COLUMN]) as mapper:
        assert mapper.base_kinds() == ("board",)
        ((board, column),) = await mapper.map("board", [json.dumps(BOARD).encode()])
        assert [one.identifier for one in board.contributions] == ["b"]
        assert [(one.item, one.identifier) for one in column.contributions] == [("c1", "New"), ("c2", "Done")]
        assert column.contributions[0].fragment.relations == {"board": "b"}


@pytest.mark.parametrize(
    ("derivation", "frozen"),
    [
        (Derivation("column", "board", ".id.x", ".id"), "column: Cannot index"),
        (Derivation("column", "board", ".columns[]", ".id.x"), "column: Cannot index"),
        (Derivation("column", "board", ".columns[]", "null"), "the key of a derived object is null"),
    ],
)
async def test_a_derivation_that_fails_freezes_its_rows_only(derivation: Derivation, frozen: str) -> None:
    rows = (resource(kind="board"), resource(".name", kind="column"))
    async with mapping(*rows, derivations=[derivation]) as mapper:
        ((board, column),) = await mapper.map("board", [json.dumps(BOARD).encode()])
    assert board.contributions
    assert frozen in column.frozen


async def test_repeated_keys_and_items_of_derived_objects() -> None:
    derivation = Derivation("column", "board", ".columns[]", '"k"')
    row = resource(".name + .item", kind="column", port=exploded('["x", "y"]'))
    async with mapping(row, derivations=[derivation]) as mapper:
        ((column,),) = await mapper.map("board", [json.dumps(BOARD).encode()])
    assert [one.item for one in column.contributions] == ["k/0", "k/1", "k#2/0", "k#2/1"]


async def test_every_row_has_an_outcome_and_order_is_kept() -> None:
    rows = (resource(query=".n > 5"), resource(".name"))
    async with mapping(*rows, size=2) as mapper:
        inputs = [json.dumps({**RECORD, "id": f"r{n}", "n": n, "name": f"n{n}"}).encode() for n in range(451)]
        found = await mapper.map("repository", inputs)
        assert await mapper.map("project", inputs[:2]) == [(), ()]
        assert await mapper.map("repository", []) == []
    assert [len(outcomes) for outcomes in found] == [2] * 451
    assert [outcomes[1].contributions[0].identifier for outcomes in found] == [f"n{n}" for n in range(451)]
    assert [bool(outcomes[0].contributions) for outcomes in found] == [n > 5 for n in range(451)]


async def test_large_records_and_pages() -> None:
    async with mapping(resource(properties={"size": ".text | length"})) as mapper:
        inputs = [json.dumps({"id": "x", "text": "y" * 700_000}).encode()] * 3
        found = await mapper.map("repository", inputs)
    assert [outcomes[0].contributions[0].fragment.properties["size"] for outcomes in found] == [700_000] * 3


async def test_the_rows_hash_follows_rows_places_and_owners() -> None:
    async def hash_of(*rows: dict[str, object]) -> bytes:
        async with mapping(*rows) as mapper:
            return mapper.rows_hash("repository")

    one = resource()
    base = await hash_of(one)
    assert len(base) == 16
    assert base == await hash_of(one)
    assert base != await hash_of(one, resource(".b"))
    assert base != await hash_of(resource(kind="project", title=".t"), one)
    assert base == await hash_of(one, resource(kind="project"))


async def test_traces() -> None:
    rows = (
        resource(query=".n > 5", title=".name", properties={"bad": ".n.x"}, relations={"to": QUERY}),
        resource(".item", port=exploded(".list")),
        resource(".n"),
    )
    async with mapping(*rows) as mapper:
        found = await mapper.explain("repository", json.dumps(RECORD).encode())
        broken = await mapper.explain("repository", b"{")
        assert await mapper.explain("nothing", b"{}") == ()
    first, *items, last = found
    fields = {field.field: field for field in first.fields}
    assert not first.selected
    assert fields["title"].value == "One"
    assert "Cannot index" in fields["properties.bad"].error
    assert fields["relations.to[3]"].expression == '"="'
    assert fields["blueprint"].value == "thing"
    assert [one.item for one in items] == ["0", "1"]
    assert last.selected
    assert "tostring" in last.outcome.frozen
    assert all(trace.error and trace.outcome.frozen for trace in broken)


async def test_traces_of_derived_kinds() -> None:
    async with mapping(resource(".name", kind="column"), derivations=[COLUMN]) as mapper:
        found = await mapper.explain("board", json.dumps(BOARD).encode())
    assert [(trace.item, trace.kind) for trace in found] == [("c1", "column"), ("c2", "column")]


async def test_rows_of_unknown_kinds_are_bases() -> None:
    async with mapping(resource(kind="moon")) as mapper:
        assert mapper.base_kinds() == ("moon",)
    assert isinstance(mapper, Mapper)
    assert configured(resource(kind="moon")).rows[0].kind == "moon"
