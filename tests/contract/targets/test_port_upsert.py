"""Writing entities to Port: batches, order, merging, refusals."""

from __future__ import annotations

import msgspec
import pytest

from contract.targets.port_builders import (
    definition,
    deleted,
    payload,
    relation,
    sent_entities,
    stand,
    upserted,
)
from fairlead.model.delivery import Outcome
from fairlead.model.errors import Retry
from fairlead.targets.pacing import Timing
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.target import CONCURRENCY, PortTarget
from port_api import Fault, PortApi

BULK = "/entities/bulk"


async def test_nothing_given_sends_nothing(port: PortApi, target: PortTarget) -> None:
    assert await upserted(target, []) == []
    assert await deleted(target, []) == []
    await target.prepare([])
    assert port.ledger == []


async def test_an_entity_arrives_as_mapped_under_oceans_user_agent(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    outcomes = await upserted(target, [payload(7, "service", "a/b", title="A", properties={"size": 3})])
    assert outcomes == [Outcome(7)]
    assert port.entity("service", "a/b")["properties"] == {"size": 3}
    sent = port.requests("POST", BULK)[0]
    assert sent.query == {
        "upsert": "true",
        "merge": "true",
        "create_missing_related_entities": "false",
        "validation_only": "false",
    }
    assert sent.agent == "port-ocean/azure-devops/1.2.3/my-azure/exporter"
    assert port.requests("POST", "access_token")[0].agent == "port-ocean/azure-devops/1.2.3/my-azure"
    assert sent.json == {
        "entities": [{"identifier": "a/b", "blueprint": "service", "title": "A", "properties": {"size": 3}}]
    }


async def test_blueprints_come_one_after_another_in_batches_of_twenty(
    port: PortApi, target: PortTarget
) -> None:
    stand(port, definition("project"), definition("service"))
    payloads = [payload(i, ("project", "service")[i % 2], f"e{i}") for i in range(90)]
    outcomes = await upserted(target, payloads)
    assert [outcome.entity for outcome in outcomes] == list(range(90))
    sent = port.requests("POST", BULK)
    assert [it.path.split("/")[3] for it in sent] == ["project"] * 3 + ["service"] * 3
    assert sorted(len(sent_entities(it.json)) for it in sent) == [5, 5, 20, 20, 20, 20]
    assert sum(len(group) for group in port.state.entities.values()) == 90


async def test_no_more_requests_at_once_than_allowed(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    port.latency = 0.01
    await upserted(target, [payload(i, "service", f"e{i}") for i in range(900)])
    assert 1 < port.most_concurrent <= CONCURRENCY


async def test_large_entities_are_split_by_bytes(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    payloads = [payload(i, "service", f"e{i}", properties={"url": "x" * 300_000}) for i in range(7)]
    outcomes = await upserted(target, payloads)
    assert all(outcome.error == "" for outcome in outcomes)
    sent = port.requests("POST", BULK)
    assert {it.status for it in sent} == {200}
    assert sorted(len(sent_entities(it.json)) for it in sent) == [1, 3, 3]
    assert all(len(it.body) <= 1 << 20 for it in sent)


async def test_a_refused_size_halves_the_batch_down_to_the_guilty_entity(
    port: PortApi, target: PortTarget
) -> None:
    stand(port, definition("service"))
    port.body_limit = 900
    sizes = [10] * 6 + [2000] + [10] * 5
    outcomes = await upserted(
        target, [payload(i, "service", f"e{i}", properties={"url": "x" * n}) for i, n in enumerate(sizes)]
    )
    assert [outcome.entity for outcome in outcomes if outcome.error] == [6]
    assert "413" in outcomes[6].error
    assert len(port.state.entities["service"]) == 11


async def test_keys_delivered_before_are_cleared_with_null(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"), definition("service", relations={"project": relation("project")}))
    before = payload(
        1, "service", "s", title="T", properties={"url": "u", "size": 1}, relations={"project": "p"}
    )
    await upserted(target, [payload(2, "project", "p"), before])
    after = payload(
        1,
        "service",
        "s",
        properties={"url": "u"},
        cleared=("title", "properties.size", "relations.project", "properties.url"),
    )
    assert await upserted(target, [after]) == [Outcome(1)]
    assert sent_entities(port.requests("POST", BULK)[-1].json) == [
        {
            "identifier": "s",
            "blueprint": "service",
            "title": None,
            "properties": {"url": "u", "size": None},
            "relations": {"project": None},
        }
    ]
    shown = port.entity("service", "s")
    assert (shown["title"], shown["properties"], shown["relations"]) == (None, {"url": "u"}, {})


async def test_fields_of_others_stay_under_merge_and_go_without(
    port: PortApi, target: PortTarget, settings: PortSettings, timing: Timing
) -> None:
    stand(port, definition("service"))
    await upserted(target, [payload(1, "service", "s", properties={"url": "u"})])
    await upserted(target, [payload(1, "service", "s", properties={"size": 2})])
    assert port.entity("service", "s")["properties"] == {"url": "u", "size": 2}
    replacing = PortTarget(msgspec.structs.replace(settings, merge=False), timing=timing)
    await upserted(replacing, [payload(1, "service", "s", properties={"size": 3})])
    await replacing.close()
    assert port.entity("service", "s")["properties"] == {"size": 3}


async def test_each_refused_entity_has_its_own_outcome(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"), definition("service", relations={"project": relation("project")}))
    outcomes = await upserted(
        target,
        [
            payload(1, "service", "good"),
            payload(2, "service", "unknown-property", properties={"nope": 1}),
            payload(3, "service", "bad identifier"),
            payload(4, "service", "unknown-relation", relations={"nope": "x"}),
            payload(5, "service", "dangling", relations={"project": "absent"}),
            payload(6, "service", "good-too", properties={"size": 2}),
        ],
    )
    assert [outcome.entity for outcome in outcomes] == [1, 2, 3, 4, 5, 6]
    errors = [outcome.error for outcome in outcomes]
    assert errors[0] == errors[5] == ""
    assert errors[1].startswith('422 blueprint_schema_mismatch: property "nope"')
    assert errors[2].startswith("422 invalid_request")
    assert errors[3].startswith('422 blueprint_schema_mismatch: relation "nope"')
    assert errors[4].startswith("404 not_found")
    assert [outcome.entity for outcome in outcomes if outcome.waits] == [5]
    assert sorted(port.state.entities["service"]) == ["good", "good-too"]


async def test_port_makes_missing_related_entities_where_allowed(
    port: PortApi, settings: PortSettings, timing: Timing
) -> None:
    stand(port, definition("project"), definition("service", relations={"project": relation("project")}))
    creating = PortTarget(
        msgspec.structs.replace(settings, create_missing_related_entities=True), timing=timing
    )
    outcomes = await upserted(creating, [payload(5, "service", "s", relations={"project": "absent"})])
    await creating.close()
    assert outcomes == [Outcome(5)]
    assert port.entity("project", "absent")["title"] is None


async def test_a_refusal_of_the_whole_request_finds_the_guilty_one(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    payloads = [payload(i, "service", f"e{i}") for i in range(20)]
    port.fail(Fault(500, times=2, path=BULK))
    outcomes = await upserted(target, payloads)
    assert {outcome.error for outcome in outcomes} == {""}
    port.fail(Fault(422, times=99, path=BULK))
    outcomes = await upserted(target, payloads)
    assert {outcome.error for outcome in outcomes} == {"422 injected: a fault of the test"}


@pytest.mark.parametrize(
    ("status", "code"), [(403, "missing_permissions"), (404, "not_found")], ids=["no right", "no blueprint"]
)
async def test_a_refusal_that_is_nobodys_fault_is_not_searched(
    port: PortApi, target: PortTarget, status: int, code: str
) -> None:
    stand(port, definition("service"))
    body = f'{{"ok": false, "error": "{code}", "message": "no"}}'.encode()
    port.fail(Fault(status, times=99, path=BULK, body=body))
    outcomes = await upserted(target, [payload(i, "service", f"e{i}") for i in range(20)])
    assert {outcome.error for outcome in outcomes} == {f"{status} {code}: no"}
    assert len(port.requests("POST", BULK)) == 1


async def test_an_answer_that_is_not_ports_is_no_success(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    port.fail(Fault(200, path=BULK, body=b"<html>sign in to the proxy</html>"))
    with pytest.raises(Retry, match="cannot be read"):
        await upserted(target, [payload(1, "service", "e")])


async def test_an_entity_that_a_partial_answer_does_not_name_is_not_delivered(
    port: PortApi, target: PortTarget
) -> None:
    stand(port, definition("service"))
    port.fail(Fault(207, path=BULK, body=b'{"ok": true, "entities": [{"identifier": "b"}], "errors": []}'))
    outcomes = await upserted(target, [payload(1, "service", "a"), payload(2, "service", "b")])
    assert outcomes == [Outcome(1, "Port's answer says nothing of this entity"), Outcome(2)]


async def test_port_that_fails_over_every_patch_is_down(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("service"))
    given = [payload(number, "service", f"s{number}", title="Ours") for number in range(200)]
    foreign = [msgspec.structs.replace(one, foreign=True, owned=False) for one in given]
    port.fail(Fault(500, times=999, method="PATCH"))
    with pytest.raises(Retry, match="every write of entities"):
        await upserted(target, foreign)
    assert len(port.requests("PATCH")) < 50
