"""Writes pages until it is killed: `kill_program.py CATALOG`. Prints each number and each page once it is durable."""

from __future__ import annotations

import asyncio
import sys
from functools import partial

from fairlead.catalog import open_catalog
from fairlead.catalog.writer import CatalogWriter
from fairlead.model.readings import Item
from fairlead.model.stored import EntityWrite, RecordWrite

PAGE = 20


def write_page(w: CatalogWriter, page: int, number: int) -> None:
    record, entity = w.new_ids("record", PAGE), w.new_ids("entity", PAGE)
    names = [f"{page}-{place}" for place in range(PAGE)]
    w.put_records(
        [
            RecordWrite(record + n, 1, "build", name, "", None, number, b"", b"h", body=b'{"id":"%d"}' % n)
            for n, name in enumerate(names)
        ]
    )
    w.put_entities(
        [EntityWrite(entity + n, "build", name, "", b"{}", b"h", b"h") for n, name in enumerate(names)]
    )
    w.see(1, range(record, record + PAGE))
    w.mark_page(1, "0:*", "*", page, str(page), [Item(names[0], "", b""), Item(f"waits-{page}", "", b"")])


def tell(word: str, value: int) -> None:
    sys.stdout.write(f"{word} {value}\n")
    sys.stdout.flush()


async def main(url: str) -> None:
    async with open_catalog(url) as catalog:
        if not await catalog.readings(1):
            await catalog.write(lambda w: w.open_reading(1, 1, "build", "listing", "", 0, 0.0))
        chain = (await catalog.chains(1)).get("0:*")
        page = chain.pages if chain else 0
        take = catalog.numbers()
        while True:
            number = take()
            tell("number", number)
            await asyncio.gather(
                *(catalog.write(partial(write_page, page=page + n, number=number)) for n in range(3))
            )
            page += 3
            tell("page", page)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
