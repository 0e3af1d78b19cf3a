"""Mappings and blueprints that come with Fairlead: `standard`; `port` and `port-script`, which users of Port have."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from fairlead.mapping import blueprints, configuration, extras
from fairlead.mapping.lint import lint
from fairlead.model.errors import BadUsage
from fairlead.model.resources import Extra, ExtraKind

NAMES = ("standard", "port", "port-script")


class Preset(msgspec.Struct, frozen=True):
    """The texts of `port-app-config.yml` and `blueprints.json`, what is known to be wrong with them, and the scorecards
    and pages that go with them at Port."""

    name: str
    mapping_text: str
    blueprints_text: str
    warnings: tuple[str, ...]
    extras: tuple[Extra, ...] = ()


def load(name: str) -> Preset:
    """The preset of that name; BadUsage for any other."""
    if name not in NAMES:
        raise BadUsage(f"there is no preset {name!r}", advice=f"Presets: {', '.join(NAMES)}.")
    folder = files(__name__) / name
    mapping = (folder / "port-app-config.yml").read_text(encoding="utf-8")
    schema = (folder / "blueprints.json").read_text(encoding="utf-8")
    read = configuration.parse(mapping, source=f"preset {name}")
    found = lint(read, blueprints.parse(schema, source=f"preset {name}"))
    return Preset(name, mapping, schema, (*read.warnings, *found), tuple(_extras(folder)))


def _extras(folder: Traversable) -> Iterator[Extra]:
    kinds: tuple[ExtraKind, ...] = ("scorecard", "page")
    for kind in kinds:
        file = folder / f"{kind}s.json"
        if file.is_file():
            yield from extras.parse(kind, file.read_text(encoding="utf-8"), source=f"{kind}s of a preset")
