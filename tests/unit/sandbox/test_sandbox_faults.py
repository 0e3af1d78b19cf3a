"""Faults: each action does what it says, on the requests that its rule names, and says so in the log."""

from __future__ import annotations

import time

import aiohttp
import orjson
import pytest

from azure_devops_sandbox import Action, Fault, Organization
from contract.sandbox.asking import Client

PROJECTS = "/_apis/projects?$top=2"


async def ids(client: Client, path: str = PROJECTS) -> list[str]:
    return [one["id"] for one in (await client.get(path)).rows]


async def test_throttled_and_delayed(client: Client) -> None:
    client.sandbox.faults.add(Fault(action=Action.THROTTLE, nth=(1,), seconds=7))
    client.sandbox.faults.add(Fault(action=Action.RETRY_AFTER_200, nth=(2,), seconds=3))
    blocked, late, fine = [await client.get(PROJECTS) for _ in range(3)]
    assert (blocked.status, blocked.headers["Retry-After"]) == (429, "7")
    assert "TF400733" in blocked.json["message"]
    assert float(blocked.headers["X-RateLimit-Reset"]) > time.time()
    assert (late.status, late.headers["Retry-After"], late.headers["X-RateLimit-Delay"]) == (
        200,
        "3",
        "3.000",
    )
    assert late.rows
    assert "Retry-After" not in fine.headers


@pytest.mark.parametrize(
    ("action", "status"),
    [
        (Action.SERVER_ERROR, 503),
        (Action.SIGN_IN, 203),
        (Action.NOT_FOUND, 404),
        (Action.FORBIDDEN, 403),
        (Action.HTML_200, 200),
    ],
)
async def test_answers_in_place_of_the_real_one(client: Client, action: Action, status: int) -> None:
    client.sandbox.faults.add(Fault(action=action))
    reply = await client.get(PROJECTS)
    assert reply.status == status
    assert b'"count"' not in reply.body


async def test_server_errors_by_number(client: Client) -> None:
    client.sandbox.faults.add(
        *(Fault(action=Action.SERVER_ERROR, status=one, nth=(n,)) for n, one in ((1, 500), (2, 502)))
    )
    assert [(await client.get(PROJECTS)).status for _ in range(3)] == [500, 502, 200]


async def test_broken_connections(client: Client) -> None:
    client.sandbox.faults.add(Fault(action=Action.RESET, times=2), Fault(action=Action.TRUNCATE, nth=(3,)))
    with pytest.raises(aiohttp.ClientError):
        await client.get(PROJECTS)
    client.sandbox.faults.clear()
    client.sandbox.faults.add(Fault(action=Action.TRUNCATE, times=1))
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.get(PROJECTS)
    assert (await client.get(PROJECTS)).status == 200


async def test_bad_json_and_slow(client: Client) -> None:
    client.sandbox.faults.add(Fault(action=Action.BAD_JSON), Fault(action=Action.SLOW, seconds=0.05))
    before = time.monotonic()
    reply = await client.get(PROJECTS)
    assert time.monotonic() - before >= 0.05
    with pytest.raises(orjson.JSONDecodeError):
        _ = reply.json


async def test_a_trimmed_list_does_not_show_it(client: Client, organization: Organization) -> None:
    everything = await ids(client, "/_apis/projects?$top=100")
    client.sandbox.faults.add(Fault(action=Action.TRIM, route="projects.list", count=2))
    reply = await client.get("/_apis/projects?$top=100")
    assert [one["id"] for one in reply.rows] == everything[2:]
    assert reply.json["count"] == len(everything) - 2
    [incident] = client.sandbox.faults.log
    assert incident.did == f"left 2 of {len(everything)} rows out"
    assert (incident.route, incident.action) == ("projects.list", "trim")


@pytest.mark.parametrize(("direction", "second"), [("insert", [1, 2]), ("delete", [3])])
async def test_a_list_that_moves(client: Client, direction: str, second: list[int]) -> None:
    everything = await ids(client, "/_apis/projects?$top=100")
    client.sandbox.faults.add(
        Fault(action=Action.SHIFT, direction="insert" if direction == "insert" else "delete")
    )
    first = await client.get(PROJECTS)
    assert [one["id"] for one in first.rows] == everything[:2]
    assert await ids(client, f"{PROJECTS}&continuationToken={first.token}") == [
        everything[one] for one in second
    ]


async def test_pages_that_lead_nowhere(client: Client) -> None:
    client.sandbox.faults.add(
        Fault(action=Action.EMPTY_PAGE, nth=(1,)), Fault(action=Action.REPEAT_TOKEN, nth=(2,))
    )
    empty = await client.get(PROJECTS)
    assert (empty.rows, empty.token) == ([], "0")
    again = await client.get(PROJECTS)
    assert (len(again.rows), again.token) == (2, "0")


async def test_rules_choose_their_requests(client: Client, organization: Organization) -> None:
    first, second = organization.live_projects()[:2]
    faults = client.sandbox.faults
    faults.add(Fault(action=Action.FORBIDDEN, route="repositories.*", project=first.id))
    assert (await client.get(f"/{first.id}/_apis/git/repositories")).status == 403
    assert (await client.get(f"/{first.name}/_apis/git/repositories")).status == 403
    assert (await client.get(f"/{second.id}/_apis/git/repositories")).status == 200
    faults.clear()
    faults.add(Fault(action=Action.SERVER_ERROR, every=3))
    assert [(await client.get(PROJECTS)).status for _ in range(6)] == [200, 200, 503, 200, 200, 503]
    faults.clear()
    faults.add(Fault(action=Action.SERVER_ERROR, times=1, method="POST"))
    assert (await client.get(PROJECTS)).status == 200
    assert (await client.wiql("SELECT [System.Id] FROM WorkItems")).status == 503
    assert (await client.wiql("SELECT [System.Id] FROM WorkItems")).status == 200


async def test_chance_comes_from_the_seed(client: Client) -> None:
    faults = client.sandbox.faults
    faults.add(Fault(action=Action.SERVER_ERROR, probability=0.5))
    first = [(await client.get(PROJECTS)).status for _ in range(40)]
    assert 8 < first.count(503) < 32
    assert faults.rules()[0]["fired"] == first.count(503) == len(faults.log)


async def test_a_query_can_be_trimmed_too(client: Client) -> None:
    query = "SELECT [System.Id] FROM WorkItems"
    everything = (await client.wiql(query)).json["workItems"]
    client.sandbox.faults.add(Fault(action=Action.TRIM, route="wiql.query", count=5))
    assert (await client.wiql(query)).json["workItems"] == everything[5:]
