"""Hosts of Port's, and where our token may go."""

from __future__ import annotations

import pytest

from fairlead.targets.port.regions import credential_advice, may_have_token


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("api.getport.io", "https://api.us.getport.io"),
        ("api.port.io", "https://api.us.port.io"),
        ("api.us.getport.io", "https://api.getport.io"),
        ("api.us.port.io", "https://api.port.io"),
    ],
)
def test_a_refused_credential_may_be_of_the_other_region(host: str, other: str) -> None:
    advice = credential_advice(host, "client")
    assert other in advice
    assert "e-mail" not in advice


EUROPE = "https://api.getport.io"
OWN = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("url", "base", "may"),
    [
        ("https://ingest.getport.io/logs/integration/1", EUROPE, True),
        ("https://ingest.us.port.io/logs", EUROPE, True),
        ("https://api.getport.io/v1/logs", EUROPE, True),
        ("http://ingest.getport.io/logs", EUROPE, False),
        ("https://ingest.getport.io:8443/logs", EUROPE, False),
        ("https://ingest.getport.io.example.com/logs", EUROPE, False),
        ("https://evilport.io/logs", EUROPE, False),
        ("https://me@ingest.getport.io/logs", EUROPE, False),
        ("https://ingest.getport.io:x/logs", EUROPE, False),
        ("/logs", EUROPE, False),
        ("", EUROPE, False),
        ("http://127.0.0.1:8000/v1/logs", OWN, True),
        ("http://127.0.0.1:8001/v1/logs", OWN, False),
        ("https://127.0.0.1:8000/v1/logs", OWN, False),
        ("https://ingest.getport.io/logs", OWN, False),
    ],
)
def test_where_the_token_may_go(url: str, base: str, may: bool) -> None:
    assert may_have_token(url, base) is may
