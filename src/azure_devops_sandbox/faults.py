"""Faults: rules that make requests go wrong, with a log of what each one did.

A rule matches requests by method, route name (a shell pattern) and project, counts them, and fires on
chosen ones (`nth`), on every n-th (`every`), by chance (`probability`, from a seed), or on all. The shapes of
throttling and of server errors follow the reference of the API, parts 3 and 4.3.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Literal

import msgspec
import orjson

from .calls import Answer, ApiError, Effects
from .routes.missing import by_area, forbidden

SIGN_IN_PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><title>Azure DevOps Services | Sign In</title></head>
<body><h1>Sign in to Azure DevOps</h1><form action="/_signin" method="post"></form></body></html>
"""
HTML = "text/html; charset=utf-8"


class Action(StrEnum):
    """What a fault does."""

    THROTTLE = "429"
    RETRY_AFTER_200 = "retry-after-200"
    SERVER_ERROR = "5xx"
    RESET = "reset"
    TRUNCATE = "truncate"
    BAD_JSON = "bad-json"
    SIGN_IN = "signin"
    SLOW = "slow"
    TRIM = "trim"
    SHIFT = "shift"
    EMPTY_PAGE = "empty-page-with-token"
    REPEAT_TOKEN = "repeat-token"  # noqa: S105 the name of an action
    NOT_FOUND = "not-found"
    FORBIDDEN = "forbidden"
    HTML_200 = "html-200"


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule. `seconds` is the delay or the Retry-After, `count` the rows, `status` that of a 5xx."""

    action: Action
    route: str = "*"
    method: str = "*"
    project: str | None = None
    nth: tuple[int, ...] = ()
    every: int = 0
    probability: float = 1.0
    times: int | None = None
    seconds: float = 1.0
    count: int = 1
    status: int = 503
    direction: Literal["insert", "delete"] = "insert"


class Incident(msgspec.Struct, frozen=True):
    """What a fault did to one request."""

    request: int
    rule: int
    action: str
    method: str
    route: str
    path: str
    did: str


@dataclass(slots=True)
class _Rule:
    number: int
    fault: Fault
    rng: random.Random
    seen: int = 0
    fired: int = 0

    def fires(self) -> bool:
        """Count a matching request and tell whether the rule fires on it."""
        self.seen += 1
        fault = self.fault
        if fault.times is not None and self.fired >= fault.times:
            return False
        if fault.nth:
            hit = self.seen in fault.nth
        elif fault.every:
            hit = self.seen % fault.every == 0
        else:
            hit = fault.probability >= 1 or self.rng.random() < fault.probability
        self.fired += hit
        return hit


@dataclass(slots=True)
class Plan:
    """The faults that fire on one request."""

    rules: list[_Rule] = field(default_factory=list)

    def first(self, *actions: Action) -> Fault | None:
        """Return the first fault with one of these actions."""
        return next((one.fault for one in self.rules if one.fault.action in actions), None)

    def effects(self) -> Effects:
        """Return what the faults do to a listing."""
        effects = Effects()
        for rule in self.rules:
            fault = rule.fault
            if fault.action is Action.TRIM:
                effects.trim += fault.count
            elif fault.action is Action.SHIFT:
                effects.shift += -fault.count if fault.direction == "insert" else fault.count
            effects.empty_page |= fault.action is Action.EMPTY_PAGE
            effects.repeat_token |= fault.action is Action.REPEAT_TOKEN
        return effects

    def delay(self) -> float:
        """Return the seconds that the answer is held back."""
        return sum(one.fault.seconds for one in self.rules if one.fault.action is Action.SLOW)


NOTHING = Plan()
_REPLACING = (
    Action.THROTTLE, Action.SERVER_ERROR, Action.SIGN_IN, Action.NOT_FOUND, Action.FORBIDDEN, Action.HTML_200,
)  # fmt: skip


class Faults:
    """The rules in force, and the log."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._rules: list[_Rule] = []
        self._next = 1
        self.log: list[Incident] = []

    def add(self, *faults: Fault) -> list[int]:
        """Put rules in force and return their numbers."""
        numbers = []
        for fault in faults:
            self._rules.append(_Rule(self._next, fault, random.Random(self._seed * 1_000 + self._next)))
            numbers.append(self._next)
            self._next += 1
        return numbers

    def clear(self, number: int | None = None) -> None:
        """Take all rules (or one) out of force; the log stays."""
        self._rules = [one for one in self._rules if number is not None and one.number != number]

    def rules(self) -> list[dict[str, object]]:
        """Return the rules with their counts, for the control interface."""
        return [
            {"rule": one.number, "seen": one.seen, "fired": one.fired, **msgspec.to_builtins(one.fault)}
            for one in self._rules
        ]

    def plan(self, method: str, route: str, project: str | None) -> Plan:
        """Return the faults that fire on this request."""
        if not self._rules:
            return NOTHING
        return Plan(
            [one for one in self._rules if _matches(one.fault, method, route, project) and one.fires()]
        )

    def record(
        self, plan: Plan, did: Iterable[str], request: int, method: str, route: str, path: str
    ) -> None:
        """Write down what the faults of a plan did."""
        told = list(did)
        for rule in plan.rules:
            action = rule.fault.action
            text = "; ".join(told) if told else _told(rule.fault)
            self.log.append(Incident(request, rule.number, str(action), method, route, path, text))


def _matches(fault: Fault, method: str, route: str, project: str | None) -> bool:
    return (
        fault.method in {"*", method}
        and fnmatchcase(route, fault.route)
        and (fault.project is None or fault.project.lower() == project)
    )


def _told(fault: Fault) -> str:
    if fault.action in {Action.THROTTLE, Action.RETRY_AFTER_200}:
        return f"{fault.action} with Retry-After {fault.seconds:g}"
    if fault.action is Action.SERVER_ERROR:
        return f"answered {fault.status}"
    if fault.action is Action.SLOW:
        return f"held the answer back for {fault.seconds:g} s"
    if fault.action in {Action.TRIM, Action.SHIFT, Action.EMPTY_PAGE, Action.REPEAT_TOKEN}:
        return f"{fault.action}: nothing to act on"
    return str(fault.action)


def replacement(plan: Plan, route: str, subject: str, who: str, now: float) -> Answer | None:
    """Return the answer that a fault gives in place of the real one, if any."""
    fault = plan.first(*_REPLACING)
    if fault is None:
        return None
    if fault.action is Action.THROTTLE:
        answer = ApiError(
            429,
            "RequestBlockedException",
            "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource "
            "'Concurrency' in namespace 'User'.",
            "Microsoft.TeamFoundation.Framework.Server",
        ).answer()
        answer.headers.update(rate_headers(fault.seconds, now, remaining=0))
        return answer
    if fault.action is Action.SERVER_ERROR:
        return _server_error(fault.status)
    if fault.action is Action.NOT_FOUND:
        return by_area(route, subject).answer()
    if fault.action is Action.FORBIDDEN:
        return forbidden(who).answer()
    return Answer(SIGN_IN_PAGE, 203 if fault.action is Action.SIGN_IN else 200, HTML)


def _server_error(status: int) -> Answer:
    if status == 500:
        return ApiError(
            500, "Exception", "TF246017: Azure DevOps could not connect to the database."
        ).answer()
    return Answer(b"<html><body><h1>Service unavailable</h1></body></html>", status, HTML)


def rate_headers(seconds: float, now: float, remaining: int) -> dict[str, str]:
    """Return the headers of a throttled or delayed answer."""
    return {
        "Retry-After": f"{seconds:g}",
        "X-RateLimit-Resource": "DBCPU/User",
        "X-RateLimit-Delay": f"{seconds:.3f}",
        "X-RateLimit-Limit": "200",
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(int(now + seconds)),
    }


def spoiled(plan: Plan, answer: Answer, now: float) -> None:
    """Change an answer that goes out otherwise: late headers, or a body that is not JSON."""
    late = plan.first(Action.RETRY_AFTER_200)
    if late is not None:
        answer.headers.update(rate_headers(late.seconds, now, remaining=5))
    if plan.first(Action.BAD_JSON) is not None:
        answer.body = answer.body[:-1] + b',"' if answer.body else orjson.dumps(None)[:2]
