"""What the newcomer reads out of the README; the visit itself is `make newcomer`."""

from __future__ import annotations

from newcomer.newcomer import ROOT, commands


def test_the_readme_begins_with_the_demo_and_then_yours() -> None:
    found = commands((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found == ["make demo", "./fairlead connect https://dev.azure.com/YOUR-ORG"]


def test_what_is_for_developers_is_not_for_newcomers() -> None:
    text = "```sh\n# first\nmake demo\n\n```\n## Developing\n```sh\nmake test\n```\n"
    assert commands(text) == ["make demo"]
