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
_PLACES: Mapping[str, tuple[str, ...]] = {
    "Storefront": (
        "the product page", "the basket", "the checkout page", "the wish list", "the gift card form",
        "the size guide", "the recommendations row", "the address form",
    ),
    "Payments": (
        "the refund endpoint", "the card gateway", "the ledger export", "the payout job", "the fraud rules",
        "the invoice renderer", "the tax lookup", "the settlement report",
    ),
    "Order Management": (
        "the order intake", "the allocation job", "the return form", "the subscription renewal", "the tracking page",
        "the cancellation flow", "the backorder list", "the order search",
    ),
    "Identity & Access": (
        "the login flow", "the session store", "the consent page", "the directory sync", "the key rotation",
        "the password reset", "the audit log", "the account merge",
    ),
    "Data Platform": (
        "the nightly import", "the warehouse loader", "the quality checks", "the report builder", "the feature store",
        "the lineage graph", "the event schema", "the export job",
    ),
    "Mobile Apps": (
        "the push registration", "the offline store", "the deep link router", "the onboarding screens",
        "the design tokens", "the barcode scanner", "the release notes", "the crash reporter",
    ),
    "Logistics (Europe)": (
        "the carrier adapter", "the label printer", "the stock count", "the route planner", "the customs form",
        "the pick list", "the capacity forecast", "the delivery window",
    ),
    "Customer Support": (
        "the support inbox", "the chat widget", "the knowledge base", "the survey mailer", "the callback queue",
        "the macro editor", "the agent desktop", "the escalation rules",
    ),
    "Developer Platform": (
        "the service template", "the cluster upgrade", "the log pipeline", "the secret rotation", "the build agents",
        "the network module", "the feature flag client", "the cost report",
    ),
    "Search & Discovery": (
        "the index builder", "the ranking model", "the suggest endpoint", "the synonym editor", "the crawler",
        "the relevance lab", "the facet counts", "the spelling correction",
    ),
    "Marketing Site": (
        "the campaign page", "the newsletter form", "the press archive", "the cookie banner", "the image pipeline",
        "the store finder", "the landing page editor", "the sitemap",
    ),
    "Büro Zürich": (
        "the time sheet", "the room booking", "the badge printer", "the canteen menu", "the visitor list",
        "the translation export", "the intranet search", "the holiday calendar",
    ),
}  # fmt: skip
_FORMS = ("api", "worker", "web", "contracts", "infra", "e2e-tests", "sdk", "tools")


def description(project: str) -> str:
    """Return what a project is; one of another name says so much."""
    return _SERVICES[project][1] if project in _SERVICES else f"Everything about {project}"


def places(project: str) -> tuple[str, ...]:
    """Return what changes in a project are about; nothing for one of another name."""
    return _PLACES.get(project, ())


def repository_name(project: str, place: int) -> str:
    """Return the name of the repository at this place of a project: all of its services, then each in another form."""
    prefix, _, services = _SERVICES.get(project, ("lab", "", ("playground", "prototypes", "scripts")))
    turn, service = divmod(place, len(services))
    name = f"{prefix}-{services[service]}"
    if turn == 0:
        return name
    again, form = divmod(turn - 1, len(_FORMS))
    return f"{name}-{_FORMS[(form + service) % len(_FORMS)]}" + (f"-{again + 1}" if again else "")
