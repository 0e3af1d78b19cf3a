"""The whole truth of an organization, by preset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from azure_devops_sandbox import Organization, Permissions
from truth import files, people, pipelines, port, port_script, pull_requests, releases, standard
from truth.entities import Entities, Targets, with_stubs
from truth.sight import Sight

CALCULATIONS: Mapping[str, Sequence[Callable[[Sight], Entities]]] = {
    "port": port.ALL,
    "port-script": port_script.ALL,
    "standard": (*standard.ALL, *people.STANDARD, *pull_requests.STANDARD, *pipelines.STANDARD),
    "every-kind": (*port.ALL, *releases.ALL, *people.ALL, *files.ALL, *pull_requests.ALL, *pipelines.ALL),
}
STUB_TARGETS: Mapping[str, Targets] = {
    "port": port.TARGETS,
    "port-script": port_script.TARGETS,
    "standard": {
        **standard.TARGETS,
        **people.STANDARD_TARGETS,
        **pull_requests.STANDARD_TARGETS,
        **pipelines.STANDARD_TARGETS,
    },
    "every-kind": {
        **port.TARGETS,
        **releases.TARGETS,
        **people.TARGETS,
        **files.TARGETS,
        **pull_requests.TARGETS,
        **pipelines.TARGETS,
    },
}
"""The relations of each preset; for their dangling targets bare entities are exported."""


def owned(organization: Organization, preset: str, permissions: Permissions | None = None) -> Entities:
    """The entities that records create, of all blueprints."""
    sight = Sight(organization, permissions)
    found: Entities = {}
    for calculation in CALCULATIONS[preset]:
        found.update(calculation(sight))
    return found


def truth_of(organization: Organization, preset: str, permissions: Permissions | None = None) -> Entities:
    """Every entity of a full sync into a fresh catalog, stubs included."""
    return with_stubs(owned(organization, preset, permissions), STUB_TARGETS[preset])
