"""The dialect of Port's one-shot script: four variables, read only where no other dialect names a connection."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fairlead.app.settings.schema import Layer
from fairlead.model.errors import BadUsage

VARIABLES = ("PORT_CLIENT_ID", "PORT_CLIENT_SECRET", "AZURE_DEVOPS_ORG_ID", "AZURE_DEVOPS_APP_PASSWORD")
_PORT_ID, _PORT_SECRET, _ORGANIZATION, _PASSWORD = VARIABLES

WRITER = "azure-devops-resources"
"""The name of the script's repository. At Port it says who wrote an entity. It must not be that of an integration: what
an integration of the same name wrote, and the script's mapping does not make, would count as left over."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def from_environment(environment: Mapping[str, str]) -> tuple[Layer, tuple[str, ...]]:
    """The layer that the four variables mean, and warnings; an empty layer without an organization.

    Raises BadUsage, without quoting it, for an organization that is neither a name nor an address.
    """
    organization = environment.get(_ORGANIZATION, "").strip()
    if not organization:
        half = f"{_PASSWORD} is set and {_ORGANIZATION} is not: the script's variables are not read"
        return {}, (half,) if environment.get(_PASSWORD) else ()
    azure: Layer = {"organization_url": _url(organization)}
    port: Layer = {"integration_identifier": WRITER}
    for name, inner, ours in (
        (_PASSWORD, azure, "personal_access_token"),
        (_PORT_ID, port, "client_id"),
        (_PORT_SECRET, port, "client_secret"),
    ):
        if environment.get(name):
            inner[ours] = environment[name]
    return {"azure": azure, "port": port}, ()


def _url(organization: str) -> str:
    if "://" in organization:
        return organization
    if not _NAME.fullmatch(organization):
        raise BadUsage(
            f"{_ORGANIZATION} is no organization's name",
            advice="set it to what follows https://dev.azure.com/ in its address, or to the whole address",
        )
    return f"https://dev.azure.com/{organization}"
