"""What a new installation is given: scorecards, pages, actions, origins, and a start that is cut off anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import msgspec
import pytest

from contract.targets.port_builders import blueprint, definition, relation, stand
from fairlead.model.entities import Json
from fairlead.model.errors import Retry, TargetRejected
from fairlead.model.resources import Extra, ExtraKind
from fairlead.targets.pacing import Timing
from fairlead.targets.port.answers import Answer
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.settings import Origin, PortSettings
from fairlead.targets.port.target import PortTarget
from port_api import Fault, PortApi, VirtualClock
from port_api.state import Object

MAPPING = '{"resources": [{"kind": "project"}]}'
MIRROR: Json = {"projectUrl": {"path": "project.url", "title": "Project URL"}}
BLUEPRINTS = [
    blueprint("service", relations={"project": relation("project")}, mirrorProperties=MIRROR),
    blueprint("project"),
    blueprint("release", relations={"project": relation("project")}),
]


def extra(kind: ExtraKind, identifier: str, place: str = "", **more: Json) -> Extra:
    text = json.dumps({"identifier": identifier, "title": identifier, **more})
    return Extra(kind, identifier, text.encode(), place)


def scorecard(identifier: str, place: str, asked: str) -> Extra:
    query: Json = {"combinator": "and", "conditions": [{"operator": "isNotEmpty", "property": asked}]}
    rule: Json = {"identifier": "r", "title": "R", "level": "Gold", "query": query}
    return extra("scorecard", identifier, place, rules=[rule])


EXTRAS = [
    extra("page", "board", type="dashboard", widgets=[]),
    scorecard("ready", "service", "url"),
    extra("action", "scaffold", trigger={"blueprintIdentifier": "service"}, invocationMethod={}),
]


class Killed(BaseException):
    """The end of the process: nothing is tidied up after it."""


class Mortal(PortClient):
    """A client whose process dies before, or after, its request number `at` (from 0)."""

    def __init__(self, settings: PortSettings, timing: Timing, at: int, *, after: bool) -> None:
        super().__init__(settings, timing)
        self._left = at
        self._after = after

    async def request(self, method: str, path: tuple[str, ...], **more: Any) -> Answer:
        if self._left == 0 and not self._after:
            raise Killed
        answer = await super().request(method, path, **more)
        self._left -= 1
        if self._left < 0:
            raise Killed
        return answer


def shape(port: PortApi) -> dict[str, object]:
    """All that an installation is given, without instants."""
    held = deepcopy(port.state.blueprints)
    for one in held.values():
        one.pop("createdAt", None)
        one.pop("updatedAt", None)
    integration = port.state.integrations["my-azure"]
    return {
        "blueprints": held,
        "mapping": integration["config"],
        "done": integration.get("arePortResourcesInitialized"),
        "extras": [
            sorted(port.resources.scorecards),
            sorted(port.resources.pages),
            sorted(port.resources.actions),
        ],
    }


def empty(port: PortApi) -> None:
    """An organization that has nothing yet."""
    held: tuple[dict[str, Object], ...] = (
        port.state.blueprints,
        port.state.integrations,
        port.resources.pages,
        port.resources.actions,
    )
    for one in held:
        one.clear()
    port.state.entities.clear()
    port.resources.scorecards.clear()


def created(port: PortApi, *paths: str) -> list[tuple[str, Json]]:
    """What was created below some paths, by identifier."""
    posts = [it for it in port.ledger if it.method == "POST" and it.status == 201]
    bodies = [(it.path.removeprefix("/v1/"), it.json) for it in posts if it.path.endswith(paths)]
    return [(path, body.get("identifier")) for path, body in bodies if isinstance(body, dict)]


async def test_the_rest_comes_after_the_blueprints(port: PortApi, target: PortTarget) -> None:
    assert await target.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS) == []
    posts = [it.path.removeprefix("/v1/") for it in port.requests("POST")]
    assert posts[-6:] == ["blueprints"] * 3 + ["actions", "blueprints/service/scorecards", "pages"]
    assert port.resources.scorecards[("service", "ready")]["rules"]
    last = port.ledger[-1]
    assert isinstance(last.json, dict)
    assert last.json["arePortResourcesInitialized"] is True


async def test_each_refused_one_is_named_and_stops_nothing(port: PortApi, target: PortTarget) -> None:
    refused = [scorecard("odd", "service", "colour"), scorecard("lost", "nowhere", "url")]
    notices = await target.resources.initialize(MAPPING, BLUEPRINTS, [*refused, *EXTRAS])
    assert [notice.partition(" was not created: ")[0] for notice in notices] == [
        "the scorecard 'odd' of the blueprint 'service'",
        "the scorecard 'lost' of the blueprint 'nowhere'",
    ]
    assert "422" in notices[0]
    assert "404 not_found" in notices[1]
    assert list(port.resources.pages) == ["board"]
    assert port.state.integrations["my-azure"]["arePortResourcesInitialized"] is True


async def test_where_one_blueprint_is_there_nothing_is_created(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("project"))
    await target.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
    assert list(port.state.blueprints) == ["project"]
    assert port.resources.pages == {}
    assert port.state.integrations["my-azure"]["config"] == json.loads(MAPPING)


async def test_a_blueprint_that_users_have_changed_is_no_step_of_ours(
    port: PortApi, target: PortTarget
) -> None:
    await target.integration.register()
    stand(port, definition("project", relations={"own": relation("project")}))
    await target.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
    assert list(port.state.blueprints) == ["project"]


async def test_ports_own_blueprints_are_neither_created_nor_changed(
    port: PortApi, target: PortTarget
) -> None:
    stand(port, definition("_team"))
    own = [blueprint("_user", relations={"team": relation("_team")}), blueprint("_team"), *BLUEPRINTS]
    await target.resources.initialize(MAPPING, own)
    await target.prepare(own)
    assert sorted(port.state.blueprints) == ["_team", "project", "release", "service"]
    assert not [it for it in port.ledger if it.method != "GET" and "/_" in it.path]


async def test_a_refused_blueprint_takes_those_just_created_along(port: PortApi, target: PortTarget) -> None:
    stand(port, definition("mine"))
    dangling = blueprint("team", relations={"owner": relation("absent")})
    with pytest.raises(TargetRejected):
        await target.resources.initialize(MAPPING, [*BLUEPRINTS, dangling], EXTRAS)
    assert list(port.state.blueprints) == ["mine"]
    assert port.resources.pages == {}
    assert "arePortResourcesInitialized" not in port.state.integrations["my-azure"]
    await target.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
    assert shape(port)["done"] is True


@pytest.mark.parametrize("after", [False, True])
async def test_a_start_that_is_killed_anywhere_is_gone_on_with(
    port: PortApi, settings: PortSettings, timing: Timing, after: bool
) -> None:
    whole = PortTarget(settings, timing=timing)
    await whole.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
    await whole.close()
    wanted, requests = shape(port), len(port.ledger) - 1  # but the sign-in
    for at in range(requests):
        empty(port)
        port.ledger.clear()
        mortal = PortTarget(settings, client=Mortal(settings, timing, at, after=after))
        with pytest.raises(Killed):
            await mortal.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
        await mortal.close()
        second = PortTarget(settings, timing=timing)
        assert await second.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS) == []
        await second.close()
        assert shape(port) == wanted, f"cut at request {at}"
        made = created(port, "/integration", "/blueprints", "/scorecards", "/pages", "/actions")
        assert len(made) == len(set(made)) == 7, f"cut at request {at}"


async def test_an_answer_that_is_lost_anywhere_changes_nothing(
    port: PortApi, settings: PortSettings, timing: Timing
) -> None:
    whole = PortTarget(settings, timing=timing)
    await whole.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
    await whole.close()
    wanted = shape(port)
    writes = [it for it in port.ledger if it.method != "GET"][1:]
    for number in range(len(writes)):
        empty(port)
        port.fail(Fault(0, method=writes[number].method, path=writes[number].path, arrives=True))
        again = PortTarget(settings, timing=timing)
        assert await again.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS) == []
        await again.close()
        assert port.faults[-1].times == 0
        assert shape(port) == wanted, f"{writes[number].method} {writes[number].path}"
        assert port.requests("DELETE") == []


async def test_an_outage_anywhere_is_gone_on_with(
    port: PortApi, settings: PortSettings, timing: Timing
) -> None:
    whole = PortTarget(settings, timing=timing)
    await whole.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
    await whole.close()
    wanted = shape(port)
    steps = [(it.method, it.path) for it in port.ledger if it.method != "GET"][1:]
    for method, path in dict.fromkeys(steps):
        empty(port)
        port.fail(Fault(503, times=50, method=method, path=path))
        cut = PortTarget(settings, timing=timing)
        with pytest.raises(Retry):
            await cut.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
        port.faults.clear()
        await cut.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
        await cut.close()
        assert shape(port) == wanted, f"{method} {path}"


def with_origin(settings: PortSettings, origin: Origin | None) -> PortSettings:
    return msgspec.structs.replace(settings, origin=origin)


CONFIG: Mapping[str, Json] = {"resources": [{"kind": "of-port"}]}


async def test_an_empty_start_creates_nothing(port: PortApi, settings: PortSettings, timing: Timing) -> None:
    target = PortTarget(with_origin(settings, "Empty"), timing=timing)
    stored = await target.resources.enroll()
    assert stored is not None
    assert stored.mapping == ""
    await target.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
    await target.prepare(BLUEPRINTS)
    await target.close()
    integration = port.state.integrations["my-azure"]
    assert (integration["createPortResourcesOrigin"], integration["config"]) == ("Empty", {})
    assert port.state.blueprints == {}


@pytest.mark.parametrize("origin", ["Port", None])
async def test_port_provides_where_it_does_so(
    port: PortApi, settings: PortSettings, timing: Timing, clock: VirtualClock, origin: Origin | None
) -> None:
    port.resources.provides["azure-devops"] = dict(CONFIG)
    port.state.organization_flags.append("USE_PROVISIONED_DEFAULTS")
    port.resources.seconds = 20.0
    target = PortTarget(with_origin(settings, origin), timing=timing)
    stored = await target.resources.enroll()
    assert stored is not None
    assert json.loads(stored.mapping) == CONFIG
    assert clock.slept == pytest.approx([3.0, 3.0 * 1.55, 3.0 * 1.55**2, 3.0 * 1.55**3])
    await target.resources.initialize(stored.mapping, BLUEPRINTS, EXTRAS)
    await target.close()
    assert shape(port) == {"blueprints": {}, "mapping": CONFIG, "done": True, "extras": [[], [], []]}


@pytest.mark.parametrize(("listed", "flag"), [(True, False), (False, True)])
async def test_port_does_not_provide_without_both(
    port: PortApi, settings: PortSettings, timing: Timing, listed: bool, flag: bool
) -> None:
    if listed:
        port.resources.provides["azure-devops"] = dict(CONFIG)
    if flag:
        port.state.organization_flags.append("USE_PROVISIONED_DEFAULTS")
    target = PortTarget(with_origin(settings, "Port"), timing=timing)
    assert await target.resources.enroll() is None
    await target.resources.initialize(MAPPING, BLUEPRINTS)
    await target.close()
    assert port.state.integrations["my-azure"]["createPortResourcesOrigin"] == "Default"
    assert len(port.state.blueprints) == 3


async def test_a_stored_origin_goes_before_the_setting(
    port: PortApi, settings: PortSettings, timing: Timing
) -> None:
    origins: tuple[Origin, ...] = ("Empty", "Default")
    for origin in origins:
        target = PortTarget(with_origin(settings, origin), timing=timing)
        await target.resources.enroll()
        await target.resources.initialize(MAPPING, BLUEPRINTS)
        await target.close()
    assert port.state.blueprints == {}
    assert port.state.integrations["my-azure"]["config"] == {}


async def test_a_promise_that_port_does_not_keep_is_told(
    port: PortApi, settings: PortSettings, timing: Timing, clock: VirtualClock
) -> None:
    port.resources.provides["azure-devops"] = dict(CONFIG)
    port.state.organization_flags.append("USE_PROVISIONED_DEFAULTS")
    port.resources.seconds = 1e9
    target = PortTarget(settings, timing=timing)
    with pytest.raises(Retry, match="has not given the integration 'my-azure'"):
        await target.resources.enroll()
    await target.close()
    assert len(clock.slept) == 30
    assert sum(clock.slept) < 900


async def test_without_the_wish_only_the_mapping_is_stored(
    port: PortApi, settings: PortSettings, timing: Timing
) -> None:
    target = PortTarget(msgspec.structs.replace(settings, initialize=False), timing=timing)
    await target.resources.initialize(MAPPING, BLUEPRINTS, EXTRAS)
    await target.prepare(BLUEPRINTS)
    await target.close()
    assert shape(port) == {
        "blueprints": {},
        "mapping": json.loads(MAPPING),
        "done": None,
        "extras": [[], [], []],
    }
