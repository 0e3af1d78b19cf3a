"""The reference page names every route, verb, action and flag of the sandbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from azure_devops_sandbox import Action
from azure_devops_sandbox.changes import VERBS
from azure_devops_sandbox.command import app
from azure_devops_sandbox.routes import ROUTES

PAGE = (Path(__file__).parents[3] / "docs/reference/sandbox.md").read_text()
NAMED = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))


@pytest.mark.parametrize("kind", ["routes", "verbs", "actions", "flags"])
def test_the_page_is_complete(kind: str) -> None:
    command = typer.main.get_command(app)
    flags = {
        flag
        for inner in getattr(command, "commands", {}).values()
        for parameter in inner.params
        for flag in parameter.opts
    }
    known = {"routes": {one.name for one in ROUTES}, "verbs": VERBS, "actions": set(Action), "flags": flags}[
        kind
    ]
    assert known - NAMED == set()
