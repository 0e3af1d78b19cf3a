"""Users, groups, memberships and descriptors.

Facts: all of the area is in preview; the size of a page is the service's choice and varies; the header of the
token is the only sign of another page; a lookup takes at most 500 descriptors (reference of the API, parts 1.5
and 6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson

from azure_devops_sandbox.calls import Answer, ApiError, Call, bad_argument, json_answer
from azure_devops_sandbox.encoding.graph import (
    descriptor_result,
    membership_item,
    scope_descriptor,
    subject_item,
)
from azure_devops_sandbox.paging import opaque, opaque_place, page, whole
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.graph import (
    Container,
    Subject,
    containers,
    containers_of,
    everything_above,
    find_by_descriptor,
    find_by_id,
    members_of,
)
from azure_devops_sandbox.state.people import User
from azure_devops_sandbox.state.records import Project

from .missing import SUBJECTS_AT_ONCE, no_subject, too_many_subjects

SCOPE = "vso.graph"
_NAMESPACE = "Microsoft.VisualStudio.Services.Graph"


def _page(call: Call, subjects: Callable[[Project | None], Sequence[Subject]]) -> Answer:
    """Answer with a page of the size that the service chooses: full pages and smaller ones take turns."""
    organization, permissions, scope = call.organization, call.access.permissions, _scope(call)
    kinds = frozenset(one.lower() for one in call.words("subjectTypes"))

    def build() -> list[bytes]:
        return [
            subject_item(organization, one)
            for one in subjects(scope)
            if permissions.sees_subject(one) and (not kinds or one.descriptor.split(".")[0] in kinds)
        ]

    key = ("subjects", call.route, scope and scope.id, kinds, permissions)
    rows = organization.derived(key, build)
    start, full = opaque_place(call), max(1, call.settings.graph_page)
    smaller = max(1, full - max(1, full // 5))
    return page(call, rows, start, full if start // full % 2 == 0 else smaller, opaque)


def _scope(call: Call) -> Project | None:
    """Return the project that `scopeDescriptor` names, or None. Raises ApiError (400) for another thing."""
    wanted = call.text("scopeDescriptor")
    if wanted is None:
        return None
    for project in call.organization.live_projects():
        if scope_descriptor(project) == wanted and call.access.permissions.sees_inside(project.id):
            return project
    raise ApiError(
        400,
        "InvalidSubjectTypeException",
        f"VS860012: '{wanted}' is not a scope of the organization.",
        _NAMESPACE,
    )


def graph_users_list(call: Call) -> Answer:
    """List the users of the organization, or those that are in a group of a project."""
    organization = call.organization

    def users(scope: Project | None) -> list[User]:
        return [
            one
            for one in organization.users.values()
            if scope is None
            or any(above.project == scope.id for above in everything_above(organization, one.id).values())
        ]

    return _page(call, users)


def graph_groups_list(call: Call) -> Answer:
    """List the groups of the organization with those of all projects and the teams, or those of a project."""

    def groups(scope: Project | None) -> list[Container]:
        found = containers(call.organization)
        return found if scope is None else [one for one in found if one.project == scope.id]

    return _page(call, groups)


def _subject(call: Call) -> Subject:
    """Return the user or group of the path. Raises ApiError (404) if it is missing or hidden."""
    descriptor = call.params["descriptor"]
    found = find_by_descriptor(call.organization, descriptor)
    if found is None or not call.access.permissions.sees_subject(found):
        raise no_subject(descriptor)
    return found


def graph_users_get(call: Call) -> Answer:
    """Return a user by descriptor."""
    found = _subject(call)
    if not isinstance(found, User):
        raise no_subject(call.params["descriptor"])
    return Answer(subject_item(call.organization, found))


def graph_groups_get(call: Call) -> Answer:
    """Return a group (or team) by descriptor."""
    found = _subject(call)
    if isinstance(found, User):
        raise no_subject(call.params["descriptor"])
    return Answer(subject_item(call.organization, found))


def memberships_list(call: Call) -> Answer:
    """List the direct memberships of a subject: up (what it is in) or down (what is in it)."""
    subject, organization = _subject(call), call.organization
    if call.number("depth", 1) != 1:
        raise bad_argument("The depth of memberships can only be 1.")
    direction = (call.text("direction") or "up").lower()
    permissions = call.access.permissions
    if direction == "up":
        above = [one for one in containers_of(organization, subject.id) if permissions.sees_subject(one)]
        return whole(call, [membership_item(one.descriptor, subject.descriptor) for one in above])
    if direction != "down":
        raise bad_argument(f"The value '{direction}' of 'direction' is not valid.")
    below = [] if isinstance(subject, User) else members_of(organization, subject)
    return whole(
        call,
        [
            membership_item(subject.descriptor, one.descriptor)
            for one in below
            if permissions.sees_subject(one)
        ],
    )


def memberships_get(call: Call) -> Answer:
    """Return the membership of a subject in a container. Raises ApiError (404) where it is not a direct member."""
    subject, organization = _subject(call), call.organization
    wanted = call.params["container"]
    above = [one for one in containers_of(organization, subject.id) if one.descriptor == wanted]
    if not above or not call.access.permissions.sees_subject(above[0]):
        raise no_subject(wanted)
    return Answer(membership_item(wanted, subject.descriptor))


def subjects_lookup(call: Call) -> Answer:
    """Return subjects by their descriptors; those that are missing or hidden are left out."""
    keys = call.json().get("lookupKeys")
    if not isinstance(keys, list) or not all(
        isinstance(one, dict) and isinstance(one.get("descriptor"), str) for one in keys
    ):
        raise bad_argument("The lookupKeys of the lookup are missing or have no descriptor.")
    if len(keys) > SUBJECTS_AT_ONCE:
        raise too_many_subjects(len(keys))
    found = {}
    for key in keys:
        subject = find_by_descriptor(call.organization, key["descriptor"])
        if subject is not None and call.access.permissions.sees_subject(subject):
            found[subject.descriptor] = orjson.Fragment(subject_item(call.organization, subject))
    dropped = list(found)[: call.effects.trim]
    for one in dropped:
        del found[one]
    if dropped:
        call.effects.done.append(f"left {len(dropped)} of {len(found) + len(dropped)} rows out")
    return json_answer({"count": len(found), "value": found})


def descriptors_get(call: Call) -> Answer:
    """Return the descriptor of a user, group, team or project by its storage key."""
    organization, permissions, key = (
        call.organization,
        call.access.permissions,
        call.params["storageKey"].lower(),
    )
    subject = find_by_id(organization, key)
    if subject is not None and permissions.sees_subject(subject):
        return json_answer(descriptor_result(organization, key, subject.descriptor))
    project = organization.projects.get(key)
    if project is None or not permissions.sees_inside(key):
        raise no_subject(call.params["storageKey"])
    return json_answer(descriptor_result(organization, key, scope_descriptor(project)))


_BASE = "_apis/graph"
ROUTES = (
    Route("graph-users.list", "GET", "o", f"{_BASE}/users", graph_users_list, SCOPE, True),
    Route("graph-users.get", "GET", "o", f"{_BASE}/users/{{descriptor}}", graph_users_get, SCOPE, True),
    Route("graph-groups.list", "GET", "o", f"{_BASE}/groups", graph_groups_list, SCOPE, True),
    Route("graph-groups.get", "GET", "o", f"{_BASE}/groups/{{descriptor}}", graph_groups_get, SCOPE, True),
    Route(
        "graph-memberships.list",
        "GET",
        "o",
        f"{_BASE}/memberships/{{descriptor}}",
        memberships_list,
        SCOPE,
        True,
    ),
    Route(
        "graph-memberships.get",
        "GET",
        "o",
        f"{_BASE}/memberships/{{descriptor}}/{{container}}",
        memberships_get,
        SCOPE,
        True,
    ),
    Route("graph-subjects.lookup", "POST", "o", f"{_BASE}/subjectlookup", subjects_lookup, SCOPE, True),
    Route(
        "graph-descriptors.get",
        "GET",
        "o",
        f"{_BASE}/descriptors/{{storageKey}}",
        descriptors_get,
        SCOPE,
        True,
    ),
)
