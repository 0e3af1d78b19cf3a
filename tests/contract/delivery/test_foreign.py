"""What we add to entities of others reaches them, and goes without them."""

from __future__ import annotations

import pytest

from fairlead.model.entities import Body
from fairlead.sync.delivery import DeliveryRules
from fairlead.sync.foreign import read_foreign
from fault.delivering import EVERYTHING, Installation, body, of
from port_api import Fault

SHOP = of("area", "shop")
THEIRS = body("Shop", {"size": 1})


async def marked(installation: Installation, ours: Body) -> None:
    """An entity of others that a query has found."""
    installation.stand((SHOP, THEIRS), agent="someone else")
    await installation.put({SHOP: ours})
    number = installation.ids[SHOP]
    await installation.catalog.write(lambda writer: writer.mark_foreign([number, number]))
    await installation.catalog.write(lambda writer: writer.mark_foreign([number]))


def asked(installation: Installation, start: int = 0) -> list[tuple[str, str, int]]:
    return [
        (one.method, one.path.removeprefix("/v1/blueprints/"), one.status)
        for one in installation.port.ledger[start:]
        if one.path.startswith("/v1/blueprints/area/") and not one.path.endswith("search")
    ]


async def test_a_patch_lies_over_what_is_there_and_is_taken_back(installation: Installation) -> None:
    await marked(installation, Body(properties={"size": 2}, relations={"parent": "shop"}))
    report = await installation.deliver()
    assert (report.upserted, report.refused, report.down) == (1, 0, "")
    assert installation.at_port()[SHOP] == body("Shop", {"size": 2}, {"parent": "shop"})
    await installation.put({SHOP: Body(properties={"size": 3})})
    await installation.deliver()
    assert installation.at_port()[SHOP] == body("Shop", {"size": 3})
    await installation.put({SHOP: None})
    report = await installation.deliver()
    assert (report.upserted, report.deleted, report.withheld) == (1, 0, 0)
    assert installation.at_port()[SHOP] == body("Shop")
    start = len(installation.port.ledger)
    await installation.deliver()
    assert asked(installation, start) == []
    assert {one[0] for one in asked(installation)} == {"PATCH"}


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_patch_whose_answer_is_lost_is_taken_back(installation: Installation, arrives: bool) -> None:
    await marked(installation, Body(properties={"size": 2}))
    await installation.deliver()
    await installation.put({SHOP: Body(title="T")})
    installation.port.fail(Fault(0, 50, "/area/entities/shop", "PATCH", arrives=arrives))
    assert (await installation.deliver()).down
    installation.port.faults.clear()
    await installation.put({SHOP: None})
    report = await installation.deliver()
    assert (report.deleted, report.down) == (0, "")
    assert installation.at_port()[SHOP] == body()


async def test_what_is_not_there_is_neither_made_nor_missed(installation: Installation) -> None:
    await marked(installation, Body(properties={"size": 2}))
    await installation.deliver()
    del installation.port.state.entities["area"]["shop"]
    await installation.put({SHOP: Body(properties={"size": 3})})
    report = await installation.deliver()
    assert (report.refused, SHOP in installation.at_port()) == (1, False)
    await installation.put({SHOP: None})
    report = await installation.deliver()
    assert (report.refused, report.deleted, SHOP in installation.at_port()) == (0, 0, False)


async def test_what_our_mapping_makes_too_is_made_where_it_is_not_there(installation: Installation) -> None:
    await marked(installation, body("Ours", {"size": 2}))
    await installation.contribute(SHOP, body("Ours", {"size": 2}))
    await installation.deliver()
    del installation.port.state.entities["area"]["shop"]
    await installation.put({SHOP: body("Again", {"size": 2})})
    report = await installation.deliver()
    assert (report.refused, installation.at_port()[SHOP]) == (0, body("Again", {"size": 2}))
    assert installation.port.state.entities["area"]["shop"].datasource.endswith("/patch")


async def test_no_proof_and_no_listing_removes_it(installation: Installation) -> None:
    """Even where Port lists it as ours, as it does when our predecessor wrote it last."""
    await marked(installation, Body(properties={"size": 2}))
    await installation.put({SHOP: None})
    installation.port.state.entities["area"][
        "shop"
    ].datasource = "port-ocean/azure-devops/0.1.0/my-azure/exporter"
    for rules in (EVERYTHING, DeliveryRules(proved=True, unread=frozenset(), threshold=0.0)):
        report = await installation.deliver(rules)
        assert (report.deleted, report.withheld, report.refused) == (0, 0, 0)
        await installation.catalog.write(lambda writer: writer.forget_target("port"))
    assert SHOP in installation.at_port()


async def test_what_is_to_go_is_told_apart_from_what_others_own(installation: Installation) -> None:
    await marked(installation, Body(properties={"size": 2}))
    old = of("area", "old")
    await installation.put({old: body("Old"), of("area", "new"): body("New")})
    await installation.deliver()
    await installation.put({old: None, SHOP: None})
    assert await installation.catalog.foreign("port", "area") == (
        frozenset({installation.ids[SHOP]}),
        frozenset({"old"}),
    )
    assert await installation.catalog.count_held("port") == (3, 1)
    assert await installation.catalog.foreign("port", "service") == (frozenset(), frozenset())


WANTED = {"area": ("properties.size",), "project": (), "service": ("title",), "unknown": ("title",)}


@pytest.mark.parametrize("unserved", [frozenset(), frozenset({"blueprint-search"})])
async def test_no_more_is_read_of_others_than_what_queries_compare(
    installation: Installation, unserved: frozenset[str]
) -> None:
    many = [(of("area", f"a{number:04}"), body("A", {"size": number})) for number in range(1_500)]
    installation.stand(*many, (of("project", "p"), body("P", {"url": "u"})), agent="someone else")
    await installation.put({of("area", "going"): body("G")})
    await installation.deliver()
    await installation.put({of("area", "going"): None})
    installation.port.unserved = set(unserved)
    async with installation.target() as target:
        foreign = await read_foreign(installation.catalog, [target], WANTED)
    assert (foreign.unread, foreign.reports) == ({}, ())
    assert foreign.found["area"] == {key.identifier: Body(properties=one.properties) for key, one in many}
    assert (foreign.found["project"], foreign.found["service"], foreign.found["unknown"]) == (
        {"p": Body()},
        {},
        {},
    )


async def test_a_blueprint_that_is_read_in_part_is_not_read(installation: Installation) -> None:
    many = [(of("area", f"a{number:04}"), body("A")) for number in range(1_500)]
    installation.stand(*many, agent="someone else")
    installation.port.fail(Fault(403, 1, "/area/entities/search", after=1))
    async with installation.target() as target:
        foreign = await read_foreign(installation.catalog, [target], WANTED)
    assert sorted(foreign.unread) == sorted(WANTED)
    (report,) = foreign.reports
    assert (report.connection, report.kind, report.state) == ("port", "search queries", "incomplete")
    assert (report.scopes, report.proved, report.records) == (4, 0, 0)
    assert "4 blueprints keep their last answers" in report.reasons[0]
    assert [one.path for one in installation.port.ledger if "/service/" in one.path] == []


async def test_a_refused_patch_that_is_required_holds_back_no_removal(installation: Installation) -> None:
    theirs, gone = of("project", "theirs"), of("project", "gone")
    installation.stand((theirs, body("Theirs")), agent="someone else")
    await installation.put({theirs: Body(properties={"url": "u"}), gone: body("Gone")})
    number = installation.ids[theirs]
    await installation.catalog.write(lambda writer: writer.mark_foreign([number]))
    await installation.put({of("service", "s"): body("S", relations={"project": "theirs"})})
    assert (await installation.deliver()).refused == 0
    await installation.put({theirs: None, gone: None})
    installation.port.fail(Fault(422, 50, "/project/entities/theirs", "PATCH"))
    report = await installation.deliver()
    assert (report.refused, report.deleted, report.withheld, report.notes) == (1, 1, 0, ())
