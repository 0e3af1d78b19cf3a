"""How an installation stands at Port: whether it is let in, what is kept for it, what its mapping misses there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from fairlead.app.configuring import Parsed
from fairlead.app.settings.values import PortSettings
from fairlead.app.wiring import PortTarget, open_port
from fairlead.mapping import blueprints as blueprint_files
from fairlead.mapping.expressions import constant
from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import BadCredential, FairleadError


class PortHealth(msgspec.Struct, frozen=True):
    """Port. `registered`: the integration is there; `mapping`: Port keeps one for it.

    `missing` are blueprints, properties and relations that the mapping fills and Port does not have, one line each;
    `coming` are blueprints that the next sync creates. `error` says why nothing could be asked, and `credential` is
    False where the credential is the reason.
    """

    url: str
    integration: str
    organization: str = ""
    registered: bool = False
    mapping: bool = False
    missing: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()
    error: str = ""
    advice: str = ""
    credential: bool = True


async def port_health(settings: PortSettings, mapping: Parsed) -> PortHealth:
    """Asks Port, and changes nothing there."""
    target = open_port(settings)
    try:
        return await _look(settings, target, mapping)
    except FairleadError as error:
        return unwell(settings, error)
    finally:
        await target.close()


def unwell(settings: PortSettings, error: FairleadError) -> PortHealth:
    """What there is to say where Port gives no answer."""
    return PortHealth(
        settings.base_url,
        settings.integration if settings.is_integration else "",
        error=error.message,
        advice=error.advice,
        credential=not isinstance(error, BadCredential),
    )


async def _look(settings: PortSettings, target: PortTarget, mapping: Parsed) -> PortHealth:
    organization = await target.organization()
    stored = await target.integration.stored() if settings.is_integration else None
    there = {
        one.identifier: one for one in blueprint_files.parse(await target.integration.stored_blueprints())
    }
    coming = [one.identifier for one in mapping.blueprints if one.identifier not in there]
    return PortHealth(
        settings.base_url,
        settings.integration if settings.is_integration else "",
        organization.id,
        stored is not None,
        stored is not None and bool(stored.mapping),
        tuple(missing(mapping, there)),
        tuple(coming),
    )


def missing(mapping: Parsed, there: Mapping[str, Blueprint]) -> Iterator[str]:
    """What rows fill and the blueprints at Port do not have. A blueprint that a record decides is not judged."""
    for row in mapping.configuration.rows:
        name = constant(row.mapping.blueprint)
        if name is None:
            continue
        blueprint = there.get(name)
        if blueprint is None:
            if mapping.blueprint(name) is None:
                yield f"{row.place}: the blueprint {name}"
            continue
        yield from _fields(row.place, name, "property", row.mapping.properties, blueprint.properties)
        yield from _fields(row.place, name, "relation", row.mapping.relations, blueprint.relations)


def _fields(
    place: str, blueprint: str, what: str, wanted: Iterable[str], there: Iterable[str]
) -> Iterator[str]:
    known = set(there)
    return (f"{place}: the {what} {name} of {blueprint}" for name in wanted if name not in known)
