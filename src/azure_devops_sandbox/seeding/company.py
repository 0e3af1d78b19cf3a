"""Names of a company that sells things online, for a demonstration: what a person sees first should be believable.

Names with everything that names can hold are in `names`.
"""

from __future__ import annotations

from collections.abc import Mapping

_SERVICES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "Storefront": (
        "shop", "The online shop: catalog pages, basket and checkout.",
        ("web", "basket", "checkout", "catalog", "recommendations", "wishlist", "gift-cards"),
    ),
    "Payments": (
        "pay", "Taking payments, refunds, and the ledger behind them.",
        ("gateway", "ledger", "refunds", "invoices", "fraud-rules", "payouts", "tax"),
    ),
    "Order Management": (
        "orders", "Orders from the click to the doorstep.",
        ("intake", "allocation", "returns", "subscriptions", "tracking", "notifications", "cancellations"),
    ),
    "Identity & Access": (
        "identity", "Sign-in, accounts and consent, for customers and staff.",
        ("accounts", "login", "sessions", "consent", "directory-sync", "keys", "audit"),
    ),
    "Data Platform": (
        "data", "Pipelines, warehouse and reports.",
        ("ingest", "warehouse", "quality", "reports", "features", "lineage", "exports"),
    ),
    "Mobile Apps": (
        "mobile", "The apps for iOS and Android and what they share.",
        ("ios", "android", "design-tokens", "push", "deep-links", "offline-store", "release-notes"),
    ),
    "Logistics (Europe)": (
        "logistics", "Warehouses and carriers in Europe.",
        ("carriers", "labels", "stock", "routing", "customs", "warehouse", "capacity"),
    ),
    "Customer Support": (
        "support", "What the people at the phone and in the chat work with.",
        ("inbox", "chat", "knowledge-base", "surveys", "callbacks", "macros", "agent-desktop"),
    ),
    "Developer Platform": (
        "platform", "What the other teams build with.",
        ("templates", "cluster", "observability", "secrets", "build-agents", "terraform-modules", "feature-flags"),
    ),
    "Search & Discovery": (
        "search", "Search, ranking and suggestions.",
        ("index", "ranking", "suggest", "synonyms", "crawler", "relevance-lab", "facets"),
    ),
    "Marketing Site": (
        "www", "The public site, campaigns and the newsletter.",
        ("site", "campaigns", "newsletter", "landing-pages", "press", "cookie-banner", "images"),
    ),
    "Büro Zürich": (
        "zrh", "Tools of the office in Zürich.",
        ("time-sheets", "room-booking", "übersetzungen", "badge-printer", "canteen", "visitors", "intranet"),
    ),
    "Partner Portal": ("partners", "Where suppliers see their sales.", ("portal", "feeds", "settlements")),
    "Legacy ERP": ("erp", "On its way out.", ("bridge", "reports", "archive")),
}  # fmt: skip
"""By project: what names of its repositories begin with, what it is, and what it consists of."""

PROJECTS = tuple(_SERVICES)
TEAMS = (
    "Core", "Experience", "Reliability", "Integrations", "Quality", "Growth", "Insights", "Night Shift", "Security",
)  # fmt: skip
_FORMS = ("api", "worker", "web", "contracts", "infra", "e2e-tests", "sdk", "tools")


def description(project: str) -> str:
    """Return what a project is; one of another name says so much."""
    return _SERVICES[project][1] if project in _SERVICES else f"Everything about {project}"


def repository_name(project: str, place: int) -> str:
    """Return the name of the repository at this place of a project: all of its services, then each in another form."""
    prefix, _, services = _SERVICES.get(project, ("lab", "", ("playground", "prototypes", "scripts")))
    turn, service = divmod(place, len(services))
    name = f"{prefix}-{services[service]}"
    if turn == 0:
        return name
    again, form = divmod(turn - 1, len(_FORMS))
    return f"{name}-{_FORMS[(form + service) % len(_FORMS)]}" + (f"-{again + 1}" if again else "")
