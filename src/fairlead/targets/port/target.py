"""Port as a target of delivery: blueprints, then entities; each entity's refusal is its own outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing

import msgspec

from fairlead.model.blueprints import Blueprint
from fairlead.model.delivery import Held, Outcome, Payload
from fairlead.model.entities import EntityKey
from fairlead.model.errors import FairleadError
from fairlead.targets.pacing import Timing
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
from fairlead.targets.port.coercion import texts_at_port, texts_of
from fairlead.targets.port.diagnosis import is_limit
from fairlead.targets.port.holdings import PortHoldings
from fairlead.targets.port.integration import PortIntegration
from fairlead.targets.port.organization import Organization, organization
from fairlead.targets.port.patches import PortPatches
from fairlead.targets.port.refusals import PortRefusals
from fairlead.targets.port.resources import PortResources
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.story import KindRow
from fairlead.targets.port.telemetry import PortTelemetry

CONCURRENCY = 16
"""Requests under way at once: with answers in 50 ms, three times what an organization may send for long."""

Send = Callable[[str, list[Due], list[Outcome]], Awaitable[None]]
"""Sends entities of one blueprint, and adds each one's outcome as it comes: those before an error count."""


class PortTarget:
    """Implements the protocol that `sync` declares for targets.

    A request that Port refuses as a whole is halved until the guilty entities stand alone. Port that is down,
    throttles for long or refuses the credential is an error; writing an entity twice does no harm.
    """

    def __init__(
        self, settings: PortSettings, *, client: PortClient | None = None, timing: Timing | None = None
    ) -> None:
        """`client` shares a session and its token with a reader of the stored mapping; `close` closes it too."""
        self._settings = settings
        self._client = client or PortClient(settings, timing)
        self._blueprints = PortBlueprints(self._client)
        self._holdings = PortHoldings(settings, self._client)
        self._refusals = PortRefusals(self._client)
        self._patches = PortPatches(settings, self._client, self._refusals)
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self.notices: list[str] = []
        """What the last `prepare` found that a person should know."""
        self._texts: Mapping[str, frozenset[str]] = {}

    @property
    def name(self) -> str:
        return "port"

    @property
    def place(self) -> str:
        """The organization, which its credential stands for, and the integration in it."""
        return f"{self._settings.base_url} {self._settings.client_id} {self._settings.identifier}"

    @property
    def integration(self) -> PortIntegration:
        """The integration object that this target writes for, over the same session."""
        return PortIntegration(self._settings, self._client)

    @property
    def resources(self) -> PortResources:
        """What that integration is given when it is new, over the same session."""
        return PortResources(self._settings, self._client)

    def telemetry(self, event: str, rows: Sequence[KindRow], clean: Callable[[str], str]) -> PortTelemetry:
        """Tells how the run `event` goes, over the same session."""
        return PortTelemetry(self._settings, self._client, event=event, rows=rows, clean=clean)

    async def organization(self) -> Organization:
        """The organization that the credential is of."""
        return await organization(self._client)

    async def sign_in(self) -> None:
        """Gets a token, unless one is held."""
        await self._client.sign_in()

    async def prepare(self, blueprints: Sequence[Blueprint]) -> None:
        """Creates blueprints that are absent, in dependency order. Existing ones get what they lack where the settings
        say so; else `notices` tells. What is sent afterwards has numbers as text where the blueprint at Port says text.

        Creates none where the settings say that nothing is to be created.

        Raises `TargetRejected` for a definition that Port refuses, after removing what this call created.
        """
        self._refusals.forget()
        if blueprints:
            stored = await self._blueprints.definitions()
            if self._settings.initialize and self._settings.origin != "Empty":
                await self._blueprints.create_absent(blueprints, stored)
            extend = self._settings.extend_blueprints
            changed, self.notices = await self._blueprints.complete(blueprints, stored, extend=extend)
            stored |= {name: stored[name] | parts for name, parts in changed.items()}
            texts = {name: texts_at_port(one) for name, one in stored.items()}
            self._texts = {one.identifier: texts_of(one) for one in blueprints} | texts

    def held(self, blueprint: str, include: Sequence[str] = ()) -> AsyncGenerator[list[Held], None]:
        """Every entity of a blueprint, whoever wrote it; none where there is no such blueprint."""
        return self._holdings.entities(blueprint, include)

    def owned(self) -> AsyncGenerator[list[EntityKey], None]:
        """Every entity that an integration of this identifier wrote last."""
        return self._holdings.owned()

    async def upsert(self, payloads: Sequence[Payload]) -> AsyncGenerator[list[Outcome], None]:
        """Writes entities, blueprint by blueprint in the order of first appearance; outcomes as answers come.

        An entity that Port refuses because another is missing waits.
        """
        for blueprint, members in by_blueprint(payloads).items():
            texts = self._texts.get(blueprint, frozenset())
            dues = [
                Due(one.entity, one.identifier, entity_json(one, texts)) for one in members if not one.foreign
            ]
            async with aclosing(self._all(blueprint, list(upsert_batches(dues)), self._upsert)) as told:
                async for outcomes in told:
                    yield outcomes
            foreign = [one for one in members if one.foreign]
            async with aclosing(self._patches.write(blueprint, foreign, texts)) as told:
                async for outcomes in told:
                    yield outcomes

    async def delete(self, payloads: Sequence[Payload]) -> AsyncGenerator[list[Outcome], None]:
        """Removes entities without cascade, blueprint by blueprint in the order of first appearance.

        What is not there counts as removed. An entity with dependents waits.
        """
        for blueprint, members in by_blueprint(payloads).items():
            dues = [Due(one.entity, one.identifier, b"") for one in members]
            batches = [dues[start : start + DELETE_COUNT] for start in range(0, len(dues), DELETE_COUNT)]
            async with aclosing(self._all(blueprint, batches, self._delete)) as told:
                async for outcomes in told:
                    yield outcomes

    async def close(self) -> None:
        """Closes every connection."""
        await self._client.close()

    async def _upsert(self, blueprint: str, batch: list[Due], told: list[Outcome]) -> None:
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
        self._refusals.count_failure(answer)
        if answer.is_success:
            await self._hear(blueprint, batch, answer, told)
            return
        why = refusal(answer)
        alike = why.code == FORBIDDEN or why.status == 404 or why.status < 400 or is_limit(why)
        if len(batch) > 1 and not alike:
            await self._halved(blueprint, batch, told, self._upsert)
            return
        repeated = answer.attempts > 1
        for due in batch:
            outcome = await self._refusals.outcome(blueprint, due, why, repeated=repeated)
            told.append(outcome)

    async def _delete(self, blueprint: str, batch: list[Due], told: list[Outcome]) -> None:
        answer = await self._client.request(
            "POST",
            ("blueprints", blueprint, "bulk", "entities", "delete"),
            query={"delete_dependents": "false"},
            body=msgspec.json.encode({"entities": [due.identifier for due in batch]}),
            feature=EXPORTER,
        )
        self._refusals.count_failure(answer)
        if answer.is_success:
            read(answer, BulkRemoval, "a bulk delete")
            told += [Outcome(due.entity) for due in batch]
            return
        if answer.status == 404 and await self._nothing_there(blueprint, batch):
            told += [Outcome(due.entity) for due in batch]
            return
        why = refusal(answer)
        if len(batch) > 1 and why.code != FORBIDDEN:
            await self._halved(blueprint, batch, told, self._delete)
            return
        waits = HAS_DEPENDENTS in f"{why.code} {why.message}"
        for due in batch:
            told.append(await self._refusals.removal(blueprint, due, why, waits=waits))

    async def _nothing_there(self, blueprint: str, batch: list[Due]) -> bool:
        """After a 404: a single entity is absent; of several, all are if their blueprint is."""
        if len(batch) == 1:
            return True
        return (await self._client.request("GET", ("blueprints", blueprint))).status == 404

    async def _halved(self, blueprint: str, batch: list[Due], told: list[Outcome], send: Send) -> None:
        for half in halves(batch):
            await send(blueprint, half, told)

    async def _hear(self, blueprint: str, batch: list[Due], answer: Answer, told: list[Outcome]) -> None:
        """One outcome for each entity of an accepted request; 207 names those that are refused by index."""
        body = read(answer, BulkAnswer, "a bulk upsert")
        accepted = {_index(batch, written) for written in body.entities}
        refused = {_index(batch, error): error for error in body.errors}
        told += [
            Outcome(due.entity)
            for index, due in enumerate(batch)
            if index not in refused and (answer.status != 207 or index in accepted)
        ]
        told += [
            Outcome(due.entity, "Port's answer says nothing of this entity")
            for index, due in enumerate(batch)
            if index not in refused and answer.status == 207 and index not in accepted
        ]
        for index, error in refused.items():
            if 0 <= index < len(batch):
                why = Refusal(error.status_code, error.error, error.message)
                waits = error.status_code == 404 and error.error == MISSING
                outcome = await self._refusals.outcome(
                    blueprint, batch[index], why, repeated=answer.attempts > 1, waits=waits
                )
                told.append(outcome)

    async def _all(
        self, blueprint: str, batches: Sequence[list[Due]], send: Send
    ) -> AsyncGenerator[list[Outcome], None]:
        """Every batch, at most `CONCURRENCY` at once. After an error nothing new is sent; what is under way comes to
        its end, and then the first error is raised."""
        errors: list[FairleadError] = []

        async def run(batch: list[Due]) -> list[Outcome]:
            told: list[Outcome] = []
            async with self._slots:
                if not errors:
                    try:
                        await send(blueprint, batch, told)
                    except FairleadError as error:
                        errors.append(error)
            return told

        waiting = {asyncio.create_task(run(batch)) for batch in batches}
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                yield [outcome for task in done for outcome in task.result()]
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if errors:
            raise errors[0]


def _index(batch: list[Due], named: WrittenEntity | EntityError) -> int:
    """The place in the request of an entity that an answer names, by index, else by identifier; -1 for none."""
    if named.index is not None:
        return named.index
    return next((index for index, due in enumerate(batch) if due.identifier == named.identifier), -1)


def _flag(value: bool) -> str:
    return "true" if value else "false"
