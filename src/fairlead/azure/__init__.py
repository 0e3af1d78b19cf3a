"""Reads Azure DevOps: one HTTP client per identity and host, one small file per kind, the permission doctor.

`connect` builds the object that `sync` knows as a source of records.
"""

from fairlead.azure.connecting import AzureSettings, connect
from fairlead.azure.http.client import Patience
from fairlead.azure.http.credentials import BearerToken, Credential, PersonalAccessToken
from fairlead.azure.reader import AzureSource

__all__ = [
    "AzureSettings",
    "AzureSource",
    "BearerToken",
    "Credential",
    "Patience",
    "PersonalAccessToken",
    "connect",
]
