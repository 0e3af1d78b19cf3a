"""What the server's wishes mean."""

from __future__ import annotations

import pytest

from fairlead.targets.port.pacing import asked_wait, backoff

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0.0),
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "1.5", "x-ratelimit-reset": "9"}, 1.5),
        ({"Retry-After": "0", "x-ratelimit-reset": "9"}, 9.0),
        ({"x-ratelimit-reset": "1800000030"}, 30.0),
        ({"x-ratelimit-reset": "1700000000"}, 0.0),
        ({"Retry-After": "Fri, 15 Jan 2027 08:00:20 GMT"}, 20.0),
        ({"x-ratelimit-reset": "2027-01-15T08:01:00Z"}, 60.0),
        ({"x-ratelimit-reset": "200", "x-ratelimit-remaining": "7"}, 0.0),
        ({"x-ratelimit-reset": "200", "x-ratelimit-remaining": "0"}, 200.0),
        ({"x-ratelimit-reset": "1800000150", "Date": "Fri, 15 Jan 2027 08:02:00 GMT"}, 30.0),
        ({"x-ratelimit-reset": "1799999950", "Date": "Fri, 15 Jan 2027 07:58:00 GMT"}, 70.0),
        ({"x-ratelimit-reset": "1800000030", "Date": "Wed, 15 Jan 2025 08:00:00 GMT"}, 30.0),
        ({"Retry-After": "12", "Date": "Fri, 15 Jan 2027 08:02:00 GMT"}, 12.0),
        ({"Retry-After": "Mon, 01 Jan 99999999999999 00:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 01 Jan 2020 00:00:00 +99999999999999999999"}, 0.0),
        ({"Retry-After": "12", "Date": "Mon, 01 Jan 99999999999999 00:00:00 GMT"}, 12.0),
        ({"Retry-After": "soon"}, 0.0),
        ({"Retry-After": "nan"}, 0.0),
        ({"Retry-After": "inf"}, 0.0),
        ({"Retry-After": "-5"}, 0.0),
    ],
)
def test_the_wait_that_is_asked_for(headers: dict[str, str], seconds: float) -> None:
    assert asked_wait(headers, NOW) == pytest.approx(seconds)


def test_the_back_off_doubles_and_spreads() -> None:
    assert [backoff(attempt, 0.5) for attempt in range(4)] == pytest.approx([0.3, 0.6, 1.2, 2.4])
    assert (backoff(0, 0.0), backoff(0, 1.0)) == pytest.approx((0.27, 0.33))
