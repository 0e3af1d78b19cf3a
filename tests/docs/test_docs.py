"""The documentation is true where a machine can tell: links, commands, flags, settings, exit codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from fairlead.app.settings import ocean, script
from fairlead.app.settings.load import TOKEN_VARIABLES
from fairlead.app.settings.own import CONFIG_VARIABLE
from fairlead.app.settings.schema import known_names, variable
from fairlead.cli.exits import MEANINGS
from fairlead.cli.main import build

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SETTINGS = (ROOT / "docs/reference/settings.md").read_text()
COMMANDS = (ROOT / "docs/reference/cli.md").read_text()


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_found() -> None:
    listed = {
        (index.parent / target.partition("#")[0]).resolve()
        for index in (ROOT / "docs/README.md", ROOT / "docs/adr/README.md")
        for target in re.findall(r"\]\(([^)\s]+)\)", index.read_text())
    }
    assert [
        page for page in ROOT.glob("docs/**/*.md") if page not in listed and page.name != "README.md"
    ] == []


def shell_lines(page: Path) -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        yield from re.sub(r"\\\n\s*", " ", block).splitlines()


@cache
def commands() -> dict[str, set[str]]:
    """Every command by its words, with its flags."""
    found: dict[str, set[str]] = {"fairlead": {"--help", "--version"}}
    waiting = [("fairlead", typer.main.get_command(build()))]
    while waiting:
        name, command = waiting.pop()
        flags = {flag for parameter in command.params for flag in parameter.opts if flag.startswith("--")}
        found[name] = flags | {"--help"}
        waiting += [(f"{name} {sub}", inner) for sub, inner in getattr(command, "commands", {}).items()]
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_examples_exist(page: Path) -> None:
    wrong = []
    for line in shell_lines(page):
        for words in re.findall(r"(?:^|\s|\$\()(?:\./)?fairlead ([^|>;&#]*)", line):
            tokens = words.split()
            name = f"fairlead {tokens[0]}" if not tokens[0].startswith("-") else "fairlead"
            if len(tokens) > 1 and f"{name} {tokens[1]}" in commands():
                name += f" {tokens[1]}"
            flags = {token for token in tokens if token.startswith("--")}
            if name not in commands() or flags - commands()[name]:
                wrong.append(line)
    assert wrong == []


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_make_targets_in_pages_exist(page: Path) -> None:
    named = {word for line in shell_lines(page) for word in re.findall(r"^make ([a-z-]+)", line)}
    named |= set(re.findall(r"`make ([a-z-]+)`", page.read_text()))
    assert named - make_targets() == set()


def test_every_command_and_flag_is_documented() -> None:
    missing = []
    for name, flags in commands().items():
        if name not in ("fairlead", "fairlead mapping") and f"\n## {name}" not in COMMANDS:
            missing.append(name)
        missing += [f"{name} {flag}" for flag in flags if flag != "--version" and f"`{flag}" not in COMMANDS]
    assert [entry for entry in missing if not entry.endswith("--help")] == []


def test_every_exit_code_is_documented() -> None:
    told = {int(code): text for code, text in re.findall(r"^\| (\d+) \| (.+) \|$", COMMANDS, re.MULTILINE)}
    assert told == MEANINGS


def test_every_setting_is_documented() -> None:
    missing = [name for name in known_names() if f"| `{name}` |" not in SETTINGS]
    missing += [
        variable(name)
        for name in known_names()
        if name != "connections" and f"`{variable(name)}`" not in SETTINGS
    ]
    missing += [
        name for name in (*script.VARIABLES, *TOKEN_VARIABLES, CONFIG_VARIABLE) if f"`{name}`" not in SETTINGS
    ]
    for name in (*ocean.NAMES, *ocean.MINUTES):
        spelled = ocean.PREFIX + name.replace(".", "__").upper()
        missing += [] if f"`{spelled}`" in SETTINGS else [spelled]
    assert missing == []


def test_no_page_names_a_setting_that_is_not_there() -> None:
    known = {variable(name) for name in known_names()} | {CONFIG_VARIABLE}
    named = {name for page in PAGES for name in re.findall(r"\bFAIRLEAD_[A-Z_]*[A-Z]\b", page.read_text())}
    assert named - known == set()
