"""Tells Port how a run goes, so that its users can read it there: a log, the state of each row, and a sign of life.

It is a courtesy: nothing of it may slow down, stop or fail a run. What cannot be sent is dropped, and the first reason
is a notice. It goes where Port's integration object says, and only if that is a host of Port's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from urllib.parse import quote

import msgspec

from fairlead.model.errors import FairleadError
from fairlead.model.instants import iso
from fairlead.model.reports import ProgressUpdate, RunReport
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.registration import Ingest, Integration
from fairlead.targets.port.settings import PortSettings
from fairlead.targets.port.story import (
    RECONCILIATION,
    RUNTIME,
    Counts,
    KindRow,
    Line,
    SyncState,
    entry,
    kind_counts,
    lines_of,
    whole_counts,
)

BATCH_LINES = 100
BATCH_SECONDS = 5.0
BEAT_SECONDS = 10.0
LONGEST_MESSAGE = 2000
AT_ONCE = 8
"""States of rows that are sent at once: all of them change at the end, when somebody waits."""


class PortTelemetry:
    """Of one run, whose id at Port is `event`. `clean` takes secrets out of a text. Sends nothing before `open`."""

    def __init__(
        self,
        settings: PortSettings,
        client: PortClient,
        *,
        event: str,
        rows: Sequence[KindRow],
        clean: Callable[[str], str],
    ) -> None:
        self._settings = settings
        self._client = client
        self._timing = client.timing
        self._event = event
        self._rows = tuple(rows)
        self._clean = clean
        self._logs_url = self._metrics_url = ""
        self._lines: list[dict[str, object]] = []
        self._entries = {row.identifier: self._entry(row, "pending", Counts()) for row in rows}
        self._changed: dict[str, None] = {}
        self._walks: dict[str, dict[str, ProgressUpdate]] = {}
        self._wake = asyncio.Event()
        self._sending = asyncio.Lock()
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self.notice = ""
        """Why something of it was not sent, "" where all was."""

    async def open(self, stored: Integration) -> None:
        """Says that all rows wait, and begins to send. Where the integration names no place, nothing is sent."""
        self._logs_url = self._allowed(stored.log_attributes)
        self._metrics_url = self._allowed(stored.metric_attributes)
        await self._all_entries()
        if self._logs_url or self._metrics_url:
            self._tasks = (asyncio.create_task(self._ship()), asyncio.create_task(self._beat()))

    def say(self, line: Line) -> None:
        """One line of the log. Never waits."""
        if self._logs_url:
            message = self._clean(line.message)[:LONGEST_MESSAGE]
            extra = {name: self._clean(str(value)) for name, value in line.extra.items()}
            now = iso(self._timing.now())
            self._lines.append({"message": message, "level": line.level, "timestamp": now, "extra": extra})
            if len(self._lines) >= BATCH_LINES:
                self._wake.set()

    def progressed(self, update: ProgressUpdate) -> None:
        """A kind of a connection has been read so far. Never waits."""
        walks = self._walks.setdefault(update.kind, {})
        if update.connection not in walks:
            self.say(Line("INFO", f"reading {update.kind} of {update.connection}", {"kind": update.kind}))
        walks[update.connection] = update
        state: SyncState = "completed" if all(one.finished for one in walks.values()) else "syncing"
        counts = Counts({("extract", "raw_extracted"): sum(one.records for one in walks.values())})
        for row in self._rows:
            if row.base == update.kind and self._entries[row.identifier]["syncState"] != state:
                self._put(row, state, counts)

    def ended(self, report: RunReport) -> None:
        """The run has come to its end. Never waits."""
        for line in lines_of(report):
            self.say(line)
        for row in self._rows:
            self._put(row, *kind_counts(report.readings, row.base))
        loaded, removed = whole_counts(report)
        self._put(RUNTIME, "completed", loaded)
        self._put(RECONCILIATION, "completed", removed)

    def failed(self, state: SyncState, line: Line) -> None:
        """The run was cut off, or stopped by an error. Never waits."""
        self.say(line)
        for row in self._rows:
            if self._entries[row.identifier]["syncState"] != "completed":
                self._put(row, state, Counts())

    async def flush(self) -> None:
        """Sends what is there."""
        async with self._sending:
            while self._lines:
                batch, self._lines = self._lines[:BATCH_LINES], self._lines[BATCH_LINES:]
                await self._send("POST", self._logs_url, {"logs": batch})
            while self._changed and self._metrics_url:
                names = list(self._changed)[:AT_ONCE]
                for name in names:
                    del self._changed[name]
                await asyncio.gather(*(self._send_entry(name) for name in names))

    async def close(self) -> None:
        """Sends what is left, and how all rows ended. May be cut off."""
        try:
            await self.flush()
            await self._all_entries()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _entry(self, row: KindRow | str, state: SyncState, counts: Counts) -> dict[str, object]:
        return entry(self._settings, self._event, row, state, counts)

    def _put(self, row: KindRow | str, state: SyncState, counts: Counts) -> None:
        name = row if isinstance(row, str) else row.identifier
        made = self._entry(row, state, counts)
        if self._entries.get(name) != made:
            self._entries[name] = made
            self._changed[name] = None
            self._wake.set()

    def _allowed(self, ingest: Ingest | None) -> str:
        url = (ingest.ingest_url or "").rstrip("/") if ingest else ""
        if url and not self._client.may_tell(url):
            self.notice = self.notice or f"the run is not told to {url}: that is no host of Port's"
            return ""
        return url

    async def _send_entry(self, name: str) -> None:
        place = f"/syncMetrics/resync/{quote(self._event, safe='')}/kind/{quote(name, safe='')}"
        await self._send("PUT", self._metrics_url + place, {"syncKindMetrics": self._entries[name]})

    async def _all_entries(self) -> None:
        if self._metrics_url and self._entries:
            body = {"syncKindsMetrics": list(self._entries.values())}
            await self._send("POST", f"{self._metrics_url}/syncMetrics", body)

    async def _ship(self) -> None:
        while True:
            rest = asyncio.ensure_future(self._timing.sleep(BATCH_SECONDS))
            woken = asyncio.create_task(self._wake.wait())
            try:
                await asyncio.wait({rest, woken}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                rest.cancel()
                woken.cancel()
            self._wake.clear()
            await self.flush()

    async def _beat(self) -> None:
        while self._metrics_url:
            await self._send("POST", f"{self._metrics_url}/heartbeat", {"eventId": self._event})
            await self._timing.sleep(BEAT_SECONDS)

    async def _send(self, method: str, url: str, body: object) -> None:
        try:
            await self._client.tell(method, url, msgspec.json.encode(body))
        except FairleadError as error:
            self.notice = self.notice or f"not all of the run could be told: {error.message}"
