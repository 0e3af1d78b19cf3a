"""Measures deliveries to Port: `python -m benchmarks.delivery` (100,000 entities, 50 ms for each answer).

A catalog is filled with entities, then delivered to a server that takes everything and keeps nothing; then once more
unchanged, and once more with a hundredth of them changed. Beside it the floor: the same bodies, made beforehand,
posted by bare aiohttp with as many requests at once. docs/explanation/performance.md tells the method.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import aiohttp
import msgspec

from fairlead.catalog import open_catalog
from fairlead.catalog.catalog import Catalog
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.blueprints import Blueprint, Property, Relation
from fairlead.model.delivery import Payload
from fairlead.model.entities import Body
from fairlead.model.reports import DeliveryReport
from fairlead.model.secrets import Secret
from fairlead.model.stored import EntityWrite
from fairlead.reconcile.canonical import digest, encode_body
from fairlead.reconcile.merge import edges
from fairlead.sync.deliver import deliver_all
from fairlead.sync.delivery import DeliveryRules
from fairlead.targets.port.batches import Due, bulk_json, entity_json, upsert_batches
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.target import CONCURRENCY, PortTarget

PROJECTS = 100
LIMIT = 35_000 / 300
"""Entity requests a second that Port allows an organization, over five minutes."""

DEFINITION = {"identifier": "service", "title": "Service", "schema": {"properties": {}}}
SERVICE = Blueprint(
    "service",
    "Service",
    {name: Property("string") for name in ("state", "url", "description", "owner", "branch")},
    {"parent": Relation("service")},
    (),
    json.dumps(DEFINITION).encode(),
)


class Figures(msgspec.Struct, frozen=True):
    """One delivery. `cpu` seconds are of this process, `requests` those that wrote entities."""

    name: str
    seconds: float
    cpu: float
    entities: int
    requests: int

    def line(self) -> str:
        """One line of the table."""
        rate = self.entities / self.seconds if self.seconds else 0.0
        least = math.ceil(self.entities / 20)
        return (
            f"{self.name:<12} {self.entities:>8} entities {self.seconds:7.1f} s {rate:8.0f}/s {self.cpu:6.1f} CPU s"
            f" {self.requests:>6} requests, least {least}"
        )


def content(number: int, edition: int) -> Body:
    """An entity of about 400 bytes."""
    return Body(
        title=f"Service {number}",
        properties={
            "state": "active",
            "url": f"https://dev.azure.com/organization/project/_git/service-{number}",
            "description": f"What service {number} does, in a few words, edition {edition}. " * 2,
            "owner": f"team-{number % 40}@example.org",
            "branch": "refs/heads/main",
        },
        relations={"parent": f"s{number % PROJECTS}"} if number >= PROJECTS else {},
    )


async def fill(catalog: Catalog, numbers: Sequence[int], edition: int) -> None:
    """Puts these entities into the catalog."""
    for start in range(0, len(numbers), 1_000):
        rows = []
        for number in numbers[start : start + 1_000]:
            body = content(number, edition)
            text = encode_body(body)
            hash_ = digest(text)
            rows.append(
                EntityWrite(
                    number + 1, "service", f"s{number}", body.title or "", text, hash_, hash_,
                    edges=edges(body, SERVICE),
                )
            )  # fmt: skip
        await catalog.write(partial(_put, rows=rows))


def _put(writer: CatalogWriter, rows: Sequence[EntityWrite]) -> None:
    writer.put_entities(rows)


@contextmanager
def answering(latency: float) -> Iterator[str]:
    """The server's address while the block runs."""
    command = [sys.executable, "-m", "benchmarks.port_answers", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@asynccontextmanager
async def target_at(url: str) -> AsyncIterator[PortTarget]:
    """Port as a target at this address."""
    target = PortTarget(
        PortSettings(client_id="id", client_secret=Secret("secret"), identifier="bench", base_url=url)
    )
    try:
        yield target
    finally:
        await target.close()


def written(url: str) -> tuple[int, int]:
    """(requests that wrote entities, entities in them) so far."""
    with urllib.request.urlopen(f"{url}/counts") as answer:
        counts = json.load(answer)
    return sum(count for name, count in counts.items() if name.endswith("/bulk")), counts.get("entities", 0)


def cpu() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def delivered(name: str, catalog: Catalog, url: str) -> Figures:
    """One delivery, measured. A delivery that is not whole is an error."""
    before, began, used = written(url), time.perf_counter(), cpu()
    async with target_at(url) as target:
        rules = DeliveryRules(proved=True, unread=frozenset(), stands_in=True)
        (report,) = await deliver_all(catalog, [target], {"service": SERVICE}, rules)
    seconds, used = time.perf_counter() - began, cpu() - used
    _check(report)
    requests, entities = (now - then for now, then in zip(written(url), before, strict=True))
    return Figures(name, seconds, used, entities, requests)


def _check(report: DeliveryReport) -> None:
    if report.refused or report.down:
        raise SystemExit(f"the delivery failed: {report}")


async def floor(count: int, url: str) -> Figures:
    """The bodies alone, made before the clock runs."""
    dues = [
        Due(number, f"s{number}", entity_json(Payload(number, "service", f"s{number}", content(number, 0))))
        for number in range(count)
    ]
    bodies = [bulk_json(batch) for batch in upsert_batches(dues)]
    before, began, used = written(url), time.perf_counter(), cpu()
    slots = asyncio.Semaphore(CONCURRENCY)
    async with aiohttp.ClientSession(headers={"Content-Type": "application/json"}) as session:

        async def send(body: bytes) -> None:
            async with slots, session.post(f"{url}/v1/blueprints/service/entities/bulk", data=body) as answer:
                await answer.read()

        await asyncio.gather(*map(send, bodies))
    seconds, used = time.perf_counter() - began, cpu() - used
    requests, entities = (now - then for now, then in zip(written(url), before, strict=True))
    return Figures("floor", seconds, used, entities, requests)


async def measured(count: int, latency: float) -> list[Figures]:
    """A first delivery, an unchanged one, one of a changed hundredth, and the floor."""
    with answering(latency) as url, tempfile.TemporaryDirectory() as folder:
        async with open_catalog(str(Path(folder) / "catalog.db"), clock=time.time) as catalog:
            await fill(catalog, range(count), 0)
            figures = [await delivered("first", catalog, url), await delivered("unchanged", catalog, url)]
            await fill(catalog, range(0, count, 100), 1)
            figures.append(await delivered("1 % changed", catalog, url))
        return [*figures, await floor(count, url)]


def run(given: Sequence[str]) -> int:
    """Measures and prints; 0 when the requests are the fewest possible, 1 otherwise."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.delivery", description="Measure deliveries to Port."
    )
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--latency", type=float, default=50.0, help="milliseconds that each answer waits")
    options = parser.parse_args(list(given))
    figures = asyncio.run(measured(options.entities, options.latency))
    for one in figures:
        sys.stdout.write(one.line() + "\n")
    first, bare = figures[0], figures[-1]
    bound = math.ceil(options.entities / 20) * options.latency / 1000 / CONCURRENCY
    sys.stdout.write(
        f"bound by latency and {CONCURRENCY} requests at once: {bound:.1f} s;"
        f" first ÷ floor: {first.seconds / bare.seconds:.2f} (wall), {first.cpu / bare.cpu:.2f} (CPU)\n"
        f"Port's limit of {LIMIT:.0f} entity requests a second over five minutes allows {LIMIT * 20:.0f} entities/s"
        f" for long, and 700,000 entities at once\n"
    )
    return 0 if all(one.requests <= math.ceil(one.entities / 20) for one in figures[:-1]) else 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
