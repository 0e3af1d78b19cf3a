"""Port as a target of delivery: blueprints, then entities; each entity's refusal is its own outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from fairlead.model.blueprints import Blueprint
from fairlead.model.delivery import Outcome, Payload
from fairlead.targets.port.answers import (
    FORBIDDEN,
    HAS_DEPENDENTS,
    MISSING,
    Answer,
    BulkAnswer,
    BulkRemoval,
    EntityError,
    Refusal,
    WrittenEntity,
    describe,
    read,
    refusal,
)
from fairlead.targets.port.batches import (
    DELETE_COUNT,
    Due,
    bulk_json,
    by_blueprint,
    entity_json,
    halves,
    upsert_batches,
)
from fairlead.targets.port.blueprints import PortBlueprints
from fairlead.targets.port.client import EXPORTER, PortClient
from fairlead.targets.port.integration import PortIntegration
from fairlead.targets.port.pacing import Timing
from fairlead.targets.port.resources import PortResources
from fairlead.targets.port.settings import PortSettings

CONCURRENCY = 4
"""Requests under way at once."""

ROUNDS = 50
"""How often what waits for another entity is tried again, while each round still gets something through."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What Port says of one entity. `waits`: another entity has to come (or go) first."""

    error: str = ""
    waits: bool = False


_ACCEPTED = Verdict()

Send = Callable[[str, list[Due]], Awaitable[dict[int, Verdict]]]
"""Sends entities of one blueprint; the verdicts are by the entities' places among the payloads."""


class PortTarget:
    """Implements the protocol that `sync` declares for targets.

    A request that Port refuses as a whole is halved until the guilty entities stand alone. Port that is down,
    throttles for long or refuses the credential is an error, and every entity of the call stays due; writing one
    twice does no harm.
    """

    def __init__(
        self, settings: PortSettings, *, client: PortClient | None = None, timing: Timing | None = None
    ) -> None:
        """`client` shares a session and its token with a reader of the stored mapping; `close` closes it too."""
        self._settings = settings
        self._client = client or PortClient(settings, timing)
        self._blueprints = PortBlueprints(self._client)
        self._slots = asyncio.Semaphore(CONCURRENCY)

    @property
    def name(self) -> str:
        return "port"

    @property
    def integration(self) -> PortIntegration:
        """The integration object that this target writes for, over the same session."""
        return PortIntegration(self._settings, self._client)

    @property
    def resources(self) -> PortResources:
        """What that integration is given when it is new, over the same session."""
        return PortResources(self.integration, self._blueprints)

    async def prepare(self, blueprints: Sequence[Blueprint]) -> None:
        """Creates blueprints that are absent, in dependency order; existing ones are not changed.

        Raises `TargetRejected` for a definition that Port refuses, after removing what this call created.
        """
        if blueprints:
            await self._blueprints.create_absent(blueprints, await self._blueprints.existing())

    async def upsert(self, payloads: Sequence[Payload]) -> list[Outcome]:
        """Writes entities, blueprint by blueprint in the order of first appearance.

        An entity that Port refuses because another is missing is tried again after all others.
        """
        groups = {
            blueprint: [Due(place, payload.identifier, entity_json(payload)) for place, payload in members]
            for blueprint, members in by_blueprint(payloads).items()
        }

        async def send(blueprint: str, dues: list[Due]) -> dict[int, Verdict]:
            return await self._all(blueprint, list(upsert_batches(dues)), self._upsert)

        return _outcomes(payloads, await _in_rounds(groups, send))

    async def delete(self, payloads: Sequence[Payload]) -> list[Outcome]:
        """Removes entities without cascade, blueprint by blueprint in the order of first appearance.

        What is not there counts as removed. An entity with dependents is tried again after all others.
        """
        groups = {
            blueprint: [Due(place, payload.identifier, b"") for place, payload in members]
            for blueprint, members in by_blueprint(payloads).items()
        }

        async def send(blueprint: str, dues: list[Due]) -> dict[int, Verdict]:
            batches = [dues[start : start + DELETE_COUNT] for start in range(0, len(dues), DELETE_COUNT)]
            return await self._all(blueprint, batches, self._delete)

        return _outcomes(payloads, await _in_rounds(groups, send))

    async def close(self) -> None:
        """Closes every connection."""
        await self._client.close()

    async def _upsert(self, blueprint: str, batch: list[Due]) -> dict[int, Verdict]:
        answer = await self._client.request(
            "POST",
            ("blueprints", blueprint, "entities", "bulk"),
            query={
                "upsert": "true",
                "merge": _flag(self._settings.merge),
                "create_missing_related_entities": _flag(self._settings.create_missing_related_entities),
                "validation_only": "false",
            },
            body=bulk_json(batch),
            feature=EXPORTER,
        )
        if answer.is_success:
            return self._verdicts(batch, answer)
        told = refusal(answer)
        if len(batch) == 1 or told.code == FORBIDDEN or told.status == 404 or told.status < 400:
            return self._same(batch, told, waits=False)
        return await self._halved(blueprint, batch, self._upsert)

    async def _delete(self, blueprint: str, batch: list[Due]) -> dict[int, Verdict]:
        answer = await self._client.request(
            "POST",
            ("blueprints", blueprint, "bulk", "entities", "delete"),
            query={"delete_dependents": "false"},
            body=msgspec.json.encode({"entities": [due.identifier for due in batch]}),
            feature=EXPORTER,
        )
        if answer.is_success:
            read(answer, BulkRemoval, "a bulk delete")
            return {due.place: _ACCEPTED for due in batch}
        if answer.status == 404 and await self._nothing_there(blueprint, batch):
            return {due.place: _ACCEPTED for due in batch}
        told = refusal(answer)
        if len(batch) == 1 or told.code == FORBIDDEN:
            return self._same(batch, told, waits=HAS_DEPENDENTS in f"{told.code} {told.message}")
        return await self._halved(blueprint, batch, self._delete)

    async def _nothing_there(self, blueprint: str, batch: list[Due]) -> bool:
        """After a 404: a single entity is absent; of several, all are if their blueprint is."""
        if len(batch) == 1:
            return True
        return (await self._client.request("GET", ("blueprints", blueprint))).status == 404

    async def _halved(self, blueprint: str, batch: list[Due], send: Send) -> dict[int, Verdict]:
        first, second = halves(batch)
        return {**await send(blueprint, first), **await send(blueprint, second)}

    def _verdicts(self, batch: list[Due], answer: Answer) -> dict[int, Verdict]:
        """One verdict for each entity of an accepted request; 207 names those that are refused by index."""
        told = read(answer, BulkAnswer, "a bulk upsert")
        accepted = {_index(batch, written) for written in told.entities}
        refused = {_index(batch, error): error for error in told.errors}
        verdicts: dict[int, Verdict] = {}
        for index, due in enumerate(batch):
            error = refused.get(index)
            if error is not None:
                text = describe(error.status_code, error.error, self._client.redact(error.message))
                verdicts[due.place] = Verdict(text, waits=error.status_code == 404 and error.error == MISSING)
            elif answer.status != 207 or index in accepted:
                verdicts[due.place] = _ACCEPTED
            else:
                verdicts[due.place] = Verdict("Port's answer says nothing of this entity")
        return verdicts

    def _same(self, batch: list[Due], told: Refusal, *, waits: bool) -> dict[int, Verdict]:
        verdict = Verdict(self._client.redact(str(told)), waits)
        return {due.place: verdict for due in batch}

    async def _all(self, blueprint: str, batches: Sequence[list[Due]], send: Send) -> dict[int, Verdict]:
        """Every batch, at most `CONCURRENCY` at once; the first error stops the others and is raised."""

        async def run(batch: list[Due]) -> dict[int, Verdict]:
            async with self._slots:
                return await send(blueprint, batch)

        tasks = [asyncio.create_task(run(batch)) for batch in batches]
        try:
            parts = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return {place: verdict for part in parts for place, verdict in part.items()}


async def _in_rounds(groups: dict[str, list[Due]], send: Send) -> dict[int, Verdict]:
    """Sends group after group; what waits for another entity again, while that gets something through."""
    verdicts: dict[int, Verdict] = {}
    for _ in range(ROUNDS):
        for blueprint, dues in groups.items():
            verdicts.update(await send(blueprint, dues))
        sent = sum(len(dues) for dues in groups.values())
        waiting = {
            blueprint: [due for due in dues if verdicts[due.place].waits]
            for blueprint, dues in groups.items()
        }
        groups = {blueprint: dues for blueprint, dues in waiting.items() if dues}
        if not groups or sum(len(dues) for dues in groups.values()) == sent:
            break
    return verdicts


def _outcomes(payloads: Sequence[Payload], verdicts: dict[int, Verdict]) -> list[Outcome]:
    return [Outcome(payload.entity, verdicts[place].error) for place, payload in enumerate(payloads)]


def _index(batch: list[Due], named: WrittenEntity | EntityError) -> int:
    """The place in the request of an entity that an answer names, by index, else by identifier; -1 for none."""
    if named.index is not None:
        return named.index
    return next((index for index, due in enumerate(batch) if due.identifier == named.identifier), -1)


def _flag(value: bool) -> str:
    return "true" if value else "false"
