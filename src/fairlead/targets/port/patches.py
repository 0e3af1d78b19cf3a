"""Writes what we add to entities of others, each by the route that changes an entity and never makes or replaces one.

Port takes an entity for theirs who wrote it last, by the User-Agent, and an integration removes what is its own by that
and that it does not make. So these writes carry another feature than those of our own entities: by no list of Port's do
entities of others become ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import msgspec

from fairlead.model.delivery import Outcome, Payload
from fairlead.targets.port.answers import MISSING, Answer, read, refusal
from fairlead.targets.port.batches import Due, entity_json, patch_json
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.refusals import PortRefusals
from fairlead.targets.port.settings import PortSettings

FEATURE = "patch"
AT_ONCE = 8
_NOTHING = b"{}"


class _Written(msgspec.Struct, frozen=True):
    """What a page of a proxy lacks."""

    entity: object


class PortPatches:
    """Entities of one Port organization that others own."""

    def __init__(self, settings: PortSettings, client: PortClient, refusals: PortRefusals) -> None:
        self._settings = settings
        self._client = client
        self._refusals = refusals

    async def write(
        self, blueprint: str, payloads: Sequence[Payload], texts: frozenset[str]
    ) -> AsyncGenerator[list[Outcome], None]:
        """Outcomes as they come; an error is raised after those of the requests beside it."""
        for start in range(0, len(payloads), AT_ONCE):
            block = payloads[start : start + AT_ONCE]
            ends = await asyncio.gather(
                *(self._one(blueprint, one, texts) for one in block), return_exceptions=True
            )
            yield [end for end in ends if isinstance(end, Outcome)]
            for end in ends:
                if isinstance(end, BaseException):
                    raise end

    async def _one(self, blueprint: str, payload: Payload, texts: frozenset[str]) -> Outcome:
        body = patch_json(payload, texts)
        if body == _NOTHING:
            return Outcome(payload.entity)
        answer = await self._send("PATCH", (blueprint, "entities", payload.identifier), body)
        if answer.status == 404 and payload.owned:
            # No longer there, but our mapping makes it too.
            answer = await self._send("POST", (blueprint, "entities"), entity_json(payload, texts))
        if answer.is_success:
            read(answer, _Written, "the write of an entity")
        if answer.is_success or (answer.status == 404 and _empties(payload)):
            return Outcome(payload.entity)
        why = refusal(answer)
        due = Due(payload.entity, payload.identifier, entity_json(payload, texts))
        waits = why.status == 404 and why.code == MISSING
        repeated = answer.attempts > 1
        return await self._refusals.outcome(blueprint, due, why, repeated=repeated, waits=waits)

    async def _send(self, method: str, path: tuple[str, ...], body: bytes) -> Answer:
        create_missing = self._settings.create_missing_related_entities
        query = {"create_missing_related_entities": "true" if create_missing else "false"}
        if method == "POST":
            query |= {"upsert": "true", "merge": "true"}
        answer = await self._client.request(
            method, ("blueprints", *path), query=query, body=body, feature=FEATURE
        )
        self._refusals.count_failure(answer)
        return answer


def _empties(payload: Payload) -> bool:
    """Whether it only takes back what was ours: where nothing is, nothing is to be taken back."""
    body = payload.body
    return not (body.properties or body.relations or body.title or body.icon or body.team)
