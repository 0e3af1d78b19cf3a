"""What an installation starts with where nobody has chosen: a folder of resources, as in Port's image, or a preset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import orjson

from fairlead.app.settings.values import Settings
from fairlead.mapping import configuration, extras, presets
from fairlead.mapping.expressions import constant
from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import BadUsage
from fairlead.model.resources import Extra, ExtraKind

FOLDER = Path(".port", "resources")
"""Where Port's image has it, below its working directory."""

SUFFIXES = (".json", ".yml", ".yaml")
_EXTRAS: dict[str, ExtraKind] = {"actions": "action", "scorecards": "scorecard", "pages": "page"}


class Text(msgspec.Struct, frozen=True):
    """A text, and where it is from."""

    text: str
    source: str


class Defaults(msgspec.Struct, frozen=True):
    """A mapping, blueprints, and what goes with them at Port. `blueprints` None: the mapping is for those at Port."""

    mapping: Text
    blueprints: Text | None
    extras: tuple[Extra, ...]


def defaults(settings: Settings) -> Defaults:
    """The folder's, or without a mapping there the preset's; a preset that was named goes before a folder. BadUsage for
    a folder or file that cannot be read, BadMapping for one that is broken."""
    folder = None if settings.preset_named else _folder(settings)
    preset = presets.load(settings.preset)
    name = f"the preset {settings.preset}"
    mapping, blueprints = Text(preset.mapping_text, name), Text(preset.blueprints_text, name)
    if folder is None:
        return Defaults(mapping, blueprints, preset.extras)
    files = _files(folder)
    found = [
        extra
        for stem, kind in _EXTRAS.items()
        if stem in files
        for extra in extras.parse(kind, _read(files[stem]), source=str(files[stem]))
    ]
    own = _text(files, "port-app-config")
    return Defaults(own or mapping, _text(files, "blueprints") or (None if own else blueprints), tuple(found))


def read_file(path: Path, what: str) -> Text:
    """BadUsage for a file that is not there or no text."""
    try:
        return Text(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise BadUsage(f"the {what} file {path} cannot be read: {reason}") from None


def with_missing(stored: str, mapping: Text, given: Sequence[Blueprint]) -> str:
    """The blueprints `stored` at Port, a JSON list, with the `given` ones where `mapping` names one that is missing
    there; as they are where one of the given ones is there: they are then the users' matter."""
    held: list[object] = orjson.loads(stored)
    there = {one.get("identifier") for one in held if isinstance(one, dict)}
    rows = configuration.parse(mapping.text, source=mapping.source).rows
    named = {constant(row.mapping.blueprint) for row in rows} - {None}
    if named <= there or any(one.identifier in there for one in given):
        return stored
    return orjson.dumps([*held, *(orjson.loads(one.definition) for one in given)]).decode()


def _folder(settings: Settings) -> Path | None:
    """The folder that is named, which then has to be there; else the image's where it is there."""
    if settings.port is None:
        return None
    named = settings.port.resources
    folder = named or settings.directory / FOLDER
    if folder.is_dir():
        return folder
    if named:
        raise BadUsage(
            f"there is no folder of resources {named}", advice="Is it mounted, and is the path right?"
        )
    return None


def _files(folder: Path) -> dict[str, Path]:
    """The files that count, by their names without suffix."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.stem not in ("port-app-config", "blueprints", *_EXTRAS):
            continue
        if path.suffix not in SUFFIXES:
            raise BadUsage(f"{path} is no resource", advice=f"Resources end in {', '.join(SUFFIXES)}.")
        if path.stem in found:
            raise BadUsage(f"{found[path.stem]} and {path} are one resource", advice="Remove one of them.")
        found[path.stem] = path
    return found


def _text(files: dict[str, Path], stem: str) -> Text | None:
    return read_file(files[stem], stem) if stem in files else None


def _read(path: Path) -> str:
    return read_file(path, path.stem).text
