"""Mappings and blueprints that come with Fairlead: `standard`; `port` and `port-script`, which users of Port have."""

from __future__ import annotations

from importlib.resources import files

import msgspec

from fairlead.mapping import blueprints, configuration
from fairlead.mapping.lint import lint
from fairlead.model.errors import BadUsage

NAMES = ("standard", "port", "port-script")


class Preset(msgspec.Struct, frozen=True):
    """The texts of `port-app-config.yml` and `blueprints.json`, and what is known to be wrong with them."""

    name: str
    mapping_text: str
    blueprints_text: str
    warnings: tuple[str, ...]


def load(name: str) -> Preset:
    """The preset of that name; BadUsage for any other."""
    if name not in NAMES:
        raise BadUsage(f"there is no preset {name!r}", advice=f"Presets: {', '.join(NAMES)}.")
    folder = files(__name__) / name
    mapping = (folder / "port-app-config.yml").read_text(encoding="utf-8")
    schema = (folder / "blueprints.json").read_text(encoding="utf-8")
    read = configuration.parse(mapping, source=f"preset {name}")
    found = lint(read, blueprints.parse(schema, source=f"preset {name}"))
    return Preset(name, mapping, schema, (*read.warnings, *found))
