"""Turns Port's refusals into outcomes that name the field and say what to do; asks Port for no more than that needs."""

from __future__ import annotations

import asyncio

import msgspec

from fairlead.model.delivery import Outcome
from fairlead.model.errors import FairleadError
from fairlead.targets.port.answers import HAS_DEPENDENTS, MISSING, Answer, Refusal, read
from fairlead.targets.port.batches import Due
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.diagnosis import Diagnosis, advice_for, diagnose, no_blueprint, required_by
from fairlead.targets.port.schema import BlueprintSchema, SentEntity, schema_of

FAILURES = 32
"""Writes in a row that Port fails (500), none carried out between them, after which Port is down: one failure is an
entity's, and halving finds it, so many are not."""

SEARCHES = 5
"""So many removals that Port refuses are asked after what requires the entity."""

NAMED = 3
"""So many of those are named."""

_ABOUT_THE_ENTITY = frozenset({400, 404, 409, 422})
"""Statuses that may have their reason in the entity or its blueprint; others are explained by themselves."""


class _Found(msgspec.Struct, frozen=True):
    identifier: str
    blueprint: str


class _Answer(msgspec.Struct, frozen=True):
    entities: list[_Found] = []


class PortRefusals:
    """What Port's refusals mean. A blueprint is asked for once, at its first refused entity, until `forget`."""

    def __init__(self, client: PortClient) -> None:
        self._client = client
        self._schemas: dict[str, BlueprintSchema | None] = {}
        self._absent: set[str] = set()
        self._searches = 0
        self._failures = 0
        self._asking = asyncio.Lock()

    def forget(self) -> None:
        """Blueprints may have changed since."""
        self._schemas.clear()
        self._absent.clear()
        self._searches = 0

    def count_failure(self, answer: Answer) -> None:
        """Takes note of a write's answer. Raises `Retry` where Port fails over everything."""
        self._failures = self._failures + 1 if answer.status >= 500 else 0
        if self._failures >= FAILURES:
            raise self._client.error(answer, "every write of entities")

    async def outcome(
        self, blueprint: str, due: Due, told: Refusal, *, repeated: bool, waits: bool = False
    ) -> Outcome:
        """The outcome of an entity that Port does not take; `repeated` where it was sent more than once."""
        sent = msgspec.json.decode(due.body, type=SentEntity)
        found = await self._diagnosis(blueprint, told, sent)
        text = self._client.redact(str(told))
        if found.problem:
            what = f"{found.field} {found.value}".strip()
            text += f" ({what} {found.problem})" if what else f" ({found.problem})"
        return Outcome(due.entity, text, found.field, found.advice, waits, repeated)

    async def removal(self, blueprint: str, due: Due, told: Refusal, *, waits: bool = False) -> Outcome:
        """The outcome of an entity that Port will not remove."""
        advice = advice_for(told)
        if HAS_DEPENDENTS in f"{told.code} {told.message}":
            advice = required_by(await self._dependents(blueprint, due.identifier))
        return Outcome(due.entity, self._client.redact(str(told)), "", advice, waits)

    async def _diagnosis(self, blueprint: str, told: Refusal, sent: SentEntity) -> Diagnosis:
        if told.status not in _ABOUT_THE_ENTITY:
            return Diagnosis("", "", advice_for(told))
        schema = await self._schema(blueprint)
        if blueprint in self._absent and (told.status == 404 or told.code == MISSING):
            return no_blueprint(blueprint)
        return diagnose(told, schema, sent)

    async def _schema(self, blueprint: str) -> BlueprintSchema | None:
        """None where Port has none, or does not tell: a diagnosis is a courtesy, and must not stop a delivery."""
        async with self._asking:
            if blueprint not in self._schemas:
                self._schemas[blueprint] = await self._asked(blueprint)
        return self._schemas[blueprint]

    async def _asked(self, blueprint: str) -> BlueprintSchema | None:
        try:
            answer = await self._client.request("GET", ("blueprints", blueprint))
        except FairleadError:
            return None
        if answer.status == 404:
            self._absent.add(blueprint)
        return schema_of(answer.body) if answer.is_success else None

    async def _dependents(self, blueprint: str, identifier: str) -> list[tuple[str, str]]:
        """The first few entities that require the entity; none where Port does not tell."""
        if self._searches >= SEARCHES:
            return []
        self._searches += 1
        rule = {
            "operator": "relatedTo",
            "blueprint": blueprint,
            "value": identifier,
            "direction": "downstream",
            "required": True,
        }
        try:
            answer = await self._client.request(
                "POST",
                ("entities", "search"),
                query={"exclude_calculated_properties": "true", "include": "identifier,blueprint"},
                body=msgspec.json.encode({"combinator": "and", "rules": [rule]}),
            )
            found = read(answer, _Answer, "a search").entities if answer.is_success else []
        except FairleadError:
            return []
        return [(one.blueprint, one.identifier) for one in found[:NAMED]]
