"""Resync requests from Port's Kafka topics: what feeds the event listener KAFKA."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from fairlead.model.errors import FairleadError, Retry
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.kafka_poller import Poller, library
from fairlead.targets.port.kafka_progress import ResyncRequest
from fairlead.targets.port.kafka_settings import KafkaSettings, Pace
from fairlead.targets.port.organization import kafka_credentials, organization
from fairlead.targets.port.resync_requests import CHANGE_LOG, OWN_TOPIC_FLAG, REQUESTS
from fairlead.targets.port.settings import INTEGRATION_TYPE

CHANGELOG_DESTINATION = {"type": "KAFKA"}
"""What the integration object at Port has to say, for its changes to be told to us."""

NO_SECURITY_GROUP = "no-security"

_log = structlog.get_logger(__name__)


class KafkaRequests:
    """The requests of one integration, without end: `async for request in …`; then `close`.

    Requests that come while one is handled are given as one. To ask for the next one acknowledges the one before: until
    then it is not committed, and a program that is killed is given it again when it starts. A group that has never
    committed begins with the oldest message that the brokers keep.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        client: PortClient,
        integration: str,
        *,
        pace: Pace | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens nothing yet. `integration` is its identifier; `now` counts seconds.

        Raises BadUsage where the library is not installed.
        """
        library()
        self._settings = settings
        self._client = client
        self._integration = integration
        self._pace = pace or Pace()
        self._now = now
        self._news = asyncio.Event()
        self._poller: Poller | None = None
        self._polling: asyncio.Future[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._failure: FairleadError | None = None
        self._closed = False

    def __aiter__(self) -> KafkaRequests:
        return self

    async def __anext__(self) -> ResyncRequest:
        """Raises what `organization` raises at first; `Retry` when no partition was ours for `Pace.patience`; and
        what forbids us the credentials."""
        if self._poller is None and not self._closed:
            await self._open()
        elif self._poller is not None:
            self._poller.acknowledge()
        while not self._closed and self._poller is not None and self._polling is not None:
            self._news.clear()
            if self._failure is not None:
                raise self._failure
            if self._polling.done():
                self._polling.result()
                break
            request = self._poller.take()
            if request is not None:
                return request
            await self._news.wait()
        raise StopAsyncIteration

    async def close(self) -> None:
        """Leaves the group, so that others need not wait; what was not acknowledged stays. May be called twice."""
        self._closed = True
        self._news.set()
        if self._renewing is not None:
            self._renewing.cancel()
        if self._poller is not None and self._polling is not None:
            self._poller.stop()
            await asyncio.wait([self._polling])
            self._polling.exception()

    async def _open(self) -> None:
        told = await organization(self._client)
        credentials = await kafka_credentials(self._client) if self._settings.is_secured else None
        topic = told.id + (REQUESTS if OWN_TOPIC_FLAG in told.feature_flags else CHANGE_LOG)
        group = f"{told.id}.{INTEGRATION_TYPE}.{self._integration}" if credentials else NO_SECURITY_GROUP
        loop = asyncio.get_running_loop()

        def news() -> None:
            loop.call_soon_threadsafe(self._news.set)

        def refused() -> None:
            loop.call_soon_threadsafe(self._renew)

        self._poller = Poller(
            self._settings,
            credentials,
            topic=topic,
            group=group,
            integration=self._integration,
            pace=self._pace,
            now=self._now,
            news=news,
            refused=refused,
        )
        executor = ThreadPoolExecutor(1, "kafka")
        self._polling = loop.run_in_executor(executor, self._poller.run)
        self._polling.add_done_callback(lambda done: self._news.set())
        executor.shutdown(wait=False)

    def _renew(self) -> None:
        if not self._closed and (self._renewing is None or self._renewing.done()):
            self._renewing = asyncio.create_task(self._fresh_credentials())

    async def _fresh_credentials(self) -> None:
        try:
            credentials = await kafka_credentials(self._client)
        except Retry as error:
            _log.warning("Port gives no new Kafka credentials for now", error=error.message)
        except FairleadError as error:
            self._failure = error
            self._news.set()
        else:
            if self._poller is not None:
                self._poller.renew(credentials)
