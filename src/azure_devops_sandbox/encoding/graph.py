"""Users, groups and memberships as the area `graph` answers them, and user entitlements.

Facts: the recorded answers of the areas `graph` and `memberEntitlementManagement`. A key that holds for some
subjects only (`metaType`, `directoryAlias`) is absent on the others.
"""

from __future__ import annotations

from typing import Any

import orjson

from azure_devops_sandbox.formats import NULL_DATE, date3, subject_descriptor
from azure_devops_sandbox.state.access import EVERYTHING, Permissions
from azure_devops_sandbox.state.graph import Container, Subject, everything_above
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.people import LICENSES, User
from azure_devops_sandbox.state.records import Project, Team

from . import kept, link


def scope_descriptor(project: Project) -> str:
    """Return the descriptor of a project as a scope of groups."""
    return subject_descriptor("scp", project.id)


def subject_item(organization: Organization, subject: Subject) -> bytes:
    """Return a user or group."""
    if isinstance(subject, User):
        return kept(subject, "graph", subject.version, lambda: _user(organization, subject))
    stamp = subject.version
    if subject.project is not None:
        stamp = max(stamp, organization.projects[subject.project].version)
    return kept(subject, "graph", stamp, lambda: _group(organization, subject))


def subject_url(organization: Organization, descriptor: str, resource: str) -> str:
    """Return the address of a user, group or scope, or of something that it has."""
    return f"{organization.base_url}/_apis/Graph/{resource}/{descriptor}"


def _user(organization: Organization, user: User) -> dict[str, Any]:
    found: dict[str, Any] = {"subjectKind": "user"}
    if user.meta_type is not None:
        found["metaType"] = user.meta_type
    if user.kind == "aad":
        found["directoryAlias"] = user.identity.unique_name.split("@")[0]
    found.update(
        domain=user.domain,
        principalName=user.identity.unique_name,
        mailAddress=user.mail,
        origin="vsts" if user.kind == "svc" else user.kind,
        originId=user.origin_id,
        displayName=user.identity.display_name,
        **_addresses(organization, user.descriptor, "Users"),
    )
    avatar = f"{organization.base_url}/_apis/GraphProfile/MemberAvatars/{user.descriptor}"
    found["_links"]["avatar"] = link(avatar)
    return found


def group_domain(organization: Organization, group: Container) -> str:
    """Return where a group is from: the organization or a project."""
    if group.project is None:
        return f"vstfs:///Framework/IdentityDomain/{organization.instance_id}"
    return f"vstfs:///Classification/TeamProject/{group.project}"


def group_principal(organization: Organization, group: Container) -> str:
    """Return the full name of a group."""
    if group.project is not None:
        return f"[{organization.projects[group.project].name}]\\{group.name}"
    return f"[{'TEAM FOUNDATION' if _origin(group) == 'aad' else organization.name}]\\{group.name}"


def _origin(group: Container) -> str:
    return "vsts" if isinstance(group, Team) else group.origin


def _group(organization: Organization, group: Container) -> dict[str, Any]:
    return {
        "subjectKind": "group",
        "description": group.description,
        "domain": group_domain(organization, group),
        "principalName": group_principal(organization, group),
        "mailAddress": None,
        "origin": _origin(group),
        "originId": group.id,
        "displayName": group.name,
        **_addresses(organization, group.descriptor, "Groups"),
    }


def _addresses(organization: Organization, descriptor: str, resource: str) -> dict[str, Any]:
    url = subject_url(organization, descriptor, resource)
    links = {"self": link(url)}
    for key, name in (
        ("memberships", "Memberships"),
        ("membershipState", "MembershipStates"),
        ("storageKey", "StorageKeys"),
    ):
        links[key] = link(subject_url(organization, descriptor, name))
    return {"_links": links, "url": url, "descriptor": descriptor}


def membership_item(container: str, member: str) -> bytes:
    """Return a membership, by descriptors."""
    return orjson.dumps({"containerDescriptor": container, "memberDescriptor": member})


def descriptor_result(organization: Organization, storage_key: str, descriptor: str) -> dict[str, Any]:
    """Return the answer that turns a storage key into a descriptor."""
    kind = descriptor.split(".", maxsplit=1)[0]
    resource = {"vssgp": "Groups", "aadgp": "Groups", "scp": "Scopes"}.get(kind, "Users")
    return {
        "value": descriptor,
        "_links": {
            "self": link(subject_url(organization, storage_key, "Descriptors")),
            "storageKey": link(subject_url(organization, descriptor, "StorageKeys")),
            "subject": link(subject_url(organization, descriptor, resource)),
        },
    }


def entitlement(
    organization: Organization, user: User, selected: frozenset[str], permissions: Permissions
) -> bytes:
    """Return the entitlement of a user; `projects`, `extensions` and `grouprules` are empty unless selected."""
    with_projects = "projects" in selected
    form = f"entitlement {with_projects}"

    def build() -> dict[str, Any]:
        projects = _projects(organization, user, permissions) if with_projects else []
        return {
            "id": user.id,
            "user": orjson.Fragment(subject_item(organization, user)),
            "accessLevel": _access_level(user),
            "lastAccessedDate": f"{NULL_DATE}Z" if user.accessed is None else date3(user.accessed),
            "dateCreated": date3(user.created),
            "projectEntitlements": projects,
            "extensions": [],
            "groupAssignments": [],
        }

    if with_projects and permissions != EVERYTHING:
        return orjson.dumps(build())
    return kept(user, form, organization.version if with_projects else user.version, build)


def _access_level(user: User) -> dict[str, str]:
    bought = LICENSES[user.license]
    return {
        "licensingSource": bought.source,
        "accountLicenseType": bought.account,
        "msdnLicenseType": bought.msdn,
        "licenseDisplayName": bought.name,
        "status": user.status,
        "statusMessage": "",
        "assignmentSource": "unknown",
    }


_GROUP_TYPES = {
    "Project Administrators": "projectAdministrator",
    "Contributors": "projectContributor",
    "Readers": "projectReader",
}


def _projects(organization: Organization, user: User, permissions: Permissions) -> list[dict[str, Any]]:
    """Return the projects that a user is in, with the best of the groups and the teams."""
    found: dict[str, list[Container]] = {}
    for one in everything_above(organization, user.id).values():
        if one.project is not None and permissions.sees_subject(one):
            found.setdefault(one.project, []).append(one)
    return [
        _project_entitlement(organization.projects[project], user, containers)
        for project, containers in sorted(found.items())
    ]


def _project_entitlement(project: Project, user: User, containers: list[Container]) -> dict[str, Any]:
    teams = [one for one in containers if isinstance(one, Team)]
    names = {one.name for one in containers}
    best = next((one for one in _GROUP_TYPES if one in names), None)
    direct = any(user.id in one.members for one in containers)
    return {
        "group": {
            "groupType": _GROUP_TYPES.get(best or "", "custom"),
            "displayName": best or "Custom",
        },
        "projectRef": {"id": project.id, "name": project.name},
        "teamRefs": [{"id": one.id, "name": one.name} for one in teams],
        "assignmentSource": "unknown",
        "projectPermissionInherited": "notInherited" if direct else "inherited",
    }
