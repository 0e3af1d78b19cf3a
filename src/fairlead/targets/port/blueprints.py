"""Blueprints at Port: those that are absent are created, those that are there are never touched.

Port refuses a relation to a blueprint that does not exist yet, and a mirror along a relation that does not. So all
are created bare first, then get their relations, then what walks along relations. If that fails midway, those just
created are removed again: a bare leftover would count as existing ever after, and never get its relations.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence

import msgspec

from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import FairleadError, TargetRejected
from fairlead.targets.port.answers import TAKEN, Answer, read, refusal
from fairlead.targets.port.client import EXPORTER, PortClient
from fairlead.targets.port.coercion import StoredBlueprint

_LINKED = ("relations",)
_WALKING = (
    "ownership",
    "teamInheritance",
    "mirrorProperties",
    "calculationProperties",
    "aggregationProperties",
)

_Definition = dict[str, msgspec.Raw]


class _Stored(msgspec.Struct, frozen=True):
    blueprints: list[StoredBlueprint]


class _StoredText(msgspec.Struct, frozen=True):
    blueprints: msgspec.Raw


class PortBlueprints:
    """The blueprints of one Port organization."""

    def __init__(self, client: PortClient) -> None:
        self._client = client

    async def stored(self) -> str:
        """All blueprints as they are at Port: the text of a JSON list."""
        return bytes(read(await self._list(), _StoredText, "the list of blueprints").blueprints).decode()

    async def existing(self) -> dict[str, frozenset[str]]:
        """All blueprints at Port by identifier, with the properties of each that take any text."""
        stored = read(await self._list(), _Stored, "the list of blueprints")
        return {blueprint.identifier: blueprint.texts for blueprint in stored.blueprints}

    async def create_absent(self, blueprints: Sequence[Blueprint], existing: Collection[str]) -> list[str]:
        """Creates those that are not among `existing`; gives their identifiers.

        Raises `TargetRejected` (or the class that fits the refusal) after removing what it had created.
        """
        ordered = in_dependency_order(blueprints)
        absent = [blueprint for blueprint in ordered if blueprint.identifier not in existing]
        created: list[str] = []
        try:
            await self._create(absent, created)
        except (FairleadError, asyncio.CancelledError):
            await self._remove(created)
            raise
        return created

    async def _create(self, absent: Sequence[Blueprint], created: list[str]) -> None:
        definitions: dict[str, _Definition] = {}
        for blueprint in absent:
            definition = msgspec.json.decode(blueprint.definition, type=_Definition)
            bare = {key: value for key, value in definition.items() if key not in _LINKED + _WALKING}
            if await self._post(blueprint.identifier, bare):
                created.append(blueprint.identifier)
                definitions[blueprint.identifier] = definition
        for keys in (_LINKED, _WALKING):
            for identifier, definition in definitions.items():
                part = {key: definition[key] for key in keys if _says_something(definition.get(key))}
                if part:
                    await self._patch(identifier, part)

    async def _post(self, identifier: str, bare: Mapping[str, msgspec.Raw]) -> bool:
        """Whether the blueprint is ours now; False where somebody else has just created it."""

        async def is_there() -> bool:
            return (await self._client.request("GET", ("blueprints", identifier))).is_success

        answer = await self._client.create(
            ("blueprints",), msgspec.json.encode(bare), is_there, feature=EXPORTER
        )
        if answer is None or answer.is_success:
            return True  # None: our own request arrived, only its answer was lost
        if refusal(answer).code == TAKEN:
            return False
        raise self._rejection(answer, f"the blueprint {identifier!r}")

    async def _patch(self, identifier: str, part: Mapping[str, msgspec.Raw]) -> None:
        answer = await self._client.request(
            "PATCH", ("blueprints", identifier), body=msgspec.json.encode(part), feature=EXPORTER
        )
        if not answer.is_success:
            raise self._rejection(answer, f"{', '.join(part)} of the blueprint {identifier!r}")

    async def _remove(self, created: Sequence[str]) -> None:
        """Best effort: the error that led here is the one to report."""
        for identifier in reversed(created):
            try:
                await self._client.request("DELETE", ("blueprints", identifier), feature=EXPORTER)
            except FairleadError:
                return

    async def _list(self) -> Answer:
        answer = await self._client.request("GET", ("blueprints",))
        if not answer.is_success:
            raise self._client.error(answer, "the list of blueprints")
        return answer

    def _rejection(self, answer: Answer, what: str) -> FairleadError:
        """404 is a rejection here: what the definition points to is absent at Port."""
        error = self._client.error(answer, what)
        return TargetRejected(error.message) if answer.status == 404 else error


def in_dependency_order(blueprints: Sequence[Blueprint]) -> list[Blueprint]:
    """Targets of relations before what points to them, else in the given order; a cycle is cut at its first."""
    by_identifier = {blueprint.identifier: blueprint for blueprint in blueprints}
    ordered: dict[str, Blueprint] = {}
    entered: set[str] = set()

    def visit(blueprint: Blueprint) -> None:
        if blueprint.identifier in entered:
            return
        entered.add(blueprint.identifier)
        for relation in blueprint.relations.values():
            if relation.target in by_identifier:
                visit(by_identifier[relation.target])
        ordered[blueprint.identifier] = blueprint

    for blueprint in by_identifier.values():
        visit(blueprint)
    return list(ordered.values())


def _says_something(value: msgspec.Raw | None) -> bool:
    return value is not None and bytes(value).strip() not in (b"{}", b"null")
