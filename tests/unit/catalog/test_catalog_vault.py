"""Credentials at rest."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from fairlead.catalog.vault import Vault, open_vault
from fairlead.model.errors import BadUsage, CatalogUnusable
from fairlead.model.secrets import Secret


def vault_of(url: str, key: Secret | None = None) -> Vault:
    """The vault of an SQLite catalog, which needs no folder."""
    return open_vault(url, key, Path("/nowhere"))


def test_a_sealed_credential_opens_with_the_key_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    sealed = vault_of(url).seal(Secret("token-1"))
    assert b"token-1" not in sealed
    assert vault_of(url).open(sealed) == Secret("token-1")
    file = tmp_path / "catalog.db.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_an_empty_credential_stays_empty(tmp_path: Path) -> None:
    vault = vault_of(str(tmp_path / "c.db"))
    assert vault.seal(Secret("")) == vault.rotate(b"") == b""
    assert not vault.open(b"")


def test_a_key_from_the_settings_makes_no_file(tmp_path: Path) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    url = str(tmp_path / "c.db")
    sealed = vault_of(url, Secret(old)).seal(Secret("t"))
    both = vault_of(url, Secret(f"{new}, {old}"))
    assert both.open(sealed) == Secret("t")
    assert vault_of(url, Secret(new)).open(both.rotate(sealed)) == Secret("t")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CatalogUnusable, match="sealed with another key"):
        vault_of(url, Secret(new)).open(sealed)
    with pytest.raises(CatalogUnusable, match="sealed with another key"):
        vault_of(url, Secret(new)).rotate(sealed)


def test_an_unusable_key_is_refused_without_saying_it(tmp_path: Path) -> None:
    with pytest.raises(BadUsage) as caught:
        vault_of(str(tmp_path / "c.db"), Secret("too-short"))
    assert "too-short" not in f"{caught.value.message} {caught.value.advice}"


def test_a_key_file_that_cannot_be_made_or_read(tmp_path: Path) -> None:
    with pytest.raises(CatalogUnusable, match=r"key file .*missing"):
        vault_of(str(tmp_path / "missing" / "c.db"))
    (tmp_path / "c.db.key").write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogUnusable, match="key file"):
        vault_of(str(tmp_path / "c.db"))


def test_the_key_of_a_servers_catalog_is_in_the_given_folder(tmp_path: Path) -> None:
    sealed = open_vault("postgresql://u:p@host/db", None, tmp_path).seal(Secret("token-1"))
    assert open_vault("postgresql://other/db", None, tmp_path).open(sealed) == Secret("token-1")
    (file,) = tmp_path.iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("catalog.key", 0o600)
