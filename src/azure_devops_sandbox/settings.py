"""How the server behaves beyond the state of the organization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_FIXED = frozenset({"latency", "served_url"})


@dataclass(slots=True)
class Settings:
    """How the server behaves; all of it may change while it runs.

    Page sizes that the service chooses: `graph_page` is the largest page of users and groups (smaller ones
    come between), `entitlement_page` that of user entitlements. `entitlement_key` is the key under which a
    page of user entitlements has its rows: the service has answered with both. `token_header` is how the
    header of a continuation token is spelled: the case of a header's name says nothing.

    `organization_pull_requests` is the status that the listing of pull requests without a project answers:
    that form is in no specification (reference of the API, part 0.3), and 404 or 400 take it away.

    With `live`, something plausible happens every so many seconds (where the command serves).
    """

    latency: float = 0.0
    bad_credentials: Literal["203", "401", "302"] = "203"
    gzip: bool = False
    team_page_cap: int = 1_000_000
    graph_page: int = 500
    entitlement_page: int = 100
    entitlement_key: Literal["items", "members"] = "items"
    token_header: str = "x-ms-continuationtoken"  # noqa: S105 the name of a header
    organization_pull_requests: Literal[200, 404, 400] = 200
    live: float = 0.0
    served_url: str = ""

    @classmethod
    def free(cls) -> frozenset[str]:
        """Return the names of the settings that the control interface may set."""
        return frozenset(cls.__slots__) - _FIXED
