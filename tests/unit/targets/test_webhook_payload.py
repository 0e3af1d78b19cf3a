"""What an address is sent: the event, its id, and signatures that others have made before."""

from __future__ import annotations

import json

import msgspec
import pytest

from fairlead.model.announcements import Announcement
from fairlead.model.changes import Cause
from fairlead.model.secrets import Secret
from fairlead.targets.webhook.pacing import asked_wait, backoff, is_passing
from fairlead.targets.webhook.payload import identity, payload
from fairlead.targets.webhook.signature import signed

BEFORE = b'{"properties":{"n":1.0,"t":"\xc3\xa9"},"relations":{},"title":"A"}'
AFTER = b'{"icon":"Git","properties":{"n":1e400},"relations":{"r":["x"]},"team":["t"]}'
NEWS = Announcement(
    7,
    3,
    "update",
    "service",
    "a",
    BEFORE,
    AFTER,
    Cause("read", "repository", "k", "row"),
    "ab",
    1_764_020_643.1234,
)


def test_the_event_is_ports_with_run_and_cause() -> None:
    assert payload(NEWS) == (
        b'{"action":"UPDATE","resourceType":"entity","status":"SUCCESS",'
        b'"trigger":{"at":"2025-11-24T21:44:03.123Z","by":{"name":"fairlead"},"origin":"fairlead"},'
        b'"context":{"blueprint":"service","entity":"a"},'
        b'"diff":{"before":{"identifier":"a","blueprint":"service","properties":{"n":1.0,"t":"\xc3\xa9"},'
        b'"relations":{},"title":"A"},'
        b'"after":{"identifier":"a","blueprint":"service","icon":"Git","properties":{"n":1e400},'
        b'"relations":{"r":["x"]},"team":["t"]}},'
        b'"run":7,"cause":{"reason":"read","kind":"repository","record":"k"}}'
    )


@pytest.mark.parametrize(
    ("op", "action", "before", "after"),
    [
        ("create", "CREATE", None, "a"),
        ("delete", "DELETE", "a", None),
        ("update", "UPDATE", "a", "a"),
        ("rename", "UPDATE", "old", "a"),
    ],
)
def test_the_action_and_who_it_was(op: str, action: str, before: str | None, after: str | None) -> None:
    news = msgspec.structs.replace(
        NEWS,
        op=op,
        before=BEFORE if before else b"",
        after=BEFORE if after else b"",
        cause=Cause("read", renamed_from="old" if op == "rename" else ""),
    )
    event = json.loads(payload(news))
    diff = {name: entity and entity["identifier"] for name, entity in event["diff"].items()}
    assert (event["action"], diff) == (action, {"before": before, "after": after})
    assert event["cause"] == {"reason": "read"}


def test_the_id_is_the_changes_own() -> None:
    assert identity(NEWS) == identity(msgspec.structs.replace(NEWS, before=b"", after=b""))
    others = [
        msgspec.structs.replace(NEWS, **{name: value})
        for name, value in (("run", 8), ("entity", 4), ("made", 1.0), ("identifier", "b"), ("result", ""))
    ]
    assert len({identity(NEWS), *map(identity, others)}) == 6
    assert identity(NEWS).startswith("msg_")
    assert "." not in identity(NEWS)


def test_signatures_that_openssl_made() -> None:
    """`printf %s '1700000000.<body>' | openssl dgst -sha256 -hmac client-secret -binary | base64`"""
    body = '{"action":"UPDATE","é":1}'.encode()
    assert signed(Secret("client-secret"), "msg_1", 1_700_000_000, body) == {
        "x-port-timestamp": "1700000000",
        "x-port-signature": "v1,YyB8ryISJq1tqET1tCTe95iKltNNYmmTF7qGDx33Egw=",
        "webhook-id": "msg_1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": "v1,cWVnz/vknLcm66QCWRuaMe1kusIeF0YVrIrhIihoCOg=",
    }


def test_a_signature_that_libraries_of_standard_webhooks_are_tested_with() -> None:
    found = signed(
        Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        b'{"test": 2432232314}',
    )
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_that_only_looks_like_base64_is_taken_as_it_is() -> None:
    odd = signed(Secret("whsec_not base64"), "m", 1, b"")["webhook-signature"]
    assert odd not in {
        signed(Secret(other), "m", 1, b"")["webhook-signature"] for other in ("not base64", "")
    }


def test_how_long_to_wait() -> None:
    assert [backoff(attempt, 0.5) for attempt in range(3)] == [0.5, 1.0, 2.0]
    assert (backoff(0, 0.0), backoff(0, 1.0)) == (0.45, 0.55)
    assert asked_wait({"Retry-After": "7"}, 0.0) == 7.0
    assert asked_wait({"Retry-After": "Fri, 13 Feb 2009 23:31:30 GMT"}, 1_234_567_880.0) == 10.0
    assert [asked_wait(odd, 2e9) for odd in ({}, {"Retry-After": "soon"}, {"Retry-After": "-1"})] == [0.0] * 3
    assert asked_wait({"Retry-After": "Fri, 13 Feb 2009 23:31:30 GMT"}, 2e9) == 0.0
    assert asked_wait({"Retry-After": "Mon, 01 Jan 99999999999999 00:00:00 GMT"}, 2e9) == 0.0
    assert [status for status in (400, 404, 408, 410, 429, 499, 500, 501, 503) if not is_passing(status)] == [
        400,
        404,
        410,
        499,
    ]
