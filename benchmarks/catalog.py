"""What a record costs the catalog: `python benchmarks/catalog.py [RECORDS] [--busy]`.

Writes page-sized jobs of 200 records, each with body, one reference, one contribution, one entity with two edges, one
change and one seen row; then meets the same records again, unchanged. `--busy` keeps the main thread computing, as the
event loop of a sync does.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.changes import Cause
from fairlead.model.entities import EntityKey
from fairlead.model.stored import ChangeWrite, ContributionWrite, Edge, EntityWrite, RecordWrite

PAGE = 200
CLOCK = time.thread_time
Spent = dict[str, float]


def body_of(number: int) -> bytes:
    """A pull request as Azure DevOps gives it, about 2.5 kB, with what varies varied."""
    chance = random.Random(number)
    repository = number // 400
    person = {
        "displayName": f"Person {chance.randrange(300)}",
        "url": f"https://spsprodeus21.vssps.visualstudio.com/A1/_apis/Identities/{chance.getrandbits(128):032x}",
        "id": f"{chance.getrandbits(128):032x}",
        "uniqueName": f"person{chance.randrange(300)}@example.com",
        "imageUrl": "https://dev.azure.com/example/_api/_common/identityImage?id=1",
        "descriptor": f"aad.{chance.getrandbits(160):040x}",
    }
    base = f"https://dev.azure.com/example/_apis/git/repositories/{repository:08d}"
    return orjson.dumps(
        {
            "repository": {"id": f"{repository:08d}", "name": f"service-{repository}", "url": base},
            "pullRequestId": number,
            "codeReviewId": number,
            "status": chance.choice(["active", "completed", "abandoned"]),
            "createdBy": person,
            "creationDate": f"2026-0{chance.randrange(1, 9)}-11T09:{chance.randrange(10, 59)}:12.1234567Z",
            "title": " ".join(chance.choice(["fix", "build", "retry", "login", "tests"]) for _ in range(6)),
            "description": " ".join(
                chance.choice(["this", "adds", "removes", "a", "cache"]) for _ in range(40)
            ),
            "sourceRefName": f"refs/heads/feature/{chance.getrandbits(32):08x}",
            "targetRefName": "refs/heads/main",
            "mergeStatus": "succeeded",
            "isDraft": False,
            "lastMergeSourceCommit": {
                "commitId": f"{chance.getrandbits(160):040x}",
                "url": f"{base}/commits/x",
            },
            "lastMergeTargetCommit": {
                "commitId": f"{chance.getrandbits(160):040x}",
                "url": f"{base}/commits/y",
            },
            "reviewers": [{**person, "vote": chance.choice([0, 5, 10]), "hasDeclined": False}],
            "url": f"{base}/pullRequests/{number}",
            "supportsIterations": True,
        }
    )


class Timed:
    """Adds up the seconds of the writer thread's processor time per step."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.spent: Spent = defaultdict(float)
        self._clock = clock
        self._last = clock()

    def mark(self, step: str) -> None:
        """The time since the mark before belongs to `step`."""
        now = self._clock()
        self.spent[step] += now - self._last
        self._last = now


FRAGMENT = orjson.dumps(
    {"fields": ["title"], "title": "fix build", "properties": {f"p{i}": "v" * 40 for i in range(9)}}
)
ROW = "a" * 32


def record_rows(first: int, page: int, bodies: Sequence[bytes], hashes: Sequence[bytes]) -> list[RecordWrite]:
    rows = []
    for i, (body, hash_) in enumerate(zip(bodies, hashes, strict=True)):
        number = page * PAGE + i
        parent = f"{number // 400:08d}"
        rows.append(
            RecordWrite(first + i, 1, "pull-request", str(number), parent, None, page, hash_, hash_, body=body,
                        references=(("__repository", "repository", parent, True),))
        )  # fmt: skip
    return rows


def entity_rows(
    first: int, keys: Sequence[EntityKey], hashes: Sequence[bytes], page: int
) -> list[EntityWrite]:
    rows = []
    for i, (key, hash_) in enumerate(zip(keys, hashes, strict=True)):
        number = page * PAGE + i
        edges = (
            Edge("repository", "service", f"example/{number // 400}"),
            Edge("creator", "user", f"person{number % 300}@example.com"),
        )
        rows.append(
            EntityWrite(
                first + i, key.blueprint, key.identifier, "fix build", FRAGMENT, hash_, hash_, edges=edges
            )
        )
    return rows


def write_page(writer: CatalogWriter, run: int, reading: int, page: int, bodies: Sequence[bytes]) -> Spent:
    """One page of new records, from look-up to page mark."""
    numbers = range(page * PAGE, page * PAGE + PAGE)
    hashes = [hashlib.blake2b(body, digest_size=16).digest() for body in bodies]
    keys = [EntityKey("azureDevopsPullRequest", f"example/{number // 400}/{number}") for number in numbers]
    record, entity, contribution = (
        writer.new_ids(table, PAGE) for table in ("record", "entity", "contribution")
    )
    timed = Timed(CLOCK)
    writer.records(1, "pull-request", [str(number) for number in numbers])
    timed.mark("look-up records")
    writer.put_records(record_rows(record, page, bodies, hashes))
    timed.mark("record, body, reference")
    writer.contributions_of_records(range(record, record + PAGE))
    timed.mark("look-up contributions")
    writer.entities(keys)
    timed.mark("look-up entities")
    writer.put_contributions(
        [
            ContributionWrite(
                contribution + i, "sync", ROW, record + i, "", entity + i, key.blueprint, True, hash_, FRAGMENT
            )
            for i, (key, hash_) in enumerate(zip(keys, hashes, strict=True))
        ]
    )  # fmt: skip
    timed.mark("contribution")
    writer.put_entities(entity_rows(entity, keys, hashes, page))
    timed.mark("entity, two edges")
    causes = [Cause("read", "pull-request", str(number), ROW) for number in numbers]
    writer.put_changes(
        [
            ChangeWrite(
                run, entity + i, "create", key.blueprint, key.identifier, b"", causes[i], hashes[i].hex(), "applied"
            )
            for i, key in enumerate(keys)
        ]
    )  # fmt: skip
    timed.mark("change")
    writer.see(reading, range(record, record + PAGE))
    timed.mark("seen")
    writer.mark_page(reading, "0:*", "*", page, str(page), ())
    timed.mark("page mark")
    return timed.spent


def meet_page(writer: CatalogWriter, reading: int, page: int) -> Spent:
    """One page of records that have not changed."""
    timed = Timed(CLOCK)
    found = writer.records(
        1, "pull-request", [str(number) for number in range(page * PAGE, page * PAGE + PAGE)]
    )
    timed.mark("look-up records")
    writer.see(reading, [record.id for record in found.values()])
    timed.mark("seen")
    writer.mark_page(reading, "0:*", "*", page, str(page), ())
    timed.mark("page mark")
    return timed.spent


def report(title: str, records: int, spent: Spent, wall: float, cpu: float) -> None:
    """Microseconds per record."""
    print(
        f"\n{title}: {records} records, us per record: "
        f"wall {wall / records * 1e6:.1f}, process cpu {cpu / records * 1e6:.1f}"
    )
    for step, seconds in spent.items():
        print(f"  {step:28} {seconds / records * 1e6:6.2f}")
    print(f"  {'sum in jobs':28} {sum(spent.values()) / records * 1e6:6.2f}")


async def measure(
    catalog: Catalog, title: str, pages: int, work: Callable[[CatalogWriter, int], Spent], *, busy: bool
) -> None:
    """Runs one job per page, four of them waiting at a time."""
    total: Spent = defaultdict(float)
    gate = asyncio.Semaphore(4)

    async def one(page: int) -> None:
        async with gate:
            for step, seconds in (await catalog.write(lambda writer: work(writer, page))).items():
                total[step] += seconds

    async def burn() -> None:
        while True:
            sum(range(20000))
            await asyncio.sleep(0)

    burning = asyncio.create_task(burn()) if busy else None
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one(page) for page in range(pages)))
    report(title, pages * PAGE, total, time.perf_counter() - wall, time.process_time() - cpu)
    if burning is not None:
        burning.cancel()


async def main(records: int, *, busy: bool) -> None:
    """A catalog in a temporary folder, filled and met again."""
    pages = records // PAGE
    bodies = [
        [body_of(number) for number in range(page * PAGE, page * PAGE + PAGE)]
        for page in range(min(pages, 50))
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalog.db"
        async with open_catalog(str(path)) as catalog:
            run = await catalog.write(lambda writer: writer.start_run("full", b"", 1, 0.0))
            first, again = await catalog.write(
                lambda writer: tuple(
                    writer.open_reading(run, 1, "pull-request", "listing", "", 0, 0.0) for _ in "ab"
                )
            )
            await measure(
                catalog, "new", pages,
                lambda writer, page: write_page(writer, run, first, page, bodies[page % len(bodies)]), busy=busy,
            )  # fmt: skip
            await catalog.write(lambda writer: writer.end_reading(first, "proved", ""))
            await measure(
                catalog, "unchanged", pages, lambda writer, page: meet_page(writer, again, page), busy=busy
            )
            start = time.perf_counter()
            await catalog.write(lambda writer: writer.end_reading(again, "proved", ""))
            print(f"\nend of reading {(time.perf_counter() - start) * 1e3:.0f} ms")
        raw = sum(len(body) for page in bodies for body in page) / len(bodies) / PAGE
        print(
            f"file {path.stat().st_size / records:.0f} bytes per record; body {raw:.0f} bytes before compression"
        )


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--busy"]
    asyncio.run(main(int(arguments[0]) if arguments else 20_000, busy="--busy" in sys.argv))
