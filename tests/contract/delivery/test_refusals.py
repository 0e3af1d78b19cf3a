"""What Port refuses is told with field and advice, the rest is delivered, and what was mended goes at the next sync."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import msgspec
import pytest

from contract.delivery.test_delivery import services
from fairlead.app.explain import explained
from fairlead.model.reports import DeliveryReport, RefusalReport
from fault.delivering import Installation, body, of
from port_api import Fault
from port_api.state import Object, section


def only(report: DeliveryReport) -> RefusalReport:
    (why,) = report.refusals
    assert why.advice
    assert why.count == report.refused
    return why


async def test_thousands_with_one_mistake_are_one_line(installation: Installation) -> None:
    await installation.put(
        {of("area", f"a{number:05}"): body("A", {"size": "big"}) for number in range(3_000)}
    )
    report = await installation.deliver()
    why = only(report)
    assert (why.blueprint, why.field, why.count) == ("area", "properties.size", 3_000)
    assert len(why.examples) == 3
    assert "tonumber" in why.advice
    assert (
        len(installation.port.requests("GET", "/v1/blueprints/area")) <= 2
    )  # one of them to look what is there
    assert len(installation.writes()) == 150


async def test_no_more_than_twenty_reasons_are_told(installation: Installation) -> None:
    await installation.put({of("area", f"a{number}"): body("A", {f"p{number}": 1}) for number in range(30)})
    report = await installation.deliver()
    assert report.refused == 30
    assert len(report.refusals) == 20


async def test_a_token_that_is_revoked_on_the_way_is_fetched_anew(installation: Installation) -> None:
    await installation.put(services(400))
    installation.port.fail(Fault(401, times=1, path="/entities/bulk", after=3))
    report = await installation.deliver()
    assert (report.upserted, report.refused, report.down) == (401, 0, "")
    assert installation.at_port() == installation.bodies


@pytest.mark.parametrize("path", ["/entities/bulk", "/"], ids=["the token alone", "the credential too"])
async def test_a_credential_that_stops_on_the_way(installation: Installation, path: str) -> None:
    await installation.put(services(2_000))
    fault = Fault(401, times=100_000, path=path, after=30)
    installation.port.fail(fault)
    report = await installation.deliver()
    assert "refuses the client id or secret" in report.down
    assert report.advice
    assert (report.refused, report.refusals) == (0, ())
    there = set(installation.port.state.entities["service"])
    assert 0 < report.upserted == len(there) + 1 < 2_001
    fault.times = 0
    start = len(installation.port.ledger)
    report = await installation.deliver()
    assert (report.down, report.refused) == ("", 0)
    assert sorted(installation.sent(start)) == sorted({f"s{n:04}" for n in range(2_000)} - there)
    assert installation.at_port() == installation.bodies


async def test_a_credential_that_is_refused_is_told_though_nothing_is_due(installation: Installation) -> None:
    await installation.put(services(3))
    await installation.deliver()
    installation.port.fail(Fault(401, times=100, path="/auth/"))
    report = await installation.deliver()
    assert "refuses the client id or secret" in report.down
    assert report.advice


def schema_of(blueprint: Object) -> Object:
    return section(section(blueprint, "schema"), "properties")


def property_removed(blueprint: Object) -> None:
    del schema_of(blueprint)["url"]


def type_changed(blueprint: Object) -> None:
    schema_of(blueprint)["url"] = {"type": "boolean"}


def enum_added(blueprint: Object) -> None:
    schema_of(blueprint)["url"] = {"type": "string", "enum": ["http://x"]}


def format_added(blueprint: Object) -> None:
    schema_of(blueprint)["url"] = {"type": "string", "format": "url"}


def relation_removed(blueprint: Object) -> None:
    del section(blueprint, "relations")["project"]


def relation_made_many(blueprint: Object) -> None:
    section(section(blueprint, "relations"), "project")["many"] = True


def relation_retargeted(blueprint: Object) -> None:
    section(section(blueprint, "relations"), "project")["target"] = "area"


def property_required(blueprint: Object) -> None:
    section(blueprint, "schema")["required"] = ["extra"]


@pytest.mark.parametrize(
    ("change", "field", "word"),
    [
        (property_removed, "properties.url", "add the property url"),
        (type_changed, "properties.url", "give type boolean"),
        (enum_added, "properties.url", "http://x"),
        (format_added, "properties.url", "relax the property"),
        (relation_removed, "relations.project", "add the relation project"),
        (relation_made_many, "relations.project", "give a list"),
        (relation_retargeted, "relations.project", "make the area entity"),
        (property_required, "properties.extra", "never null"),
    ],
)
async def test_a_blueprint_that_was_changed_at_port(
    installation: Installation, change: Callable[[Object], None], field: str, word: str
) -> None:
    first = services(40)
    await installation.put(first)
    await installation.deliver()
    blueprint = installation.port.state.blueprints["service"]
    before = deepcopy(blueprint)
    await installation.put(
        {of("project", "q"): body("Q")}
        | {of("service", f"s{n:04}"): body("new", {"url": "no url"}, {"project": "p"}) for n in range(7)}
    )
    change(blueprint)
    report = await installation.deliver()
    assert (report.upserted, report.refused) == (1, 7)
    why = only(report)
    assert (why.blueprint, why.field) == ("service", field)
    assert word in why.advice
    assert [one.identifier for one in why.examples] == ["s0000", "s0001", "s0002"]
    blueprint.update(before)
    start = len(installation.port.ledger)
    assert (await installation.deliver()).refused == 0
    assert sorted(installation.sent(start)) == [f"s{n:04}" for n in range(7)]
    assert installation.at_port() == installation.bodies


async def test_an_organization_over_its_limit(installation: Installation) -> None:
    installation.port.state.entity_limit = 11
    await installation.put(services(30))
    report = await installation.deliver()
    assert (report.upserted, report.refused) == (11, 20)
    assert "over a limit of its plan" in only(report).advice
    installation.port.state.entity_limit = None
    start = len(installation.port.ledger)
    assert (await installation.deliver()).upserted == 20
    assert len(installation.sent(start)) == 20


async def standing(installation: Installation, name: str) -> tuple[str, str, str]:
    """How an area stands at Port, as `explain` tells it: state, field, error."""
    (one,) = (await explained(installation.catalog, None, of("area", name))).deliveries
    assert one.target == "port"
    assert bool(one.advice) == bool(one.field)
    return one.state, one.field, one.error


async def test_each_entity_tells_how_it_stands(installation: Installation) -> None:
    await installation.put({of("area", "good"): body("G"), of("area", "bad"): body("B", {"size": "big"})})
    assert (await explained(installation.catalog, None, of("area", "good"))).deliveries == ()
    await installation.deliver()
    await installation.put({of("area", "late"): body("L")})
    assert await standing(installation, "good") == ("delivered", "", "")
    assert await standing(installation, "late") == ("due", "", "")
    state, field, error = await standing(installation, "bad")
    assert (state, field) == ("refused", "properties.size")
    assert error.startswith("422 blueprint_schema_mismatch")


async def test_what_an_older_fairlead_kept_of_a_refusal_is_told(installation: Installation) -> None:
    await installation.put({of("area", "bad"): body("B", {"size": "big"})})
    await installation.deliver()
    (due,) = await installation.catalog.due("port", "area", 0, 10)
    old = msgspec.structs.replace(due, error="422 too big")
    await installation.catalog.write(lambda writer: writer.mark_delivered([old]))
    assert await standing(installation, "bad") == ("refused", "", "422 too big")
