"""Users and groups, and what can be found in the graph that they and the teams make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from azure_devops_sandbox.formats import subject_descriptor

from .records import Identity, Stateful


@dataclass(frozen=True, slots=True)
class License:
    """An access level: where the license comes from and what it is called."""

    source: str
    account: str
    msdn: str
    name: str


LICENSES: Mapping[str, License] = {
    "stakeholder": License("account", "stakeholder", "none", "Stakeholder"),
    "express": License("account", "express", "none", "Basic"),
    "advanced": License("account", "advanced", "none", "Basic + Test Plans"),
    "professional": License("msdn", "none", "professional", "Visual Studio Professional subscription"),
    "enterprise": License("msdn", "none", "enterprise", "Visual Studio Enterprise subscription"),
}
"""By a key of our own."""


@dataclass(slots=True, kw_only=True)
class User(Stateful):
    """A user of the organization: a person of a directory (`aad`) or not (`msa`), or a service (`svc`).

    `identity.id` is the storage key. Services have no license and no mail address.
    """

    identity: Identity
    kind: str
    mail: str
    origin_id: str
    domain: str
    meta_type: str | None
    license: str
    status: str
    created: datetime
    accessed: datetime | None

    @property
    def id(self) -> str:
        """The storage key."""
        return self.identity.id

    @property
    def descriptor(self) -> str:
        """The descriptor in the graph."""
        return self.identity.descriptor


@dataclass(slots=True, kw_only=True)
class Group(Stateful):
    """A group of the organization (`project` is None) or of a project; with origin `aad` one of the directory.

    `members` are ids of users, groups and teams, each once.
    """

    id: str
    name: str
    project: str | None
    description: str
    origin: str = "vsts"
    members: list[str] = field(default_factory=list)

    @property
    def descriptor(self) -> str:
        """The descriptor in the graph."""
        return subject_descriptor("aadgp" if self.origin == "aad" else "vssgp", self.id)
