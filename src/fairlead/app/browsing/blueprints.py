"""Blueprints as Port's API shows them: as they were written, with instants."""

from __future__ import annotations

import orjson

from fairlead.app.opened import Shelf
from fairlead.model.blueprints import Blueprint
from fairlead.model.entities import Json
from fairlead.model.errors import NotThere
from fairlead.model.instants import iso


def blueprints(shelf: Shelf) -> list[dict[str, Json]]:
    """Those of the newest run."""
    return [_shown(shelf, one) for one in shelf.blueprints.values()]


def blueprint(shelf: Shelf, name: str) -> dict[str, Json]:
    """One of them. NotThere for any other."""
    found = shelf.blueprints.get(name)
    if found is None:
        raise NotThere(f"there is no blueprint {name}")
    return _shown(shelf, found)


def _shown(shelf: Shelf, one: Blueprint) -> dict[str, Json]:
    written: dict[str, Json] = orjson.loads(one.definition)
    # A configuration replaces another whole: its blueprints are as old as it is.
    return written | {"createdAt": iso(shelf.saved), "updatedAt": iso(shelf.saved)}
