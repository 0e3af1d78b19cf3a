"""Pipelines and build definitions: one object in the shapes of the areas `pipelines` and `build`."""

from __future__ import annotations

from typing import Any

import orjson

from azure_devops_sandbox.formats import date7, segment
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.pipelines import Build, Definition

from . import kept, link, person
from .core import project_item

YAML, CLASSIC = 2, 1
"""The numbers of the process types."""
POOL = {"id": 9, "name": "Azure Pipelines", "isHosted": True}


def definition_stamp(organization: Organization, definition: Definition) -> int:
    """Return the version of the newest thing that a definition shows."""
    repository = organization.repositories.get(definition.repository)
    return max(
        definition.version,
        organization.projects[definition.project].version,
        repository.version if repository else 0,
    )


def _queue(organization: Organization) -> dict[str, Any]:
    url = f"{organization.base_url}/_apis/build/Queues/{POOL['id']}"
    return {"id": POOL["id"], "name": POOL["name"], "url": url, "_links": {"self": link(url)}, "pool": POOL}


def repository_type(definition: Definition) -> str:
    """Return the type of a definition's repository; one that was destroyed has a GUID still."""
    return "GitHub" if "/" in definition.repository else "TfsGit"


def repository_shown(organization: Organization, definition: Definition) -> orjson.Fragment:
    """Return the repository as builds show it, encoded."""
    stamp = definition_stamp(organization, definition)
    return orjson.Fragment(
        kept(definition, "repository", stamp, lambda: repository_reference(organization, definition))
    )


def queue_shown(organization: Organization) -> orjson.Fragment:
    """Return the queue of the hosted agents, encoded."""
    data = organization.lasting.get("queue")
    if data is None:
        data = organization.lasting["queue"] = orjson.dumps(_queue(organization))
    return orjson.Fragment(data)


def repository_reference(organization: Organization, definition: Definition) -> dict[str, Any]:
    """Return the repository as builds show it."""
    kind = repository_type(definition)
    found: dict[str, Any] = {"id": definition.repository, "type": kind}
    if kind == "GitHub":
        return {**found, "name": definition.repository, "clean": None, "checkoutSubmodules": False}
    repository = organization.repositories.get(definition.repository)
    name = repository.name if repository is not None else definition.repository_name
    project = organization.projects[repository.project if repository is not None else definition.project]
    url = f"{organization.base_url}/{segment(project.name)}/_git/{segment(name)}"
    return {**found, "name": name, "url": url, "clean": None, "checkoutSubmodules": False}


def definition_url(organization: Organization, definition: Definition) -> str:
    """Return the address of a definition, which names the revision."""
    return (
        f"{organization.base_url}/{definition.project}/_apis/build/Definitions/{definition.id}"
        f"?revision={definition.revision}"
    )


def definition_reference(organization: Organization, definition: Definition) -> orjson.Fragment:
    """Return the definition as builds show it."""
    stamp = definition_stamp(organization, definition)
    return orjson.Fragment(kept(definition, "reference", stamp, lambda: _reference(organization, definition)))


def _reference(organization: Organization, definition: Definition) -> dict[str, Any]:
    project = organization.projects[definition.project]
    return {
        "id": definition.id,
        "name": definition.name,
        "url": definition_url(organization, definition),
        "uri": f"vstfs:///Build/Definition/{definition.id}",
        "path": definition.folder,
        "type": "build",
        "queueStatus": definition.queue_status,
        "revision": definition.revision,
        "project": orjson.Fragment(project_item(organization, project)),
    }


def definition_item(
    organization: Organization,
    definition: Definition,
    *,
    full: bool,
    latest: tuple[bytes, bytes] | None = None,
) -> bytes:
    """Return a definition; `full` with all properties, `latest` with these two builds (empty: there is none)."""

    def build() -> dict[str, Any]:
        found: dict[str, Any] = {"_links": _definition_links(organization, definition)}
        if full:
            found.update(_all_properties(organization, definition))
        found.update(
            quality="definition",
            authoredBy=person(organization, definition.author),
            drafts=[],
            queue=queue_shown(organization),
            **_reference(organization, definition),
            createdDate=date7(definition.created),
        )
        return found

    data = kept(definition, f"item {full}", definition_stamp(organization, definition), build)
    if latest is None:
        return data
    names = ("latestBuild", "latestCompletedBuild")
    more = b"".join(
        b',"%b":%b' % (name.encode(), one) for name, one in zip(names, latest, strict=True) if one
    )
    return data[:-1] + more + b"}"


def _definition_links(organization: Organization, definition: Definition) -> dict[str, Any]:
    base = f"{organization.base_url}/{definition.project}"
    return {
        "self": link(definition_url(organization, definition)),
        "web": link(f"{base}/_build/definition?definitionId={definition.id}"),
        "editor": link(f"{base}/_build/designer?id={definition.id}&_a=edit-build-definition"),
        "badge": link(f"{base}/_apis/build/status/{definition.id}"),
    }


def _all_properties(organization: Organization, definition: Definition) -> dict[str, Any]:
    found: dict[str, Any] = {
        "properties": {},
        "tags": [],
        "buildNumberFormat": "$(date:yyyyMMdd)$(rev:.r)",
        "jobAuthorizationScope": "projectCollection",
        "jobTimeoutInMinutes": 60,
        "jobCancelTimeoutInMinutes": 5,
        "repository": {
            **repository_reference(organization, definition),
            "properties": {"cleanOptions": "0", "reportBuildStatus": "true", "fetchDepth": "1"},
            "defaultBranch": _default_branch(organization, definition),
        },
        "triggers": [
            {
                "branchFilters": [],
                "pathFilters": [],
                "batchChanges": False,
                "maxConcurrentBuildsPerBranch": 1,
                "triggerType": "continuousIntegration",
            }
        ],
    }
    if definition.yaml is None:
        found["process"] = {"phases": [], "type": CLASSIC}
    else:
        found["process"] = {"yamlFilename": definition.yaml, "type": YAML}
    return found


def _default_branch(organization: Organization, definition: Definition) -> str:
    repository = organization.repositories.get(definition.repository)
    return (repository.default_branch if repository else None) or "refs/heads/main"


def pipeline_url(organization: Organization, definition: Definition) -> str:
    """Return the address of a pipeline, which names the revision."""
    return (
        f"{organization.base_url}/{definition.project}/_apis/pipelines/{definition.id}"
        f"?revision={definition.revision}"
    )


def _pipeline_reference(organization: Organization, definition: Definition) -> dict[str, Any]:
    return {
        "url": pipeline_url(organization, definition),
        "id": definition.id,
        "revision": definition.revision,
        "name": definition.name,
        "folder": definition.folder,
    }


def pipeline_item(organization: Organization, definition: Definition, *, configuration: bool) -> bytes:
    """Return a pipeline; only the single one has its configuration."""

    def build() -> dict[str, Any]:
        url = pipeline_url(organization, definition)
        web = f"{organization.base_url}/{definition.project}/_build/definition?definitionId={definition.id}"
        found: dict[str, Any] = {"_links": {"self": link(url), "web": link(web)}}
        if configuration:
            found["configuration"] = _configuration(definition)
        found.update(_pipeline_reference(organization, definition))
        return found

    stamp = definition_stamp(organization, definition)
    return kept(definition, f"pipeline {configuration}", stamp, build)


def _configuration(definition: Definition) -> dict[str, Any]:
    if definition.yaml is None:
        return {"type": "designerJson"}
    return {"path": definition.yaml, "repository": _source(definition), "type": "yaml"}


def _source(definition: Definition) -> dict[str, Any]:
    if repository_type(definition) == "GitHub":
        return {"fullName": definition.repository, "type": "gitHub"}
    return {"id": definition.repository, "type": "azureReposGit"}


def run_item(organization: Organization, definition: Definition, build: Build, *, resources: bool) -> bytes:
    """Return a build as a run; only the single one tells what it was made of.

    A run has fewer states than a build: one that waits is in progress, one that succeeded in part succeeded.
    """

    def make() -> dict[str, Any]:
        base = f"{organization.base_url}/{definition.project}"
        url = f"{base}/_apis/pipelines/{definition.id}/runs/{build.id}"
        found: dict[str, Any] = {
            "_links": {
                "self": link(url),
                "web": link(f"{base}/_build/results?buildId={build.id}"),
                "pipeline.web": link(f"{base}/_build/definition?definitionId={definition.id}"),
                "pipeline": link(pipeline_url(organization, definition)),
            },
            "templateParameters": {},
            "pipeline": _pipeline_reference(organization, definition),
            "state": {"completed": "completed", "cancelling": "canceling"}.get(build.status, "inProgress"),
        }
        if build.result is not None:
            found["result"] = {"partiallySucceeded": "succeeded"}.get(build.result, build.result)
        found["createdDate"] = date7(build.queued)
        if build.finished is not None:
            found["finishedDate"] = date7(build.finished)
        found["url"] = url
        if resources:
            source = {
                "repository": _source(definition),
                "refName": build.branch,
                "version": build.commit,
            }
            found["resources"] = {"repositories": {"self": source}}
        found.update(id=build.id, name=build.number)
        return found

    return kept(
        build,
        f"run {resources}",
        max(build.version, definition.version, organization.projects[build.project].version),
        make,
    )
