"""Which message of Port's Kafka topics asks for a resync of one integration. Pure.

An organization has one of two topics. Its change log tells every change of everything in the organization, resync
requests among them; where the organization's flag says so, requests have a topic of their own. The rules are those that
Port's integration follows (port-ocean 0.56).
"""

from __future__ import annotations

from typing import Literal

import msgspec

CHANGE_LOG = ".change.log"
REQUESTS = ".integration.resync.requests"
OWN_TOPIC_FLAG = "OCEAN_KAFKA_INTEGRATION_RESYNC_REQUESTS_TOPIC_ENABLED"

Verdict = Literal["request", "other", "unreadable"]


def judge(value: bytes | None, topic: str, integration: str) -> Verdict:
    """What a message of `topic` is to the integration of this identifier. Never raises.

    In the change log it is a request if its action is RESYNC and its context names the integration; or if it tells of a
    change of the integration whose log goes to Kafka, other than of the state of a resync (which Port dates alike). A
    message without a value is nobody's; one that is no JSON object is unreadable.
    """
    if value is None:
        return "other"
    try:
        message: object = msgspec.json.decode(value)
    except (ValueError, RecursionError):
        return "unreadable"
    if not isinstance(message, dict):
        return "unreadable"
    named = _at(message, "context", "integrationId") == integration
    if topic.endswith(REQUESTS):
        return "request" if named else "other"
    if named and message.get("action") == "RESYNC":
        return "request"
    return "request" if _is_changed(message, integration) else "other"


def _is_changed(message: dict[str, object], integration: str) -> bool:
    return (
        _at(message, "diff", "after", "identifier") == integration
        and _at(message, "changelogDestination", "type") == "KAFKA"
        and _at(message, "diff", "after", "updatedAt")
        != _at(message, "diff", "after", "resyncState", "updatedAt")
    )


def _at(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
