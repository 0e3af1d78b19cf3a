"""Requests for the routes about users, groups and members of teams."""

from __future__ import annotations

from azure_devops_sandbox import Organization
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
    user = next(iter(organization.users.values()))
    group = next(one for one in organization.groups.values() if one.members and one.project == project.id)
    graph = "/_apis/graph"
    lookup = {
        "lookupKeys": [{"descriptor": one} for one in (user.descriptor, group.descriptor, "aad.nobody")]
    }
    team = f"/_apis/projects/{project.id}/teams/{project.default_team}"
    memberships = f"{O}/graph/Memberships/{{subjectDescriptor}}"
    return [
        Case(
            "team-members.list",
            "core",
            f"{O}/projects/{{projectId}}/teams/{{teamId}}/members",
            f"{team}/members?$top=100",
        ),
        Case("graph-users.list", "graph", f"{O}/graph/users", f"{graph}/users?{_PREVIEW}"),
        Case(
            "graph-users.get",
            "graph",
            f"{O}/graph/users/{{userDescriptor}}",
            f"{graph}/users/{user.descriptor}?{_PREVIEW}",
        ),
        Case("graph-groups.list", "graph", f"{O}/graph/groups", f"{graph}/groups?{_PREVIEW}"),
        Case(
            "graph-groups.get",
            "graph",
            f"{O}/graph/groups/{{groupDescriptor}}",
            f"{graph}/groups/{group.descriptor}?{_PREVIEW}",
        ),
        *(
            Case(
                "graph-memberships.list",
                "graph",
                memberships,
                f"{graph}/memberships/{subject.descriptor}?direction={direction}&{_PREVIEW}",
            )
            for subject, direction in ((group, "Down"), (user, "Up"), (group, "Up"))
        ),
        Case(
            "graph-subjects.lookup",
            "graph",
            f"{O}/graph/subjectlookup",
            f"{graph}/subjectlookup?{_PREVIEW}",
            "POST",
            lookup,
            _KINDS_OF_SUBJECT,
        ),
        Case(
            "graph-descriptors.get",
            "graph",
            f"{O}/graph/descriptors/{{storageKey}}",
            f"{graph}/descriptors/{user.id}?{_PREVIEW}",
        ),
        *(
            Case(
                "user-entitlements.list",
                _ENTITLEMENTS,
                f"{O}/userentitlements",
                f"/_apis/userentitlements?{query}",
                known=_OLD,
            )
            for query in ("api-version=7.1", "select=projects,grouprules")
        ),
        Case(
            "user-entitlements.get",
            _ENTITLEMENTS,
            f"{O}/userentitlements/{{userId}}",
            f"/_apis/userentitlements/{user.id}",
            known=frozenset({"$.extensions"}),
        ),
    ]
