"""The rules by which a message of Port's topics is a resync request for one integration."""

from __future__ import annotations

import json

import pytest

from fairlead.targets.port.resync_requests import judge

LOG = "org_1.change.log"
OWN = "org_1.integration.resync.requests"
OURS = "my-azure"


def change(
    identifier: str = OURS, *, at: str = "2", resynced: str | None = "1", to: str = "KAFKA"
) -> dict[str, object]:
    after: dict[str, object] = {"identifier": identifier, "updatedAt": at}
    if resynced is not None:
        after["resyncState"] = {"updatedAt": resynced}
    return {"action": "UPDATE", "diff": {"before": {}, "after": after}, "changelogDestination": {"type": to}}


def resync(integration: object, action: str = "RESYNC") -> dict[str, object]:
    return {"action": action, "context": {"integrationId": integration}}


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        (change(), "request"),
        (change(resynced=None), "request"),
        (change(at="1"), "other"),
        (change("another"), "other"),
        (change(to="WEBHOOK"), "other"),
        ({**change(), "changelogDestination": {}}, "other"),
        ({**change(), "changelogDestination": None}, "other"),
        ({"diff": {"before": {"identifier": OURS}, "after": None}}, "other"),
        ({"diff": {"after": {"identifier": OURS}}, "changelogDestination": {"type": "KAFKA"}}, "other"),
        (resync(OURS), "request"),
        (resync("another"), "other"),
        (resync(OURS, "UPDATE"), "other"),
        (resync(OURS, "resync"), "other"),
        (resync([OURS]), "other"),
        ({"action": "RESYNC", "context": None}, "other"),
        ({"action": "RESYNC", "diff": [1]}, "other"),
        ({}, "other"),
    ],
)
def test_the_change_log(message: dict[str, object], verdict: str) -> None:
    assert judge(json.dumps(message).encode(), LOG, OURS) == verdict


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        (resync(OURS), "request"),
        (resync(OURS, "anything"), "request"),
        (resync("another"), "other"),
        (change(), "other"),
        ({"context": "my-azure"}, "other"),
        ({}, "other"),
    ],
)
def test_the_topic_of_requests(message: dict[str, object], verdict: str) -> None:
    assert judge(json.dumps(message).encode(), OWN, OURS) == verdict


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b"null",
        b"[]",
        b'"my-azure"',
        b'{"action": NaN}',
        b"[" * 100_000,
        b'{"context": {"integrationId": "\xc3\x28"}}',
    ],
)
@pytest.mark.parametrize("topic", [LOG, OWN])
def test_garbage_is_told_from_what_concerns_others(value: bytes, topic: str) -> None:
    assert judge(value, topic, OURS) == "unreadable"


def test_a_message_without_a_value_is_nobodys() -> None:
    assert judge(None, LOG, OURS) == "other"
