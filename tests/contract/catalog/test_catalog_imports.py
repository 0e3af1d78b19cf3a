"""Start-up time is a feature: a command pays for the driver of its own catalog only."""

from __future__ import annotations

import asyncio
import sys

CODE = """
import sys
from fairlead.catalog import open_catalog
open_catalog(sys.argv[1])
print([name for name in ("asyncpg", "sqlite3") if name in sys.modules])
"""


async def test_only_the_engine_that_is_asked_for_is_imported(url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CODE, url, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert out.decode().strip() == ("['sqlite3']" if url.startswith("sqlite") else "['asyncpg']")
