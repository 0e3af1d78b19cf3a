"""What did not change costs nothing: no entity is written, nothing is sent on, and the report says so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from azure_devops_sandbox import Action, Fault, Organization
from fairlead.model.secrets import Secret
from fairlead.targets.pacing import Timing
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.target import PortTarget
from fault.product import Rules, installed, rules_of
from port_api import PortApi, VirtualClock


def table(path: Path, name: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        rows = connection.execute(f"SELECT * FROM {name} ORDER BY id").fetchall()
    connection.close()
    return rows


async def test_a_second_full_sync_writes_no_entity(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    async with installed(tmp_path, organization, port) as (_, product):
        first = await product.sync("full")
        before = [table(product.path, name) for name in ("entity", "contribution", "record")]
        second = await product.sync("full")
        after = [table(product.path, name) for name in ("entity", "contribution", "record")]
    assert first.changes
    assert second.report
    assert second.changes == ()
    assert second.report.changes == {}
    assert all(reading.changed == 0 for reading in second.report.readings)
    assert after == before


async def test_a_second_full_sync_sends_nothing_to_port(tmp_path: Path, organization: Organization) -> None:
    clock = VirtualClock()
    async with PortApi(now=clock.now) as api:
        settings = PortSettings(
            base_url=api.url,
            client_id=api.client_id,
            client_secret=Secret(api.client_secret),
            identifier="my-azure",
            create_missing_related_entities=True,
            version="1.2.3",
        )
        timing = Timing(now=clock.now, sleep=clock.sleep, chance=lambda: 0.5)
        target = PortTarget(settings, timing=timing)
        try:
            async with (
                rules_of("standard") as rules,
                installed(tmp_path, organization, rules, [target]) as (_, product),
            ):
                first = await product.sync("full")
                shown = [one.shown() for one in api.state.every_entity()]
                asked = len(api.ledger)
                second = await product.sync("full")
                sent = [one for one in api.ledger[asked:] if one.method not in {"GET", "HEAD"}]
        finally:
            await target.close()
        assert [one.shown() for one in api.state.every_entity()] == shown
    assert first.report
    assert first.report.delivery[0].upserted == first.report.entities > 0
    assert second.report
    assert [(one.upserted, one.deleted, one.refused) for one in second.report.delivery] == [(0, 0, 0)]
    assert [one for one in sent if "entities" in one.path] == []


async def test_one_throttled_answer_costs_what_it_asks_for(
    tmp_path: Path, organization: Organization, port: Rules
) -> None:
    async with installed(tmp_path, organization, port) as (sandbox, product):
        await product.sync("full")
        assert product.time.slept == 0
        sandbox.faults.add(Fault(action=Action.THROTTLE, route="repositories.list", nth=(1,), seconds=2))
        outcome = await product.sync("full")
    assert outcome.exit_code == 0
    assert sandbox.ledger.count(status=429) == 1
    assert 2 <= product.time.slept <= 2.5
    assert outcome.report
    assert 2 <= outcome.report.throttled_seconds <= 2.5
