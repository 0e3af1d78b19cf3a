"""An Azure DevOps Services organization in one process: state, routes, faults, control.

Typical use in a test:

    async with running(seeded(1, Sizes.preset("tiny"))) as sandbox:
        ...  # sandbox.url, sandbox.pat, sandbox.organization, sandbox.faults, sandbox.ledger
"""

from __future__ import annotations

from .clock import START, Clock
from .faults import Action, Fault
from .running import Sandbox, running
from .seeding import DEFAULT_PAT, catalog_entities, seeded
from .settings import Settings
from .sizes import Sizes
from .snapshot import state_of
from .state.access import Access, Permissions
from .state.organization import Organization

__all__ = [
    "DEFAULT_PAT",
    "START",
    "Access",
    "Action",
    "Clock",
    "Fault",
    "Organization",
    "Permissions",
    "Sandbox",
    "Settings",
    "Sizes",
    "catalog_entities",
    "running",
    "seeded",
    "state_of",
]
