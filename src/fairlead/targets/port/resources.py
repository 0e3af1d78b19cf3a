"""What a new installation is given at Port, once: a mapping and blueprints.

The order is Ocean's: the mapping if there is none, the blueprints if there is none of them, and a mark that it is done.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import yaml

from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import BadMapping
from fairlead.targets.port.blueprints import PortBlueprints
from fairlead.targets.port.integration import PortIntegration


class PortResources:
    """What one integration is given."""

    def __init__(self, integration: PortIntegration, blueprints: PortBlueprints) -> None:
        self._integration = integration
        self._blueprints = blueprints

    async def initialize(self, mapping_text: str, blueprints: Sequence[Blueprint]) -> None:
        """Registers, and gives a new integration its defaults, once.

        The mapping (JSON or YAML text) is stored only where none is stored. Blueprints are created only if none of
        them is there: as with Ocean, a catalog that already has its own is left alone. Raises `BadMapping` for a
        text that is no mapping, before anything is sent.
        """
        mapping = _mapping(mapping_text)
        stored = await self._integration.register()
        if stored.are_port_resources_initialized:
            return
        if not stored.mapping:
            await self._integration.store_mapping(mapping)
        if blueprints:
            existing = await self._blueprints.existing()
            if existing.keys().isdisjoint(blueprint.identifier for blueprint in blueprints):
                await self._blueprints.create_absent(blueprints, existing)
        await self._integration.mark_initialized()


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
