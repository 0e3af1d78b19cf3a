"""Every answer of every route agrees with Microsoft's OpenAPI files."""

from __future__ import annotations

import pytest

from azure_devops_sandbox import Organization
from azure_devops_sandbox.routes import ROUTES
from contract.sandbox.asking import Client
from contract.sandbox.official import area, unwrapped
from contract.sandbox.requests_per_route import cases

_UNDESCRIBED = {"options", "resource-areas.list", "resource-areas.get", "connection-data"}
"""Routes that the files leave out: how clients find services, known from Microsoft's Python client."""
_NO_JSON = {"blobs.zip"}


async def test_every_answer_agrees_with_the_official_schema(
    client: Client, organization: Organization
) -> None:
    problems = []
    for case in cases(organization):
        reply = await client.ask(case.method, case.path, case.body)
        if reply.status != 200:
            problems.append(f"{case}: {reply.status} {reply.body[:300]!r}")
            continue
        judge = area(case.area)
        schema = judge.schema(case.method, case.template)
        body = unwrapped(reply.json)
        assert body, f"{case} answers with nothing"
        problems += sorted({f"{case}: {one}" for one in judge.problems(body, schema, "$", case.known)})
    assert not problems, "\n".join(problems)


def test_every_route_has_a_case(organization: Organization) -> None:
    area("core")
    assert {case.route for case in cases(organization)} == {
        route.name for route in ROUTES
    } - _UNDESCRIBED - _NO_JSON


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"id": "5FEBEF5A-833D-4E14-B9C0-14CB638F91E6"}, "no lower-case GUID"),
        ({"name": 3}, "int is no string"),
        ({"colour": "red"}, "not in the schema"),
        ({"state": "sleepy"}, "none of"),
        ({"lastUpdateTime": "yesterday"}, "no date"),
    ],
)
def test_the_judge_finds_what_is_wrong(value: dict[str, object], wrong: str) -> None:
    found = list(
        area("core").problems(value, {"$ref": "#/definitions/TeamProjectReference"}, "$", frozenset())
    )
    assert len(found) == 1
    assert wrong in found[0]
