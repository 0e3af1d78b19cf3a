"""Names with everything that real names hold: spaces, upper case, parentheses, Unicode, `%`, `#`, `&`."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from itertools import islice

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
FIRST_NAMES = (
    "Ana", "Marcus", "Priya", "Tomasz", "Leila", "Owen", "Ingrid", "Mateo", "Chloé", "Daniel", "Fatima", "Hugo",
    "Mei", "Kwame", "Sofia", "Björn", "Amara", "Lukas", "Yuki", "Rafael", "Nadia", "Elif", "Connor", "Vera",
    "Samuel", "Łucja", "Noor", "Gabriel", "Hana", "Viktor", "Isabel", "Emeka", "Freya", "Arjun", "Camille", "Jonas",
)  # fmt: skip
LAST_NAMES = (
    "Almeida", "Bergström", "Okafor", "Kowalski", "Haddad", "Fitzgerald", "Novák", "Rossi", "Lefèvre", "Tanaka",
    "Mensah", "Schneider", "Iyer", "O'Connor", "Petrović", "Silva", "Lindqvist", "Moreau", "Castillo", "Yılmaz",
    "Nakamura", "Dlamini", "Weber", "Hansen", "Ferrari", "Patel", "Jansen", "Nguyen", "Vargas", "Kaur", "Svensson",
    "Adeyemi", "Fischer", "Costa", "Zieliński",
)  # fmt: skip


def human_names(rng: random.Random, count: int) -> list[str]:
    """Return `count` different names of people in a random order; beyond all pairs with a middle initial."""
    pairs = [f"{first} {last}" for last in LAST_NAMES for first in FIRST_NAMES]
    rng.shuffle(pairs)
    rounds = -(-count // len(pairs))
    middle = (
        one.replace(" ", f" {chr(64 + turn)}. ", 1) if turn else one
        for turn in range(rounds)
        for one in pairs
    )
    return list(islice(middle, count))


def account(name: str) -> str:
    """Return the part of a mail address before the @ that belongs to a name."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    words = ("".join(one for one in word if one.isascii() and one.isalnum()) for word in plain.split())
    return ".".join(one for one in words if one)


def mail_domain(organization: str) -> str:
    """Return the domain of the mail addresses of an organization."""
    plain = "".join(one for one in organization.casefold() if one.isascii() and (one.isalnum() or one == "-"))
    return f"{plain.strip('-') or 'company'}.example"


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "ı": "i", "ß": "ss", "đ": "d"})
NUMBERED_AUTHORS = 24
"""Up to so many authors are named by `PEOPLE` and numbers; more of them all have a name of their own."""


def people(seed: int, count: int = NUMBERED_AUTHORS, organization: str = "fabrikam") -> tuple[Identity, ...]:
    """Return the people who do things; the first one owns the default token."""
    if count > NUMBERED_AUTHORS:
        return tuple(
            Identity(
                id=derived_guid(seed, "person", index),
                display_name=name,
                unique_name=f"{account(name)}@{mail_domain(organization)}",
                descriptor=f"aad.{object_id(seed, 'person', index)[:40]}",
            )
            for index, name in enumerate(human_names(random.Random(f"{seed} people"), count))
        )
    found = []
    for index in range(count):
        base = PEOPLE[index % len(PEOPLE)]
        name = base if index < len(PEOPLE) else f"{base} {index // len(PEOPLE) + 1}"
        letters = "".join(letter for letter in name.casefold() if letter.isascii() and letter.isalnum())
        found.append(
            Identity(
                id=derived_guid(seed, "person", index),
                display_name=name,
                unique_name=f"{letters or 'person'}{index}@fabrikam.example",
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
