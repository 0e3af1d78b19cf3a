"""The dialect of Port's one-shot script: four variables, read only where no other dialect names a connection."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from fairlead.app.settings.schema import Layer

VARIABLES = ("PORT_CLIENT_ID", "PORT_CLIENT_SECRET", "AZURE_DEVOPS_ORG_ID", "AZURE_DEVOPS_APP_PASSWORD")


def from_environment(environment: Mapping[str, str]) -> Layer:
    """The layer that the four variables mean; empty without AZURE_DEVOPS_ORG_ID, the only one that is always there."""
    organization = environment.get("AZURE_DEVOPS_ORG_ID", "").strip()
    if not organization:
        return {}
    azure: Layer = {"organization_url": f"https://dev.azure.com/{quote(organization, safe='')}"}
    port: Layer = {}
    for name, inner, ours in (
        ("AZURE_DEVOPS_APP_PASSWORD", azure, "personal_access_token"),
        ("PORT_CLIENT_ID", port, "client_id"),
        ("PORT_CLIENT_SECRET", port, "client_secret"),
    ):
        if environment.get(name):
            inner[ours] = environment[name]
    return {"azure": azure, "port": port}
