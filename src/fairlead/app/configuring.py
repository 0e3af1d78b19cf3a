"""Which mapping and which blueprints hold: a file, a named preset, what is stored at Port, or the dialect's preset."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import msgspec

from fairlead.app.defaults import Text, defaults, read_file, with_missing
from fairlead.app.settings.values import PortSettings, Preset, Settings
from fairlead.app.wiring import BASES, are_steps_of, is_same_mapping, open_port, reading_catalog
from fairlead.mapping import blueprints as blueprint_files
from fairlead.mapping import configuration as configurations
from fairlead.mapping import presets
from fairlead.mapping.expressions import constant
from fairlead.mapping.lint import lint
from fairlead.mapping.rows import Configuration
from fairlead.mapping.selectors import OPTIONS
from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import (
    BadCredential,
    BadMapping,
    CatalogMissing,
    IncompleteReading,
    NotPermitted,
    NotThere,
    Retry,
    TargetRejected,
)
from fairlead.model.resources import Extra

if TYPE_CHECKING:
    from fairlead.app.wiring import Catalog


class Parsed(msgspec.Struct, frozen=True):
    """A mapping with its blueprints. `configuration` holds only rows of kinds that can be read; its warnings name the
    others."""

    configuration: Configuration
    blueprints: tuple[Blueprint, ...]

    def blueprint(self, name: str) -> Blueprint | None:
        """The blueprint of that name."""
        return next((each for each in self.blueprints if each.identifier == name), None)

    def stubbed(self) -> tuple[str, ...]:
        """The blueprints of which bare entities stand in for what relations name; none unless the mapping asks for
        it."""
        if not self.configuration.create_missing_related_entities:
            return ()
        return tuple(blueprint.identifier for blueprint in self.blueprints)

    def kinds(self) -> frozenset[str]:
        """The kinds that are read for the rows."""
        return frozenset(BASES[row.kind] for row in self.configuration.rows)


class Chosen(Parsed, frozen=True):
    """A configuration in use. `origin` tells where mapping and blueprints are from; the texts are as they were read.
    `place` is the target that was asked for them, "" where none was. `extras` go with them at Port."""

    mapping_text: str
    blueprints_text: str
    preset: Preset
    origin: str
    place: str = ""
    extras: tuple[Extra, ...] = ()


class _Texts(msgspec.Struct, frozen=True):
    """`are_held`: the blueprints are those that Port has, where a person can take one away."""

    mapping: str
    blueprints: str
    mapping_from: str
    blueprints_from: str
    place: str = ""
    extras: tuple[Extra, ...] = ()
    are_held: bool = False


UNANSWERED = (BadCredential, IncompleteReading, NotPermitted, NotThere, Retry, TargetRejected)
"""How a target fails that is asked for the mapping."""


async def chosen(settings: Settings, *, enroll: bool = False) -> Chosen:
    """The configuration that the settings lead to. BadMapping with row, line and column; BadUsage for a file that is
    not there or a preset that this version does not have; what Port answers where the mapping is stored there. With
    `enroll`, a new installation may be registered at Port before its mapping is asked for."""
    return _chosen(settings, await _texts(settings, enroll=enroll))


async def chosen_or_last(settings: Settings, *, enroll: bool = False) -> Chosen:
    """As `chosen`, but a target that is asked and is down or refuses us stops nothing: the last run's configuration
    from there is used, and a warning says so. TargetRejected where no run had one: a preset in its place could map
    everything anew, and delete what it does not know."""
    try:
        texts = await _texts(settings, enroll=enroll)
    except UNANSWERED as error:
        last = await _last_from_port(settings)
        if last is None:
            raise TargetRejected(
                f"{error.message}: without the mapping that is kept there nothing was changed",
                advice=error.advice or "try again later: no earlier run has left a mapping to go on with",
            ) from error
        return _chosen(
            settings, last, f"{error.message}: the mapping is the one that Port gave to the last run"
        )
    return _chosen(settings, texts)


async def _last_from_port(settings: Settings) -> _Texts | None:
    place = _place(settings)
    try:
        async with reading_catalog(settings) as store:
            texts = await store.configuration_from(place)
    except CatalogMissing:
        return None
    if texts is None:
        return None
    return _Texts(texts[0], texts[1], "the mapping of the last run", "its blueprints", place, are_held=True)


def _chosen(settings: Settings, texts: _Texts, *warnings: str) -> Chosen:
    found = parsed(texts.mapping, texts.blueprints, texts.mapping_from, texts.blueprints_from)
    check_blueprints(found, are_held=texts.are_held)
    origin = f"{texts.mapping_from} with {texts.blueprints_from}"
    return Chosen(
        msgspec.structs.replace(found.configuration, warnings=(*found.configuration.warnings, *warnings)),
        found.blueprints,
        texts.mapping,
        texts.blueprints,
        settings.preset,
        origin,
        texts.place,
        texts.extras,
    )


def parsed(mapping: str, blueprints: str, mapping_from: str = "", blueprints_from: str = "") -> Parsed:
    """The two texts as values, with a warning for every mistake that is known. BadMapping with row and field, or line
    and column, for what cannot be used."""
    configuration = readable(configurations.parse(mapping, source=mapping_from))
    known = tuple(blueprint_files.parse(blueprints, source=blueprints_from))
    warnings = (*configuration.warnings, *lint(configuration, known))
    return Parsed(msgspec.structs.replace(configuration, warnings=warnings), known)


async def _texts(settings: Settings, *, enroll: bool) -> _Texts:
    mapping = read_file(settings.mapping_file, "mapping") if settings.mapping_file else None
    blueprints = read_file(settings.blueprints_file, "blueprints") if settings.blueprints_file else None
    place = ""
    ours = mapping is not None or blueprints is not None
    if not ours and not settings.preset_named and settings.port and settings.port.is_integration:
        place = _place(settings)
        stored = await _stored_at_port(settings, settings.port, enroll=enroll)
        if stored is not None:
            return stored
    if ours:
        preset, name = presets.load(settings.preset), f"the preset {settings.preset}"
        mapping = mapping or Text(preset.mapping_text, name)
        blueprints = blueprints or Text(preset.blueprints_text, name)
        return _Texts(mapping.text, blueprints.text, mapping.source, blueprints.source, place)
    given = defaults(settings)
    mapping = given.mapping
    blueprints = given.blueprints or Text(await _blueprints_at_port(settings), "Port's blueprints")
    return _Texts(
        mapping.text,
        blueprints.text,
        mapping.source,
        blueprints.source,
        place,
        given.extras,
        are_held=given.blueprints is None,
    )


def _place(settings: Settings) -> str:
    """The installation at Port that keeps the mapping."""
    return open_port(settings.port).place if settings.port is not None else ""


async def _stored_at_port(settings: Settings, port: PortSettings, *, enroll: bool) -> _Texts | None:
    """What Port keeps for this installation; None where it keeps no mapping, or one that a killed start has stored.

    BadMapping where the installation is to have the mapping that its users write at Port, and they have not yet.
    """
    target = open_port(port)
    try:
        stored = await (target.resources.enroll() if enroll else target.integration.stored())
        if stored is None or not stored.mapping:
            if target.resources.starts_empty(stored):
                raise BadMapping(
                    f"Port's integration {port.integration} has no mapping",
                    advice="It is to start empty: write a mapping there, or name a mapping file.",
                )
            return None
        mapping = Text(stored.mapping, f"Port's integration {port.integration}")
        blueprints = await target.integration.stored_blueprints()
        if not stored.are_port_resources_initialized:
            given = defaults(settings)
            named = given.blueprints
            ours = blueprint_files.parse(named.text, source=named.source) if named else ()
            if is_same_mapping(mapping.text, given.mapping.text) and are_steps_of(blueprints, ours):
                return None
            if port.initialize and not target.resources.starts_empty(stored):
                blueprints = with_missing(blueprints, mapping, ours)
        return _Texts(
            mapping.text, blueprints, mapping.source, "Port's blueprints", target.place, are_held=True
        )
    finally:
        await target.close()


async def _blueprints_at_port(settings: Settings) -> str:
    """All blueprints there, the text of a JSON list."""
    if settings.port is None:
        return "[]"
    target = open_port(settings.port)
    try:
        return await target.integration.stored_blueprints()
    finally:
        await target.close()


def readable(configuration: Configuration) -> Configuration:
    """The configuration without rows of kinds that others read and this version does not; a warning names each.

    BadMapping for a kind that nobody knows, or where no row is left.
    """
    configurations.check_kinds(configuration, {*OPTIONS, *BASES})
    rows = tuple(row for row in configuration.rows if row.kind in BASES)
    if not rows:
        raise BadMapping(
            "no row of the mapping is of a kind that can be read", advice=f"kinds: {', '.join(BASES)}"
        )
    unread = tuple(row for row in configuration.rows if row not in rows)
    warnings = (f"{row.place}: this version does not read that kind" for row in unread)
    return msgspec.structs.replace(
        configuration, rows=rows, unread=unread, warnings=(*configuration.warnings, *warnings)
    )


def check_blueprints(found: Parsed, *, are_held: bool) -> None:
    """BadMapping for a row that names a blueprint that is not there. One that a record decides is not judged.
    TargetRejected where they are those that a target has (`are_held`): somebody has taken it away there."""
    known = [blueprint.identifier for blueprint in found.blueprints]
    for row in found.configuration.rows:
        name = constant(row.mapping.blueprint)
        if name is not None and name not in known:
            if are_held:
                raise TargetRejected(
                    f"{row.place}: Port has no blueprint {name}; nothing was changed",
                    advice=f"create the blueprint {name} at Port again, or take the row out of the mapping there",
                )
            near = difflib.get_close_matches(name, known, n=1)
            raise BadMapping(
                f"{row.place}: there is no blueprint {name}",
                advice=f"did you mean {near[0]}?" if near else f"blueprints: {', '.join(known)}",
            )


async def mapping_of_last_run(store: Catalog) -> Parsed | None:
    """The configuration of the newest run, None where there was none."""
    for run in await store.runs(1):
        texts = await store.configuration(run.configuration)
        if texts is not None:
            return parsed(texts[0], texts[1])
    return None
