"""What is due reaches Port once, in an order that Port accepts, and nothing else does."""

from __future__ import annotations

import msgspec

from fairlead.model.entities import Body, EntityKey
from fairlead.sync.delivery import DeliveryRules
from fault.delivering import EVERYTHING, Installation, body, of
from port_api import Fault


def services(count: int, project: str = "p") -> dict[EntityKey, Body]:
    """A project with so many services."""
    found = {of("project", project): body("P")}
    for number in range(count):
        found[of("service", f"s{number:04}")] = body(f"S{number}", {"size": number}, {"project": project})
    return found


async def test_everything_arrives_and_a_second_delivery_sends_nothing(installation: Installation) -> None:
    await installation.put(services(2_345))
    report = await installation.deliver()
    assert (report.upserted, report.deleted, report.refused, report.down) == (2_346, 0, 0, "")
    assert installation.at_port() == installation.bodies
    assert len(installation.sent()) == 2_346
    assert len(installation.writes()) == 1 + 118
    start = len(installation.port.ledger)
    assert (await installation.deliver()).upserted == 0
    assert installation.writes(start) == []


async def test_what_changed_alone_is_sent(installation: Installation) -> None:
    await installation.put(services(300))
    await installation.deliver()
    start = len(installation.port.ledger)
    await installation.put(
        {of("service", f"s{number:04}"): body("new", {}, {"project": "p"}) for number in (7, 11, 200)}
    )
    assert (await installation.deliver()).upserted == 3
    assert sorted(installation.sent(start)) == ["s0007", "s0011", "s0200"]
    assert installation.at_port() == installation.bodies


async def test_a_field_that_is_not_set_any_more_is_cleared(installation: Installation) -> None:
    key = of("service", "s")
    await installation.put(
        {of("project", "p"): body("P"), key: body("S", {"url": "u", "size": 1}, {"project": "p"})}
    )
    await installation.deliver()
    installation.port.state.entity("service", "s").properties["extra"] = "a person's"
    await installation.put({key: body(None, {"size": 1}, {"project": "p"})})
    await installation.deliver()
    assert installation.at_port()[key] == body(None, {"size": 1, "extra": "a person's"}, {"project": "p"})


async def test_children_that_come_before_their_parents_are_sent_again_once(
    installation: Installation,
) -> None:
    """Parents have higher numbers here, so each comes after its child, over several requests and pages."""
    count = 1_500
    await installation.put(
        {
            of("area", f"a{number:04}"): body(
                None, {}, {"parent": f"a{number + 1:04}"} if number + 1 < count and number % 2 == 0 else {}
            )
            for number in range(count)
        }
    )
    report = await installation.deliver()
    assert (report.upserted, report.refused) == (count, 0)
    assert installation.at_port() == installation.bodies
    assert len(installation.sent()) <= count + count // 2


async def test_a_long_chain_against_the_order_arrives(installation: Installation) -> None:
    await installation.put(
        {of("area", f"a{number:02}"): body(None, {}, {"parent": f"a{number + 1:02}"}) for number in range(60)}
        | {of("area", "a60"): body("top")}
    )
    report = await installation.deliver()
    assert (report.upserted, report.refused) == (61, 0)


async def test_a_circle_is_written_in_two_steps(installation: Installation) -> None:
    """Across blueprints too; and without `createMissingRelatedEntities` Port takes no relation to what is not there."""
    await installation.put(
        {
            of("area", "x"): body("X", {}, {"parent": "y"}),
            of("area", "y"): body("Y", {}, {"parent": "x"}),
            of("project", "p"): body("P", {}, {"service": "s"}),
            of("service", "s"): body("S", {}, {"project": "p", "uses": ["s", "t"]}),
            of("service", "t"): body("T", {}, {"project": "p", "parent": "s"}),
        }
    )
    report = await installation.deliver()
    assert (report.upserted, report.refused, report.refusals) == (5, 0, ())
    assert installation.at_port() == installation.bodies
    start = len(installation.port.ledger)
    await installation.deliver()
    assert installation.writes(start) == []


async def test_what_points_to_nothing_is_refused_and_costs_the_others_nothing(
    installation: Installation,
) -> None:
    await installation.put(services(50) | {of("service", "lost"): body("L", {}, {"project": "nowhere"})})
    report = await installation.deliver()
    assert (report.upserted, report.refused) == (51, 1)
    (why,) = report.refusals
    assert (why.blueprint, why.field, why.count) == ("service", "relations.project", 1)
    assert [one.identifier for one in why.examples] == ["lost"]
    assert why.examples[0].error.startswith("404 not_found")
    assert "createMissingRelatedEntities" in why.advice
    assert installation.sent().count("lost") == 1
    assert len(installation.sent()) == 52


async def test_removals_go_dependents_first_and_without_cascade(installation: Installation) -> None:
    await installation.put(services(250) | {of("project", "stays"): body("stays")})
    await installation.deliver()
    start = len(installation.port.ledger)
    await installation.put(dict.fromkeys(services(250)))
    report = await installation.deliver()
    assert (report.deleted, report.refused, report.withheld) == (251, 0, 0)
    assert list(installation.at_port()) == [of("project", "stays")]
    assert [line.split("/")[0] for line in installation.writes(start)] == ["service"] * 3 + ["project"]
    asked = [one.query["delete_dependents"] for one in installation.port.requests("POST", "/entities/delete")]
    assert set(asked) == {"false"}


async def test_a_removal_that_another_catalogs_entity_forbids_stays_due(installation: Installation) -> None:
    await installation.put({of("project", name): body(name) for name in ("p", "q", "r")})
    await installation.deliver()
    installation.stand((of("service", "foreign"), body("F", {}, {"project": "q"})), agent="someone else")
    await installation.put({of("project", "p"): None, of("project", "q"): None})
    report = await installation.deliver()
    assert (report.deleted, report.refused) == (1, 1)
    (why,) = report.refusals
    assert "has_dependents" in why.examples[0].error
    assert why.advice.startswith("service foreign at Port require this one")
    del installation.port.state.entities["service"]["foreign"]
    assert (await installation.deliver()).deleted == 1
    assert list(installation.at_port()) == [of("project", "r")]


async def test_more_removals_than_the_threshold_allows_are_withheld(installation: Installation) -> None:
    rules = DeliveryRules(proved=True, unread=frozenset(), threshold=0.5)
    await installation.put({of("project", f"p{number}"): body("P") for number in range(10)})
    await installation.deliver(rules)
    await installation.put({of("project", f"p{number}"): None for number in range(6)})
    report = await installation.deliver(rules)
    assert (report.deleted, report.withheld) == (0, 6)
    assert "6 of the 10 entities there would be removed" in report.notes[0]
    await installation.put({of("project", "p5"): body("back")})
    report = await installation.deliver(rules)
    assert (report.deleted, report.withheld, report.notes) == (5, 0, ())


async def test_an_entity_whose_answer_was_lost_can_still_be_removed(installation: Installation) -> None:
    """It is at Port, though Fairlead never heard so."""
    await installation.put({of("project", "p"): body("P"), of("project", "q"): body("Q")})
    installation.port.lose_answers = 99
    assert (await installation.deliver()).down
    assert set(installation.at_port()) == {of("project", "p"), of("project", "q")}
    installation.port.lose_answers = 0
    await installation.put({of("project", "p"): None})
    report = await installation.deliver()
    assert (report.deleted, report.upserted) == (1, 1)
    assert installation.at_port() == installation.bodies


async def test_a_key_whose_answer_was_lost_can_still_be_cleared(installation: Installation) -> None:
    key = of("project", "p")
    await installation.put({key: body("P")})
    await installation.deliver()
    await installation.put({key: body("P", {"url": "u"})})
    installation.port.lose_answers = 99
    assert (await installation.deliver()).down
    installation.port.lose_answers = 0
    await installation.put({key: body("P")})
    await installation.deliver()
    assert installation.at_port() == {key: body("P")}


async def test_what_was_accepted_before_port_went_away_is_not_sent_again(installation: Installation) -> None:
    await installation.put(services(400))
    installation.port.fail(Fault(503, times=10_000, path="/service/entities/bulk", after=10))
    report = await installation.deliver()
    assert report.down
    assert report.upserted >= 1 + 10 * 20
    before = set(installation.at_port())
    installation.port.faults.clear()
    start = len(installation.port.ledger)
    await installation.deliver()
    again = {of("service", name) for name in installation.sent(start)}
    assert not again & before
    assert installation.at_port() == installation.bodies


async def test_a_link_to_what_was_removed_is_written_again_when_that_comes_back(
    installation: Installation,
) -> None:
    """Port takes the link away with its end, and the entity itself has not changed meanwhile."""
    top = of("area", "top")
    await installation.put({top: body("T"), of("area", "a"): body("A", {}, {"parent": "top"})})
    await installation.deliver()
    await installation.put({top: None})
    report = await installation.deliver()
    assert (report.deleted, report.refused) == (1, 1)
    await installation.put({top: body("T")})
    await installation.deliver()
    assert installation.at_port() == installation.bodies


async def test_a_bare_end_comes_with_a_link_and_goes_with_it(installation: Installation) -> None:
    installation.create_missing = True
    rules = msgspec.structs.replace(EVERYTHING, stands_in=True)
    top, area = of("area", "top"), of("area", "a")
    await installation.put({top: body("T"), area: body("A", {}, {"parent": "top"})})
    await installation.deliver(rules)
    await installation.put({top: None})
    assert (await installation.deliver(rules)).refused == 0
    assert installation.at_port() == {**installation.bodies, top: body()}
    start = len(installation.port.ledger)
    await installation.deliver(rules)
    assert installation.writes(start) == []
    assert (await installation.catalog.status()).targets == (("port", 0, 0),)
    assert (await installation.deliver(DeliveryRules(stands_in=True))).notes == ()
    await installation.put({area: body("A")})
    await installation.deliver(rules)
    assert installation.at_port() == installation.bodies


async def test_what_entities_that_stay_require_stays_too(installation: Installation) -> None:
    """The catalog has lost it, for instance by a row that was taken out of the mapping."""
    await installation.put(services(3) | {of("project", "q"): body("Q")})
    await installation.deliver()
    await installation.put({of("project", "p"): None, of("project", "q"): None})
    for deleted in (1, 0):
        start = len(installation.port.ledger)
        report = await installation.deliver()
        assert (report.deleted, report.refused, report.withheld) == (deleted, 0, 0)
        assert "1 entities that are gone stay there" in report.notes[0]
        assert len(installation.writes(start)) == deleted
    await installation.put(dict.fromkeys(services(3)))
    assert (await installation.deliver()).deleted == 4
    assert installation.at_port() == {}


async def test_port_that_fails_over_everything_is_down(installation: Installation) -> None:
    await installation.put(services(300))
    installation.port.fail(Fault(500, times=10_000, path="/entities/bulk"))
    report = await installation.deliver()
    assert "every write of entities" in report.down
    assert len(installation.writes()) < 60
    installation.port.faults.clear()
    await installation.deliver()
    assert installation.at_port() == installation.bodies
