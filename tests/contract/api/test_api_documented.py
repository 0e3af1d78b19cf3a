"""The documentation lists the routes that are served, and no others."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_documented_routes_are_the_served_ones() -> None:
    page = (ROOT / "docs/reference/api.md").read_text()
    documented = {
        (method, re.sub(r"\?.*", "", path))
        for method, path in re.findall(r"^\| `(GET|POST) (/\S+)` \|", page, re.MULTILINE)
    }
    paths = json.loads((ROOT / "openapi.json").read_bytes())["paths"]
    served = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert documented == served


def test_documented_parameters_are_the_described_ones() -> None:
    page = (ROOT / "docs/reference/api.md").read_text()
    paths = json.loads((ROOT / "openapi.json").read_bytes())["paths"]
    for path, listed in re.findall(r"^\| `GET (/\S+)\?(\S+)` \|", page, re.MULTILINE):
        described = {one["name"] for one in paths[path]["get"]["parameters"] if one["in"] == "query"}
        assert {name.partition("=")[0] for name in listed.split("&")} <= described, path


def test_everything_that_the_description_refers_to_is_in_it() -> None:
    text = (ROOT / "openapi.json").read_text()
    schemas = json.loads(text)["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= set(schemas)
