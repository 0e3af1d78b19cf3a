"""No proxy between a test and its servers, and pages so small that small organizations have several."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.azure import work_items
from fairlead.azure.kinds.registry import KINDS, SPECS

PAGES = {
    "project": 3, "repository-policy": 3, "team": 3, "release": 4, "pull-request": 4, "branch": 3, "pipeline": 3,
    "build": 4, "environment": 2,
}  # fmt: skip
IDS = 7
BATCH = 6


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Listings of a few rows a page. Real pages hold a hundred and more, which no small organization fills."""
    for name, size in PAGES.items():
        kind = KINDS[name]
        listings = tuple(msgspec.structs.replace(one, size=size) for one in kind.spec.listings)
        spec = msgspec.structs.replace(kind.spec, listings=listings)
        monkeypatch.setitem(KINDS, name, msgspec.structs.replace(kind, spec=spec))
        monkeypatch.setitem(SPECS, name, spec)
    spec = msgspec.structs.replace(KINDS["work-item"].spec, detail_batch=BATCH)
    monkeypatch.setitem(KINDS, "work-item", msgspec.structs.replace(KINDS["work-item"], spec=spec))
    monkeypatch.setitem(SPECS, "work-item", spec)
    monkeypatch.setattr(work_items, "IDS", IDS)
