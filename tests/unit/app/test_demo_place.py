"""The demo's folder: one demo at a time, a fresh catalog, and who looks at it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from fairlead.app.demo.place import Running, held, or_demo, running
from fairlead.app.settings.load import load
from fairlead.model.errors import BadUsage

DEMO = Running(
    7, "http://127.0.0.1:8400", "http://127.0.0.1:1/contoso", "http://127.0.0.1:1/_sandbox", "token"
)


def test_a_demo_tells_of_itself_while_it_runs(tmp_path: Path) -> None:
    assert running(tmp_path) is None
    with held(tmp_path) as place:
        assert running(tmp_path) == Running(os.getpid())
        place.tell(DEMO)
        assert running(tmp_path) == DEMO
        assert stat.S_IMODE((place.folder / "running.json").stat().st_mode) == 0o600
    assert running(tmp_path) is None


def test_a_second_demo_is_sent_to_the_first(tmp_path: Path) -> None:
    with held(tmp_path) as place:
        with pytest.raises(BadUsage, match="is starting"), held(tmp_path):
            pass
        place.tell(DEMO)
        with pytest.raises(BadUsage, match=r"http://127\.0\.0\.1:8400") as refused, held(tmp_path):
            pass
    assert "process 7" in refused.value.advice


def test_one_that_was_killed_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    with held(tmp_path) as place:
        note, catalog = place.folder / "running.json", place.folder / "catalog.db"
    note.write_bytes(b"{")
    catalog.write_bytes(b"half")
    assert running(tmp_path) is None
    with held(tmp_path):
        assert not catalog.exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / ".demo").write_text("mine")
    with pytest.raises(BadUsage, match="cannot be used"), held(tmp_path):
        pass
    assert (tmp_path / ".demo").read_text() == "mine"


def test_commands_look_at_the_demo_until_there_is_a_catalog(tmp_path: Path) -> None:
    own = load({}, tmp_path, {})
    assert or_demo(own) is own
    (tmp_path / ".demo").mkdir()
    (tmp_path / ".demo" / "catalog.db").touch()
    assert or_demo(own).catalog_url == f"sqlite:///{tmp_path}/.demo/catalog.db"
    named = load({}, tmp_path, {"catalog_url": "other.db"})
    assert or_demo(named) is named
    (tmp_path / ".fairlead").mkdir()
    (tmp_path / ".fairlead" / "catalog.db").touch()
    assert or_demo(own) is own
