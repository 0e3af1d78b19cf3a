"""What Port is told of runs: logs, the state of each kind, signs of life, examples of raw records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from aiohttp import web

from port_api.bodies import given_object, objects, told
from port_api.state import Json, Object, Refused, section

if TYPE_CHECKING:
    from port_api.server import PortApi

MOST_LOGS = 100
MOST_EXAMPLES = 5
_STATES = ("pending", "syncing", "completed", "failed", "aborted")


@dataclass
class Told:
    """All of it, in the order in which it came."""

    logs: list[Object] = field(default_factory=list)
    log_batches: list[int] = field(default_factory=list)
    metrics: list[Object] = field(default_factory=list)
    beats: list[str] = field(default_factory=list)
    examples: dict[str, list[Json]] = field(default_factory=dict)

    def messages(self, level: str = "") -> list[str]:
        """The texts of the log, of one level if named."""
        return [str(line["message"]) for line in self.logs if level in ("", line["level"])]

    def states(self, kind: str) -> list[str]:
        """The states that one kind identifier went through."""
        return [str(entry["syncState"]) for entry in self.metrics if entry["kindIdentifier"] == kind]


def routes(api: PortApi) -> list[web.RouteDef]:
    return _Ingest(api).routes()


class _Ingest:
    def __init__(self, api: PortApi) -> None:
        self._api = api
        self._told = api.told

    def routes(self) -> list[web.RouteDef]:
        metrics, integration = "/v1/metrics/integration/{integration}", "/v1/integration/{integration}"
        return [
            web.post("/v1/logs/integration/{integration}", _route(self._logs)),
            web.post(metrics + "/syncMetrics", _route(self._all_kinds)),
            web.put(metrics + "/syncMetrics/resync/{event}/kind/{kind}", _route(self._one_kind)),
            web.post(metrics + "/heartbeat", _route(self._heartbeat)),
            web.post(integration + "/kinds/{kind}/examples", _route(self._examples)),
        ]

    async def _logs(self, given: Object, info: dict[str, str]) -> None:
        lines = objects(given, "logs")
        if not 1 <= len(lines) <= MOST_LOGS:
            raise Refused(422, "invalid_request", f"logs must have 1 to {MOST_LOGS} items")
        for line in lines:
            if line.keys() != {"message", "level", "timestamp", "extra"}:
                raise Refused(422, "invalid_request", f"a log has other keys: {sorted(line)}")
            datetime.fromisoformat(str(line["timestamp"]))
            if line["level"] not in ("DEBUG", "INFO", "WARNING", "ERROR"):
                raise Refused(422, "invalid_request", f"no such level: {line['level']}")
        self._told.logs += lines
        self._told.log_batches.append(len(lines))

    async def _all_kinds(self, given: Object, info: dict[str, str]) -> None:
        self._told.metrics += [_entry(entry) for entry in objects(given, "syncKindsMetrics")]

    async def _one_kind(self, given: Object, info: dict[str, str]) -> None:
        entry = _entry(section(given, "syncKindMetrics"))
        if (entry["eventId"], entry["kindIdentifier"]) != (info["event"], info["kind"]):
            raise Refused(422, "invalid_request", "the entry is of another run or kind than the path")
        self._told.metrics.append(entry)

    async def _heartbeat(self, given: Object, info: dict[str, str]) -> None:
        self._told.beats.append(str(given["eventId"]))

    async def _examples(self, given: Object, info: dict[str, str]) -> None:
        if info["integration"] not in self._api.state.integrations:
            raise Refused(404, "not_found", "no such integration")
        items: list[Json] = [*objects(given, "examples")]
        if not 1 <= len(items) <= MOST_EXAMPLES:
            raise Refused(422, "invalid_request", f"examples must have 1 to {MOST_EXAMPLES} items")
        self._told.examples[info["kind"]] = items


def _route(
    take: Callable[[Object, dict[str, str]], Awaitable[None]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        await take(await given_object(request), dict(request.match_info))
        return told({})

    return handler


def _entry(entry: Object) -> Object:
    wanted = {
        "integrationType", "installationType", "executionMode", "integrationIdentifier", "integrationVersion",
        "oceanVersion", "kindIdentifier", "kind", "kindIndex", "eventId", "syncState", "blueprint", "metrics",
    }  # fmt: skip
    if entry.keys() != wanted:
        raise Refused(422, "invalid_request", f"an entry has other keys: {sorted(entry.keys() ^ wanted)}")
    if entry["syncState"] not in _STATES:
        raise Refused(422, "invalid_request", f"no such state: {entry['syncState']}")
    return entry
