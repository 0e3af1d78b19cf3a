"""What a connection can read, as text: one line for each service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairlead.app.connect import Expected
    from fairlead.app.health import Health, Service
    from fairlead.app.port_health import PortHealth


def health_lines(health: Health) -> Iterator[str]:
    """The connection, whose token it is, its services, and what is therefore off."""
    return _lines(f"{health.name}: {health.url}", health, _facts(health))


def port_lines(port: PortHealth) -> Iterator[str]:
    """Port: whether it lets us in, what it keeps for the installation, and what the mapping misses there."""
    return _lines(f"port: {port.url}", port, _port_facts(port))


def _lines(head: str, asked: Health | PortHealth, facts: Iterator[str]) -> Iterator[str]:
    """What is known, or why nothing is."""
    yield head
    yield from (f"  {line}" for line in (asked.error, asked.advice) if line) if asked.error else facts
    yield ""


def _facts(health: Health) -> Iterator[str]:
    yield f"  token of {health.user}, from {health.token_from}"
    yield f"  organization {health.organization} ({health.instance})"
    for name in dict.fromkeys(service.name for service in health.services):
        yield "  " + service_line(name, [one for one in health.services if one.name == name])
    yield f"  {'off':6}  live events: {health.live_events}"
    if health.more:
        yield f"  asked in {health.asked} projects; there are more"
    if health.off:
        yield f"  off, though the mapping asks for it: {', '.join(health.off)}"


def _port_facts(port: PortHealth) -> Iterator[str]:
    yield f"  organization {port.organization}"
    if port.integration:
        kept = "keeps its mapping" if port.mapping else "keeps no mapping for it"
        yield f"  integration {port.integration}: {f'there, {kept}' if port.registered else 'not there yet'}"
    if port.coming:
        yield f"  blueprints that the next sync creates: {', '.join(port.coming)}"
    yield from (f"  missing at Port: {line}" for line in port.missing)


def service_line(name: str, parts: Sequence[Service]) -> str:
    """`reads`, `partly` or `off`, the service, its kinds, and what is missing for those that are off."""
    good = [kind for part in parts if part.readable for kind in part.kinds]
    said = [", ".join(good)] if good else []
    for part in parts:
        kinds = ", ".join(part.kinds)
        if not part.readable:
            said.append(f"{kinds} off: {part.reason}")
        elif part.refused:
            said.append(f"{kinds} not in {', '.join(part.refused)}: {part.reason}")
    whole = all(part.readable and not part.refused for part in parts)
    return f"{'reads' if whole else 'partly' if good else 'off':6}  {name}: {'; '.join(said)}"


def expected_line(expected: Expected) -> str:
    """What the next command will ask and how long that may take, and how both were found."""
    projects, repositories = (expected.counts.get(kind, 0) for kind in ("project", "repository"))
    seconds = max(1, round(expected.seconds))
    return (
        f"at least {expected.requests:,} requests, about {seconds} s: for {projects:,} projects and {repositories:,} "
        "repositories, at the pace of this test; pages of what is in them come on top"
    )
