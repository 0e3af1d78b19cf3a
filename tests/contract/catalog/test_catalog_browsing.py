"""Looking through a catalog: pages, neighbors, instants, search. Satisfies `app.browsing.catalog.Browsing`."""

from __future__ import annotations

import msgspec
import pytest

from contract.catalog.builders import change, contribution, entity, record
from fairlead.app.browsing.catalog import Browsing
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.browsing import Among, Containing, Every, Found, Instants, Neighbor, Pointing, Way
from fairlead.model.entities import EntityKey
from fairlead.model.stored import Edge, EntityWrite

NAMES = ["Z", "a", "a b", "a/b", "z", "ä", "\uff5e", "\U0001f600"]
"""In the order of their bytes."""


def as_browsing(catalog: Catalog) -> Browsing:
    return catalog.browse


def titled(id_: int, identifier: str, title: str, *edges: tuple[str, str, str]) -> EntityWrite:
    body = b'{"title":"%b"}' % title.encode()
    hash_ = title.encode().ljust(16, b".")[:16]
    return EntityWrite(
        id_, "service", identifier, title, body, hash_, hash_, edges=tuple(Edge(*edge) for edge in edges)
    )


async def names(
    catalog: Catalog, way: Way, *, after: str = "", limit: int = 100, stubs: bool = False
) -> list[str]:
    found = await as_browsing(catalog).page("service", way, after, limit, stubs=stubs)
    return [one.identifier for one in found]


@pytest.fixture
async def filled(catalog: Catalog) -> Catalog:
    """Services with two edges, one of them dangling; one that is gone, one that is only planned."""
    edges = [("uses", "service", "m"), ("owner", "team", "t")]
    rows = [entity(number, name, edges=edges) for number, name in enumerate(NAMES, 1)]
    rows += [entity(90, "t", blueprint="team"), entity(91, "gone", exists=False)]
    rows.append(entity(92, "planned", exists=False, desired=b"d" * 16))
    await catalog.write(lambda w: w.put_entities(rows))
    return catalog


async def test_a_page_is_in_the_order_of_bytes_and_begins_after_a_key(filled: Catalog) -> None:
    assert await names(filled, Every()) == NAMES
    assert await names(filled, Every(), after="a", limit=3) == ["a b", "a/b", "z"]
    assert await names(filled, Every(), after="a0", limit=1) == ["z"]
    assert await names(filled, Every(), after="\U0001f600") == []
    (found,) = await as_browsing(filled).page("team", Every(), "", 1, stubs=False)
    assert found == Found(90, "team", "t", b'{"title":"t","properties":{}}')
    assert await as_browsing(filled).page("nothing", Every(), "", 10, stubs=True) == []


async def test_stubs_come_among_the_others(filled: Catalog) -> None:
    assert await names(filled, Every(), stubs=True) == [*NAMES[:4], "m", *NAMES[4:]]
    assert await names(filled, Every(), after="a/b", limit=2, stubs=True) == ["m", "z"]
    (stub,) = await as_browsing(filled).page("service", Among(("m",)), "", 10, stubs=True)
    assert stub == Found(0, "service", "m", b"")
    assert await names(filled, Among(("m", "nothing", "z")), stubs=True) == ["m", "z"]
    assert await names(filled, Among(("m", "z")), after="m", stubs=True) == ["z"]
    assert await names(filled, Among(("m", "z"))) == ["z"]


async def test_many_identifiers_are_found_by_page(catalog: Catalog) -> None:
    every = [f"e{number:04d}" for number in range(1700)]
    await catalog.write(
        lambda w: w.put_entities([entity(n, name, edges=None) for n, name in enumerate(every, 1)])
    )
    wanted = Among(tuple(name for name in sorted([*every, "x"]) if not name.endswith("7")))
    assert await names(catalog, wanted, limit=2000) == [name for name in every if not name.endswith("7")]
    assert await names(catalog, wanted, after="e0998", limit=3) == ["e0999", "e1000", "e1001"]


async def test_what_points_to_an_entity(filled: Catalog) -> None:
    assert await names(filled, Pointing("owner", "team", "t")) == NAMES
    assert await names(filled, Pointing("owner", "team", "t"), after="z", limit=1, stubs=True) == ["ä"]
    for way in (Pointing("uses", "team", "t"), Pointing("owner", "team", "u"), Pointing("none", "none", "t")):
        assert await names(filled, way, stubs=True) == []


async def test_texts_are_found_whatever_their_case(catalog: Catalog) -> None:
    rows = [
        titled(1, "One/API", "The Gate"),
        titled(2, "two", "gateway"),
        titled(3, "d_r%e", "The K\u212a door"),
    ]
    await catalog.write(lambda w: w.put_entities(rows))
    assert await names(catalog, Containing("gate", title=True)) == ["One/API", "d_r%e", "two"]
    assert await names(catalog, Containing("api", title=False)) == ["One/API"]
    assert await names(catalog, Containing("_r%", title=False)) == ["d_r%e"]
    assert await names(catalog, Containing("%", title=False), after="d_r%e") == []


async def test_instants_are_those_of_applied_changes(catalog: Catalog) -> None:
    planned = msgspec.structs.replace(change(1, 3, "c"), state="planned")
    rows = [change(1, 1, "a"), change(1, 2, "b", "update"), planned]
    await catalog.write(lambda w: w.put_changes(rows))
    now = 1_700_000_000.5
    assert await as_browsing(catalog).instants([1, 2, 3]) == {1: Instants(now, now), 2: Instants(now, now)}
    assert await as_browsing(catalog).instants([]) == {}


async def test_titles_of_those_that_exist(filled: Catalog) -> None:
    keys = [EntityKey("service", "a"), EntityKey("team", "t"), EntityKey("team", "a"), EntityKey("x", "y")]
    assert await as_browsing(filled).titles([*keys, keys[0]]) == {keys[0]: "a", keys[1]: "t"}


async def test_neighbors_both_ways(filled: Catalog) -> None:
    browse = as_browsing(filled)
    assert await browse.outgoing(1) == [
        Neighbor("owner", "team", "t", "t", exists=True),
        Neighbor("uses", "service", "m", "", exists=False),
    ]
    team = EntityKey("team", "t")
    assert await browse.count_incoming(team) == len(NAMES)
    every = await browse.incoming(team, 100, 0)
    assert [one.identifier for one in every] == NAMES
    assert every[0] == Neighbor("owner", "service", "Z", "Z", exists=True)
    assert await browse.incoming(team, 2, 3) == every[3:5]
    assert await browse.incoming(EntityKey("none", "t"), 2, 0) == []
    await filled.write(lambda w: w.put_entities([entity(1, "Z", exists=False, edges=None)]))
    assert await browse.count_incoming(team) == len(NAMES) - 1


async def test_what_is_reached_in_any_number_of_steps(catalog: Catalog) -> None:
    rows = [
        entity(1, "a", edges=[("next", "service", "b"), ("owner", "team", "t")]),
        entity(2, "b", edges=[("next", "service", "c")]),
        entity(3, "c", edges=[("next", "service", "a"), ("owner", "team", "missing")]),
        entity(4, "d", edges=[("next", "service", "b")]),
    ]
    await catalog.write(lambda w: w.put_entities(rows))
    browse = as_browsing(catalog)
    both = [("service", "next"), ("service", "owner")]
    start = [EntityKey("service", "a")]
    assert await browse.reached(start, both, forward=True) == {
        "service": ["b", "c"],
        "team": ["missing", "t"],
    }
    assert await browse.reached(start, both[:1], forward=True) == {"service": ["b", "c"]}
    assert await browse.reached(start, both, forward=False) == {"service": ["b", "c", "d"]}
    assert await browse.reached([EntityKey("team", "t")], both, forward=False) == {
        "service": ["a", "b", "c", "d"]
    }
    assert await browse.reached([EntityKey("none", "t")], both, forward=True) == {}


async def test_words_find_what_is_written_now(catalog: Catalog) -> None:
    browse = as_browsing(catalog)

    async def found(text: str) -> list[str]:
        return [one.identifier for one in await browse.search(text, 10)]

    rows = [titled(1, "org/payments-api", "Zahlungs Überblick"), titled(2, "b", "Payments")]
    await catalog.write(lambda w: w.put_entities([*rows, entity(3, "payments", exists=False)]))
    assert await found("pay") == ["b", "org/payments-api"]
    assert await found("uberb ZAHL") == ["org/payments-api"]
    assert await found("payments_api") == ["org/payments-api"]
    assert await found("pay nothing") == []
    for text in ("", " -_* ", '"', "\x00", "NEAR(", "日本"):
        assert await found(text) == [], text
    assert len(await browse.search("pay", 1)) == 1
    await catalog.write(lambda w: w.put_entities([titled(2, "b", "Orders")]))
    assert await found("payments") == ["org/payments-api"]
    assert await found("orders") == ["b"]
    await catalog.write(lambda w: w.put_entities([entity(2, "b", exists=False)]))
    assert await found("orders") == []
    await catalog.write(lambda w: w.put_entities([titled(2, "renamed", "Orders")]))
    assert await found("renamed orders") == ["renamed"]
    assert await found("b") == []


async def test_records_that_make_an_entity(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> None:
        w.put_records([record(1, "a"), record(2, "b"), record(3, "c")])
        w.put_entities([entity(1, "x")])
        w.put_contributions(
            [contribution(3, 1, 1), contribution(1, 2, 1, row="r2"), contribution(2, 3, 1, creates=False)]
        )

    await catalog.write(fill)
    assert await as_browsing(catalog).making_records(1, 10) == [2, 1]
    assert await as_browsing(catalog).making_records(1, 1) == [2]
    assert await as_browsing(catalog).making_records(2, 10) == []


async def test_a_runs_changes_by_page(catalog: Catalog) -> None:
    await catalog.write(
        lambda w: w.put_changes([change(1, number, name) for number, name in enumerate(NAMES, 1)])
    )
    browse = as_browsing(catalog)
    first = await browse.changes(1, "", "", 3)
    assert [one.identifier for one in first] == NAMES[:3]
    rest = await browse.changes(1, "service", NAMES[2], 100)
    assert [one.identifier for one in [*first, *rest]] == NAMES
    assert await browse.changes(1, "service", NAMES[-1], 3) == []
    assert await browse.changes(2, "", "", 3) == []


async def test_walks_of_a_run_that_goes_on(catalog: Catalog) -> None:
    def fill(w: CatalogWriter) -> int:
        run = w.start_run("full", b"{}", 0, 1.0)
        reading = w.open_reading(run, 1, "build", "listing", "s", 5, 9.5)
        w.mark_page(reading, "0:a", "a", 0, "next", [])
        w.mark_page(reading, "0:b", "b", 0, None, [])
        return reading

    reading = await catalog.write(fill)
    assert await as_browsing(catalog).walks(1) == {reading: (2, 1)}
    assert await as_browsing(catalog).walks(2) == {}


async def test_when_a_configuration_was_saved(catalog: Catalog) -> None:
    saved = await catalog.write(lambda w: w.save_configuration("h", "m", "b", "standard", 7.5))
    assert await as_browsing(catalog).configuration_saved(saved) == 7.5
    assert await as_browsing(catalog).configuration_saved(99) == 0.0
    assert await as_browsing(catalog).count() == {}
