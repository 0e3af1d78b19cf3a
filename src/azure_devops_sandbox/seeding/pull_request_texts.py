"""Titles, descriptions, branch names and labels of pull requests, as the people of a company write them."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PLACES = (
    "the checkout service", "the refund endpoint", "the order search", "the invoice exporter", "the login flow",
    "the notification worker", "the price calculator", "the customer profile page", "the webhook receiver",
    "the nightly import", "the report builder", "the admin console", "the basket", "the session store",
    "the product feed", "the address form", "the audit log", "the subscription renewal", "the file upload",
    "the tax lookup", "the support inbox", "the delivery tracker", "the usage dashboard", "the API gateway",
)  # fmt: skip
"""What pull requests are about where nothing better is known."""

_ADDITIONS = (
    "retries with jitter", "structured logging", "rate limiting", "cursor paging", "an audit trail", "traces",
    "health checks", "input validation", "a bulk mode", "a dry run", "keyboard shortcuts", "idempotency keys",
    "a feature flag", "optimistic locking", "CSV export", "an empty state", "contract tests", "a circuit breaker",
)  # fmt: skip
_PROBLEMS = (
    "a null reference", "a race condition", "a memory leak", "duplicate rows", "wrong time zones", "rounding errors",
    "a flaky timeout", "a broken redirect", "stale cache entries", "missing translations", "a deadlock",
    "an off-by-one error in paging", "lost updates", "double submits", "a wrong status code", "truncated names",
)  # fmt: skip
_PACKAGES = (
    "Serilog", "Npgsql", "Polly", "MediatR", "react", "axios", "eslint", "vite", "typescript", "fastapi", "pydantic",
    "spring-boot", "jackson-databind", "azurerm", "node", "Microsoft.Data.SqlClient", "OpenTelemetry", "xunit",
    "playwright", "tailwindcss",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change: how branches of it begin, how its titles are made, and which labels it may have."""

    branch: str
    short: str
    titles: Sequence[str]
    labels: Sequence[str]
    weight: int


KINDS: Mapping[str, Kind] = {
    "feature": Kind(
        "feature",
        "feat",
        (
            "Add {addition} to {place}", "Support {addition} in {place}", "Introduce {addition} for {place}",
            "Let customers filter {place} by date", "Show the last change in {place}",
            "Expose {place} to partner accounts", "Put {place} behind a feature flag",
        ),
        ("backend", "frontend", "breaking change", "needs docs"),
        34,
    ),
    "fix": Kind(
        "bugfix",
        "fix",
        (
            "Fix {problem} in {place}", "Fix {problem} in {place} after a retry", "Prevent {problem} in {place}",
            "Handle timeouts in {place}", "Stop {place} from swallowing errors",
        ),
        ("bug", "backend", "frontend", "regression"),
        26,
    ),
    "dependency": Kind(
        "dependencies",
        "build",
        ("Bump {package} from {version} to {newer}", "Update {package} to {newer}"),
        ("dependencies",),
        10,
    ),
    "refactor": Kind(
        "refactor",
        "refactor",
        (
            "Split {place} into smaller handlers", "Extract the client out of {place}",
            "Move {place} to minimal APIs", "Delete dead code from {place}",
            "Replace the hand-written mapper in {place}",
        ),
        ("tech debt",),
        10,
    ),
    "speed": Kind(
        "perf",
        "perf",
        (
            "Cache lookups in {place}", "Add an index for {place}", "Stream results from {place}",
            "Cut allocations in {place}", "Batch the queries of {place}",
        ),
        ("performance", "backend"),
        5,
    ),
    "tests": Kind(
        "test",
        "test",
        ("Cover {problem} in {place} with a test", "Make the tests of {place} deterministic"),
        ("tests",),
        5,
    ),
    "documentation": Kind(
        "docs",
        "docs",
        (
            "Document how to run {place} locally", "Add a runbook for {place}", "Describe the error codes of {place}",
        ),
        ("documentation",),
        5,
    ),
    "delivery": Kind(
        "chore",
        "ci",
        (
            "Add a canary stage for {place}", "Raise the memory limit of {place}", "Pin the base image of {place}",
            "Run {place} with a managed identity", "Rotate the signing certificate of {place}",
        ),
        ("infrastructure", "security"),
        5,
    ),
}  # fmt: skip

_WHY = (
    "Support saw this {number} times in the last two weeks, mostly from accounts with more than one currency.",
    "Follow-up of the incident review: we agreed not to leave this to the next on-call person.",
    "Product asked for this for the pilot customers. It is off by default and can be switched on for each account.",
    "We found this while looking at traces of slow requests: the 95th percentile was above two seconds.",
    "The old behavior was never written down, so I kept it wherever a test covers it.",
    "First step of what we discussed in refinement; the second one moves the callers over.",
)
_HOW = (
    "The handler checks the version before it writes, and answers 409 when somebody else was faster.",
    "No change of the database. The new column comes with the next migration.",
    "I moved the mapping to one place, so that the worker and the API cannot drift apart again.",
    "The setting is read once at start. Changing it needs a restart, as for all the others.",
    "Errors of the provider are logged with the correlation id and counted by status code.",
)
_TESTED = (
    "- unit tests for the new branches\n- ran the smoke tests against staging\n- tried it with two test accounts",
    "- contract tests are green\n- load test: {number} requests per second without errors",
    "- new integration test that fails without the fix\n- checked dashboards after deploying to the test stage",
)
_ASKS = (
    "Please look at the naming of the settings first, the rest is plumbing.",
    "Best read commit by commit.",
    "I would like to have this in before the release branch is cut on Thursday.",
    "Screenshots are in the work item.",
)


@dataclass(frozen=True, slots=True)
class Text:
    """What a pull request says."""

    kind: Kind
    title: str
    description: str | None
    branch: str
    labels: tuple[str, ...]


def text(rng: random.Random, places: Sequence[str] = PLACES, item: int | None = None, style: int = 0) -> Text:
    """Return a text about one of `places`, with the work item that it is for.

    `style` is the habit of a repository: 0 plain titles, 1 with the work item, 2 with the kind of change.
    """
    kind = rng.choices(list(KINDS.values()), [one.weight for one in KINDS.values()])[0]
    place, major, minor = rng.choice(places), rng.randrange(1, 9), rng.randrange(0, 14)
    plain = rng.choice(kind.titles).format(
        place=place,
        addition=rng.choice(_ADDITIONS),
        problem=rng.choice(_PROBLEMS),
        package=rng.choice(_PACKAGES),
        version=f"{major}.{minor}.{rng.randrange(9)}",
        newer=f"{major}.{minor + 1}.0",
    )
    title = plain
    if style == 1 and item is not None:
        title = f"AB#{item} {plain}"
    elif style == 2:
        title = f"{kind.short}: {plain[0].lower()}{plain[1:]}"
    words = re.findall(r"[a-z0-9.]+", re.sub(r"\b(the|a|an) ", "", plain.casefold()))
    slug = "-".join(words[:7]).strip(".")
    number = f"{item}-" if item is not None and rng.random() < 0.6 else ""
    labels = tuple(rng.sample(kind.labels, 1)) if rng.random() < 0.35 else ()
    return Text(kind, title, _description(rng, plain, item), f"{kind.branch}/{number}{slug}", labels)


def _description(rng: random.Random, plain: str, item: int | None) -> str | None:
    """Return a description as people write it: none, a line, a paragraph, or the whole template filled in."""
    choice = rng.random()
    if choice < 0.12:
        return None
    if choice < 0.35:
        return f"{plain}."
    why, how = rng.choice(_WHY).format(number=rng.randrange(3, 40)), rng.choice(_HOW)
    if choice < 0.65:
        return f"{why}\n\n{how}"
    tested = rng.choice(_TESTED).format(number=rng.randrange(2, 30) * 50)
    related = f"\n\nRelated work items: #{item}" if item is not None else ""
    return (
        f"## Why\n{why}\n\n## What\n{how}\n\n## How it was tested\n{tested}\n\n{rng.choice(_ASKS)}{related}"
    )
