"""The integration object at Port: where its users keep the mapping, and where they look at the state of a sync.

The start-up follows Ocean's order, in the part that is needed: register the integration if it is absent, bring its
type and version up to date, store the mapping if there is none, create the blueprints if there is none of them, and
mark that as done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

import msgspec
import yaml

from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import BadMapping
from fairlead.targets.port.answers import TAKEN, Answer, read, refusal
from fairlead.targets.port.blueprints import PortBlueprints
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.settings import INTEGRATION_TYPE, PortSettings

ResyncStatus = Literal["running", "completed", "failed", "aborted"]


class _Integration(msgspec.Struct, frozen=True, rename="camel"):
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
    integration: _Integration


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

    async def register(self) -> None:
        """Creates the integration where it is absent, else brings its type and version up to date."""
        await self._registered()

    async def initialize(self, mapping_text: str, blueprints: Sequence[Blueprint]) -> None:
        """Registers, and gives a new integration its defaults, once.

        The mapping (JSON or YAML text) is stored only where none is stored. Blueprints are created only if none of
        them is there: as with Ocean, a catalog that already has its own is left alone. Raises `BadMapping` for a
        text that is no mapping, before anything is sent.
        """
        mapping = _mapping(mapping_text)
        stored = await self._registered()
        if stored.are_port_resources_initialized:
            return
        if not stored.mapping:
            await self._patch(("config",), {"config": mapping}, "the mapping")
        if blueprints:
            existing = await self._blueprints.existing()
            if existing.isdisjoint(blueprint.identifier for blueprint in blueprints):
                await self._blueprints.create_absent(blueprints, existing)
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

    async def _registered(self) -> _Integration:
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

    async def _create(self) -> _Integration:
        body: dict[str, object] = {
            "installationId": self._settings.identifier,
            "installationAppType": INTEGRATION_TYPE,
            "version": self._settings.version,
            "changelogDestination": {},
            "config": {},
            "actionsProcessingEnabled": False,
            "incrementalSyncEnabled": False,
        }
        answer = await self._client.request("POST", ("integration",), body=msgspec.json.encode(body))
        if answer.is_success:
            return read(answer, _Holder, "the new integration").integration
        stored = await self._stored() if refusal(answer).code == TAKEN else None
        if stored is None:
            raise self._client.error(answer, "the new integration")
        return stored

    async def _stored(self) -> _Integration | None:
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


def _mapping(text: str) -> dict[str, object]:
    """A mapping's object. JSON first, because YAML refuses tabs."""
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except msgspec.DecodeError:
        pass
    try:
        return msgspec.convert(yaml.safe_load(text), type=dict[str, object])
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise BadMapping(f"the mapping for Port is neither a JSON nor a YAML object: {error}") from None


def _iso(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
