"""Names with everything that real names hold: spaces, upper case, parentheses, Unicode, `%`, `#`, `&`."""

from __future__ import annotations

import random
from collections.abc import Iterator

from azure_devops_sandbox.formats import derived_guid, object_id
from azure_devops_sandbox.state.records import Identity

PROJECTS = (
    "Fabrikam Fiber", "payments", "Contoso (Retail)", "R&D Lab", "Zürich Übersicht", "C# Platform",
    "100% Coverage", "データ基盤", "Shared Libraries", "MOBILE", "infra-core", "Legacy.Billing",
)  # fmt: skip
TEAMS = (
    "Blue", "Platform & Tools", "Quality (QA)", "Équipe Ménage", "C# Guild", "50% Crew", "Night Watch", "ops",
    "Search", "Identity", "Mobile UX", "Данные",
)  # fmt: skip
REPOSITORIES = (
    "api", "Web Frontend", "tools & scripts", "Billing (Legacy)", "größe-service", "csharp#samples", "100%-tests",
    "mobile", "Infra", "データ", "docs.site", "gateway",
)  # fmt: skip
WORDS = (
    "checkout", "login page", "invoice export", "search index", "rate limits", "backup job", "address form",
    "image cache", "audit trail", "password reset", "price list", "mobile menu", "webhook retry", "data import",
)  # fmt: skip
VERBS = ("Add", "Fix", "Remove", "Speed up", "Document", "Rework", "Test", "Harden", "Translate", "Migrate")
TAGS = ("backend", "ui", "tech debt", "blocked", "Q3", "R&D", "größer")
PEOPLE = (
    "Jamal Hartnett", "Normal Paulk", "Chuck Reinhart", "Johnnie McLeod", "Christie Church", "Zoë Müller",
    "Aino Virtanen", "Jürgen Groß", "María-José Núñez", "佐藤 花子", "Raisa Pokrovskaya", "Helena Petersen",
)  # fmt: skip


def people(seed: int, count: int = 24) -> tuple[Identity, ...]:
    """Return the people of the organization; the first one owns the default token."""
    found = []
    for index in range(count):
        base = PEOPLE[index % len(PEOPLE)]
        name = base if index < len(PEOPLE) else f"{base} {index // len(PEOPLE) + 1}"
        account = "".join(letter for letter in name.casefold() if letter.isascii() and letter.isalnum())
        found.append(
            Identity(
                id=derived_guid(seed, "person", index),
                display_name=name,
                unique_name=f"{account or 'person'}{index}@fabrikam.example",
                descriptor=f"aad.{object_id(seed, 'person', index)[:40]}",
            )
        )
    return tuple(found)


def unique_names(words: tuple[str, ...], count: int) -> Iterator[str]:
    """Yield `count` different names: the words themselves, then the words with a number."""
    for index in range(count):
        word = words[index % len(words)]
        yield word if index < len(words) else f"{word} {index // len(words) + 1}"


def title(rng: random.Random) -> str:
    """Return a title for a work item."""
    return f"{rng.choice(VERBS)} {rng.choice(WORDS)}"


def description(rng: random.Random, subject: str) -> str:
    """Return a description as Azure DevOps stores it: HTML."""
    extra = rng.choice(("", "<br>See the wiki &amp; the notes.", "<ul><li>first</li><li>second</li></ul>"))
    return f"<div>{subject}: as agreed with <b>{rng.choice(WORDS)}</b> people.{extra}</div>"
