"""What the presets make of realistic records, kept as readable files.

After a change that is meant: `REWRITE_GOLDEN=1 pytest tests/golden/test_golden_mapping.py`, then read the difference.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from fairlead.azure.kinds.board import COLUMN
from fairlead.mapping.blueprints import parse as parse_blueprints
from fairlead.mapping.blueprints import violations
from fairlead.mapping.configuration import parse
from fairlead.mapping.mapper import Mapper
from fairlead.mapping.pool import WorkerPool
from fairlead.mapping.presets import load
from fairlead.model.entities import Body, Contribution

FOLDER = Path(__file__).with_name("mapping")
RECORDS = json.loads((FOLDER / "records.json").read_text(encoding="utf-8"))


def shown(contribution: Contribution) -> dict[str, object]:
    """A contribution without what depends on the row's hash."""
    found: dict[str, object] = json.loads(msgspec.json.encode(contribution))
    fragment = found.pop("fragment")
    assert isinstance(fragment, dict)
    fields = fragment.pop("fields")
    for name in ("title", "icon", "team"):
        if name not in fields:
            del fragment[name]
    del found["row"], found["query"]
    return {name: value for name, value in {**found, **fragment}.items() if value not in ("", [], {})}


async def contributions(name: str) -> dict[str, list[object]]:
    """Per row of the preset what it makes of the records of its kind."""
    configuration = parse(load(name).mapping_text)
    places = {row.hash: row.place for row in configuration.rows}
    found: dict[str, list[object]] = {place: [] for place in places.values()}
    async with WorkerPool(1) as pool:
        mapper = Mapper(pool, configuration, [COLUMN])
        for kind in mapper.base_kinds():
            inputs = [json.dumps(record).encode() for record in RECORDS[kind]]
            for outcomes in await mapper.map(kind, inputs):
                for outcome in outcomes:
                    assert not outcome.frozen
                    found[places[outcome.row]] += [shown(one) for one in outcome.contributions]
    return found


@pytest.mark.parametrize("name", ["port", "port-script", "standard"])
async def test_contributions(name: str) -> None:
    found = await contributions(name)
    path = FOLDER / f"{name}.json"
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "least"), [("port-script", 6), ("standard", 16)])
async def test_relations_of_a_preset_hit(name: str, least: int) -> None:
    """Every relation's target is an entity that the same records make, if they make any of its blueprint."""
    found = [one for rows in (await contributions(name)).values() for one in rows]
    blueprints = {each.identifier: each for each in parse_blueprints(load(name).blueprints_text)}
    known = {(one["blueprint"], one["identifier"]) for one in found if isinstance(one, dict)}
    made = {blueprint for blueprint, _ in known}
    checked = 0
    for one in found:
        assert isinstance(one, dict)
        for relation, value in one.get("relations", {}).items():
            target = blueprints[one["blueprint"]].relations[relation].target
            if target not in made:
                continue
            for identifier in value if isinstance(value, list) else [value] if value else []:
                assert (target, identifier) in known
                checked += 1
    assert checked >= least


@pytest.mark.parametrize("name", ["port-script", "standard"])
async def test_a_preset_keeps_its_own_blueprints(name: str) -> None:
    blueprints = {each.identifier: each for each in parse_blueprints(load(name).blueprints_text)}
    for rows in (await contributions(name)).values():
        for one in rows:
            assert isinstance(one, dict)
            if not one["creates"]:
                continue
            body = Body(
                one.get("title"), properties=one.get("properties", {}), relations=one.get("relations", {})
            )
            assert violations(body, blueprints[one["blueprint"]]) == ()
