"""Classic releases, release definitions and deployments.

Facts: pages of 50 by default and at most 100; newest first unless `queryOrder=ascending`; the token is the
id of the next row (area `release`; reference of the API, parts 1.3 and 6).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from azure_devops_sandbox.calls import Answer, Call, bad_argument
from azure_devops_sandbox.encoding.release_definitions import definition_item
from azure_devops_sandbox.encoding.releases import EXPANDS, deployment_item, release_detail, release_item
from azure_devops_sandbox.paging import Encoded, listing_key, page
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.records import Deployment, Release, ReleaseDefinition

from .missing import no_definition, no_release

SCOPE = "vso.release"
_DEFAULT, _LARGEST = 50, 100
_DEFINITION_EXPANDS = frozenset({"environments", "artifacts", "triggers", "variables", "tags", "lastrelease"})
RowT = TypeVar("RowT", bound=Release | ReleaseDefinition | Deployment)


def _page_by_id(
    call: Call,
    found: list[RowT],
    encode: Callable[[RowT], bytes],
    default: int = _DEFAULT,
    largest: int = _LARGEST,
    *,
    ascending: bool,
) -> Answer:
    """Answer with the page that begins at the row whose id is the token."""
    found.sort(key=lambda one: one.id, reverse=not ascending)
    start, token = 0, call.text("continuationToken")
    if token is not None:
        if not token.isdigit():
            raise bad_argument(f"The continuation token '{token}' is not valid.")
        edge = int(token)
        start = sum(one.id < edge if ascending else one.id > edge for one in found)
    size = min(largest, max(1, call.number("$top", default)))
    rows = Encoded(found, encode)
    return page(call, rows, start, size, lambda place: str(found[place].id))


def _expand(call: Call, known: frozenset[str]) -> frozenset[str]:
    return frozenset(one.lower() for one in call.words("$expand")) & known


def _seen_definitions(call: Call) -> set[int]:
    organization, permissions = call.organization, call.access.permissions
    live = {one.id for one in organization.live_projects()}
    return {
        one.id
        for one in organization.release_definitions.values()
        if one.project in live and permissions.sees_definition(one)
    }


def _visible_releases(call: Call) -> list[Release]:
    organization, permissions = call.organization, call.access.permissions
    seen = organization.derived(("seen definitions", permissions), lambda: _seen_definitions(call))
    if call.project is None:
        return [one for one in organization.releases.values() if one.definition in seen]
    mine = organization.of_project(organization.releases, call.project.id)
    return [one for one in mine if one.definition in seen]


def releases_list(call: Call) -> Answer:
    """List releases of the organization or a project."""
    fits = _release_filter(call)
    found = call.organization.derived(
        listing_key(call), lambda: [one for one in _visible_releases(call) if fits(one)]
    )
    expand = _expand(call, EXPANDS)
    ascending = (call.text("queryOrder") or "descending").lower() == "ascending"
    return _page_by_id(
        call, found, lambda one: release_item(call.organization, one, expand), ascending=ascending
    )


def _release_filter(call: Call) -> Callable[[Release], bool]:
    status = (call.text("statusFilter") or "").lower()
    tags, ids = set(call.words("tagFilter")), set(call.words("releaseIdFilter"))
    branch, definition = call.text("sourceBranchFilter"), call.text("definitionId")
    search = (call.text("searchText") or "").casefold()
    earliest, latest = call.date("minCreatedTime"), call.date("maxCreatedTime")
    deleted = call.flag("isDeleted")

    def fits(one: Release) -> bool:
        return (
            one.deleted == deleted
            and status in {"", "undefined", one.status}
            and tags <= set(one.tags)
            and (not ids or str(one.id) in ids)
            and branch in {None, one.branch}
            and definition in {None, str(one.definition)}
            and search in one.name.casefold()
            and (earliest is None or one.created >= earliest)
            and (latest is None or one.created <= latest)
        )

    return fits


def releases_get(call: Call) -> Answer:
    """Return a release with its environments."""
    text = call.params["releaseId"]
    release = call.organization.releases.get(int(text)) if text.isdigit() else None
    if release is None or release.deleted or release.definition not in _seen_definitions(call):
        raise no_release(text)
    if call.project is not None and release.project != call.project.id:
        raise no_release(text)
    return Answer(release_detail(call.organization, release))


def definitions_list(call: Call) -> Answer:
    """List the release definitions of a project."""
    organization, seen = call.organization, _seen_definitions(call)
    ids, tags, deleted = (
        set(call.words("definitionIdFilter")),
        set(call.words("tagFilter")),
        call.flag("isDeleted"),
    )
    search, exact = (call.text("searchText") or "").casefold(), call.flag("isExactNameMatch")
    found = [
        one
        for one in organization.of_project(organization.release_definitions, call.here.id)
        if one.id in seen
        and one.deleted == deleted
        and (not ids or str(one.id) in ids)
        and tags <= set(one.tags)
        and (one.name.casefold() == search if exact and search else search in one.name.casefold())
    ]
    expand = _expand(call, _DEFINITION_EXPANDS)
    ascending = (call.text("queryOrder") or "idAscending").lower() != "iddescending"
    return _page_by_id(
        call, found, lambda one: definition_item(organization, one, expand), 100, 10_000, ascending=ascending
    )


def definitions_get(call: Call) -> Answer:
    """Return a release definition with everything in it."""
    text, organization = call.params["definitionId"], call.organization
    definition = organization.release_definitions.get(int(text)) if text.isdigit() else None
    if definition is None or definition.deleted or definition.id not in _seen_definitions(call):
        raise no_definition(text)
    if definition.project != call.here.id:
        raise no_definition(text)
    return Answer(definition_item(organization, definition, _DEFINITION_EXPANDS - {"lastrelease"}, full=True))


def deployments_list(call: Call) -> Answer:
    """List the deployments of a project."""
    organization, seen = call.organization, _seen_definitions(call)
    fits = _deployment_filter(call)

    def find() -> list[Deployment]:
        found = []
        for one in organization.of_project(organization.deployments, call.here.id):
            release = organization.releases[one.release]
            if release.definition in seen and not release.deleted and fits(one, release):
                found.append(one)
        return found

    ascending = (call.text("queryOrder") or "descending").lower() == "ascending"
    found = organization.derived(listing_key(call), find)
    return _page_by_id(call, found, lambda one: deployment_item(organization, one), ascending=ascending)


def _deployment_filter(call: Call) -> Callable[[Deployment, Release], bool]:
    earliest, latest = call.date("minModifiedTime"), call.date("maxModifiedTime")
    definition, environment = call.text("definitionId"), call.text("definitionEnvironmentId")
    status = (call.text("deploymentStatus") or "all").lower()
    operation = (call.text("operationStatus") or "all").lower()
    release_id = call.text("releaseId")

    def fits(one: Deployment, release: Release) -> bool:
        return (
            (earliest is None or one.modified >= earliest)
            and (latest is None or one.modified <= latest)
            and definition in {None, str(release.definition)}
            and environment in {None, str(release.definition * 10 + one.environment + 1)}
            and release_id in {None, str(release.id)}
            and status in {"all", "undefined", one.status.lower()}
            and operation in {"all", "undefined", one.operation.lower()}
        )

    return fits


ROUTES = (
    Route("releases.list", "GET", "op", "_apis/release/releases", releases_list, SCOPE),
    Route("releases.get", "GET", "op", "_apis/release/releases/{releaseId}", releases_get, SCOPE),
    Route("release-definitions.list", "GET", "p", "_apis/release/definitions", definitions_list, SCOPE),
    Route(
        "release-definitions.get",
        "GET",
        "p",
        "_apis/release/definitions/{definitionId}",
        definitions_get,
        SCOPE,
    ),
    Route("deployments.list", "GET", "p", "_apis/release/deployments", deployments_list, SCOPE),
)
