"""The integration object at Port: where its users keep the mapping, and where they look at the state of a sync.

What a new one is given is the matter of `resources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec

from fairlead.model.errors import Retry
from fairlead.targets.port.answers import TAKEN, Answer, read, refusal
from fairlead.targets.port.blueprints import PortBlueprints
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.settings import INTEGRATION_TYPE, PortSettings

ResyncStatus = Literal["running", "completed", "failed", "aborted"]


class Integration(msgspec.Struct, frozen=True, rename="camel"):
    """The integration as Port stores it, as far as it is read."""

    config: msgspec.Raw = msgspec.Raw(b"")
    version: str | None = None
    installation_app_type: str | None = None
    are_port_resources_initialized: bool | None = None

    @property
    def mapping(self) -> str:
        """The config as JSON text, "" where nothing is stored."""
        text = bytes(self.config).decode().strip()
        return "" if text in ("", "null", "{}") else text


class _Holder(msgspec.Struct, frozen=True):
    integration: Integration


class PortIntegration:
    """One integration of type azure-devops, by the identifier in the settings."""

    def __init__(self, settings: PortSettings, client: PortClient) -> None:
        self._settings = settings
        self._client = client
        self._blueprints = PortBlueprints(client)
        self._path = ("integration", settings.identifier)

    async def stored_mapping(self) -> str | None:
        """The mapping as JSON text; None where the integration is absent or has none."""
        stored = await self._stored()
        return stored.mapping or None if stored else None

    async def stored_blueprints(self) -> str:
        """Every blueprint of the organization, with what Port adds to it: the text of a JSON list."""
        return await self._blueprints.stored()

    async def register(self) -> Integration:
        """Creates the integration where it is absent, else brings its type and version up to date.

        Answers with what was stored before its version was brought up to date.
        """
        stored = await self._stored()
        if stored is None:
            stored = await self._create()
        current: dict[str, object] = {
            "installationAppType": INTEGRATION_TYPE,
            "version": self._settings.version,
        }
        if (stored.installation_app_type, stored.version) != tuple(current.values()):
            await self._patch((), current, "the version of the integration")
        return stored

    async def store_mapping(self, mapping: Mapping[str, object]) -> None:
        """Replaces the mapping that is stored."""
        await self._patch(("config",), {"config": mapping}, "the mapping")

    async def mark_initialized(self) -> None:
        """Notes at Port that the installation has been given its resources, so that nobody gives them again."""
        done: dict[str, object] = {"arePortResourcesInitialized": True, "version": self._settings.version}
        await self._patch((), done, "the state of the integration")

    async def report_resync(
        self, status: ResyncStatus, *, started: float, ended: float | None = None
    ) -> None:
        """Tells Port how a sync stands; instants in epoch seconds. Raises `NotThere` before `register`."""
        state: dict[str, object] = {"status": status, "lastResyncStart": _iso(started)}
        if ended is not None:
            state["lastResyncEnd"] = _iso(ended)
        await self._patch(("resync-state",), state, "the state of the sync")

    async def _create(self) -> Integration:
        body: dict[str, object] = {
            "installationId": self._settings.identifier,
            "installationAppType": INTEGRATION_TYPE,
            "version": self._settings.version,
            "changelogDestination": {},
            "config": {},
            "actionsProcessingEnabled": False,
            "incrementalSyncEnabled": False,
        }
        answer = await self._client.create(("integration",), msgspec.json.encode(body), self._is_there)
        if answer is not None and answer.is_success:
            return read(answer, _Holder, "the new integration").integration
        taken = answer is None or refusal(answer).code == TAKEN
        stored = await self._stored() if taken else None
        if stored is not None:
            return stored
        if answer is None:
            raise Retry("the new integration is gone from Port again")
        raise self._client.error(answer, "the new integration")

    async def _is_there(self) -> bool:
        return await self._stored() is not None

    async def _stored(self) -> Integration | None:
        answer = await self._client.request("GET", self._path)
        if answer.status == 404:
            return None
        self._check(answer, "the integration")
        return read(answer, _Holder, "the integration").integration

    async def _patch(self, below: tuple[str, ...], body: Mapping[str, object], what: str) -> None:
        answer = await self._client.request("PATCH", self._path + below, body=msgspec.json.encode(body))
        self._check(answer, what)

    def _check(self, answer: Answer, what: str) -> None:
        if not answer.is_success:
            raise self._client.error(answer, what)


def _iso(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
