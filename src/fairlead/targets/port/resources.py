"""What a new installation is given at Port, once: a mapping, blueprints, and what goes with them.

The order is Ocean's: the mapping if there is none; the blueprints if there is none of them, then actions, scorecards
and pages; and a mark that it is done. Everything before the mark can be cut off anywhere: the next start tells by what
is there how far it came, and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import yaml

from fairlead.model.blueprints import SYSTEM, Blueprint
from fairlead.model.errors import BadMapping, Retry
from fairlead.model.resources import Extra, ExtraKind
from fairlead.targets.port.answers import TAKEN, read, refusal
from fairlead.targets.port.blueprints import PortBlueprints
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.definitions import is_step_of
from fairlead.targets.port.integration import PortIntegration
from fairlead.targets.port.organization import organization
from fairlead.targets.port.registration import Integration
from fairlead.targets.port.settings import INTEGRATION_TYPE, PortSettings

PROVISIONS = "USE_PROVISIONED_DEFAULTS"
"""The flag of organizations whose integrations get their resources from Port itself."""

POLLS = 30
FIRST_WAIT = 3.0
GROWTH = 1.55
LONGEST_WAIT = 30.0
"""How often, and how many seconds apart, one looks whether Port has provided: as Ocean, but never more than half a
minute apart, so that it ends after 13 minutes and not after weeks."""

_ORDER: tuple[ExtraKind, ...] = ("action", "scorecard", "page")


class _Types(msgspec.Struct, frozen=True):
    integrations: list[str] = []


class PortResources:
    """What one integration is given."""

    def __init__(self, settings: PortSettings, client: PortClient) -> None:
        self._settings = settings
        self._client = client
        self._integration = PortIntegration(settings, client)
        self._blueprints = PortBlueprints(client)

    async def enroll(self) -> Integration | None:
        """The integration as it is stored, None where it is absent: what has to be asked for before its mapping is.

        An integration that is to start empty is registered, so that its users can write a mapping; one that Port
        itself provides for is registered and waited for. Nothing else is written. Raises `Retry` where Port does not
        provide.
        """
        stored = await self._integration.stored()
        if stored is not None and (stored.mapping or stored.are_port_resources_initialized):
            return stored
        origin = await self._origin(stored)
        if origin == "Empty":
            return stored or await self._integration.create("Empty")
        if origin == "Port":
            if stored is None:
                await self._integration.create("Port")
            return await self._provided()
        return stored

    def starts_empty(self, stored: Integration | None) -> bool:
        """Whether a new installation has no mapping until its users write one."""
        origin = stored.create_port_resources_origin if stored else None
        return (origin or self._settings.own_origin) == "Empty"

    async def initialize(
        self, mapping_text: str, blueprints: Sequence[Blueprint], extras: Sequence[Extra] = ()
    ) -> list[str]:
        """Registers, and gives a new integration its defaults, once. Answers with what could not be created.

        The mapping (JSON or YAML text) is stored only where none is stored. Blueprints and extras are created only
        if none of the blueprints is there: as with Ocean, a catalog that already has its own is left alone. Raises
        `BadMapping` for a text that is no mapping, before anything is sent; the class that fits where blueprints are
        refused, after removing those just created. A refused extra stops nothing.
        """
        mapping = _mapping(mapping_text)
        before = await self._integration.stored()
        stored = await self._integration.renew(
            before or await self._integration.create(self._settings.own_origin)
        )
        if stored.are_port_resources_initialized:
            return []
        notices: list[str] = []
        if (stored.create_port_resources_origin or self._settings.own_origin) not in ("Empty", "Port"):
            if not stored.mapping:
                await self._integration.store_mapping(mapping)
            if not self._settings.initialize:
                return []
            begun = before is not None and is_same_mapping(before.mapping or mapping_text, mapping_text)
            notices = await self._create(blueprints, extras, begun=begun)
        await self._integration.mark_initialized()
        return notices

    async def _origin(self, stored: Integration | None) -> str:
        """Ocean's choice: what is stored, what is set, and what Port offers. "Ocean" is an old word for Default."""
        if stored is not None:
            return stored.create_port_resources_origin or self._settings.own_origin
        if self._settings.origin in (None, "Port") and self._settings.initialize and await self._is_offered():
            return "Port"
        return self._settings.own_origin

    async def _is_offered(self) -> bool:
        """Whether Port itself provides for integrations of our type in this organization."""
        answer = await self._client.request("GET", ("integration", "provision-enabled"))
        self._client.check(answer, "the types that it provides for")
        if INTEGRATION_TYPE not in read(answer, _Types, "the types that it provides for").integrations:
            return False
        return PROVISIONS in (await organization(self._client)).feature_flags

    async def _provided(self) -> Integration:
        wait = FIRST_WAIT
        for _ in range(POLLS):
            stored = await self._integration.stored()
            if stored is not None and stored.mapping:
                return stored
            await self._client.timing.sleep(wait)
            wait = min(wait * GROWTH, LONGEST_WAIT)
        raise Retry(
            f"Port has not given the integration {self._settings.identifier!r} the resources that it keeps for it",
            advice="Start again, store a mapping there, or set the origin of the resources to Default or Empty.",
        )

    async def _create(
        self, blueprints: Sequence[Blueprint], extras: Sequence[Extra], *, begun: bool
    ) -> list[str]:
        """`begun`: an earlier start may have been cut off, so that what is there may be its work."""
        ours = [blueprint for blueprint in blueprints if blueprint.identifier not in SYSTEM]
        stored = await self._blueprints.definitions()
        there = [blueprint for blueprint in ours if blueprint.identifier in stored]
        if there and not (begun and all(is_step_of(stored[it.identifier], it) for it in there)):
            return []
        await self._blueprints.create_absent(ours, stored, finish=True)
        ordered = [extra for kind in _ORDER for extra in extras if extra.kind == kind]
        return [notice for extra in ordered if (notice := await self._add(extra))]

    async def _add(self, extra: Extra) -> str:
        """Creates one, or leaves the one of that name; what Port says where it refuses."""
        paths: dict[ExtraKind, tuple[str, ...]] = {
            "action": ("actions",),
            "scorecard": ("blueprints", extra.blueprint, "scorecards"),
            "page": ("pages",),
        }
        # Sent again after a lost answer, it is refused, because its name is taken.
        answer = await self._client.request("POST", paths[extra.kind], body=extra.definition)
        if answer.is_success or refusal(answer).code == TAKEN:
            return ""
        return f"the {extra} was not created: {self._client.redact(str(refusal(answer)))}"


def is_same_mapping(text: str, other: str) -> bool:
    """Whether two texts are one mapping. Raises `BadMapping`."""
    return _mapping(text) == _mapping(other)


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
