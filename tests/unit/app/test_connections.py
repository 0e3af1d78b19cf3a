"""Which organizations are meant, and that a token goes to no other than its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead.app.connections import candidates
from fairlead.app.settings.values import ConnectionSettings, Settings
from fairlead.app.wiring import stored_connections, vault_of, writing_catalog
from fairlead.catalog.sql import load_migrations
from fairlead.model.errors import BadUsage
from fairlead.model.secrets import Secret
from fairlead.model.stored import StoredConnection

GIVEN, SPARE, KEPT = Secret("given-token"), Secret("spare-token"), Secret("kept-token")


def settings(directory: Path, *connections: ConnectionSettings) -> Settings:
    return Settings(f"sqlite:///{directory / 'catalog.db'}", directory, connections=connections, token=SPARE)


def stored(told: Settings, name: str, number: int, *, sealed: bool) -> StoredConnection:
    credential = vault_of(told).seal(KEPT) if sealed else b""
    return StoredConnection(number, f"instance-{number}", name, f"https://dev.azure.com/{name}", credential)


def found(told: Settings, *rows: StoredConnection, only: str = "") -> list[tuple[str, int, Secret | None]]:
    hidden: list[Secret] = []
    listed = candidates(told, rows, hidden.append, only)
    assert {each.settings.token for each in listed} - {None} == set(hidden)
    return [(each.settings.name, each.number, each.settings.token) for each in listed]


def test_a_stored_connection_opens_with_its_own_token(tmp_path: Path) -> None:
    told = settings(tmp_path)
    assert found(told, stored(told, "acme", 1, sealed=True)) == [("acme", 1, KEPT)]


def test_the_environment_comes_first_and_is_the_same_by_address(tmp_path: Path) -> None:
    told = settings(tmp_path, ConnectionSettings("https://DEV.azure.com/acme/", token=GIVEN))
    rows = stored(told, "acme", 1, sealed=True), stored(told, "other", 2, sealed=True)
    assert found(told, *rows) == [("acme", 1, GIVEN), ("other", 2, KEPT)]


def test_a_configured_connection_without_a_token_uses_the_stored_one(tmp_path: Path) -> None:
    told = settings(tmp_path, ConnectionSettings("https://dev.azure.com/acme"))
    assert found(told, stored(told, "acme", 1, sealed=True)) == [("acme", 1, KEPT)]


def test_a_spare_token_goes_only_where_nothing_else_is_named(tmp_path: Path) -> None:
    told = settings(tmp_path)
    assert found(told, stored(told, "acme", 1, sealed=False)) == [("acme", 1, SPARE)]
    named = settings(tmp_path, ConnectionSettings("https://dev.azure.com/new", token=GIVEN))
    assert found(named, stored(told, "acme", 1, sealed=False)) == [("new", 0, GIVEN)]


@pytest.mark.parametrize("only", ["other", "2"])
def test_one_is_picked_by_name_or_number(tmp_path: Path, only: str) -> None:
    told = settings(tmp_path)
    rows = stored(told, "acme", 1, sealed=True), stored(told, "other", 2, sealed=True)
    assert found(told, *rows, only=only) == [("other", 2, KEPT)]
    with pytest.raises(BadUsage, match="there is no connection 3"):
        found(told, *rows, only="3")


def test_none_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadUsage, match="no organization is connected"):
        found(settings(tmp_path))


async def test_a_catalog_of_an_older_fairlead_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = settings(tmp_path)
    async with writing_catalog(told) as store:
        await store.write(
            lambda writer: writer.save_connection("i", "acme", "https://dev.azure.com/acme", b"")
        )
    later = [*load_migrations("sqlite"), "CREATE TABLE later (x);"]
    monkeypatch.setattr("fairlead.catalog.sqlite.connect.load_migrations", lambda engine: later)
    assert [each.name for each in await stored_connections(told)] == ["acme"]
    assert [each.name for each in await stored_connections(told)] == ["acme"]
