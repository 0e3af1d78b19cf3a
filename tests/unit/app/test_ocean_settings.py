"""How `fairlead ocean` listens and how often it syncs, as Ocean's variables say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from unit.app.test_settings import OCEAN, read


def test_ocean_listener(tmp_path: Path) -> None:
    listener = read(
        OCEAN
        | {
            "OCEAN__EVENT_LISTENER": '{"type": "polling", "interval": 5, "brokers": ["a", "b"]}',
            "OCEAN__EVENT_LISTENER__RESYNC_ON_START": "false",
            "OCEAN__BASE_URL": "https://hooks.example.com",
            "OCEAN__PATH_PREFIX": "/ado",
            "OCEAN__INTEGRATION__CONFIG__WEBHOOK_AUTH_USERNAME": "hooks",
        },
        tmp_path,
    ).listener
    assert (listener.type, listener.interval, listener.resync_on_start) == ("POLLING", 5, False)
    assert (listener.app_host, listener.path_prefix) == ("https://hooks.example.com", "/ado")
    assert listener.options["brokers"] == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, 0),
        ({"OCEAN__INTEGRATION__INCREMENTAL_SYNC_INTERVAL": "30"}, 0),
        ({"OCEAN__INTEGRATION__INCREMENTAL_SYNC_ENABLED": "true"}, 900),
        ({"OCEAN__INTEGRATION": '{"incrementalSyncEnabled": true, "incrementalSyncInterval": 60}'}, 3600),
        ({"FAIRLEAD_INTERVALS__INCREMENTAL": "7"}, 7),
    ],
)
def test_ocean_reads_incrementally_only_where_it_is_enabled(
    tmp_path: Path, given: dict[str, str], seconds: float
) -> None:
    settings = read(OCEAN | given, tmp_path)
    assert settings.intervals.incremental == seconds
    assert settings.intervals.full == 0
