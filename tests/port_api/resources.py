"""Scorecards, pages and actions; and what Port itself provides for a new integration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from port_api import integrations
from port_api.bodies import given_object, objects, told
from port_api.state import ENTITY_PUNCTUATION, Object, Refused, check_identifier, section

if TYPE_CHECKING:
    from port_api.server import PortApi


@dataclass
class Resources:
    """What is stored, by identifier (a scorecard's with its blueprint's before), and what Port provides.

    `provides` is the config that integrations of a type get, `seconds` after they are created with the wish for it.
    """

    scorecards: dict[tuple[str, str], Object] = field(default_factory=dict)
    pages: dict[str, Object] = field(default_factory=dict)
    actions: dict[str, Object] = field(default_factory=dict)
    provides: dict[str, Object] = field(default_factory=dict)
    seconds: float = 0.0
    due: dict[str, float] = field(default_factory=dict)


def wish(api: PortApi, request: web.Request, created: Object) -> None:
    """Notes that a new integration is to be provided for, where the request says so and Port does so."""
    kind = created.get("installationAppType")
    if request.query.get("integration_modes") == "create_resources" and kind in api.resources.provides:
        api.resources.due[str(created["identifier"])] = api.now() + api.resources.seconds


def provide(api: PortApi, identifier: str) -> None:
    """Gives an integration its config when the time has come."""
    due = api.resources.due.get(identifier)
    if due is not None and due <= api.now():
        del api.resources.due[identifier]
        stored = integrations.get(api.state, identifier)
        config = api.resources.provides[str(stored["installationAppType"])]
        integrations.merge(api.state, identifier, {"config": config})


def routes(api: PortApi) -> list[web.RouteDef]:
    """The routes of one stand-in."""

    async def enabled(request: web.Request) -> web.Response:
        return told({"integrations": list(api.resources.provides)})

    async def scorecard(request: web.Request) -> web.Response:
        return await _scorecard(api, request)

    async def page(request: web.Request) -> web.Response:
        return await _store(request, api.resources.pages, _check_page)

    async def action(request: web.Request) -> web.Response:
        return await _store(request, api.resources.actions, partial(_check_action, api))

    return [
        web.get("/v1/integration/provision-enabled", enabled),
        web.post("/v1/blueprints/{blueprint}/scorecards", scorecard),
        web.post("/v1/pages", page),
        web.post("/v1/actions", action),
    ]


async def _scorecard(api: PortApi, request: web.Request) -> web.Response:
    given = await given_object(request)
    blueprint = api.state.blueprint(request.match_info["blueprint"])
    key = str(blueprint["identifier"]), check_identifier(given.get("identifier"), ENTITY_PUNCTUATION, 100)
    if key in api.resources.scorecards:
        raise Refused(409, "identifier_taken", f'Scorecard with identifier "{key[1]}" already exists')
    _need(given, "title", str)
    for rule in objects(given, "rules"):
        for name in ("identifier", "title", "level"):
            _need(rule, name, str)
        for condition in objects(section(rule, "query"), "conditions"):
            _check_condition(blueprint, condition)
    api.resources.scorecards[key] = given
    return told({"scorecard": given}, 201)


def _check_condition(blueprint: Object, condition: Object) -> None:
    _need(condition, "operator", str)
    known = {**section(section(blueprint, "schema"), "properties")}
    for part in ("mirrorProperties", "calculationProperties", "aggregationProperties"):
        known |= section(blueprint, part)
    name, relation = condition.get("property"), condition.get("relation")
    if isinstance(name, str) and (name.startswith("$") or name in known):
        return
    if isinstance(relation, str) and relation in section(blueprint, "relations"):
        return
    raise Refused(422, "invalid_request", f'the blueprint has no property "{name or relation}"')


def _check_page(page: Object) -> None:
    _need(page, "title", str)
    _need(page, "type", str)
    objects(page, "widgets")


def _check_action(api: PortApi, action: Object) -> None:
    _need(action, "trigger", dict)
    _need(action, "invocationMethod", dict)
    blueprint = section(action, "trigger").get("blueprintIdentifier")
    if blueprint is not None:
        api.state.blueprint(str(blueprint))


async def _store(
    request: web.Request, held: dict[str, Object], check: Callable[[Object], None]
) -> web.Response:
    given = await given_object(request)
    identifier = check_identifier(given.get("identifier"), ENTITY_PUNCTUATION, 100)
    if identifier in held:
        raise Refused(409, "identifier_taken", f'"{identifier}" already exists')
    check(given)
    held[identifier] = given
    return told({"identifier": identifier}, 201)


def _need(given: Object, name: str, kind: type) -> None:
    if not isinstance(given.get(name), kind):
        raise Refused(422, "invalid_request", f"{name} is missing, or no {kind.__name__}")
