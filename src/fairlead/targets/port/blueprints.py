"""Blueprints at Port: those that are absent are created, those that are there are left as they are.

Port refuses a relation to a blueprint that does not exist yet, and a mirror along a relation that does not. So all
are created bare first, then get their relations, then what walks along relations. If that fails midway, those just
created are removed again: a bare leftover would count as existing ever after, and never get its relations. One that a
killed run has left can be told from a user's, and is gone on with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from fairlead.model.blueprints import SYSTEM, Blueprint
from fairlead.model.errors import FairleadError, NotPermitted, TargetRejected
from fairlead.targets.port.answers import TAKEN, Answer, read, refusal
from fairlead.targets.port.client import EXPORTER, PortClient
from fairlead.targets.port.definitions import (
    LINKED,
    WALKING,
    Definition,
    Gap,
    bare,
    by_identifier,
    definition_of,
    filling,
    gap,
    lacking,
)


class _Stored(msgspec.Struct, frozen=True):
    blueprints: list[Definition]


class _StoredText(msgspec.Struct, frozen=True):
    blueprints: msgspec.Raw


class PortBlueprints:
    """The blueprints of one Port organization."""

    def __init__(self, client: PortClient) -> None:
        self._client = client

    async def stored(self) -> str:
        """All blueprints as they are at Port: the text of a JSON list."""
        return bytes(read(await self._list(), _StoredText, "the list of blueprints").blueprints).decode()

    async def definitions(self) -> dict[str, Definition]:
        """All blueprints as they are at Port, by identifier."""
        return by_identifier(read(await self._list(), _Stored, "the list of blueprints").blueprints)

    async def create_absent(
        self, blueprints: Sequence[Blueprint], stored: Mapping[str, Definition], *, finish: bool = False
    ) -> list[str]:
        """Creates those that are not among `stored`; gives their identifiers.

        With `finish`, those that are there get the parts that they lack: a killed run had come no further. Raises
        `TargetRejected` (or the class that fits the refusal) after removing what it had created.
        """
        ours = [given for given in in_dependency_order(blueprints) if given.identifier not in SYSTEM]
        absent = [given for given in ours if given.identifier not in stored]
        begun = [given for given in ours if given.identifier in stored] if finish else []
        created: list[str] = []
        try:
            unfinished = {it.identifier: (definition_of(it), stored[it.identifier]) for it in begun}
            unfinished |= await self._create(absent, created)
            for keys in (LINKED, WALKING):
                for name, (wanted, there) in unfinished.items():
                    part = lacking(wanted, there, keys)
                    if part:
                        await self._patch(name, part)
        except (FairleadError, asyncio.CancelledError):
            await self._remove(created)
            raise
        return created

    async def complete(
        self, blueprints: Sequence[Blueprint], stored: Mapping[str, Definition], *, extend: bool
    ) -> tuple[dict[str, Definition], list[str]]:
        """What those that are there lack of our definitions: added with `extend`, else only told.

        Answers with the changed parts of those that were changed, and with what there is to say, a line for a
        blueprint. A refused addition is told too. Nothing is ever taken away, retyped or made required.
        """
        changed: dict[str, Definition] = {}
        told: list[str] = []
        for blueprint in blueprints:
            name = blueprint.identifier
            missing = gap(definition_of(blueprint), stored[name]) if name in stored else None
            if missing is None:
                continue
            parts = filling(stored[name], missing) if extend and name not in SYSTEM else {}
            try:
                if parts:
                    await self._patch(name, parts)
                    changed[name] = parts
            except (TargetRejected, NotPermitted) as error:
                told.append(error.message)
            if missing.risky or not parts:
                told.append(_lack(name, missing, extend=extend))
        return changed, told

    async def _create(
        self, absent: Sequence[Blueprint], created: list[str]
    ) -> dict[str, tuple[Definition, Definition]]:
        """Creates them bare, and notes each in `created`; what each is to become, and that it has nothing of it yet."""
        unfinished: dict[str, tuple[Definition, Definition]] = {}
        for blueprint in absent:
            definition = definition_of(blueprint)
            if await self._post(blueprint.identifier, bare(definition)):
                created.append(blueprint.identifier)
                unfinished[blueprint.identifier] = definition, {}
        return unfinished

    async def _post(self, identifier: str, definition: Definition) -> bool:
        """Whether the blueprint is ours now; False where somebody else has just created it."""

        async def is_there() -> bool:
            return (await self._client.request("GET", ("blueprints", identifier))).is_success

        answer = await self._client.create(
            ("blueprints",), msgspec.json.encode(definition), is_there, feature=EXPORTER
        )
        if answer is None or answer.is_success:
            return True  # None: our own request arrived, only its answer was lost
        if refusal(answer).code == TAKEN:
            return False
        raise self._rejection(answer, f"the blueprint {identifier!r}")

    async def _patch(self, identifier: str, part: Definition) -> None:
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
        self._client.check(answer, "the list of blueprints")
        return answer

    def _rejection(self, answer: Answer, what: str) -> FairleadError:
        """404 is a rejection here: what the definition points to is absent at Port."""
        error = self._client.error(answer, what)
        return TargetRejected(error.message) if answer.status == 404 else error


def _lack(name: str, missing: Gap, *, extend: bool) -> str:
    required = f"relations {', '.join(missing.risky)}, which are required"
    lacks = required if extend and missing.risky else str(missing)
    advice = "add them there" if extend else "add them there, or set port.extend_blueprints"
    return f"the blueprint {name!r} lacks {lacks}; entities that have them are refused: {advice}"


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
