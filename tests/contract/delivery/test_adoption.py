"""A new catalog takes over what an earlier installation wrote at Port."""

from __future__ import annotations

import msgspec

from fairlead.model.entities import Body, EntityKey
from fairlead.sync.delivery import DeliveryRules
from fault.delivering import EVERYTHING, Installation, body, of
from port_api import Fault

PROJECT = of("project", "p")


def earlier(count: int) -> dict[EntityKey, Body]:
    """A project and its services as the earlier installation wrote them."""
    found = {PROJECT: body("P", {"url": "u"})}
    for number in range(count):
        found[of("service", f"s{number:04}")] = body(f"S{number}", {"size": number}, {"project": "p"})
    return found


async def test_only_differences_are_written(installation: Installation) -> None:
    installation.stand(*earlier(2_500).items())
    changed = of("service", "s0003")
    await installation.put(
        earlier(2_500)
        | {
            changed: body("changed", {}, {"project": "p"}),
            of("service", "new"): body("N", {}, {"project": "p"}),
        }
    )
    report = await installation.deliver()
    assert (report.adopted, report.upserted, report.deleted) == (2_500, 2, 0)
    assert sorted(installation.sent()) == ["new", "s0003"]
    start = len(installation.port.ledger)
    assert (await installation.deliver()).adopted == 0
    assert installation.writes(start) == []
    assert [one.path for one in installation.port.ledger[start:] if "search" in one.path] == []


async def test_leftovers_go_only_when_the_run_proved_everything(installation: Installation) -> None:
    installation.stand(*earlier(5).items(), (of("area", "old"), body("old")))
    installation.stand((of("service", "foreign"), body("F", {}, {"project": "p"})), agent="someone else")
    await installation.put(earlier(4))
    for rules in (
        DeliveryRules(proved=False, unread=frozenset()),
        DeliveryRules(proved=True, unread=None),
        DeliveryRules(proved=True, unread=frozenset({"service", "area"})),
    ):
        report = await installation.deliver(rules)
        assert (report.deleted, report.withheld) == (0, 0)
        assert "2 entities that an earlier installation wrote there" in report.notes[0]
    report = await installation.deliver(EVERYTHING)
    assert (report.deleted, report.notes) == (2, ())
    assert set(installation.at_port()) == {*installation.bodies, of("service", "foreign")}


async def test_an_empty_catalog_does_not_empty_port(installation: Installation) -> None:
    installation.stand(*earlier(30).items())
    report = await installation.deliver(msgspec.structs.replace(EVERYTHING, threshold=0.9))
    assert (report.deleted, report.withheld) == (0, 31)
    assert len(installation.at_port()) == 31


async def test_what_stands_in_for_a_relations_end_stays(installation: Installation) -> None:
    installation.create_missing = True
    installation.stand(
        (PROJECT, body("P")), (of("service", "bare"), body()), (of("service", "bare-too"), body())
    )
    await installation.put({PROJECT: body("P", {}, {"service": "bare"})})
    report = await installation.deliver()
    assert (report.upserted, report.deleted, report.notes) == (1, 1, ())
    assert set(installation.at_port()) == {PROJECT, of("service", "bare")}


async def test_a_key_that_the_mapping_leaves_empty_is_cleared_and_others_stay(
    installation: Installation,
) -> None:
    """`size` is mapped and null now; nothing maps `extra`: it is somebody else's."""
    key = of("service", "s")
    installation.stand((PROJECT, body("P")), (key, body("S", {"size": 1, "extra": "x"}, {"project": "p"})))
    await installation.put({PROJECT: body("P"), key: body("S", {}, {"project": "p"})})
    await installation.contribute(key, body("S", {"size": None}, {"project": "p"}))
    report = await installation.deliver()
    assert (report.adopted, report.upserted) == (1, 1)
    assert installation.at_port()[key] == body("S", {"extra": "x"}, {"project": "p"})


async def test_another_organization_is_looked_at_anew(installation: Installation) -> None:
    await installation.put(earlier(3))
    await installation.deliver()
    installation.port.client_id = "another"
    installation.port.state.entities.clear()
    installation.port.state.blueprints.clear()
    installation.port.revoke_token()
    report = await installation.deliver()
    assert (report.adopted, report.upserted) == (0, 4)
    assert installation.at_port() == installation.bodies


async def test_port_that_serves_neither_search_nor_list(installation: Installation) -> None:
    installation.port.unserved |= {"blueprint-search", "datasource-entities"}
    installation.stand(*earlier(30).items(), (of("area", "old"), body("old")))
    await installation.put(earlier(30))
    report = await installation.deliver()
    assert (report.adopted, report.upserted, report.deleted) == (31, 0, 0)
    assert "does not tell" in report.notes[0]


async def test_a_look_that_was_cut_off_begins_anew(installation: Installation) -> None:
    installation.stand(*earlier(30).items())
    await installation.put(earlier(29))
    installation.port.fail(Fault(503, times=10_000, path="datasource-entities"))
    report = await installation.deliver()
    assert report.down
    assert installation.writes() == []
    installation.port.faults.clear()
    report = await installation.deliver()
    assert (report.adopted, report.upserted, report.deleted) == (30, 0, 1)
    assert installation.at_port() == installation.bodies
