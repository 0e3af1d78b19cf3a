"""The integration object at Port: where its users keep the mapping, and where they look at the state of a sync.

What a new one is given is the matter of `resources`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from fairlead.model.errors import IncompleteReading, Retry
from fairlead.model.instants import iso
from fairlead.targets.pacing import instant
from fairlead.targets.port.answers import TAKEN, read, refusal
from fairlead.targets.port.blueprints import PortBlueprints
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.examples import examples_json
from fairlead.targets.port.registration import Integration, check_runtime, new_integration, outdated
from fairlead.targets.port.settings import Origin, PortSettings

ResyncStatus = Literal["running", "completed", "failed", "aborted"]


class _Holder(msgspec.Struct, frozen=True):
    integration: Integration


class _Wish(msgspec.Struct, frozen=True, rename="camel"):
    updated_at: str | None = None


class _Asked(msgspec.Struct, frozen=True):
    request: _Wish


class PortIntegration:
    """One integration of type azure-devops, by the identifier in the settings."""

    def __init__(self, settings: PortSettings, client: PortClient) -> None:
        self._settings = settings
        self._client = client
        self._blueprints = PortBlueprints(client)
        self._path = ("integration", settings.identifier)

    async def stored(self) -> Integration | None:
        """The integration; None where it is absent."""
        answer = await self._client.request("GET", self._path)
        if answer.status == 404:
            return None
        self._client.check(answer, "the integration")
        return read(answer, _Holder, "the integration").integration

    async def stored_blueprints(self) -> str:
        """Every blueprint of the organization, with what Port adds to it: the text of a JSON list."""
        return await self._blueprints.stored()

    async def register(self) -> Integration:
        """Creates the integration where it is absent, else brings up to date what it says of this installation.

        Answers with what was stored before that. Raises `BadUsage` for an integration that Port itself runs.
        """
        return await self.renew(await self.stored() or await self.create(self._settings.own_origin))

    async def renew(self, stored: Integration) -> Integration:
        """Brings up to date what is `stored`; answers with what it was. Raises as `register`."""
        check_runtime(stored, self._settings.identifier)
        changed = outdated(stored, self._settings)
        if changed:
            await self._patch((), changed, "the version of the integration")
        return stored

    async def store_mapping(self, mapping: Mapping[str, object]) -> None:
        """Replaces the mapping that is stored."""
        await self._patch(("config",), {"config": mapping}, "the mapping")

    async def mark_initialized(self) -> None:
        """Notes at Port that the installation has been given its resources, so that nobody gives them again."""
        done: dict[str, object] = {"arePortResourcesInitialized": True, "version": self._settings.version}
        await self._patch((), done, "the state of the integration")

    async def report_resync(
        self,
        status: ResyncStatus,
        *,
        started: float,
        ended: float | None = None,
        next_resync: float | None = None,
        interval: float | None = None,
    ) -> None:
        """Tells Port how a sync stands, and when the next is due.

        Instants in epoch seconds, `interval` in seconds (Port has it in minutes). Raises `NotThere` before
        `register`.
        """
        state: dict[str, object] = {"status": status, "lastResyncStart": iso(started)}
        if ended is not None:
            state["lastResyncEnd"] = iso(ended)
        if next_resync is not None:
            state["nextResync"] = iso(next_resync)
        if interval is not None:
            state["intervalInMinuets"] = round(interval / 60)  # Port spells it so
        await self._patch(("resync-state",), state, "the state of the sync")

    async def show_examples(self, kind: str, records: Sequence[bytes]) -> None:
        """Shows raw records (JSON objects) of a kind to those who write the mapping; secrets are masked. Sent once."""
        body = examples_json(records)
        if body:
            path = (*self._path, "kinds", kind, "examples")
            answer = await self._client.request("POST", path, body=body, effect="create")
            self._client.check(answer, f"examples of {kind}")

    async def newest_request(self) -> float | None:
        """When somebody last wished for a full sync, in epoch seconds; None where nobody ever did.

        Raises `NotThere` before `register`.
        """
        answer = await self._client.request("GET", (*self._path, "resync-request"))
        self._client.check(answer, "the request for a sync")
        return _instant(read(answer, _Asked, "the request for a sync").request.updated_at)

    async def served_until(self) -> float:
        """Wishes up to this instant were served by a sync that came to its end; -inf where nobody can tell."""
        stored = await self.stored()
        state = stored.resync_state if stored else None
        if state is None or state.status not in ("completed", "failed"):
            return -math.inf
        # Its end would not do: a wish that came while it went on has not been served.
        known = filter(None, (_instant(state.last_resync_start), _instant(state.updated_at)))
        return min(known, default=-math.inf)

    async def create(self, origin: Origin) -> Integration:
        """Creates the integration, or answers with the one that somebody has just created.

        It starts with the resources of `origin`; where that is "Port", Port is asked to provide them.
        """
        body = msgspec.json.encode(new_integration(self._settings, origin))
        query = {"integration_modes": "create_resources"} if origin == "Port" else None
        answer = await self._client.create(("integration",), body, self._is_there, query=query)
        if answer is not None and answer.is_success:
            return read(answer, _Holder, "the new integration").integration
        taken = answer is None or refusal(answer).code == TAKEN
        stored = await self.stored() if taken else None
        if stored is not None:
            return stored
        if answer is None:
            raise Retry("the new integration is gone from Port again")
        raise self._client.error(answer, "the new integration")

    async def _is_there(self) -> bool:
        return await self.stored() is not None

    async def _patch(self, below: tuple[str, ...], body: Mapping[str, object], what: str) -> None:
        answer = await self._client.request("PATCH", self._path + below, body=msgspec.json.encode(body))
        self._client.check(answer, what)


def _instant(text: str | None) -> float | None:
    """Epoch seconds of an instant as Port writes it. Raises `IncompleteReading` for another text."""
    if not text:
        return None
    found = instant(text)
    if found is None:
        raise IncompleteReading(f"Port gives an instant that is none: {text[:40]!r}")
    return found
