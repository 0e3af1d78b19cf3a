"""Requests for the routes about users, groups and members of teams."""

from __future__ import annotations

from azure_devops_sandbox import Organization
from azure_devops_sandbox.state.graph import members_of
from azure_devops_sandbox.state.records import Project
from contract.sandbox.case import Case, O

_PREVIEW = "api-version=7.1-preview.1"
_ENTITLEMENTS = "memberEntitlementManagement"
_OLD = frozenset({"$.items[].extensions"})
"""A key in every recorded entitlement that the schema of 7.1 does not have."""
_KINDS_OF_SUBJECT = frozenset(
    f"$.*.{key}"
    for key in ("description", "directoryAlias", "domain", "mailAddress", "metaType", "principalName")
)
"""The schema of a lookup knows what all subjects have; users and groups have more, as in the recorded one."""


def people_cases(organization: Organization, project: Project) -> list[Case]:
    """Return the requests."""
    team = f"/_apis/projects/{project.id}/teams/{project.default_team}"
    return [
        Case(
            "team-members.list",
            "core",
            f"{O}/projects/{{projectId}}/teams/{{teamId}}/members",
            f"{team}/members?$top=100",
        ),
        *_graph(organization, project),
        *_entitlements(organization),
    ]


def _graph(organization: Organization, project: Project) -> list[Case]:
    user = next(iter(organization.users.values()))
    group = next(one for one in organization.groups.values() if one.members and one.project == project.id)
    member = members_of(organization, group)[0]
    lookup = {
        "lookupKeys": [{"descriptor": one} for one in (user.descriptor, group.descriptor, "aad.nobody")]
    }

    def case(route: str, template: str, path: str, query: str = "") -> Case:
        return Case(route, "graph", f"{O}/graph/{template}", f"/_apis/graph/{path}?{query}{_PREVIEW}")

    memberships = (
        case(
            "graph-memberships.list",
            "Memberships/{subjectDescriptor}",
            f"memberships/{subject.descriptor}",
            f"direction={direction}&",
        )
        for subject, direction in ((group, "Down"), (user, "Up"), (group, "Up"))
    )
    return [
        case("graph-users.list", "users", "users"),
        case("graph-users.get", "users/{userDescriptor}", f"users/{user.descriptor}"),
        case("graph-groups.list", "groups", "groups"),
        case("graph-groups.get", "groups/{groupDescriptor}", f"groups/{group.descriptor}"),
        *memberships,
        case(
            "graph-memberships.get",
            "memberships/{subjectDescriptor}/{containerDescriptor}",
            f"memberships/{member.descriptor}/{group.descriptor}",
        ),
        Case(
            "graph-subjects.lookup",
            "graph",
            f"{O}/graph/subjectlookup",
            f"/_apis/graph/subjectlookup?{_PREVIEW}",
            "POST",
            lookup,
            _KINDS_OF_SUBJECT,
        ),
        Case(
            "identities.list",
            "ims",
            f"{O}/identities",
            f"/_apis/identities?subjectDescriptors={user.descriptor},{group.descriptor}&queryMembership=Direct",
            known=frozenset(f"$[].{key}" for key in ("descriptor", "members[]", "memberOf[]")),
        ),
        case("graph-descriptors.get", "descriptors/{storageKey}", f"descriptors/{user.id}"),
    ]


def _entitlements(organization: Organization) -> list[Case]:
    user = next(iter(organization.users))
    lists = (
        Case(
            "user-entitlements.list",
            _ENTITLEMENTS,
            f"{O}/userentitlements",
            f"/_apis/userentitlements?{query}",
            known=_OLD,
        )
        for query in ("api-version=7.1", "select=projects,grouprules")
    )
    return [
        *lists,
        Case(
            "user-entitlements.get",
            _ENTITLEMENTS,
            f"{O}/userentitlements/{{userId}}",
            f"/_apis/userentitlements/{user}",
            known=frozenset({"$.extensions"}),
        ),
    ]
