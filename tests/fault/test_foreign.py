"""Entities of others outlive whatever we add to them, make of them and take back, through trouble and lost answers."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

import pytest

from fairlead.catalog import open_catalog
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.entities import Body, Json
from fault.delivering import Installation, body, of, schema
from port_api import Fault, PortApi, VirtualClock
from port_api.chaos import BEFORE, Chaos

KEYS = [of("area", f"a{number}") for number in range(6)]
ROUNDS = 6


def drawn(random: Random, *, titled: bool) -> Body:
    """What our mapping says of an entity; one that it makes has a title."""
    properties: dict[str, Json] = {
        name: str(random.randrange(3)) for name in ("one", "two") if random.random() < 0.7
    }
    return body("ours" if titled else None, properties)


async def changed(installation: Installation, random: Random) -> None:
    """Each entity is patched, made too, or no longer spoken of, or stays as it is."""
    for key in KEYS:
        fate = random.choice(["patch", "own", "none", "stay"])
        if fate == "stay":
            continue
        await installation.catalog.write(
            partial(CatalogWriter.delete_contributions, ids=[installation.ids[key]])
        )
        if fate == "own":
            await installation.put({key: drawn(random, titled=True)})
            await installation.contribute(key, installation.bodies[key])
        else:
            await installation.put({key: drawn(random, titled=False) if fate == "patch" else None})


@pytest.mark.parametrize("seed", range(20))
async def test_entities_of_others_outlive_us(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    random, clock = Random(seed), VirtualClock()
    area = schema("area", {"theirs": "string", "one": "string", "two": "string"})
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    async with PortApi(now=clock.now) as port, open_catalog(url, clock=clock.now) as catalog:
        installation = Installation(catalog, port, clock, {"area": area})
        theirs = {key: body(properties={"theirs": key.identifier}) for key in KEYS}
        installation.stand(*theirs.items(), agent="someone else")
        await installation.put(dict.fromkeys(KEYS, None))
        marks = list(installation.ids.values())
        await catalog.write(lambda writer: writer.mark_foreign(marks))
        for _ in range(ROUNDS):
            await changed(installation, random)
            port.chaos = Chaos(random, 0.3, BEFORE)
            port.fail(Fault(0, random.randrange(9), "/area/entities/a", "PATCH", arrives=True))
            await installation.deliver()
            port.chaos = None
            port.faults.clear()
            if random.random() < 0.3:
                await catalog.write(lambda writer: writer.forget_target("port"))
        for _ in range(2):
            report = await installation.deliver()
            assert (report.refused, report.down, report.deleted, report.withheld) == (0, "", 0, 0)
        start = len(port.ledger)
        await installation.deliver()
        assert [one.path for one in port.ledger[start:] if one.method == "PATCH"] == []
        assert [one.path for one in port.ledger if one.path.endswith("/delete")] == []
        there = installation.at_port()
        for key in KEYS:
            assert there[key].properties["theirs"] == key.identifier
            ours = installation.bodies.get(key, Body())
            assert ours.properties.items() <= there[key].properties.items()
