"""The control interface under `/_sandbox`: JSON over HTTP, without credentials, not counted."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec
import orjson

from .calls import Answer
from .changes import VERBS, Changes
from .changes.random_change import random_change
from .faults import Fault
from .settings import Settings
from .snapshot import state_of
from .state.access import Access, Permissions

if TYPE_CHECKING:
    from .server import Server


class Refused(ValueError):
    """A control request that cannot be done."""


def answer_control(server: Server, method: str, raw_path: str, body: bytes) -> Answer:
    """Answer a control request."""
    path, _, raw_query = raw_path.partition("?")
    parts = path.strip("/").split("/")[1:]
    name = f"{method} {parts[0] if parts else ''}"
    action = _ACTIONS.get(name)
    if action is None:
        return _plain({"error": f"no such control request: {name}"}, 404)
    try:
        given = msgspec.json.decode(body) if body else {}
        if not isinstance(given, dict) and name != "POST faults":
            raise Refused("the body must be a JSON object")
        return _plain(action(server, parts[1:], dict(parse_qsl(raw_query)), given))
    except (LookupError, TypeError, ValueError, msgspec.MsgspecError) as error:
        return _plain({"error": f"{type(error).__name__}: {error}"}, 400)


def _plain(value: object, status: int = 200) -> Answer:
    return Answer(orjson.dumps(value, default=str), status, "application/json")


Action = Callable[["Server", list[str], dict[str, str], Any], object]


def _state(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    return state_of(server.organization)


def _requests(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    return server.ledger.report(log=query.get("log", "").lower() in {"1", "true"})


def _requests_reset(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    if rest != ["reset"]:
        raise Refused("POST /_sandbox/requests/reset")
    server.ledger.reset()
    return {}


def _faults(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    return {"rules": server.faults.rules(), "log": [msgspec.to_builtins(one) for one in server.faults.log]}


def _faults_add(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    wanted = given if isinstance(given, list) else [given]
    return {"rules": server.faults.add(*(msgspec.convert(one, Fault) for one in wanted))}


def _faults_clear(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    server.faults.clear(int(rest[0]) if rest else None)
    return {}


def _tokens(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    """Add or replace a token: `{token, scopes?, expires?, person?, permissions?}`."""
    organization = server.organization
    expires = given.get("expires")
    access = Access(
        str(given["token"]),
        organization.people[int(given.get("person", 0)) % len(organization.people)],
        frozenset(given.get("scopes", ["full"])),
        datetime.fromisoformat(expires) if expires else None,
        _permissions(given.get("permissions", {})),
    )
    organization.grant(access)
    return {"token": access.token}


def _permissions(given: dict[str, Any]) -> Permissions:
    return Permissions(**{name: frozenset(values) for name, values in given.items()})


def _permissions_set(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    """Set what a token may see: `{token?, hidden_projects?, ...}`; without a token for the first one."""
    organization = server.organization
    token = given.pop("token", None) or next(iter(organization.access))
    server.organization.changes.set_permissions(token, _permissions(given))
    return {"token": token}


def _latency(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    server.settings.latency = float(given["milliseconds"]) / 1000
    return {"milliseconds": given["milliseconds"]}


def _settings(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    """Set what `Settings` has, except for latency and address."""
    for name, value in given.items():
        if name not in Settings.free():
            raise Refused(f"no such setting: {name}")
        setattr(server.settings, name, value)
    return {}


def _clock(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    return {"now": server.organization.clock.advance(float(given.get("advance_seconds", 0))).isoformat()}


def _change(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    verb = rest[0] if rest else ""
    if verb not in VERBS:
        raise Refused(f"no such change: {verb}; known: {', '.join(sorted(VERBS))}")
    method = getattr(Changes(server.organization), verb)
    inspect.signature(method).bind(**given)
    found = method(**given)
    return {"id": getattr(found, "id", None)}


def _random(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    rng = random.Random(int(given.get("seed", 0)))
    return {"changes": [random_change(server.organization, rng) for _ in range(int(given.get("count", 1)))]}


def _verbs(server: Server, rest: list[str], query: dict[str, str], given: Any) -> object:
    return {verb: str(inspect.signature(getattr(Changes, verb))) for verb in sorted(VERBS)}


_ACTIONS: dict[str, Action] = {
    "GET state": _state,
    "GET requests": _requests,
    "POST requests": _requests_reset,
    "GET faults": _faults,
    "POST faults": _faults_add,
    "DELETE faults": _faults_clear,
    "POST tokens": _tokens,
    "POST permissions": _permissions_set,
    "POST latency": _latency,
    "POST settings": _settings,
    "POST clock": _clock,
    "GET changes": _verbs,
    "POST changes": _change,
    "POST random": _random,
}
