"""`docs/reference/kinds.md` says of every kind what the registry says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairlead.azure.kinds.registry import DERIVATIONS, KINDS, SPECS
from fairlead.model.kinds import KindSpec, Route

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "kinds.md"


def text(route: Route | None) -> str:
    if route is None:
        return "none"
    host = "" if route.area == "core" else f" ({route.area} host)"
    return f"`{route.method} {route.path}` {route.version}{host}"


def code(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{value}`" for value in values) or "none"


def facts(spec: KindSpec) -> dict[str, str]:
    """What the table of a kind must say."""
    found = {"Parent": f"`{spec.parent}`" if spec.parent else "the organization"}
    for place, listing in enumerate(spec.listings):
        per = f"per {listing.per}" if listing.per else "once"
        size = f", {listing.size} a page" if listing.size else ""
        name = "Listing" if place == 0 else "Listing, where that is unknown"
        found[name] = f"{text(listing.route)}, {per}, paging: {listing.paging}{size}"
    detail = f", {spec.detail_batch} at a time" if spec.detail_batch > 1 else ""
    found |= {
        "Detail": text(spec.detail) + detail,
        "Point read": text(spec.read) + (f", {spec.read_batch} at a time" if spec.read_batch > 1 else ""),
        "Options": code(spec.options),
        "Membership": spec.membership,
        "Tombstones": text(spec.tombstone),
        "Version": f"`{spec.version_field}`" if spec.version_field else "none",
        "Changes": spec.changes,
        "Can change its parent": "yes" if spec.moves else "no",
        "Exact listing": "yes" if spec.exact else "no",
        "Cost": spec.cost,
        "PAT scope": f"`{spec.scope}`",
        "Probe": text(spec.probe),
        "Hook events": code(spec.hooks),
    }
    return found


def sections() -> dict[str, dict[str, str]]:
    """The tables of the page by the kind in their heading."""
    found = {}
    for part in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading = part.partition("\n")[0]
        rows = re.findall(r"^\| ([^|]+?) \| (.+?) \|$", part, flags=re.MULTILINE)
        if heading.startswith("`"):
            found[heading.strip("`")] = {name: value for name, value in rows if name != "Fact"}
    return found


def test_every_kind_has_its_section_in_the_registry_s_order() -> None:
    assert [*sections()] == [*SPECS, *(one.kind for one in DERIVATIONS)]


@pytest.mark.parametrize("kind", SPECS)
def test_the_table_of_a_kind(kind: str) -> None:
    assert sections()[kind] == facts(SPECS[kind])


@pytest.mark.parametrize("one", DERIVATIONS, ids=lambda one: str(one.kind))
def test_the_table_of_a_derived_kind(one: object) -> None:
    assert one in DERIVATIONS
    derivation = next(each for each in DERIVATIONS if each is one)
    assert sections()[derivation.kind] == {
        "Derived from": f"`{derivation.base}`",
        "Objects": "`" + derivation.items.replace("|", "\\|") + "`",
        "Key": f"`{derivation.key}`",
    }


def test_the_registry_is_whole() -> None:
    seen: set[str] = {""}
    for name, kind in KINDS.items():
        spec = kind.spec
        assert spec.kind == name
        assert spec.parent in seen, "parents come before children"
        assert all(listing.per in {*seen, ""} for listing in spec.listings)
        assert all(listing.size > 0 for listing in spec.listings if listing.paging in {"skip", "wiql"})
        assert all(listing.size == 0 for listing in spec.listings if listing.paging == "single")
        assert all(listing.safe_size > 0 for listing in spec.listings if listing.paging == "skip")
        assert (spec.detail is not None) == bool(kind.detail)
        assert spec.scope
        assert spec.probe
        assert tuple(sorted(spec.options)) == spec.options
        assert tuple(sorted(spec.hooks)) == spec.hooks
        seen.add(name)
