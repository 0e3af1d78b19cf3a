"""One seeded story of deliveries: a catalog that changes, a Port that fails, a process that is killed; and its judge.

Judged are: nothing is removed but what the catalog has no more, or, after a proof of the whole, what an earlier
installation left; nothing that Port accepted and said so is sent again unchanged; and in the end, when Port is well,
it holds exactly what the catalog holds and what is somebody else's.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import msgspec

from fairlead.catalog import open_catalog
from fairlead.model.blueprints import Blueprint, Relation
from fairlead.model.entities import Body, EntityKey, Json
from fairlead.sync.delivery import DeliveryRules
from fairlead.sync.sending import NOTED
from fairlead.targets.port.target import CONCURRENCY
from fault.delivering import EVERYTHING, Installation, body, of, schema
from port_api import Chaos, PortApi, Recorded, VirtualClock
from port_api.chaos import AFTER, BEFORE

ROUNDS = 5
UNNOTED = NOTED + CONCURRENCY * 20
"""Entities that a killed process may have delivered without having noted it."""

TIMEOUT = 0.4
BLUEPRINTS: dict[str, Blueprint] = {
    one.identifier: one
    for one in (
        schema("project", {"url": "string", "size": "number"}, {"lead": Relation("service")}),
        schema(
            "service",
            {"url": "string", "size": "number", "live": "boolean", "tags": "array"},
            {
                "project": Relation("project", required=True),
                "parent": Relation("service"),
                "uses": Relation("service", many=True),
            },
        ),
        schema("item", {"size": "number"}, {"service": Relation("service"), "parent": Relation("item")}),
    )
}
FOREIGN = of("project", "foreign")


@dataclass
class Story:
    """What came of one seed. `least` is how many sendings of entities no sender could have spared."""

    seed: int
    wrong: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    least: int = 0

    def __str__(self) -> str:
        head = f"seed {self.seed}: {self.sent} entities sent, least {self.least}; {dict(self.struck)}"
        return "\n".join([head, *self.wrong])


class Judge:
    """Reads the ledger of Port as it grows."""

    def __init__(self, installation: Installation, story: Story) -> None:
        self._installation = installation
        self._story = story
        self._read = 0
        self._accepted: dict[EntityKey, str] = {}
        self.leftovers: set[EntityKey] = set()

    def look(self, *, proved: bool, killed: bool) -> None:
        """Judges what was asked since the last look; the catalog has not changed meanwhile."""
        accepted_now: dict[EntityKey, str] = {}
        again = 0
        for asked in self._installation.port.ledger[self._read :]:
            blueprint = asked.path.split("/")[3] if asked.path.startswith("/v1/blueprints/") else ""
            if asked.path.endswith("/entities/delete"):
                self._removals(blueprint, asked, accepted_now, proved=proved)
            elif asked.path.endswith("/entities/bulk"):
                again += self._upserts(blueprint, asked, accepted_now)
        self._read = len(self._installation.port.ledger)
        self._accepted.update(accepted_now)
        if killed:
            # What was accepted shortly before may not have been noted.
            for key in accepted_now:
                self._accepted.pop(key, None)
        if again > UNNOTED:
            self._say(f"{again} entities were sent again unchanged")

    def forget_links(self, keys: Collection[EntityKey]) -> None:
        """These came, went or changed. A removal of before may have been sent without an answer, so what points to
        them may have to be written again."""
        for key, one in self._installation.bodies.items():
            if _named(key, one) & set(keys):
                self._accepted.pop(key, None)

    def _removals(self, blueprint: str, asked: Recorded, now: dict[EntityKey, str], *, proved: bool) -> None:
        if asked.query["delete_dependents"] != "false":
            self._say("a removal asks for a cascade")
        for identifier in _list(asked.json):
            key = of(blueprint, str(identifier))
            if key in self._installation.bodies:
                self._say(f"{key} is removed though the catalog has it")
            if key == FOREIGN or (key in self.leftovers and not proved):
                self._say(f"{key} is removed without a proof")
            # Port takes links to it away, so what pointed to it has to be written again.
            pointing = [each for each, one in self._installation.bodies.items() if key in _named(each, one)]
            for other in [key, *pointing]:
                self._accepted.pop(other, None)
                now.pop(other, None)

    def _upserts(self, blueprint: str, asked: Recorded, now: dict[EntityKey, str]) -> int:
        given = [one for one in _list(asked.json) if isinstance(one, dict)]
        accepted = _accepted(asked)
        again = 0
        for place, entity in enumerate(given):
            key = of(blueprint, str(entity["identifier"]))
            text = json.dumps(entity, sort_keys=True)
            self._story.sent += 1
            if self._is_loosened(key, entity):
                continue
            if self._accepted.get(key) == text or now.get(key) == text:
                self._say(f"{key} is sent again unchanged after it was accepted")
                again += 1
            if place in accepted and asked.heard:
                now[key] = text
            elif key in now:
                del now[key]
        return again

    def _is_loosened(self, key: EntityKey, entity: dict[str, Json]) -> bool:
        """Whether it is sent without a relation that it has, as those are that wait for one another."""
        given = entity.get("relations")
        kept = {name for name, value in given.items() if value} if isinstance(given, dict) else set()
        body = self._installation.bodies.get(key)
        return body is not None and bool({name for name, value in body.relations.items() if value} - kept)

    def _say(self, text: str) -> None:
        self._story.wrong.append(f"seed {self._story.seed}: {text}")


async def played(seed: int, directory: Path) -> Story:
    """Plays a seed; the catalog is a file of `directory`."""
    random = Random(seed)
    story = Story(seed)
    clock = VirtualClock()
    async with (
        PortApi(now=clock.now) as port,
        open_catalog(str(directory / "c.db"), clock=clock.now) as catalog,
    ):
        installation = Installation(
            catalog,
            port,
            clock,
            BLUEPRINTS,
            create_missing=random.random() < 0.5,
            timeout=TIMEOUT,
            contributes=True,
        )
        judge = Judge(installation, story)
        world = World(random, random.randint(1, 120), dangling=installation.create_missing)
        judge.leftovers = _stand(installation, random, world) - world.bodies.keys()
        await installation.put(dict(world.bodies))
        everything = msgspec.structs.replace(EVERYTHING, stands_in=installation.create_missing)
        for _ in range(ROUNDS):
            changes = world.turn()
            await installation.put(changes)
            judge.leftovers -= changes.keys()
            judge.forget_links(changes.keys())
            story.least += len(changes)
            port.chaos = _chaos(random, seed)
            proved = random.random() < 0.5
            rules = everything if proved else DeliveryRules(stands_in=installation.create_missing)
            killed = await _deliver(
                installation, rules, kill=random.randint(1, 60) if random.random() < 0.25 else 0
            )
            story.struck += port.chaos.struck
            story.struck["killed"] += killed
            judge.look(proved=proved, killed=killed)
        port.chaos = None
        for _ in range(2):
            await installation.deliver(everything)
            judge.look(proved=True, killed=False)
        _compare(installation, story, world)
    return story


def _chaos(random: Random, seed: int) -> Chaos:
    """More or less trouble; what is slow takes real time, so only few schedules have it."""
    rate = random.choice((0.05, 0.15, 0.3, 0.5))
    if seed % 6 == 0:
        return Chaos(Random(random.random()), 0.08, (*BEFORE, *AFTER, *["slow"] * 6), TIMEOUT * 1.5)
    return Chaos(Random(random.random()), rate, BEFORE + AFTER)


async def _deliver(installation: Installation, rules: DeliveryRules, *, kill: int) -> bool:
    """A delivery to its end, or cut off after so many further requests (0: never)."""
    if not kill:
        await installation.deliver(rules)
        return False
    ledger = installation.port.ledger
    limit = len(ledger) + kill
    task = asyncio.create_task(installation.deliver(rules))
    while not task.done() and len(ledger) < limit:
        await asyncio.wait({task}, timeout=0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return task.cancelled()


class World:
    """Changes a catalog at random. Relations may dangle where Port makes what they name, or wait."""

    def __init__(self, random: Random, size: int, *, dangling: bool) -> None:
        self._random = random
        self._size = size
        self._dangling = dangling
        self.bodies: dict[EntityKey, Body] = {}

    def turn(self) -> dict[EntityKey, Body | None]:
        """Some entities come, change, go or come back."""
        changes: dict[EntityKey, Body | None] = {of("project", "p0"): body("P0")}
        for _ in range(self._random.randint(0, 2 * self._size)):
            key = self._key()
            gone = key in self.bodies and self._random.random() < 0.3 and key != of("project", "p0")
            changes[key] = None if gone else self._body(key)
        changes = {key: one for key, one in changes.items() if self.bodies.get(key) != one}
        for key, one in changes.items():
            if one is None:
                del self.bodies[key]
            else:
                self.bodies[key] = one
        self._mend(changes)
        return changes

    def _mend(self, changes: dict[EntityKey, Body | None]) -> None:
        """A required relation never dangles, and no other where the target makes no bare ends."""
        for key, one in list(self.bodies.items()):
            relations = dict(one.relations)
            if key.blueprint == "service" and of("project", str(relations["project"])) not in self.bodies:
                relations["project"] = "p0"
            if not self._dangling:
                relations = {
                    name: kept for name, value in relations.items() if (kept := self._there(key, name, value))
                }
            if relations != one.relations:
                self.bodies[key] = changes[key] = msgspec.structs.replace(one, relations=relations)

    def _there(self, key: EntityKey, name: str, value: Json) -> Json:
        """A relation's value without what is gone."""
        target = BLUEPRINTS[key.blueprint].relations[name].target
        if isinstance(value, list):
            return [one for one in value if of(target, str(one)) in self.bodies]
        return value if of(target, str(value)) in self.bodies else None

    def _key(self) -> EntityKey:
        name = self._random.choice(("project", "service", "service", "item"))
        return of(name, f"{name[0]}{self._random.randint(0, self._size // (6 if name == 'project' else 1))}")

    def _some(self, blueprint: str) -> str | None:
        """An entity that is there, or nothing."""
        there = [key.identifier for key in self.bodies if key.blueprint == blueprint]
        return self._random.choice(there) if there and self._random.random() < 0.7 else None

    def _body(self, key: EntityKey) -> Body:
        properties: dict[str, Json] = {"size": self._random.randint(0, 9)}
        relations: dict[str, Json] = {}
        if key.blueprint != "item" and self._random.random() < 0.5:
            properties["url"] = self._random.choice(("a", "ü", "x" * 300))
        if key.blueprint == "project":
            relations["lead"] = self._some("service")
        if key.blueprint == "service":
            properties["live"] = self._random.random() < 0.5
            properties["tags"] = [self._random.choice("abc")]
            relations = {"project": self._some("project") or "p0", "parent": self._some("service")}
            relations["uses"] = [one for one in (self._some("service"), self._some("service")) if one] or None
        if key.blueprint == "item":
            relations = {"service": self._some("service"), "parent": self._some("item")}
        title = self._random.choice((None, "T", "Other"))
        return body(title, properties, {name: one for name, one in relations.items() if one is not None})


def _stand(installation: Installation, random: Random, world: World) -> set[EntityKey]:
    """What is at Port before us: somebody else's project, and in half of the stories an earlier installation's."""
    installation.stand((FOREIGN, body("F")), agent="terraform")
    if random.random() < 0.5:
        return set()
    before = World(Random(random.random()), 40, dangling=False)
    before.turn()
    there = dict(before.bodies)
    alike = dict(random.sample(sorted(there.items(), key=str), len(there) // 2))
    installation.stand(*there.items())
    world.bodies.update({key: one for key, one in alike.items() if not one.relations})
    return set(there)


def _compare(installation: Installation, story: Story, world: World) -> None:
    """In the end Port holds the catalog, what is foreign, and bare ends of dangling relations where it makes them."""
    there = installation.at_port()
    stubs = _ends(world.bodies) if installation.create_missing else set()
    for key, want in world.bodies.items():
        if there.get(key) != want:
            story.wrong.append(f"seed {story.seed}: {key} is {there.get(key)} and should be {want}")
    for key in there.keys() - world.bodies.keys() - {FOREIGN} - stubs:
        story.wrong.append(f"seed {story.seed}: {key} is left over: {there[key]}")
    if FOREIGN not in there:
        story.wrong.append(f"seed {story.seed}: what is foreign is gone")


def _ends(bodies: dict[EntityKey, Body]) -> set[EntityKey]:
    """What relations name and is not there."""
    return {end for key, one in bodies.items() for end in _named(key, one)} - bodies.keys()


def _named(key: EntityKey, one: Body) -> set[EntityKey]:
    return {
        of(BLUEPRINTS[key.blueprint].relations[name].target, str(each))
        for name, value in one.relations.items()
        for each in (value if isinstance(value, list) else [value])
    }


def _list(given: object) -> list[Json]:
    entities = given["entities"] if isinstance(given, dict) else []
    return list(entities) if isinstance(entities, list) else []


def _accepted(asked: Recorded) -> frozenset[int]:
    """The places of a bulk upsert that its answer says are written."""
    if asked.status not in {200, 207} or not asked.heard:
        return frozenset()
    told = json.loads(asked.answer)
    return frozenset(one["index"] for one in told["entities"])
