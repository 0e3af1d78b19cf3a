"""What the server's wishes mean."""

from __future__ import annotations

import pytest

from fairlead.targets.port.pacing import asked_wait, backoff, is_exhausted

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
        ({"Retry-After": "soon"}, 0.0),
        ({"Retry-After": "nan"}, 0.0),
        ({"Retry-After": "inf"}, 0.0),
        ({"Retry-After": "-5"}, 0.0),
    ],
)
def test_the_wait_that_is_asked_for(headers: dict[str, str], seconds: float) -> None:
    assert asked_wait(headers, NOW) == pytest.approx(seconds)


def test_the_back_off_doubles_and_spreads() -> None:
    assert [backoff(attempt, 0.5) for attempt in range(4)] == [0.5, 1.0, 2.0, 4.0]
    assert (backoff(0, 0.0), backoff(0, 1.0)) == pytest.approx((0.45, 0.55))


def test_a_window_with_nothing_left() -> None:
    assert is_exhausted({"x-ratelimit-remaining": "0"})
    assert not is_exhausted({"x-ratelimit-remaining": "10"})
    assert not is_exhausted({})
