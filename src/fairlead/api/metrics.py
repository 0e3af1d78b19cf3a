"""Metrics of `fairlead ocean` for Prometheus: the names that Port's integration has, and some of our own."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from fairlead.app.ocean import Facts, LastRun
from fairlead.model.reports import RunReport

CONTENT_TYPE = CONTENT_TYPE_LATEST

RUN = "__runtime__"
"""What stands for the whole run where a kind is named; the word of Port's integration."""


def exposition(facts: Facts) -> bytes:
    """The text of one scrape."""
    registry = CollectorRegistry()
    registry.register(_Families(facts))
    return generate_latest(registry)


class _Families(Collector):
    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def collect(self) -> Iterator[Metric]:
        """Every metric with its values."""
        facts = self._facts
        yield GaugeMetricFamily("fairlead_ready", "1 when the listener listens", float(facts.is_ready))
        yield GaugeMetricFamily("fairlead_run_active", "1 while a sync goes on", float(facts.is_running))
        runs = CounterMetricFamily("fairlead_runs", "Syncs since the start", labels=["outcome"])
        for outcome, count in facts.outcomes.items():
            runs.add_metric([outcome], count)
        yield runs
        pending = GaugeMetricFamily(
            "fairlead_pending_deliveries", "Entities due to a target", labels=["target"]
        )
        refused = GaugeMetricFamily(
            "fairlead_refused_deliveries", "Entities that a target refuses", labels=["target"]
        )
        for line in facts.deliveries:
            pending.add_metric([line.target], line.due)
            refused.add_metric([line.target], line.refused)
        yield from (pending, refused)
        if facts.last is not None:
            yield from _of_run(facts.last)
            if facts.last.report is not None:
                yield from _of_report(facts.last.report)


def _of_run(last: LastRun) -> Iterator[Metric]:
    for name, text, value in (
        ("began", "When the last sync began", last.began),
        ("ended", "When the last sync ended", last.ended),
    ):
        yield GaugeMetricFamily(f"fairlead_last_run_{name}_timestamp_seconds", text, value)
    duration = GaugeMetricFamily("duration_seconds", "Seconds of the last sync", labels=["kind", "phase"])
    duration.add_metric([RUN, "resync"], last.ended - last.began)
    yield duration
    success = GaugeMetricFamily("success", "1 where the last sync went well", labels=["kind", "phase"])
    report = last.report
    success.add_metric([RUN, "resync"], float(report is not None and report.exit_code == 0))
    for kind, well in _kinds(report).items():
        success.add_metric([kind, "extract"], float(well))
    yield success


def _kinds(report: RunReport | None) -> dict[str, bool]:
    """Each kind, and whether all of its readings are proved."""
    found: dict[str, bool] = {}
    for reading in report.readings if report else ():
        found[reading.kind] = found.get(reading.kind, True) and reading.state == "proved"
    return found


def _of_report(report: RunReport) -> Iterator[Metric]:
    yield GaugeMetricFamily("fairlead_last_run_exit_code", "As in the table of exit codes", report.exit_code)
    yield GaugeMetricFamily("fairlead_entities", "Entities in the catalog", report.entities)
    waited = GaugeMetricFamily(
        "rate_limit_wait_seconds", "Seconds waited for Azure DevOps", labels=["kind", "phase", "endpoint"]
    )
    waited.add_metric([RUN, "extract", "azure-devops"], report.throttled_seconds)
    yield waited
    objects = GaugeMetricFamily(
        "object_count", "Objects of the last sync", labels=["kind", "phase", "object_count_type"]
    )
    for (kind, phase, what), count in sorted(_counts(report).items()):
        objects.add_metric([kind, phase, what], count)
    yield objects


def _counts(report: RunReport) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {(RUN, "transform", "failed"): report.frozen_count}
    for reading in report.readings:
        key = reading.kind, "extract", "raw_extracted"
        found[key] = found.get(key, 0) + reading.records
    for line in report.delivery:
        for phase, what, count in (
            ("load", "loaded", line.upserted),
            ("load", "failed", line.refused),
            ("delete", "deleted", line.deleted),
        ):
            found[RUN, phase, what] = found.get((RUN, phase, what), 0) + count
    return found
